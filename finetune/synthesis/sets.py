"""Questions that need two looks: who has none, who has both, three tables, one set without another.

Each function writes one kind of question; None where the dice fell on what can't be asked.
"""

# ruff: noqa: E501 - a wording reads best on one line
from __future__ import annotations

from finetune.synthesis.author import Author, Pair, group_key
from finetune.synthesis.facts import Link
from finetune.synthesis.filters import literal, make_filter, spoken, where
from finetune.synthesis.phrasing import COUNT, LIST, NUMBER
from finetune.synthesis.words import event_verbs, is_person, plural


def without_children(a: Author) -> Pair | None:
    """Parents that no child refers to, or none with conditions on it."""
    link = a.link(labelled_parent=True)
    if not link:
        return None
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


def both_kinds(a: Author) -> Pair | None:
    """Values that occur under one condition and under another: INTERSECT; or not: EXCEPT."""
    table = a.table("category", "text")
    columns = (
        [
            c
            for c in table.of_kind("category", "text")
            if 1 < c.distinct < c.filled and c not in table.labels
        ]
        if table
        else []
    )
    if not table or not columns:
        return None
    column = a.rng.choice(columns)
    avoid = frozenset({column.name})
    one, two = (make_filter(table, a.database, a.rng, avoid=avoid) for _ in range(2))
    if not one or not two or one.sql == two.sql:
        return None
    noun = a.noun(table)
    slots = {
        "many": plural(a.attribute(column)), "one": a.described(table, [one], noun=noun),
        "two": a.described(table, [two], noun=noun),
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
    parts = [f"SELECT {column.sql} FROM {table.sql} WHERE {f.sql}" for f in (one, two)]
    return Pair(a.say(templates, **slots), f" {operator} ".join(parts))


def parent_with_both(a: Author) -> Pair | None:
    """Parents with a child of one kind and a child of another."""
    link = a.link(labelled_parent=True)
    column = a.category(link.child) if link else None
    if not link or not column:
        return None
    one, two = a.rng.sample([str(v) for v in column.values[:6]], 2)
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
    base = (
        f"SELECT {a.labels(link.parent)} FROM {link.child.sql} JOIN {link.parent.sql} "
        f"ON {link.condition} WHERE {column.sql} = "
    )
    return Pair(question, f"{base}{literal(one)} INTERSECT {base}{literal(two)}")


def through_a_third(a: Author) -> Pair | None:
    """Names of one table's rows that a linking table ties to a named row of another."""
    pair = _bridge(a)
    if not pair or not pair[1].parent.label:
        return None
    left, right = pair
    label = right.parent.label
    assert label is not None
    if not label.values:
        return None
    value = str(a.rng.choice(label.values[:60]))
    noun, other, bridge = a.noun(left.parent), a.noun(right.parent), a.noun(left.child)
    verbs = event_verbs(left.child.name) if is_person(noun) else ()
    if verbs:
        verb = a.rng.choice(verbs)
    elif left.child.speakable and not is_person(bridge):
        verb = f"have {plural(bridge)} for"
    else:
        verb = a.rng.choice(("are linked to", "are connected with", "go with", "are tied to"))
    slots = {
        "parents": plural(noun), "who": a.who(noun), "v": spoken(value, a.rng), "other": other,
        "bridge": plural(bridge), "verb": verb,
    }  # fmt: skip
    source = (
        f"FROM {left.parent.sql} JOIN {left.child.sql} ON {left.condition} "
        f"JOIN {right.parent.sql} ON {right.condition} WHERE {label.sql} = {literal(value)}"
    )
    if a.chance(0.25):
        question = a.say(
            (
                f"{COUNT} [different |]{{parents}} {{verb}} {{v}}",
                f"{NUMBER} [different |]{{parents}} {{who}} {{verb}} {{v}}",
                "How many {parents} {verb} the {other} {v}",
                "How many {parents} are [linked|connected] to the {other} {v} through {bridge}",
                "number of {parents} {who} {verb} {v}",
                "Count the {parents} {who} {verb} the {other} [called |named |]{v}",
            ),
            **slots,
        )
        key = left.child_key
        sql = (
            f"SELECT COUNT(DISTINCT {key}) FROM {left.child.sql} JOIN {right.parent.sql} "
            f"ON {right.condition} WHERE {label.sql} = {literal(value)}"
        )
        return Pair(question, sql)
    question = a.say(
        (
            "Which {parents} {verb} {v}",
            "Which {parents} {verb} the {other} [called |named |]{v}",
            f"{LIST} [all |the |]{{parents}} {{who}} {{verb}} {{v}}",
            f"{LIST} the {{parents}} that the {{bridge}} [link to|connect with|tie to] {{v}}",
            "{parents} {who} {verb} the {other} {v}",
            "What {parents} are [linked|connected] to the {other} {v} through {bridge}",
        ),
        **slots,
    )
    return Pair(question, f"SELECT DISTINCT {a.labels(left.parent)} {source}")


def _bridge(a: Author) -> tuple[Link, Link] | None:
    """Two links from one table to two others, the first of which has names."""
    links = [link for link in a.facts.links if a.facts.alone(link)]
    pairs = [
        (one, two)
        for one in links
        for two in links
        if one.child is two.child
        and one.parent is not two.parent
        and one.parent.labels
        and one.parent.speakable
        and two.parent.speakable
    ]
    return a.rng.choice(pairs) if pairs else None


def filtered_through_a_third(a: Author) -> Pair | None:
    """Columns of two tables that a third one links, with a condition on one of them."""
    pair = _bridge(a)
    if not pair or not pair[1].parent.labels:
        return None
    left, right = pair
    filters = a.filters(a.rng.choice((left.parent, right.parent, left.child)), 1)
    if not filters or filters[0].before:
        return None
    about = next(
        t for t in (left.parent, right.parent, left.child) if filters[0].sql.count(t.sql + ".")
    )
    nouns = {t.name: a.noun(t) for t in (left.parent, right.parent, left.child)}
    question = a.say(
        (
            f"{LIST} the {{la}} of the {{x}} and the {{lb}} of the {{y}} for [every|each] {{z}}, only for {{things}}",
            "For {things}, [show|list|give] the {la} of the {x} and the {lb} of the {y} of [every|each] {z}",
            f"{LIST} {{x}} {{la}} and {{y}} {{lb}} of [all |the |]{{zs}}, considering only {{things}}",
            "Which {x} goes with which {y} in the {zs}, [taking only|only counting] {things}",
            "{x} {la} and {y} {lb} for the {zs} of {things}",
            "[Pair|Match] each {x} with its {y} through the {zs}, for {things} only",
        ),
        la=a.columns(left.parent.labels).one, lb=a.columns(right.parent.labels).one,
        x=nouns[left.parent.name], y=nouns[right.parent.name], z=nouns[left.child.name],
        zs=plural(nouns[left.child.name]),
        things=a.described(about, filters, noun=nouns[about.name]),
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {a.labels(left.parent)}, {a.labels(right.parent)} FROM {left.parent.sql} "
        f"JOIN {left.child.sql} ON {left.condition} JOIN {right.parent.sql} ON {right.condition}"
        f"{where(filters)}",
    )


def grandparent(a: Author) -> Pair | None:
    """Rows two keys away: children counted for, or filtered by, the parent of their parent."""
    chains = [
        (low, high)
        for low in a.facts.links
        for high in a.facts.links
        if low.parent is high.child
        and high.parent is not low.child
        and a.facts.alone(low)
        and a.facts.alone(high)
        and high.parent.labels
        and low.child.speakable
        and high.parent.speakable
    ]
    if not chains:
        return None
    low, high = a.rng.choice(chains)
    source = (
        f"FROM {low.child.sql} JOIN {low.parent.sql} ON {low.condition} "
        f"JOIN {high.parent.sql} ON {high.condition}"
    )
    slots = {
        "children": plural(a.noun(low.child)), "middle": plural(a.noun(low.parent)),
        "top": a.noun(high.parent), "tops": plural(a.noun(high.parent)),
    }  # fmt: skip
    label = high.parent.label
    if a.chance(0.4) and label and label.values:
        value = str(a.rng.choice(label.values[:40]))
        question = a.say(
            (
                "How many {children} [of|for|belong to] {middle} of {v} are there".replace("[of|for|belong to]", "[of|for]"),
                f"{NUMBER} {{children}} of [the |]{{middle}} of {{v}}",
                "How many {children} does the {top} {v} have across its {middle}",
                "Count the {children} [of|for] the {middle} of the {top} [called |named |]{v}",
                "number of {children} for {middle} of {v}",
                "For the {top} {v}, how many {children} do its {middle} have",
            ),
            **slots, v=spoken(value, a.rng),
        )  # fmt: skip
        return Pair(question, f"SELECT COUNT(*) {source} WHERE {label.sql} = {literal(value)}")
    top = a.chance(0.4)
    if top:
        question = a.say(
            (
                "Which {top} has the most {children} [through|across] its {middle}",
                "What is the {top} whose {middle} have the most {children}",
                "[Find|Name|Show] the {top} with the [most|largest number of] {children} across all its {middle}",
                "{top} with the most {children} over all {middle}",
                "Which {top}'s {middle} have the most {children}",
                "Counting the {children} of all their {middle}, which {top} comes first",
            ),
            **slots,
        )
        tail = f"GROUP BY {group_key(high)} ORDER BY COUNT(*) DESC LIMIT 1"
        return Pair(question, f"SELECT {a.labels(high.parent)} {source} {tail}")
    question = a.say(
        (
            "How many {children} does each {top} have [through|across] its {middle}",
            f"{LIST} [each|every] {{top}} [with|and] the number of {{children}} of its {{middle}}",
            "For each {top}, count the {children} of [its|the] {middle}",
            "number of {children} per {top}, over all its {middle}",
            f"{LIST} the {{tops}} and how many {{children}} their {{middle}} have",
            "What is the number of {children} of the {middle} of each {top}",
        ),
        **slots,
    )
    return Pair(
        question, f"SELECT {a.labels(high.parent)}, COUNT(*) {source} GROUP BY {group_key(high)}"
    )


SETS = (
    (without_children, 8), (both_kinds, 4), (parent_with_both, 3), (through_a_third, 8),
    (filtered_through_a_third, 3), (grandparent, 6),
)  # fmt: skip
