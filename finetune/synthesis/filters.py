"""Conditions on the rows of one table, as SQL and as people say them after the noun.

    customers [who live in Berlin] [older than 30]

Each is known to keep some rows and to drop some. Knows nothing of what is asked of the rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from finetune.synthesis import date_filters
from finetune.synthesis.facts import ColumnFacts, TableFacts
from finetune.synthesis.phrasing import fill
from finetune.synthesis.scales import scale_of
from finetune.synthesis.words import attribute, is_person, plural, singular, with_article, words
from text2sql.database import Database
from text2sql.errors import ExecutionError

_PLACE = re.compile(
    r"\b(city|town|country|state|region|county|province|location|district|village)$"
)
_SORT = re.compile(r"\b(type|category|kind|genre|class|species|style|breed|segment)$")
_COLOUR = re.compile(r"\b(colou?r)$")
_PART = re.compile(r"\b(department|team|school|company|club|division|faculty|ward|branch|section)$")
_DULL = re.compile(r"\b(phone|fax|zip|postal|email|e-mail|address|description|url|password|note)")
_MISSING = 0.35
_GENDERS = {"m": "male", "f": "female", "male": "male", "female": "female"}
_CONDITION_LIKE = re.compile(r"[A-Za-z]+(ed|ing|ive|ent|ble|open|new|en)", re.IGNORECASE)


@dataclass(frozen=True)
class Filter:
    """`words` follow the noun, or precede it if `before`; `column` is what it is about."""

    sql: str
    words: str
    column: str
    before: bool = False
    clause: bool = False  # "whose …", "who …": goes last


def make_filter(
    table: TableFacts, database: Database, rng: Random, *, avoid: frozenset[str] = frozenset()
) -> Filter | None:
    """A condition that some rows of the table meet and some don't, or nothing after a few tries."""
    columns = [
        c
        for c in table.columns
        if c.kind != "key" and c.name not in avoid and c.distinct > 1 and not _is_dull(c, rng)
    ]
    for _ in range(4 if columns else 0):
        column = rng.choices(columns, [_weight(c, table) for c in columns])[0]
        missing = column.nulls and rng.random() < _MISSING
        found = (_missing if missing else _MAKERS[column.kind])(column, table, rng)
        if found and _says_something(found, table, database):
            return found
    return None


def described(noun: str, filters: list[Filter], rng: Random, *, many: bool = True) -> str:
    """The noun with its conditions: 'female customers from Berlin who are older than 30'."""
    before = " ".join(f.words for f in filters if f.before)
    plain = [f.words for f in filters if not f.before and not f.clause]
    clauses = [f.words for f in filters if f.clause]
    base = f"{before} {plural(noun) if many else singular(noun)}"
    return " ".join(f"{base} {' and '.join(plain)} {' and '.join(clauses)}".split())


def where(filters: list[Filter]) -> str:
    """The WHERE clause, with a space before it; empty without filters."""
    return f" WHERE {' AND '.join(f.sql for f in filters)}" if filters else ""


def literal(value: object) -> str:
    """A text or a number as SQL writes it."""
    if isinstance(value, int | float):
        return f"{value:.10g}" if isinstance(value, float) else str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _weight(column: ColumnFacts, table: TableFacts) -> float:
    """Part of a text is asked for less often than a category, a number or a date."""
    if column.kind == "text":
        return 0.6 if column in table.labels else 0.3
    return 1.5 if column.kind == "date" else 1.0


def _is_dull(column: ColumnFacts, rng: Random) -> bool:
    return bool(_DULL.search(column.words)) and rng.random() < 0.85


def _says_something(found: Filter, table: TableFacts, database: Database) -> bool:
    try:
        kept = database.run(f"SELECT count(*) FROM {table.sql} WHERE {found.sql}").rows[0][0]
    except ExecutionError:
        return False
    return bool(0 < kept < table.rows)


