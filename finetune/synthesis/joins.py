"""Questions about two tables linked by a key: rows of the one, chosen by the other.

Each function writes one kind of question, or finds that it can't be asked.
"""

# ruff: noqa: E501 - a wording reads best on one line
from __future__ import annotations

from finetune.synthesis.author import Author, Pair, need
from finetune.synthesis.clauses import where
from finetune.synthesis.facts import Link
from finetune.synthesis.filters import Filter, spoken
from finetune.synthesis.phrasing import COUNT, LIST, NUMBER, TELL
from finetune.synthesis.words import event_verbs, is_person, plural
from text2sql.ddl.quoting import literal


def of_parents(a: Author, link: Link, children: str, filters: list[Filter]) -> str:
    """The children said to belong to such parents: 'orders of customers from Berlin'."""
    parents = a.described(link.parent, filters)
    between = ["of", "of", "that belong to", "belonging to", "linked to", "for"]
    if is_person(a.noun(link.parent)):
        between += ["by", "made by" if event_verbs(link.child.name) else "of"]
    return f"{children} {a.rng.choice(between)} {parents}"


def child_of_parent(a: Author) -> Pair:
    """Columns, or the number, of rows that belong to a parent with conditions on it."""
    link = a.link()
    above = need(a.filters(link.parent, a.rng.choice((1, 1, 2))))
    own = a.filters(link.child, a.rng.choice((0, 0, 0, 1)))
    things = of_parents(a, link, a.described(link.child, own), above)
    source = f"FROM {link.tables}{where([*own, *above])}"
    if a.chance(0.4):
        question = a.say(
            (
                f"{COUNT} {{things}} [are there|do we have|exist]",
                f"{NUMBER} {{things}}",
                "How many {things}",
                "[number|count] of {things}",
                "Count the {things}",
                "What is the [total |]count of {things}",
            ),
            things=things,
        )
        return Pair(question, f"SELECT COUNT(*) {source}")
    number = a.number(link.child)
    if number and a.chance(0.35):
        name = a.function(number, "AVG", "SUM", "SUM", "MAX", "MIN")
        question = a.say(
            (
                f"{TELL} the {{fn}} {{col}} of [all |the |]{{things}}",
                "What is the {fn} {col} of {things}",
                "{fn} {col} of {things}",
                "[Calculate|Compute|Work out] the {fn} {col} of {things}",
                "For {things}, what is the {fn} {col}",
                "What {fn} {col} do [the |]{things} have",
            ),
            fn=a.spoken_function(name), col=a.attribute(number), things=things,
        )  # fmt: skip
        return Pair(question, f"SELECT {name}({number.sql}) {source}")
    shown = need(a.shown(link.child))
    question = a.say(_LISTS, many=shown.many, one=shown.one, things=things)
    return Pair(question, f"SELECT {shown.sql} {source}")


_LISTS = (
    f"{LIST} the {{many}} of [all |the |]{{things}}",
    f"{LIST} the {{one}} of [each of the|all|all the] {{things}}",
    "What are the {many} of [the |all |]{things}",
    "What {one} do [the |]{things} have",
    "{many} of [all |]{things}",
    "For [all |]{things}, [list|show|give me|what is] the {one}",
    f"{LIST} {{things}} [with|by] their {{one}}",
)


