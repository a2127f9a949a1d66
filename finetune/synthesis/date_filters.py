"""Conditions on dates and years, as SQL and in words that follow a noun.

    orders [shipped in November 2023], employees [hired after 5 March 2019]

Knows nothing of other conditions.
"""

from __future__ import annotations

import calendar
import datetime
from random import Random

from finetune.synthesis.facts import ColumnFacts, TableFacts
from finetune.synthesis.filters import Filter
from finetune.synthesis.phrasing import fill
from finetune.synthesis.words import attribute, with_article

MONTHS = tuple(calendar.month_name)
_PARTICIPLES = {
    "hire": "hired", "birth": "born", "born": "born", "dob": "born", "release": "released",
    "creat": "created", "join": "that joined", "open": "opened", "found": "founded",
    "publi": "published", "order": "ordered", "deliver": "delivered", "ship": "shipped",
    "start": "that started", "begin": "that began", "end": "that ended", "due": "due",
    "regist": "registered", "purchase": "purchased", "sale": "sold", "sold": "sold",
    "pay": "paid", "paid": "paid", "visit": "that visited", "book": "booked", "rent": "rented",
    "return": "returned", "enrol": "enrolled", "admi": "admitted", "discharg": "discharged",
    "harvest": "harvested", "plant": "planted", "acqui": "acquired", "install": "installed",
    "check in": "that checked in", "check out": "that checked out", "complet": "completed",
    "built": "built", "construct": "constructed", "issue": "issued", "sign": "signed",
    "launch": "launched", "record": "recorded", "submit": "submitted", "report": "reported",
    "update": "updated", "arriv": "that arrived", "depart": "that departed", "finish": "finished",
    "graduat": "that graduated", "adopt": "adopted", "sampl": "sampled", "inspect": "inspected",
}  # fmt: skip


