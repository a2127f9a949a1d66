"""Questions about two tables linked by a key: one filtered by the other, counted or summed for it.

Each function writes one kind of question; None where the dice fell on what can't be asked.
"""

# ruff: noqa: E501 - a wording reads best on one line
from __future__ import annotations

from finetune.synthesis.author import Author, Pair, group_key
from finetune.synthesis.facts import Link
from finetune.synthesis.filters import Filter, literal, spoken, where
from finetune.synthesis.groups import _bounds, more_than
from finetune.synthesis.phrasing import COUNT, LIST, NUMBER, TELL
from finetune.synthesis.single import FUNCTIONS
from finetune.synthesis.words import event_verbs, is_person, plural


def joined_tables(link: Link) -> str:
    """The FROM of the two, the table that refers first."""
    return f"{link.child.sql} JOIN {link.parent.sql} ON {link.condition}"


def of_parents(a: Author, link: Link, children: str, filters: list[Filter]) -> str:
    """The children said to belong to such parents: 'orders of customers from Berlin'."""
    parents = a.described(link.parent, filters)
    between = ["of", "of", "that belong to", "belonging to", "linked to", "for"]
    if is_person(a.noun(link.parent)):
        between += ["by", "made by" if event_verbs(link.child.name) else "of"]
    return f"{children} {a.rng.choice(between)} {parents}"


def child_of_parent(a: Author) -> Pair | None:
    """Columns, or the number, of rows that belong to a parent with conditions on it."""
    link = a.link()
    above = a.filters(link.parent, a.rng.choice((1, 1, 2))) if link else []
    if not link or not above:
        return None
    own = a.filters(link.child, a.rng.choice((0, 0, 0, 1)))
    things = of_parents(a, link, a.described(link.child, own), above)
    clause = where([*own, *above])
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
        return Pair(question, f"SELECT COUNT(*) FROM {joined_tables(link)}{clause}")
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
            fn=a.rng.choice(FUNCTIONS[name]), col=a.attribute(number), things=things,
        )  # fmt: skip
        return Pair(question, f"SELECT {name}({number.sql}) FROM {joined_tables(link)}{clause}")
    shown = a.shown(link.child)
    if not shown:
        return None
    question = a.say(_LISTS, many=shown.many, one=shown.one, things=things)
    return Pair(question, f"SELECT {shown.sql} FROM {joined_tables(link)}{clause}")


_LISTS = (
    f"{LIST} the {{many}} of [all |the |]{{things}}",
    f"{LIST} the {{one}} of [each of the|all|all the] {{things}}",
    "What are the {many} of [the |all |]{things}",
    "What {one} do [the |]{things} have",
    "{many} of [all |]{things}",
    "For [all |]{things}, [list|show|give me|what is] the {one}",
    f"{LIST} {{things}} [with|by] their {{one}}",
)


def of_named_parent(a: Author) -> Pair | None:
    """Rows of the one parent that is named: 'the orders of Ann Lee'."""
    link = a.link()
    label = link.parent.label if link else None
    shown = a.shown(link.child) if link else None
    if not link or not label or not label.values or not shown:
        return None
    value = str(a.rng.choice(label.values[:60]))
    clause = f"FROM {joined_tables(link)} WHERE {label.sql} = {literal(value)}"
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


def parent_with_child(a: Author) -> Pair | None:
    """Parents that have a child with conditions on it, each once."""
    link = a.link(labelled_parent=True)
    below = a.filters(link.child, a.rng.choice((1, 1, 1, 2))) if link else []
    if not link or not below:
        return None
    noun = a.noun(link.parent)
    slots = {
        "parents": plural(noun), "who": a.who(noun), "children": a.described(link.child, below)
    }  # fmt: skip
    counted = a.chance(0.3)
    if counted:
        key = link.child_key
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
        sql = f"SELECT COUNT(DISTINCT {key}) FROM {link.child.sql}{where(below)}"
        return Pair(question, sql)
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
    return Pair(question, f"SELECT DISTINCT {labels} FROM {joined_tables(link)}{where(below)}")


def with_parent_label(a: Author) -> Pair | None:
    """Each row's own columns beside the name of its parent."""
    link = a.link(labelled_parent=True)
    shown = a.shown(link.child) if link else None
    if not link or not shown or shown.sql.count(",") > 1:
        return None
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
        question,
        f"SELECT {shown.sql}, {a.labels(link.parent)} FROM {joined_tables(link)}{where(filters)}",
    )


