"""Questions about two tables linked by a key: what the children of each parent come to.

Each function writes one kind of question, or finds that it can't be asked.
"""

# ruff: noqa: E501 - a wording reads best on one line
from __future__ import annotations

from finetune.synthesis.author import HIGHEST, MOST, Author, Pair, need
from finetune.synthesis.clauses import order, per_parent
from finetune.synthesis.groups import bounds_of, more_than
from finetune.synthesis.phrasing import LIST, TELL
from finetune.synthesis.words import event_verbs, is_person, plural


def count_for_each_parent(a: Author) -> Pair:
    """How many children each parent has."""
    link = a.link(labelled_parent=True)
    filters = a.filters(link.child, a.rng.choice((0, 0, 1)))
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
    return Pair(question, f"SELECT {a.labels(link.parent)}, COUNT(*) {per_parent(link, filters)}")


def busiest_parent(a: Author) -> Pair:
    """The parent with the most or the fewest children, or the first few."""
    link = a.link(labelled_parent=True)
    filters = a.filters(link.child, a.rng.choice((0, 0, 0, 1)))
    most, top = a.chance(0.8), a.rng.choice((1, 1, 1, 3, 5))
    need(link.parent.rows > top)
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
        most=a.rng.choice(MOST[most]),
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {a.labels(link.parent)} {per_parent(link, filters)} "
        f"{order('COUNT(*)', down=most, top=top)}",
    )


def parents_by_count(a: Author) -> Pair:
    """Parents with more (or fewer) than so many children."""
    link = a.link(labelled_parent=True)
    filters = a.filters(link.child, a.rng.choice((0, 0, 0, 1)))
    source = per_parent(link, filters)
    number, sign = bounds_of(a, f"SELECT COUNT(*) {source}")
    need(sign != "<")  # a parent without any has fewer, too
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
        phrase=more_than(sign, number, a),
    )  # fmt: skip
    return Pair(
        question, f"SELECT {a.labels(link.parent)} {source} HAVING COUNT(*) {sign} {number}"
    )


def total_for_each_parent(a: Author) -> Pair:
    """A sum or an average of the children's number for each parent, or the parent with the most."""
    link = a.link(labelled_parent=True)
    number = need(a.number(link.child))
    name = a.function(number, "SUM", "SUM", "AVG", "MAX")
    filters = a.filters(link.child, a.rng.choice((0, 0, 0, 1)), [number])
    slots = {
        "fn": a.spoken_function(name), "col": a.attribute(number),
        "parent": a.noun(link.parent), "children": a.described(link.child, filters),
    }  # fmt: skip
    slots["parents"] = plural(slots["parent"])
    source = per_parent(link, filters)
    labels = a.labels(link.parent)
    if a.chance(0.45):
        top = a.rng.choice((1, 1, 3, 5))
        need(link.parent.rows > top)
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
        return Pair(
            question,
            f"SELECT {labels} {source} {order(f'{name}({number.sql})', down=True, top=top)}",
        )
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


def by_parent_category(a: Author) -> Pair:
    """Children counted or averaged for each category of their parents."""
    link = a.link()
    column = need(a.category(link.parent))
    number = a.number(link.child) if a.chance(0.6) else None
    name = a.function(number, "SUM", "AVG") if number else "SUM"
    measure = f"{name}({number.sql})" if number else "COUNT(*)"
    what = f"{a.spoken_function(name)} {a.attribute(number)}" if number else "number"
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
        question, f"SELECT {column.sql}, {measure} FROM {link.tables} GROUP BY {column.sql}"
    )


def parent_of_extreme(a: Author) -> Pair:
    """Something of the parent of the child with the highest or lowest number."""
    link = a.link()
    number, shown = a.number(link.child), a.shown(link.parent)
    number, shown = need(number), need(shown)
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
        most=a.rng.choice(HIGHEST[high]),
    )  # fmt: skip
    return Pair(
        question, f"SELECT {shown.sql} FROM {link.tables} {order(number.sql, down=high, top=1)}"
    )


PER_PARENT = (
    (count_for_each_parent, 7), (busiest_parent, 7), (parents_by_count, 5),
    (total_for_each_parent, 7), (by_parent_category, 5), (parent_of_extreme, 4),
)  # fmt: skip