def date(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter | None:
    """A month, a year, a day and what comes before or after it, or the days between two."""
    if not column.values:
        return None
    noun = attribute(column.words, rng)
    sql, moment = rng.choice(_MAKERS)(column, rng)
    only = len(table.of_kind("date")) == 1
    return Filter(sql, _said(moment, column, noun, rng, only=only), column.name)


def _said(moment: str, column: ColumnFacts, noun: str, rng: Random, *, only: bool) -> str:
    """The moment with what happened then; `only` if the table has no other date."""
    participle = _participle(column)
    chance = rng.random()
    if participle and chance < 0.6:
        return fill(rng, (participle,)) + f" {moment}"
    if only and chance < 0.8 and not moment.startswith(("after", "before")):
        return (
            fill(rng, ("{m}", "dated {m}", "that happened {m}", "recorded {m}"), m=moment)
            .replace("dated in", "from")
            .replace("dated on", "dated")
        )
    return fill(rng, _DATED, col=noun, a_col=with_article(noun), m=moment)


def _participle(column: ColumnFacts) -> str | None:
    """What happened then, if the column's name tells: 'hired', 'that arrived'."""
    return next((p for part, p in _PARTICIPLES.items() if part in column.words), None)


_DATED = (
    "with {a_col} {m}", "whose {col} [is|was|falls|fell] {m}", "where the {col} is {m}",
    "that have {a_col} {m}", "having {a_col} {m}", "for which the {col} is {m}",
)  # fmt: skip


def _day(column: ColumnFacts, rng: Random) -> datetime.date:
    return datetime.date.fromisoformat(_iso(rng.choice(column.values)))


def _iso(value: object) -> str:
    """A date as SQL writes it, without its time of day.

    >>> _iso(datetime.datetime(2024, 2, 29, 13, 0)), _iso("2024-02-29 13:00")
    ('2024-02-29', '2024-02-29')
    """
    text = value.isoformat() if isinstance(value, datetime.date) else str(value)
    return text[:10]


def in_words(day: datetime.date, rng: Random) -> str:
    """A date as people write it."""
    month = MONTHS[day.month]
    return rng.choice(
        (
            *(day.isoformat(), day.isoformat()),
            f"{day.day} {month} {day.year}",
            f"{month} {day.day}, {day.year}",
            f"{month} {_ordinal(day.day)}, {day.year}",
            f"the {_ordinal(day.day)} of {month} {day.year}",
        )
    )


def _ordinal(number: int) -> str:
    """
    >>> [_ordinal(n) for n in (1, 2, 3, 4, 11, 22)]
    ['1st', '2nd', '3rd', '4th', '11th', '22nd']
    """
    if 10 < number < 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _month(column: ColumnFacts, rng: Random) -> tuple[str, str]:
    day = _day(column, rng)
    said = fill(rng, ("in {m}", "in {m}", "in the month of {m}", "during {m}"), m=MONTHS[day.month])
    return f"EXTRACT(MONTH FROM {column.sql}) = {day.month}", said


def _month_of_year(column: ColumnFacts, rng: Random) -> tuple[str, str]:
    day = _day(column, rng)
    sql = (
        f"EXTRACT(YEAR FROM {column.sql}) = {day.year} "
        f"AND EXTRACT(MONTH FROM {column.sql}) = {day.month}"
    )
    return sql, fill(
        rng, ("in {m} {y}", "in {m} of {y}", "during {m} {y}"), m=MONTHS[day.month], y=day.year
    )


def _year(column: ColumnFacts, rng: Random) -> tuple[str, str]:
    day = _day(column, rng)
    said = fill(rng, ("in {y}", "in {y}", "during {y}", "in the year {y}"), y=day.year)
    return f"EXTRACT(YEAR FROM {column.sql}) = {day.year}", said


def _after(column: ColumnFacts, rng: Random) -> tuple[str, str]:
    day = _day(column, rng)
    if rng.random() < 0.3:
        return f"{column.sql} >= '{day.year}-01-01'", fill(
            rng, ("since {y}", "since the start of {y}", "in {y} or later"), y=day.year
        )
    return f"{_day_of(column)} > '{day}'", f"after {in_words(day, rng)}"


def _day_of(column: ColumnFacts) -> str:
    """The column without its time of day: the day itself is not after the day."""
    timed = column.type.upper().startswith("TIMESTAMP")
    return f"CAST({column.sql} AS DATE)" if timed else column.sql


def _before(column: ColumnFacts, rng: Random) -> tuple[str, str]:
    day = _day(column, rng)
    if rng.random() < 0.3:
        return f"{column.sql} < '{day.year}-01-01'", fill(
            rng, ("before {y}", "earlier than {y}", "prior to {y}"), y=day.year
        )
    return f"{column.sql} < '{day}'", f"before {in_words(day, rng)}"


def _within(column: ColumnFacts, rng: Random) -> tuple[str, str]:
    first = _day(column, rng).replace(day=1)
    months = rng.choice((1, 2, 3, 6))
    index = first.month - 1 + months
    last = datetime.date(first.year + index // 12, index % 12 + 1, 1) - datetime.timedelta(1)
    said = fill(
        rng,
        ("between {a} and {b}", "from {a} to {b}"),
        a=in_words(first, rng),
        b=in_words(last, rng),
    )
    return f"{_day_of(column)} BETWEEN '{first}' AND '{last}'", said


_MAKERS = (
    _month, _month, _month_of_year, _month_of_year, _year, _year, _after, _before, _within,
)  # fmt: skip


def year_number(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter | None:
    """A condition on a column that holds years as numbers."""
    if not column.values:
        return None
    noun = attribute(column.words, rng)
    year = int(rng.choice(column.values))
    sign, moments, wordings = rng.choice(_YEARS)
    moment = fill(rng, moments, y=year)
    sql, participle = f"{column.sql} {sign} {year}", _participle(column)
    if participle and rng.random() < 0.6 and not moment.startswith("of"):
        return Filter(sql, f"{participle} {moment}", column.name)
    said = fill(rng, wordings, col=noun, a_col=with_article(noun), y=year, m=moment)
    return Filter(sql, said, column.name)


_COMPARED = ("whose {col} is {m}", "with {a_col} {m}", "from {m}")
_YEARS = (
    (
        "=", ("in {y}", "of {y}", "from {y}"),
        ("with {col} {y}", "whose {col} is {y}", "from {y}", "of {y}"),
    ),
    (">", ("after {y}", "later than {y}"), _COMPARED),
    ("<", ("before {y}", "earlier than {y}", "prior to {y}"), _COMPARED),
    (
        ">=", ("in {y} or later", "since {y}"),
        ("whose {col} is {y} or later", "from {y} [on|onwards]"),
    ),
)  # fmt: skip
