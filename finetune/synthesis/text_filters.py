"""Conditions on texts: what a column is, is not, is one of, contains, starts or ends with."""

from __future__ import annotations

import re
from random import Random

from finetune.synthesis.facts import ColumnFacts, TableFacts
from finetune.synthesis.filters import Filter, slots_of, spoken
from finetune.synthesis.phrasing import fill
from text2sql.ddl.quoting import literal

_PLACE = re.compile(
    r"\b(city|town|country|state|region|county|province|location|district|village)$"
)
_SORT = re.compile(r"\b(type|category|kind|genre|class|species|style|breed|segment)$")
_COLOUR = re.compile(r"\b(colou?r)$")
_PART = re.compile(r"\b(department|team|school|company|club|division|faculty|ward|branch|section)$")
_GENDERS = {"m": "male", "f": "female", "male": "male", "female": "female"}
_CONDITION_LIKE = re.compile(r"[A-Za-z]+(ed|ing|ive|ent|ble|open|new|en)", re.IGNORECASE)
_PLACES = ("[in|in|from|located in|based in] {v}", "{who} are in {v}")
_HOMES = ("[from|in|living in|based in] {v}", "who [live in|come from] {v}")  # of people
_PARTS = (
    "[in|of|from] the {v} {col}", "{who} belong to the {v} {col}", "[in|from|at] {v}",
    "whose {col} is {v}", "with {v} as [their|the] {col}", "assigned to the {col} {v}",
)  # fmt: skip
_SORTS = (
    "of [|the ]{col} {v}", "of the {v} {col}", "in the {col} {v}", "in the {v} {col}",
    "whose {col} is {v}", "with the {col} {v}",
)  # fmt: skip
_NAMED = (
    "called {v}", "named {v}", "with the {col} {v}", "whose {col} is {v}", "by the name of {v}",
    "known as {v}",
)  # fmt: skip
_EQUALS = (
    "whose {col} is {v}", "with {col} {v}", "with the {col} {v}", "whose {col} equals {v}",
    "where the {col} is {v}", "with {v} as {col}",
    "whose {col} is [listed|recorded|given] as {v}",
)  # fmt: skip
_EITHER = ("whose {col} is {pair}", "with {col} {pair}", "{who} have {pair} as {col}")
_EITHER_PLACE = ("from {pair}", "in {pair}", "located in {pair}", "whose {col} is {pair}")
_OTHER = (
    "whose {col} is not {v}", "with {a_col} other than {v}", "{who} do not have {v} as {col}",
    "whose {col} is anything but {v}", "whose {col} isn't {v}", "whose {col} differs from {v}",
)  # fmt: skip
_OTHER_PLACE = (*_OTHER, "outside {v}", "not in {v}", "{who} are not from {v}")
_CONTAINS = (
    "whose {col} contains {v}", "with {v} in [the|their] {col}", "whose {col} mentions {v}",
    "whose {col} includes the word {v}", "{who} have {v} [somewhere |]in [the|their] {col}",
    "where {v} is part of the {col}", "with {a_col} containing {v}",
)  # fmt: skip
_STARTS = (
    "whose {col} [starts|begins] with {v}", "with {a_col} [starting|beginning] with {v}",
    "{who} have {a_col} that [starts|begins] with {v}", "where the {col} [starts|begins] with {v}",
    "with {v} at the [start|beginning] of [the|their] {col}",
)  # fmt: skip
_ENDS = (
    "whose {col} ends [with|in] {v}", "with {a_col} ending [with|in] {v}",
    "{who} have {a_col} that ends [with|in] {v}", "where the {col} ends [with|in] {v}",
    "with {v} at the end of [the|their] {col}",
)  # fmt: skip


def category(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter:
    """One of few texts: mostly that the column is it."""
    chance = rng.random()
    if chance < 0.1 and len(column.values) > 2:
        return _either(column, table, rng)
    if chance < 0.18 and len(column.values) > 2:
        return _other_than(column, table, rng)
    return _is(column, rng.choice(column.values[:12]), table, rng)


def text(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter | None:
    """One of many texts: mostly a part of it, the more so if each occurs once."""
    chance = rng.random()
    unique = column.distinct > column.filled * 0.8
    if chance < (0.95 if unique else 0.45):
        return _like(column, table, rng)
    return _is(column, rng.choice(column.values[:60]), table, rng)


def _is(column: ColumnFacts, value: str, table: TableFacts, rng: Random) -> Filter:
    """`column = value` in the words that fit the column."""
    sql, slots = f"{column.sql} = {literal(value)}", slots_of(column, table, rng)
    said = spoken(value, rng)
    if column.words in ("gender", "sex") and value.lower() in _GENDERS:
        return Filter(sql, _GENDERS[value.lower()], column.name, before=True)
    chance = rng.random()
    wordings: tuple[str, ...] = _EQUALS
    if chance < 0.65:
        if _PLACE.search(column.words):
            wordings = _HOMES if slots["who"] == "who" else _PLACES
        elif _PART.search(column.words):
            wordings = _PARTS
        elif _SORT.search(column.words):
            wordings = _SORTS
        elif column is table.label:
            wordings = _NAMED
        elif _COLOUR.search(column.words):
            return Filter(sql, said.lower(), column.name, before=True)
        elif _CONDITION_LIKE.fullmatch(value) and ("status" in column.words or chance < 0.3):
            return Filter(sql, said.lower() if chance < 0.4 else said, column.name, before=True)
    return Filter(sql, fill(rng, wordings, **slots, v=said), column.name)


def _either(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter:
    one, two = rng.sample(column.values[:12], 2)
    slots = slots_of(column, table, rng)
    pair = fill(rng, ("{a} or {b}", "either {a} or {b}"), a=spoken(one, rng), b=spoken(two, rng))
    wordings = _EITHER_PLACE if _PLACE.search(column.words) else _EITHER
    sql = f"{column.sql} IN ({literal(one)}, {literal(two)})"
    return Filter(sql, fill(rng, wordings, **slots, pair=pair), column.name)


def _other_than(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter:
    value = rng.choice(column.values[:8])
    slots, said = slots_of(column, table, rng), spoken(value, rng)
    wordings = _OTHER_PLACE if _PLACE.search(column.words) else _OTHER
    sql = f"{column.sql} <> {literal(value)}"
    return Filter(sql, fill(rng, wordings, **slots, v=said), column.name)


def _like(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter | None:
    value = rng.choice(column.values[:60])
    slots = slots_of(column, table, rng)

    def like(part: str, pattern: str, wordings: tuple[str, ...]) -> Filter:
        quoted = rng.choice(("'{}'", "'{}'", '"{}"', "{}")).format(part)
        sql = f"{column.sql} ILIKE {literal(pattern)}"
        return Filter(sql, fill(rng, wordings, **slots, v=quoted), column.name)

    parts = re.findall(r"[A-Za-z]{4,}", value)
    if parts and rng.random() < 0.5:
        part = rng.choice(parts)
        part = part if rng.random() < 0.5 else part.lower()
        return like(part, f"%{part}%", _CONTAINS)
    if not value[0].isalpha():
        return None
    start = value[: rng.choice((1, 1, 2, 3))]
    if not start.isalnum():
        return None
    if rng.random() < 0.25 and value[-2:].isalpha():
        return like(value[-2:], f"%{value[-2:]}", _ENDS)
    return like(start, f"{start}%", _STARTS)