def count_for_each_parent(a: Author) -> Pair | None:
    """How many children each parent has."""
    link = a.link(labelled_parent=True)
    if not link:
        return None
    filters = a.filters(link.child, a.rng.choice((0, 0, 1)))
    shown = a.labels(link.parent)
    question = a.say(
        (
            "How many {children} does each {parent} have",
            f"{LIST} [each|every] {{parent}} [with|and|together with] [the|its] number of {{children}}",
            "For each {parent}, [how many {children} are there|count the {children}]",
            "[number|count] of {children} per {parent}",
            "What is the number of {children} [for each|per|of every] {parent}",
            f"{LIST} the [names|name] of each {{parent}} and how many {{children}} there are for it",
            f"{LIST} {{parents}} and their number of {{children}}",
        ),
        parent=a.noun(link.parent),
        parents=plural(a.noun(link.parent)),
        children=a.described(link.child, filters),
    )
    return Pair(
        question,
        f"SELECT {shown}, COUNT(*) FROM {joined_tables(link)}{where(filters)} "
        f"GROUP BY {group_key(link)}",
    )


def busiest_parent(a: Author) -> Pair | None:
    """The parent with the most or the fewest children, or the first few."""
    link = a.link(labelled_parent=True)
    if not link:
        return None
    filters = a.filters(link.child, a.rng.choice((0, 0, 0, 1)))
    most, top = a.chance(0.8), a.rng.choice((1, 1, 1, 3, 5))
    if link.parent.rows <= top:
        return None
    parent, children = a.noun(link.parent), a.described(link.child, filters)
    verbs = event_verbs(link.child.name) if most and not filters and is_person(parent) else ()
    templates: tuple[str, ...] = (
        "Which {n}{parent} {has} {most} {children}",
        f"{TELL} the {{n}}{{parent}} with {{most}} {{children}}",
        "What {is} the {n}{parent} with {most} {children}",
        "Who {has} {most} {children}"
        if is_person(parent) and top == 1
        else "{n}{parent} with {most} {children}",
        "[Find|Show|Name|Identify] the {n}{parent} that {has} {most} {children}",
        "the {n}{parent} with {most} {children}",
    )
    if verbs and top == 1:
        templates = (*templates, f"Which {{parent}} {verbs[0].removesuffix(' in')} most often")
    if top > 1 and most:
        templates = (*templates, "Top {top} {parent} by number of {children}")
    question = a.say(
        templates,
        n="" if top == 1 else f"{top} ", top=top, parent=parent if top == 1 else plural(parent),
        children=children, has="has" if top == 1 else "have", **{"is": "is" if top == 1 else "are"},
        most=a.rng.choice(("the most", "the largest number of") if most else ("the fewest", "the smallest number of")),
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {a.labels(link.parent)} FROM {joined_tables(link)}{where(filters)} "
        f"GROUP BY {group_key(link)} ORDER BY COUNT(*){' DESC' if most else ''} LIMIT {top}",
    )


def parents_by_count(a: Author) -> Pair | None:
    """Parents with more (or fewer) than so many children."""
    link = a.link(labelled_parent=True)
    if not link:
        return None
    filters = a.filters(link.child, a.rng.choice((0, 0, 0, 1)))
    source = f"FROM {joined_tables(link)}{where(filters)} GROUP BY {group_key(link)}"
    bounds = _bounds(a, f"SELECT COUNT(*) {source}")
    if not bounds or bounds[1] == "<":  # a parent without any has fewer, too
        return None
    noun = a.noun(link.parent)
    question = a.say(
        (
            "Which {parents} have {phrase} {children}",
            f"{LIST} [the |all |]{{parents}} with {{phrase}} {{children}}",
            f"{LIST} [all |the |]{{parents}} {{who}} have {{phrase}} {{children}}",
            "What {parents} have {phrase} {children}",
            "{parents} with {phrase} {children}",
            "For which {parents} are there {phrase} {children}",
        ),
        parents=plural(noun), who=a.who(noun), children=a.described(link.child, filters),
        phrase=more_than(bounds[1], bounds[0], a),
    )  # fmt: skip
    sign, number = bounds[1], bounds[0]
    return Pair(
        question, f"SELECT {a.labels(link.parent)} {source} HAVING COUNT(*) {sign} {number}"
    )