def of_named_parent(a: Author) -> Pair:
    """Rows of the one parent that is named: 'the orders of Ann Lee'."""
    link = a.link()
    shown = need(a.shown(link.child))
    label = need(link.parent.label)
    value = need(a.one_of(label.values[:60]))
    clause = f"FROM {link.tables} WHERE {label.sql} = {literal(value)}"
    slots = {
        "children": plural(a.noun(link.child)), "v": spoken(value, a.rng), "one": shown.one,
        "many": shown.many, "parent": a.noun(link.parent),
    }  # fmt: skip
    if a.chance(0.4):
        question = a.say(
            (
                "How many {children} does {v} have",
                "How many {children} [belong to|are there for|are linked to] {v}",
                f"{NUMBER} {{children}} [of|for] {{v}}",
                "How many {children} does the {parent} {v} have",
                "number of {children} of {v}",
                "Count the {children} of the {parent} [called |named |]{v}",
            ),
            **slots,
        )
        return Pair(question, f"SELECT COUNT(*) {clause}")
    question = a.say(
        (
            f"{LIST} the {{many}} of the {{children}} of {{v}}",
            "What are the {many} of the {children} that belong to {v}",
            f"{LIST} the {{one}} of all {{children}} of the {{parent}} [called |named |]{{v}}",
            "What {one} do the {children} of {v} have",
            "{many} of the {children} of {v}",
            "For the {parent} {v}, [list|show|give] the {many} of the {children}",
        ),
        **slots,
    )
    return Pair(question, f"SELECT {shown.sql} {clause}")


def parent_with_child(a: Author) -> Pair:
    """Parents that have a child with conditions on it, each once."""
    link = a.link(labelled_parent=True)
    below = need(a.filters(link.child, a.rng.choice((1, 1, 1, 2))))
    noun = a.noun(link.parent)
    slots = {
        "parents": plural(noun), "who": a.who(noun), "children": a.described(link.child, below)
    }  # fmt: skip
    if a.chance(0.3):
        question = a.say(
            (
                "How many [different |]{parents} have {children}",
                f"{COUNT} [different |distinct |]{{parents}} have [at least one of the |]{{children}}",
                f"{NUMBER} [different |distinct ]{{parents}} {{who}} have {{children}}",
                "Count the {parents} with [any |]{children}",
                "number of {parents} with {children}",
                "For how many {parents} are there {children}",
            ),
            **slots,
        )
        return Pair(
            question, f"SELECT COUNT(DISTINCT {link.child_key}) FROM {link.child.sql}{where(below)}"
        )
    question = a.say(
        (
            "Which {parents} have {children}",
            f"{LIST} [all |the |]{{parents}} {{who}} have {{children}}",
            f"{LIST} [all |the |]{{parents}} with {{children}}",
            "What {parents} have [any |]{children}",
            "{parents} with {children}",
            "[Find|Show|List] the [different |]{parents} for which there are {children}",
            "Which {parents} have at least one of the {children}",
        ),
        **slots,
    )
    labels = a.labels(link.parent)
    return Pair(question, f"SELECT DISTINCT {labels} FROM {link.tables}{where(below)}")


def with_parent_label(a: Author) -> Pair:
    """Each row's own columns beside the name of its parent."""
    link = a.link(labelled_parent=True)
    shown = need(a.shown(link.child))
    need(shown.sql.count(",") < 2)
    filters = a.filters(link.child, a.rng.choice((0, 0, 1)), shown.chosen)
    question = a.say(
        (
            f"{LIST} the {{one}} of [each of the|all|all the] {{things}} [and|together with|along with] the [name of the |]{{parent}}",
            f"{LIST} {{things}} with their {{one}} and [the name of |]the {{parent}} they belong to",
            "What are the {many} of [the |all |]{things}, and which {parent} does each belong to",
            "For [all |]{things}, [show|list|give] the {one} and the {parent}'s {label}",
            "{many} of {things} with the {label} of the {parent}",
            f"{LIST} the {{many}} of [all |]{{things}}, each with the {{label}} of its {{parent}}",
        ),
        one=shown.one, many=shown.many, things=a.described(link.child, filters),
        parent=a.noun(link.parent), label=a.columns(link.parent.labels).one,
    )  # fmt: skip
    return Pair(
        question, f"SELECT {shown.sql}, {a.labels(link.parent)} FROM {link.tables}{where(filters)}"
    )


JOINS = (
    (child_of_parent, 12), (of_named_parent, 7), (parent_with_child, 8), (with_parent_label, 6),
)  # fmt: skip
