"""Questions over time and within groups: months, years, the latest, the best of each group.

Each function writes one kind of question; None where the dice fell on what can't be asked.
"""

from __future__ import annotations

from finetune.synthesis.author import Author, Pair
from finetune.synthesis.facts import ColumnFacts, TableFacts
from finetune.synthesis.filters import where
from finetune.synthesis.phrasing import LIST, TELL
from finetune.synthesis.single import FUNCTIONS
from finetune.synthesis.words import plural


def _dated(a: Author) -> tuple[TableFacts, ColumnFacts] | None:
    table = a.table("date")
    columns = [c for c in table.of_kind("date") if c.values and c.distinct > 2] if table else []
    return (table, a.rng.choice(columns)) if table and columns else None


def per_period(a: Author) -> Pair | None:
    """Rows counted, or a number summed, by year, month or day of the week of a date."""
    found = _dated(a)
    if not found:
        return None
    table, column = found
    filters = a.filters(table, a.rng.choice((0, 0, 1)), table.of_kind("date"))
    number = a.number(table) if a.chance(0.45) else None
    name = a.rng.choice(("SUM", "AVG"))
    period, cell = a.rng.choice(_PERIODS)
    key = cell.format(d=column.as_date)
    what = (
        f"{a.rng.choice(FUNCTIONS[name])} {a.attribute(number)} of {{things}}"
        if number
        else "number of {things}"
    )
    measure = f"{name}({number.sql})" if number else "COUNT(*)"
    by = (
        a.rng.choice(("", f" of [the |]{a.attribute(column)}"))
        if len(table.of_kind("date")) == 1
        else f" of [the |]{a.attribute(column)}"
    )
    templates: tuple[str, ...] = (
        f"What is the {what} [per|for each|by] {period}{by}",
        f"{LIST} the {what} [per|for each|by] {period}{by}",
        f"{what} [per|by] {period}{by}",
        f"For each {period}{by}, [what is|show|give] the {what}",
        f"{LIST} each {period}{by} [with|and] the {what}",
        f"How did the {what} develop by {period}{by}",
    )
    if not number:
        templates = (
            *templates,
            f"How many {{things}} [were there|are there|do we have] [per|in each] {period}{by}",
        )
    tail = "" if "DAYNAME" in cell else a.rng.choice(("", " in order of time", ", earliest first"))
    order = f" ORDER BY {key}" if tail else ""
    question = a.say([t + tail for t in templates], things=a.described(table, filters))
    return Pair(
        question,
        f"SELECT {key}, {measure} FROM {table.sql}{where(filters)} GROUP BY {key}{order}",
    )


_PERIODS = (
    ("year", "EXTRACT(YEAR FROM {d})"), ("year", "EXTRACT(YEAR FROM {d})"),
    ("calendar month", "EXTRACT(MONTH FROM {d})"), ("month", "DATE_TRUNC('month', {d})"),
    ("month", "DATE_TRUNC('month', {d})"), ("quarter", "DATE_TRUNC('quarter', {d})"),
    ("week", "DATE_TRUNC('week', {d})"), ("day of the week", "DAYNAME({d})"),
)  # fmt: skip


def busiest_period(a: Author) -> Pair | None:
    """The year or month with the most rows or the highest sum."""
    found = _dated(a)
    if not found:
        return None
    table, column = found
    filters = a.filters(table, a.rng.choice((0, 0, 1)), table.of_kind("date"))
    number = a.number(table) if a.chance(0.4) else None
    period, cell = a.rng.choice((("year", "EXTRACT(YEAR FROM {d})"), ("calendar month", "EXTRACT(MONTH FROM {d})"), ("month", "DATE_TRUNC('month', {d})"), ("day of the week", "DAYNAME({d})")))  # fmt: skip
    key = cell.format(d=column.as_date)
    most = a.chance(0.8)
    if number:
        what = f"the {'highest' if most else 'lowest'} total {a.attribute(number)} of"
    else:
        what = a.rng.choice(
            ("the most", "the largest number of")
            if most
            else ("the fewest", "the smallest number of")
        )
    measure = f"SUM({number.sql})" if number else "COUNT(*)"
    by = f" by {a.attribute(column)}" if len(table.of_kind("date")) > 1 else ""
    question = a.say(
        (
            "Which {period} had {what} {things}",
            "In which {period} were there {what} {things}" if not number else "In which {period} do we see {what} {things}",
            f"{TELL} the {{period}} with {{what}} {{things}}",
            "What was the {period} with {what} {things}",
            "{period} with {what} {things}",
            "[Find|Name] the {period} that [saw|had] {what} {things}",
        ),
        period=period, what=what, things=a.described(table, filters) + by,
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {key} FROM {table.sql}{where(filters)} GROUP BY {key} "
        f"ORDER BY {measure}{' DESC' if most else ''} LIMIT 1",
    )


