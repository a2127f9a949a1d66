"""Questions about tables two keys apart: linked by a third, or parents of parents.

Each function writes one kind of question, or finds that it can't be asked.
"""

# ruff: noqa: E501 - a wording reads best on one line
from __future__ import annotations

from finetune.synthesis.author import Author, Pair, need
from finetune.synthesis.clauses import group_key, order, where
from finetune.synthesis.facts import Link
from finetune.synthesis.filters import spoken
from finetune.synthesis.phrasing import COUNT, LIST, NUMBER
from finetune.synthesis.words import event_verbs, is_person, plural
from text2sql.ddl.quoting import literal


def through_a_third(a: Author) -> Pair:
    """Names of one table's rows that a linking table ties to a named row of another."""
    left, right = _bridge(a)
    label = need(right.parent.label)
    value = need(a.one_of(label.values[:60]))
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
    named = f"WHERE {label.sql} = {literal(value)}"
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
        return Pair(
            question, f"SELECT COUNT(DISTINCT {left.child_key}) FROM {right.tables} {named}"
        )
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
    return Pair(question, f"SELECT DISTINCT {a.labels(left.parent)} {_from(left, right)} {named}")


def _from(left: Link, right: Link) -> str:
    return f"FROM {left.parent.sql} JOIN {left.child.sql} ON {left.condition} {right.up}"


def _bridge(a: Author) -> tuple[Link, Link]:
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
    return need(a.one_of(pairs))


def filtered_through_a_third(a: Author) -> Pair:
    """Columns of two tables that a third one links, with a condition on one of them."""
    left, right = _bridge(a)
    need(right.parent.labels)
    tables = (left.parent, right.parent, left.child)
    about = a.rng.choice(tables)
    filters = need(a.filters(about, 1))
    need(not filters[0].before)
    nouns = {table.name: a.noun(table) for table in tables}
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
        f"SELECT {a.labels(left.parent)}, {a.labels(right.parent)} {_from(left, right)}"
        f"{where(filters)}",
    )


def grandparent(a: Author) -> Pair:
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
    low, high = need(a.one_of(chains))
    source = f"FROM {low.tables} {high.up}"
    slots = {
        "children": plural(a.noun(low.child)), "middle": plural(a.noun(low.parent)),
        "top": a.noun(high.parent), "tops": plural(a.noun(high.parent)),
    }  # fmt: skip
    label = high.parent.label
    if a.chance(0.4) and label and label.values:
        value = a.rng.choice(label.values[:40])
        question = a.say(
            (
                "How many {children} [of|for] {middle} of {v} are there",
                f"{NUMBER} {{children}} of [the |]{{middle}} of {{v}}",
                "How many {children} does the {top} {v} have across its {middle}",
                "Count the {children} [of|for] the {middle} of the {top} [called |named |]{v}",
                "number of {children} for {middle} of {v}",
                "For the {top} {v}, how many {children} do its {middle} have",
            ),
            **slots, v=spoken(value, a.rng),
        )  # fmt: skip
        return Pair(question, f"SELECT COUNT(*) {source} WHERE {label.sql} = {literal(value)}")
    if a.chance(0.4):
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
        return Pair(
            question,
            f"SELECT {a.labels(high.parent)} {source} GROUP BY {group_key(high)} "
            f"{order('COUNT(*)', down=True, top=1)}",
        )
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


THREE_TABLES = ((through_a_third, 8), (filtered_through_a_third, 3), (grandparent, 6))