def _who(table: TableFacts, rng: Random) -> str:
    return (
        "who" if is_person(singular(words(table.name))) else rng.choice(("that", "that", "which"))
    )


def spoken(value: str, rng: Random) -> str:
    """A text value as typed into a question: as it is, in quotes, or in lower case."""
    chance = rng.random()
    odd = len(value) < 3 or not re.search(r"[A-Za-z]", value)
    if chance < 0.18 or odd or value.lower() in ("and", "or", "not", "all"):
        return rng.choice(("'{}'", '"{}"', "'{}'")).format(value)
    return value.lower() if chance > 0.9 and value.replace(" ", "").isalpha() else value


def _category(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter | None:
    chance = rng.random()
    if chance < 0.1 and len(column.values) > 2:
        return _either(column, table, rng)
    if chance < 0.18 and len(column.values) > 2:
        return _other_than(column, table, rng)
    return _is(column, str(rng.choice(column.values[:12])), table, rng)


def _is(column: ColumnFacts, value: str, table: TableFacts, rng: Random) -> Filter:
    """`column = value` in the words that fit the column."""
    sql, noun = f"{column.sql} = {literal(value)}", attribute(column.words, rng)
    who, said = _who(table, rng), spoken(value, rng)
    if column.words in ("gender", "sex") and value.lower() in _GENDERS:
        return Filter(sql, _GENDERS[value.lower()], column.name, before=True)
    chance = rng.random()
    if chance < 0.65:
        if _PLACE.search(column.words):
            return _clause(sql, column, _place_words(who, said, rng))
        if _PART.search(column.words):
            return _clause(
                sql, column, fill(rng, _PARTS, v=said, who=who, col=noun, a_col=with_article(noun))
            )
        if _SORT.search(column.words):
            return _clause(
                sql, column, fill(rng, _SORTS, v=said, col=noun, a_col=with_article(noun))
            )
        if column is table.label:
            return _clause(
                sql, column, fill(rng, _NAMED, v=said, col=noun, a_col=with_article(noun))
            )
        if _COLOUR.search(column.words):
            return Filter(sql, said.lower(), column.name, before=True)
        if _CONDITION_LIKE.fullmatch(value) and ("status" in column.words or chance < 0.3):
            return Filter(sql, said.lower() if chance < 0.4 else said, column.name, before=True)
    return _clause(
        sql, column, fill(rng, _EQUALS, v=said, col=noun, a_col=with_article(noun), who=who)
    )


def _clause(sql: str, column: ColumnFacts, text: str) -> Filter:
    return Filter(sql, text, column.name, clause=text.startswith(("who", "that", "which", "where")))


def _place_words(who: str, said: str, rng: Random) -> str:
    if who == "who":
        return fill(
            rng, ("[from|in|living in|based in] {v}", "who [live in|come from] {v}"), v=said
        )
    return fill(rng, ("[in|in|from|located in|based in] {v}", "{w} are in {v}"), v=said, w=who)


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


def _either(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter:
    one, two = rng.sample([str(v) for v in column.values[:12]], 2)
    noun, who = attribute(column.words, rng), _who(table, rng)
    sql = f"{column.sql} IN ({literal(one)}, {literal(two)})"
    pair = fill(rng, ("{a} or {b}", "either {a} or {b}"), a=spoken(one, rng), b=spoken(two, rng))
    wordings: tuple[str, ...] = (
        "whose {col} is {pair}",
        "with {col} {pair}",
        "{who} have {pair} as {col}",
    )
    if _PLACE.search(column.words):
        wordings = ("from {pair}", "in {pair}", "located in {pair}", "whose {col} is {pair}")
    return _clause(
        sql, column, fill(rng, wordings, col=noun, a_col=with_article(noun), pair=pair, who=who)
    )


def _other_than(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter:
    value = str(rng.choice(column.values[:8]))
    noun, who, said = attribute(column.words, rng), _who(table, rng), spoken(value, rng)
    wordings: tuple[str, ...] = (
        "whose {col} is not {v}", "with {a_col} other than {v}", "{who} do not have {v} as {col}",
        "whose {col} is anything but {v}", "whose {col} isn't {v}", "whose {col} differs from {v}",
    )  # fmt: skip
    if _PLACE.search(column.words):
        wordings = (*wordings, "outside {v}", "not in {v}", "{who} are not from {v}")
    text = fill(rng, wordings, col=noun, a_col=with_article(noun), v=said, who=who)
    return _clause(f"{column.sql} <> {literal(value)}", column, text)


def _missing(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter:
    noun, who = attribute(column.words, rng), _who(table, rng)
    if rng.random() < 0.6:
        text = fill(rng, _NO_VALUE, col=noun, a_col=with_article(noun), who=who)
        return _clause(f"{column.sql} IS NULL", column, text)
    return _clause(
        f"{column.sql} IS NOT NULL",
        column,
        fill(rng, _A_VALUE, col=noun, a_col=with_article(noun), who=who),
    )


_NO_VALUE = (
    "without {a_col}", "with no {col}", "whose {col} is missing", "{who} have no {col}",
    "whose {col} is unknown", "where no {col} is recorded", "lacking {a_col}",
    "whose {col} is not [known|recorded|given|filled in]",
)  # fmt: skip
_A_VALUE = (
    "with a [known |recorded |]{col}", "{who} have {a_col}", "whose {col} is known",
    "whose {col} is [recorded|given|filled in]", "where [a|the] {col} is recorded",
    "for which {a_col} is known",
)  # fmt: skip


def _text(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter | None:
    chance = rng.random()
    unique = column.distinct > column.filled * 0.8
    if chance < (0.95 if unique else 0.45):
        return _like(column, table, rng)
    return _is(column, str(rng.choice(column.values[:60])), table, rng)


def _like(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter | None:
    value = str(rng.choice(column.values[:60]))
    noun, who = attribute(column.words, rng), _who(table, rng)
    parts = re.findall(r"[A-Za-z]{4,}", value)
    if parts and rng.random() < 0.5:
        part = rng.choice(parts)
        part = part if rng.random() < 0.5 else part.lower()
        text = fill(
            rng, _CONTAINS, col=noun, a_col=with_article(noun), who=who, v=_in_quotes(part, rng)
        )
        return _clause(f"{column.sql} ILIKE {literal(f'%{part}%')}", column, text)
    if not value[0].isalpha():
        return None
    start = value[: rng.choice((1, 1, 2, 3))]
    if not start.isalnum():
        return None
    if rng.random() < 0.25 and value[-2:].isalpha():
        text = fill(
            rng, _ENDS, col=noun, a_col=with_article(noun), who=who, v=_in_quotes(value[-2:], rng)
        )
        return _clause(f"{column.sql} ILIKE {literal(f'%{value[-2:]}')}", column, text)
    text = fill(rng, _STARTS, col=noun, a_col=with_article(noun), who=who, v=_in_quotes(start, rng))
    return _clause(f"{column.sql} ILIKE {literal(f'{start}%')}", column, text)


def _in_quotes(text: str, rng: Random) -> str:
    return rng.choice(("'{}'", "'{}'", '"{}"', "{}")).format(text)


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


def _number(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter | None:
    if column.distinct < 4 or len(column.values) < 7:
        return None
    noun, who = attribute(column.words, rng), _who(table, rng)
    value, sign = _round(rng.choice(column.values[1:6]), column), rng.choice((">", ">", "<", "<"))
    chance = rng.random()
    if chance < 0.15:
        low, high = _round(column.values[1], column), _round(column.values[5], column)
        text = fill(rng, _BETWEEN, col=noun, a_col=with_article(noun), who=who, a=low, b=high)
        sql = f"{column.sql} BETWEEN {literal(low)} AND {literal(high)}"
        return _clause(sql, column, text) if low < high else None
    if chance < 0.35:
        bound = _AT_LEAST if sign == ">" else _AT_MOST
        text = fill(rng, bound, col=noun, a_col=with_article(noun), who=who, v=value)
        return _clause(f"{column.sql} {sign}= {literal(value)}", column, text)
    scale = scale_of(column, table)
    said: tuple[str, ...] = _ABOVE if sign == ">" else _BELOW
    if scale and rng.random() < 0.6:
        said = scale.more if sign == ">" else scale.less
    text = fill(rng, said, col=noun, a_col=with_article(noun), who=who, v=value)
    return _clause(f"{column.sql} {sign} {literal(value)}", column, text)


def _round(value: float, column: ColumnFacts) -> float | int:
    """A threshold as people choose them: two digits, then zeros."""
    number = float(f"{float(value):.2g}")
    return int(number) if column.whole or number == int(number) else number


_ABOVE = (
    "with {a_col} [above|over|greater than|higher than|of more than|exceeding] {v}",
    "whose {col} is [above|over|greater than|more than|higher than|larger than] {v}",
    "{who} have {a_col} [above|over|greater than|higher than|of more than] {v}",
    "where the {col} [exceeds|is above|is over|is more than] {v}", "whose {col} exceeds {v}",
)  # fmt: skip
_BELOW = (
    "with {a_col} [below|under|less than|lower than|of less than|smaller than] {v}",
    "whose {col} is [below|under|less than|lower than|smaller than] {v}",
    "{who} have {a_col} [below|under|less than|lower than|of less than] {v}",
    "where the {col} [stays below|is below|is under|is less than] {v}",
    "whose {col} does not reach {v}",
)  # fmt: skip
_AT_LEAST = (
    "with {a_col} of [at least|no less than] {v}", "whose {col} is [at least|no less than] {v}",
    "{who} have {a_col} of {v} or [more|higher|above]", "whose {col} is {v} or [more|higher|above]",
    "with a minimum {col} of {v}",
)  # fmt: skip
_AT_MOST = (
    "with {a_col} of [at most|no more than|up to] {v}", "whose {col} is [at most|no more than] {v}",
    "{who} have {a_col} of {v} or [less|lower|below]", "whose {col} is {v} or [less|lower|below]",
    "with a maximum {col} of {v}",
)  # fmt: skip
_BETWEEN = (
    "with {a_col} between {a} and {b}", "whose {col} is between {a} and {b}",
    "whose {col} lies between {a} and {b}", "{who} have {a_col} from {a} to {b}",
    "with {a_col} in the range [from |of ]{a} to {b}", "whose {col} ranges from {a} to {b}",
)  # fmt: skip


def _year(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter | None:
    if not column.values:
        return None
    found = date_filters.year_number(column, attribute(column.words, rng), rng)
    return _clause(found[0], column, found[1])


def _date(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter | None:
    if not column.values:
        return None
    only = len(table.of_kind("date")) == 1
    found = date_filters.date(column, attribute(column.words, rng), rng, only=only)
    return _clause(found[0], column, found[1])


def _flag(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter | None:
    verb, _, rest = column.words.partition(" ")
    yes, who = rng.random() < 0.6, _who(table, rng)
    sql = column.sql if yes else f"NOT {column.sql}"
    if verb == "has" and rest:
        own = with_article(rest)
        text = fill(
            rng,
            ("with {r}", "{w} have {r}") if yes else ("without {r}", "{w} don't have {r}"),
            r=own,
            w=who,
        )
        return _clause(sql, column, text)
    state = rest if verb in ("is", "was", "are") and rest else column.words
    are = "{w} are [|marked as ]{s}" if yes else "{w} are not [|marked as ]{s}"
    return _clause(sql, column, fill(rng, (are,), w=who, s=state))


_MAKERS: dict[str, Callable[[ColumnFacts, TableFacts, Random], Filter | None]] = {
    "category": _category, "text": _text, "number": _number, "year": _year, "date": _date,
    "flag": _flag,
}  # fmt: skip
