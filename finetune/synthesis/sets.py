"""Questions that need two looks: who has none, who has both, one set without another.

Each function writes one kind of question, or finds that it can't be asked.
"""

# ruff: noqa: E501 - a wording reads best on one line
from __future__ import annotations

from finetune.synthesis.author import Author, Pair, need
from finetune.synthesis.clauses import where
from finetune.synthesis.facts import Link
from finetune.synthesis.filters import spoken
from finetune.synthesis.phrasing import COUNT, LIST, NUMBER
from finetune.synthesis.words import plural
from text2sql.ddl.quoting import literal


def without_children(a: Author) -> Pair:
    """Parents that no child refers to, or none with conditions on it."""
    link = a.link(labelled_parent=True)
    below = a.filters(link.child, a.rng.choice((0, 0, 1)))
    noun = a.noun(link.parent)
    slots = {
        "parents": plural(noun), "who": a.who(noun), "children": a.described(link.child, below),
    }  # fmt: skip
    counted = a.chance(0.3)
    if counted:
        question = a.say(
            (
                f"{COUNT} {{parents}} have no {{children}}",
                "How many {parents} [do not|don't] have any {children}",
                f"{NUMBER} {{parents}} without [any |]{{children}}",
                "Count the {parents} {who} have never had {children}",
                "number of {parents} without {children}",
                "For how many {parents} are there no {children}",
            ),
            **slots,
        )
    else:
        question = a.say(
            (
                "Which {parents} have no {children}",
                f"{LIST} [all |the |]{{parents}} without [any |]{{children}}",
                f"{LIST} [all |the |]{{parents}} {{who}} [do not|don't] have [any |]{{children}}",
                "What {parents} [do not|don't] have any {children}",
                "{parents} without {children}",
                "For which {parents} are there no {children}",
                "Which {parents} have never had {children}",
            ),
            **slots,
        )
    shown = "COUNT(*)" if counted else a.labels(link.parent)
    return Pair(
        question, f"SELECT {shown} FROM {link.parent.sql} WHERE {_none(link, where(below))}"
    )


def _none(link: Link, clause: str) -> str:
    """NOT IN where the key is always given; NOT EXISTS where a NULL among them would spoil it."""
    key = link.child.column(link.column)
    if key and not key.nulls:
        return f"{link.parent_key} NOT IN (SELECT {link.child_key} FROM {link.child.sql}{clause})"
    extra = clause.replace(" WHERE ", " AND ", 1)
    return f"NOT EXISTS (SELECT 1 FROM {link.child.sql} WHERE {link.condition}{extra})"


def both_kinds(a: Author) -> Pair:
    """Values that occur under one condition and under another: INTERSECT; or not: EXCEPT."""
    table = a.table("category", "text")
    fit = [c for c in table.of_kind("category", "text") if 1 < c.distinct < c.filled]
    column = need(a.one_of([c for c in fit if c not in table.labels]))
    filters = [one for _ in range(2) for one in a.filters(table, 1, [column])]
    need(len({one.sql for one in filters}) == 2)
    noun = a.noun(table)
    slots = {
        "many": plural(a.attribute(column)),
        "one": a.described(table, filters[:1], noun=noun),
        "two": a.described(table, filters[1:], noun=noun),
    }  # fmt: skip
    operator = a.rng.choice(("INTERSECT", "EXCEPT", "INTERSECT"))
    if operator == "INTERSECT":
        templates: tuple[str, ...] = (
            "Which {many} have both {one} and {two}",
            f"{LIST} the {{many}} [shared by|common to|that occur for both] {{one}} and {{two}}",
            "What {many} [occur|appear] among {one} as well as among {two}",
            "{many} [shared by|common to] {one} and {two}",
            f"{LIST} {{many}} that have {{one}} and also {{two}}",
            "Which {many} are found both for {one} and for {two}",
        )
    else:
        templates = (
            "Which {many} have {one} but no {two}",
            f"{LIST} the {{many}} of {{one}} that are not [found|also found] among {{two}}",
            "What {many} [occur|appear] among {one} but not among {two}",
            "{many} with {one} but without {two}",
            f"{LIST} the {{many}} of {{one}}, leaving out those of {{two}}",
            "Which {many} are found for {one} but never for {two}",
        )
    parts = [f"SELECT {column.sql} FROM {table.sql} WHERE {f.sql}" for f in filters]
    return Pair(a.say(templates, **slots), f" {operator} ".join(parts))


def parent_with_both(a: Author) -> Pair:
    """Parents with a child of one kind and a child of another."""
    link = a.link(labelled_parent=True)
    column = need(a.category(link.child))
    one, two = a.two_of(column.values[:6])
    noun = a.noun(link.parent)
    question = a.say(
        (
            "Which {parents} have {children} with {col} {a} and also {children} with {col} {b}",
            f"{LIST} the {{parents}} {{who}} have both {{col}} {{a}} and {{col}} {{b}} {{children}}",
            "What {parents} have both a {child} whose {col} is {a} and one whose {col} is {b}",
            "{parents} with {children} of both {col} {a} and {col} {b}",
            f"{LIST} {{parents}} with at least one {{child}} with {{col}} {{a}} and one with {{col}} {{b}}",
            "[Find|Show] the {parents} for which there are {children} with {col} {a} as well as {b}",
        ),
        parents=plural(noun), who=a.who(noun), children=plural(a.noun(link.child)),
        child=a.noun(link.child), col=a.attribute(column), a=spoken(one, a.rng),
        b=spoken(two, a.rng),
    )  # fmt: skip
    base = f"SELECT {a.labels(link.parent)} FROM {link.tables} WHERE {column.sql} = "
    return Pair(question, f"{base}{literal(one)} INTERSECT {base}{literal(two)}")


SETS = ((without_children, 8), (both_kinds, 4), (parent_with_both, 3))