def latest(a: Author) -> Pair | None:
    """The first or the last date, or what happened then."""
    found = _dated(a)
    if not found:
        return None
    table, column = found
    filters = a.filters(table, a.rng.choice((0, 0, 1)), table.of_kind("date"))
    last = a.chance(0.6)
    slots = {
        "end": a.rng.choice(("latest", "most recent", "last") if last else ("earliest", "first", "oldest")),
        "col": a.attribute(column), "things": a.described(table, filters),
    }  # fmt: skip
    shown = a.shown(table, avoid=[column])
    if not shown or a.chance(0.35):
        question = a.say(
            (
                f"{TELL} the {{end}} {{col}} of [all |the |]{{things}}",
                "What is the {end} {col} of {things}",
                "{end} {col} of {things}",
                "When was the {end} {col} of [the |]{things}",
                "For {things}, [find|give|show] the {end} {col}",
                "What {end} {col} do [the |]{things} have",
            ),
            **slots,
        )
        name = "MAX" if last else "MIN"
        return Pair(question, f"SELECT {name}({column.sql}) FROM {table.sql}{where(filters)}")
    top = a.rng.choice((1, 1, 1, 3, 5))
    slots |= {"one": shown.one, "many": shown.many, "n": str(top)}
    templates: tuple[str, ...] = (
        f"{TELL} the {{one}} of the one of the {{things}} with the {{end}} {{col}}",
        "What is the {one} of the {end} of the {things} by {col}",
        "Among the {things}, what is the {one} of the one with the {end} {col}",
        "Of all {things}, [give|show|list] the {one} of the one with the {end} {col}",
        "{one} of the {end} of {things} by {col}",
        "Which {one} belongs to the one of the {things} with the {end} {col}",
    )
    if top > 1:
        templates = (
            f"{LIST} the {{many}} of the {{n}} {{things}} with the {{end}} {{col}}",
            "What are the {many} of the {n} {things} with the {end} {col}",
            "{many} of the {n} {things} with the {end} {col}",
            "For the {n} {things} with the {end} {col}, [give|show|list] the {one}",
            "Of all {things}, [give|show|list] the {many} of the {n} with the {end} {col}",
            "By {col}, [give|show|list] the {many} of the {end} {n} {things}",
        )
    return Pair(
        a.say(templates, **slots),
        f"SELECT {shown.sql} FROM {table.sql}{where(filters)} "
        f"ORDER BY {column.sql}{' DESC' if last else ''} LIMIT {top}",
    )


def best_of_each(a: Author) -> Pair | None:
    """The first one or few of each category by a number or a date: QUALIFY."""
    table = a.table("category", labelled=True)
    column = a.category(table) if table else None
    if not table or not column or column in table.labels:
        return None
    dates = [c for c in table.of_kind("date", "year") if c.distinct > 3]
    number = a.rng.choice(dates) if dates and a.chance(0.4) else a.number(table)
    if not number:
        return None
    high, top = a.chance(0.65), a.rng.choice((1, 1, 1, 2, 3))
    over_time = number.kind != "number"
    if over_time:
        most = a.rng.choice(("latest", "most recent") if high else ("earliest",))
    else:
        most = a.rng.choice(("highest", "largest", "greatest") if high else ("lowest", "smallest"))
    noun = a.noun(table)
    filters = a.filters(table, a.rng.choice((0, 0, 0, 1)), [column, number])
    things = a.described(table, filters, noun=noun)
    slots = {
        "thing": noun, "things": things, "one": a.attribute(column), "most": most,
        "col": a.attribute(number), "n": str(top),
    }  # fmt: skip
    slots["ones"] = plural(slots["one"])
    if top == 1:
        templates: tuple[str, ...] = (
            "For each {one}, which of the {things} has the {most} {col}",
            f"{LIST} [for each|per] {{one}} the one of the {{things}} with the {{most}} {{col}}",
            "Which of the {things} has the {most} {col} within [each|its] {one}",
            "{things} with the {most} {col} of [each|their] {one}",
            "In each {one}, which one of the {things} has the {most} {col}",
            "[Find|Show|Name] the one of the {things} with the {most} {col} in every {one}",
        )
    else:
        templates = (
            "For each {one}, which {n} of the {things} have the {most} {col}",
            f"{LIST} the {{n}} {{things}} with the {{most}} {{col}} [for each|per|in each|of every] {{one}}",
            "Which {n} {things} have the {most} {col} within each {one}",
            "the {n} {things} with the {most} {col} per {one}",
            "In each {one}, which {n} of the {things} have the {most} {col}",
            "[Find|Show|Name] the {n} {things} with the {most} {col} in every {one}",
        )
    return Pair(
        a.say(templates, **slots),
        f"SELECT {column.sql}, {a.labels(table)} FROM {table.sql}{where(filters)} QUALIFY ROW_NUMBER() OVER "
        f"(PARTITION BY {column.sql} ORDER BY {number.sql}{' DESC' if high else ''}) {'=' if top == 1 else '<='} {top}",
    )


