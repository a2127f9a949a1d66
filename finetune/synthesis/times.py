"""Questions over time: by months and years, the busiest of them, the latest, the days between.

Each function writes one kind of question, or finds that it can't be asked.
"""

# ruff: noqa: E501 - a wording reads best on one line
from __future__ import annotations

from finetune.synthesis.author import MOST, Author, Pair, need
from finetune.synthesis.clauses import order, where
from finetune.synthesis.facts import ColumnFacts, TableFacts
from finetune.synthesis.phrasing import LIST, TELL


def dated(a: Author) -> tuple[TableFacts, ColumnFacts]:
    """A table with a date worth asking about, and that date."""
    table = a.table("date")
    return table, need(a.one_of(_dates(table)))


def _dates(table: TableFacts) -> list[ColumnFacts]:
    return [c for c in table.of_kind("date") if c.values and c.distinct > 2]


def per_period(a: Author) -> Pair:
    """Rows counted, or a number summed, by year, month or day of the week of a date."""
    table, column = dated(a)
    filters = a.filters(table, a.rng.choice((0, 0, 1)), table.of_kind("date"))
    number = a.number(table) if a.chance(0.45) else None
    name = a.function(number, "SUM", "AVG") if number else "SUM"
    period, cell = a.rng.choice(_PERIODS)
    key = cell.format(d=column.sql)
    what = (
        f"{a.spoken_function(name)} {a.attribute(number)} of {{things}}"
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
    sort = f" ORDER BY {key}" if tail else ""
    question = a.say([t + tail for t in templates], things=a.described(table, filters))
    return Pair(
        question, f"SELECT {key}, {measure} FROM {table.sql}{where(filters)} GROUP BY {key}{sort}"
    )


_PERIODS = (
    ("year", "EXTRACT(YEAR FROM {d})"), ("year", "EXTRACT(YEAR FROM {d})"),
    ("calendar month", "EXTRACT(MONTH FROM {d})"), ("month", "DATE_TRUNC('month', {d})"),
    ("month", "DATE_TRUNC('month', {d})"), ("quarter", "DATE_TRUNC('quarter', {d})"),
    ("week", "DATE_TRUNC('week', {d})"), ("day of the week", "DAYNAME({d})"),
)  # fmt: skip


def busiest_period(a: Author) -> Pair:
    """The year or month with the most rows or the highest sum."""
    table, column = dated(a)
    filters = a.filters(table, a.rng.choice((0, 0, 1)), table.of_kind("date"))
    number = a.number(table) if a.chance(0.4) else None
    period, cell = a.rng.choice((("year", "EXTRACT(YEAR FROM {d})"), ("calendar month", "EXTRACT(MONTH FROM {d})"), ("month", "DATE_TRUNC('month', {d})"), ("day of the week", "DAYNAME({d})")))  # fmt: skip
    key = cell.format(d=column.sql)
    most = a.chance(0.8)
    if number:
        what = f"the {'highest' if most else 'lowest'} total {a.attribute(number)} of"
    else:
        what = a.rng.choice(MOST[most])
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
        f"{order(measure, down=most, top=1)}",
    )


def latest(a: Author) -> Pair:
    """The first or the last date, or what happened then."""
    table, column = dated(a)
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
        f"{order(column.sql, down=last, top=top)}",
    )


def span(a: Author) -> Pair:
    """The days between two dates of a row: on average, at most, or more than so many."""
    table = a.table("date")
    dates = _dates(table)
    need(len(dates) > 1)
    first, last = dates[:2]
    need(_in_order(a, first, last))
    filters = a.filters(table, a.rng.choice((0, 0, 1)), table.of_kind("date"))
    name = a.rng.choice(("AVG", "AVG", "MAX", "MIN"))
    question = a.say(
        (
            f"{TELL} the {{fn}} number of days {{between}} of [all |the |]{{things}}",
            "How many days lie {between} of {things}, {adverb}",
            "What is the {fn} number of days {between} for {things}",
            "{fn} number of days {between} of {things}",
            "{adverb}, how many days pass {between} of {things}",
        ),
        fn={"AVG": "average", "MAX": "largest", "MIN": "smallest"}[name],
        adverb={"AVG": "on average", "MAX": "at most", "MIN": "at least"}[name],
        between=f"between the {a.attribute(first)} and the {a.attribute(last)}",
        things=a.described(table, filters),
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {name}(DATE_DIFF('day', {first.sql}, {last.sql})) "
        f"FROM {table.sql}{where(filters)}",
    )


def _in_order(a: Author, first: ColumnFacts, last: ColumnFacts) -> bool:
    """Whether no row has the second date before the first."""
    found = a.database.run(
        f'SELECT COUNT(*) FROM "{first.table}" WHERE {last.sql} < {first.sql}'
    ).rows
    return bool(found[0][0] == 0)


TIMES = ((per_period, 9), (busiest_period, 5), (latest, 7), (span, 3))