def total_for_each_parent(a: Author) -> Pair | None:
    """A sum or an average of the children's number for each parent, or the parent with the most."""
    link = a.link(labelled_parent=True)
    number = a.number(link.child) if link else None
    if not link or not number:
        return None
    name = a.function(number, "SUM", "SUM", "AVG", "MAX")
    filters = a.filters(link.child, a.rng.choice((0, 0, 0, 1)), [number])
    slots = {
        "fn": a.rng.choice(FUNCTIONS[name]), "col": a.attribute(number),
        "parent": a.noun(link.parent), "children": a.described(link.child, filters),
    }  # fmt: skip
    slots["parents"] = plural(slots["parent"])
    source = f"FROM {joined_tables(link)}{where(filters)} GROUP BY {group_key(link)}"
    labels = a.labels(link.parent)
    if a.chance(0.45):
        top = a.rng.choice((1, 1, 3, 5))
        if link.parent.rows <= top:
            return None
        templates: tuple[str, ...] = (
            "Which {parent} has the highest {fn} {col} of {children}",
            f"{TELL} the {{parent}} with the [highest|largest|greatest] {{fn}} {{col}} of {{children}}",
            "What {parent} [comes first|leads|ranks first] by {fn} {col} of {children}",
            "{parent} with the [highest|largest] {fn} {col} of {children}",
            "Which {parent}'s {children} have the highest {fn} {col}",
            "[Find|Name|Show] the {parent} whose {children} have the highest {fn} {col}",
        )
        if top > 1:
            templates = (
                f"Which {top} {{parents}} have the highest {{fn}} {{col}} of {{children}}",
                f"{LIST} the {top} {{parents}} with the [highest|largest] {{fn}} {{col}} of {{children}}",
                f"Top {top} {{parents}} by {{fn}} {{col}} of {{children}}",
                f"What are the top {top} {{parents}} by {{fn}} {{col}} of their {{children}}",
                f"the {top} {{parents}} whose {{children}} have the highest {{fn}} {{col}}",
                f"[Find|Name|Show] the first {top} {{parents}} by {{fn}} {{col}} of their {{children}}",
            )
        slots["fn"] = "total" if name == "SUM" else "average" if name == "AVG" else "maximum"
        question = a.say(templates, **slots)
        sql = f"SELECT {labels} {source} ORDER BY {name}({number.sql}) DESC LIMIT {top}"
        return Pair(question, sql)
    question = a.say(
        (
            "What is the {fn} {col} of the {children} of each {parent}",
            f"{LIST} [each|every] {{parent}} [with|and] the {{fn}} {{col}} of [its|the] {{children}}",
            "{fn} {col} of {children} per {parent}",
            "For each {parent}, [show|give|what is|compute] the {fn} {col} of [its |the |]{children}",
            f"{LIST} {{parents}} and the {{fn}} {{col}} of their {{children}}",
            "How [much|large|high] is the {fn} {col} of {children} for each {parent}",
        ),
        **slots,
    )
    return Pair(question, f"SELECT {labels}, {name}({number.sql}) {source}")


def by_parent_category(a: Author) -> Pair | None:
    """Children counted or averaged for each category of their parents."""
    link = a.link()
    column = a.category(link.parent) if link else None
    if not link or not column:
        return None
    number = a.number(link.child) if a.chance(0.6) else None
    name = a.function(number, "SUM", "AVG") if number else "SUM"
    measure = f"{name}({number.sql})" if number else "COUNT(*)"
    what = f"{a.rng.choice(FUNCTIONS[name])} {a.attribute(number)}" if number else "number"
    parent = a.noun(link.parent)
    question = a.say(
        (
            "What is the {what} of {children} [for each|per|by] {col} of the {parent}",
            f"{LIST} the {{what}} of {{children}} [for each|per|by] {{parent}} {{col}}",
            "{what} of {children} by {parent} {col}",
            "For each {col} of the {parents}, what is the {what} of {children}",
            f"{LIST} each {{parent}} {{col}} with the {{what}} of {{children}}",
            "Group the {children} by the {col} of their {parent} and show the {what} of each group",
        ),
        what=what, children=a.described(link.child, []), col=a.attribute(column), parent=parent,
        parents=plural(parent),
    )  # fmt: skip
    return Pair(
        question, f"SELECT {column.sql}, {measure} FROM {joined_tables(link)} GROUP BY {column.sql}"
    )