def ranked(a: Author) -> Pair | None:
    """Each thing with its rank by a number, in all or within its category."""
    table = a.table("number", labelled=True)
    number = a.number(table) if table else None
    if not table or not number:
        return None
    column = a.category(table) if a.chance(0.4) else None
    within = f" within [each|its] {a.attribute(column)}" if column else ""
    filters = a.filters(table, a.rng.choice((0, 0, 1)), [number])
    question = a.say(
        (
            f"Rank [all |the |]{{things}} by {{col}}{within}, highest first",
            f"{LIST} [all |the |]{{things}} with their rank by {{col}}{within}",
            f"What rank does each of the {{things}} have by {{col}}{within}",
            f"{{things}} and their rank by {{col}}{within}",
            f"Give each of the {{things}} a rank by {{col}}{within}, the highest being number one",
            f"How do the {{things}} rank by {{col}}{within}",
        ),
        things=a.described(table, filters), col=a.attribute(number),
    )  # fmt: skip
    part = f"PARTITION BY {column.sql} " if column else ""
    return Pair(
        question,
        f"SELECT {a.labels(table)}, RANK() OVER ({part}ORDER BY {number.sql} DESC) "
        f"FROM {table.sql}{where(filters)}",
    )


def running_total(a: Author) -> Pair | None:
    """A sum that grows over time."""
    found = _dated(a)
    number = a.number(found[0]) if found else None
    if not found or not number:
        return None
    table, column = found
    filters = a.filters(table, a.rng.choice((0, 0, 1)), [number, *table.of_kind("date")])
    question = a.say(
        (
            f"{LIST} the running total of {{col}} of {{things}} over time, with the {{date}}",
            "What is the [running|cumulative] [total|sum] of {col} of {things} by {date}",
            f"{LIST} each {{date}} of {{things}} with the cumulative {{col}}",
            "[cumulative|running] {col} of {things} by {date}",
            "How does the {col} of {things} add up over time, by {date}",
            "For [all |]{things}, in order of {date}, give the {date} and the {col} summed so far",
        ),
        col=a.attribute(number), date=a.attribute(column), things=a.described(table, filters),
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {column.sql}, SUM({number.sql}) OVER (ORDER BY {column.sql}) "
        f"FROM {table.sql}{where(filters)}",
    )


def share_each(a: Author) -> Pair | None:
    """What part of all rows each category holds, in percent."""
    table = a.table("category")
    column = a.category(table) if table else None
    if not table or not column:
        return None
    question = a.say(
        (
            "What percentage of the {things} falls [to|on] each {one}",
            f"{LIST} each {{one}} with its share of [all |the |]{{things}} in percent",
            "[percentage|share in percent] of {things} [by|per] {one}",
            "How are the {things} spread over the {ones}, in percent",
            "For each {one}, what percentage of all {things} does it [have|hold]",
            "[Compute|Calculate] the percentage of {things} for each {one}",
        ),
        things=a.described(table, []), one=a.attribute(column), ones=plural(a.attribute(column)),
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {column.sql}, 100.0 * COUNT(*) / SUM(COUNT(*)) OVER () FROM {table.sql} "
        f"GROUP BY {column.sql}",
    )


TIMES = (
    (per_period, 8), (busiest_period, 5), (latest, 7), (best_of_each, 7), (ranked, 3),
    (running_total, 2), (share_each, 2),
)  # fmt: skip
