"""Conditions on dates and years, as SQL and in words that follow a noun.

    orders [shipped in November 2023], employees [hired after 5 March 2019]

Knows nothing of tables.
"""

from __future__ import annotations

import calendar
import datetime
from random import Random

from finetune.synthesis.facts import ColumnFacts, iso
from finetune.synthesis.phrasing import fill
from finetune.synthesis.words import with_article

MONTHS = tuple(calendar.month_name)
_PARTICIPLES = {
    "hire": "hired", "birth": "born", "born": "born", "dob": "born", "release": "released",
    "creat": "created", "join": "{who} joined", "open": "opened", "found": "founded",
    "publi": "published", "order": "ordered", "deliver": "delivered", "ship": "shipped",
    "start": "{who} started", "begin": "{who} began", "end": "{who} ended", "due": "due",
    "regist": "registered", "purchase": "purchased", "sale": "sold", "sold": "sold",
    "pay": "paid", "paid": "paid", "visit": "{who} visited", "book": "booked", "rent": "rented",
    "return": "returned", "enrol": "enrolled", "admi": "admitted", "discharg": "discharged",
    "harvest": "harvested", "plant": "planted", "acqui": "acquired", "install": "installed",
    "check in": "{who} checked in", "check out": "{who} checked out", "complet": "completed",
    "built": "built", "construct": "constructed", "issue": "issued", "sign": "signed",
    "launch": "launched", "record": "recorded", "submit": "submitted", "report": "reported",
    "update": "updated", "arriv": "{who} arrived", "depart": "{who} departed", "finish": "finished",
    "graduat": "{who} graduated", "adopt": "adopted", "sampl": "sampled", "inspect": "inspected",
}  # fmt: skip


def date(column: ColumnFacts, noun: str, rng: Random, *, only: bool) -> tuple[str, str]:
    """SQL and words of a condition on a date column; `only` if the table has no other date."""
    makers = (
        _month,
        _month,
        _month_of_year,
        _month_of_year,
        _year,
        _year,
        _after,
        _before,
        _within,
    )
    sql, moment = rng.choice(makers)(column, rng)
    return sql, _said(moment, column, noun, rng, only=only)


def _said(moment: str, column: ColumnFacts, noun: str, rng: Random, *, only: bool) -> str:
    participle = next((p for part, p in _PARTICIPLES.items() if part in column.words), None)
    chance = rng.random()
    if participle and chance < 0.6:
        return fill(rng, (participle.replace("{who}", "that"),)) + f" {moment}"
    if only and chance < 0.8 and not moment.startswith(("after", "before")):
        return (
            fill(rng, ("{m}", "dated {m}", "that happened {m}", "recorded {m}"), m=moment)
            .replace("dated in", "from")
            .replace("dated on", "dated")
        )
    return fill(rng, _DATED, col=noun, a_col=with_article(noun), m=moment)


_DATED = (
    "with {a_col} {m}", "whose {col} [is|was|falls|fell] {m}", "where the {col} is {m}",
    "that have {a_col} {m}", "having {a_col} {m}", "for which the {col} is {m}",
)  # fmt: skip


def _day(column: ColumnFacts, rng: Random) -> datetime.date:
    return datetime.date.fromisoformat(iso(rng.choice(column.values)))


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


def year_number(column: ColumnFacts, noun: str, rng: Random) -> tuple[str, str]:
    """SQL and words of a condition on a column that holds years as numbers."""
    year = int(rng.choice(column.values))
    sign, moments = rng.choice(
        (
            ("=", ("in {y}", "of {y}", "from {y}")),
            (">", ("after {y}", "later than {y}")),
            ("<", ("before {y}", "earlier than {y}", "prior to {y}")),
            (">=", ("in {y} or later", "since {y}")),
        )
    )
    moment = fill(rng, moments, y=year)
    participle = next((p for part, p in _PARTICIPLES.items() if part in column.words), None)
    if participle and rng.random() < 0.6 and not moment.startswith("of"):
        return f"{column.sql} {sign} {year}", f"{participle.replace('{who}', 'that')} {moment}"
    if sign == "=":
        said = fill(
            rng,
            ("with {col} {y}", "whose {col} is {y}", "from {y}", "of {y}"),
            col=noun,
            a_col=with_article(noun),
            y=year,
        )
    elif sign == ">=":
        said = fill(
            rng,
            ("whose {col} is {y} or later", "from {y} [on|onwards]"),
            col=noun,
            a_col=with_article(noun),
            y=year,
        )
    else:
        said = fill(
            rng,
            ("whose {col} is {m}", "with {a_col} {m}", "from {m}"),
            col=noun,
            a_col=with_article(noun),
            m=moment,
        )
        said = said.replace("from before", "from before").replace("from after", "from after")
    return f"{column.sql} {sign} {year}", said