def parent_of_extreme(a: Author) -> Pair | None:
    """Something of the parent of the child with the highest or lowest number."""
    link = a.link()
    number = a.number(link.child) if link else None
    shown = a.shown(link.parent) if link else None
    if not link or not number or not shown:
        return None
    high = a.chance(0.65)
    child = a.noun(link.child)
    question = a.say(
        (
            "What is the {one} of the {parent} with the {child} that has the {most} {col}",
            f"{TELL} the {{one}} of the {{parent}} of the {{child}} with the {{most}} {{col}}",
            "[Find|Show] the {one} of the {parent} whose {child} has the {most} {col}",
            "Which {one} does the {parent} of the {child} with the {most} {col} have",
            "{one} of the {parent} with the {most} {child} {col}",
            "The {child} with the {most} {col}: what is the {one} of its {parent}",
        ),
        one=shown.one, parent=a.noun(link.parent), child=child, col=a.attribute(number),
        most=a.rng.choice(("highest", "largest", "greatest") if high else ("lowest", "smallest")),
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {shown.sql} FROM {joined_tables(link)} "
        f"ORDER BY {number.sql}{' DESC' if high else ''} LIMIT 1",
    )


def action(a: Author) -> Pair | None:
    """'How many customers bought eggs in November?' where people, deeds and things have tables."""
    deeds = [
        (event, person, thing)
        for event in a.facts.tables
        if event_verbs(event.name)
        for person in a.facts.links
        if person.child is event and is_person(a.noun(person.parent))
        for thing in a.facts.links
        if thing.child is event and thing.parent is not person.parent and thing.parent.label
    ]
    if not deeds:
        return None
    event, person, thing = a.rng.choice(deeds)
    label = thing.parent.label
    assert label is not None
    value = str(a.rng.choice(label.values[:40]))
    dates = event.of_kind("date")
    when = a.filters(event, 1, [c for c in event.columns if c.kind != "date"]) if dates else []
    slots = {
        "people": plural(a.noun(person.parent)), "did": a.rng.choice(event_verbs(event.name)),
        "v": spoken(value, a.rng), "thing": a.noun(thing.parent),
        "when": when[0].words if when and when[0].words.startswith(("in ", "during")) else "",
    }  # fmt: skip
    chosen = when if slots["when"] else []
    clause = " AND ".join([f"{label.sql} = {literal(value)}", *(f.sql for f in chosen)])
    source = f"{event.sql} JOIN {thing.parent.sql} ON {thing.condition}"
    if a.chance(0.5) or not person.parent.labels:
        question = a.say(
            (
                "How many [different |]{people} {did} {v} {when}",
                "How many {people} {did} the {thing} {v} {when}",
                f"{NUMBER} {{people}} who {{did}} {{v}} {{when}}",
                "Count the [different |distinct |]{people} who {did} {v} {when}",
                "number of {people} who {did} {v} {when}",
                "{when_first}how many {people} {did} {v}",
            ),
            **slots, when_first=f"{slots['when']}, " if slots["when"] else "",
        )  # fmt: skip
        return Pair(
            question, f"SELECT COUNT(DISTINCT {person.child_key}) FROM {source} WHERE {clause}"
        )
    question = a.say(
        (
            "Which {people} {did} {v} {when}",
            "Who {did} {v} {when}",
            f"{LIST} the {{people}} who {{did}} {{v}} {{when}}",
            f"{LIST} all {{people}} who {{did}} the {{thing}} {{v}} {{when}}",
            "{people} who {did} {v} {when}",
            "What {people} {did} {v} {when}",
        ),
        **slots,
    )
    source += f" JOIN {person.parent.sql} ON {person.condition}"
    return Pair(question, f"SELECT DISTINCT {a.labels(person.parent)} FROM {source} WHERE {clause}")


JOINS = (
    (child_of_parent, 12), (of_named_parent, 7), (parent_with_child, 8), (with_parent_label, 6),
    (count_for_each_parent, 7), (busiest_parent, 7), (parents_by_count, 5),
    (total_for_each_parent, 7), (by_parent_category, 5), (parent_of_extreme, 4), (action, 4),
)  # fmt: skip
