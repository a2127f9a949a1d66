"""Chooses a condition on the rows of one table, known to keep some of them and to drop some.

Knows nothing of what is asked of the rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from finetune.synthesis.date_filters import date, year_number
from finetune.synthesis.facts import ColumnFacts, TableFacts
from finetune.synthesis.filters import Filter, slots_of, who_of
from finetune.synthesis.number_filters import number
from finetune.synthesis.phrasing import fill
from finetune.synthesis.text_filters import category, text
from finetune.synthesis.words import with_article
from text2sql.database import Database
from text2sql.errors import ExecutionError

_DULL = re.compile(r"\b(phone|fax|zip|postal|email|e-mail|address|description|url|password|note)")
_MISSING = 0.35
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


def _is_dull(column: ColumnFacts, rng: Random) -> bool:
    return bool(_DULL.search(column.words)) and rng.random() < 0.85


def _weight(column: ColumnFacts, table: TableFacts) -> float:
    """Part of a text is asked for less often than a category, a number or a date."""
    if column.kind == "text":
        return 0.6 if column in table.labels else 0.3
    return 1.5 if column.kind == "date" else 1.0


def _says_something(found: Filter, table: TableFacts, database: Database) -> bool:
    try:
        kept = database.run(f"SELECT count(*) FROM {table.sql} WHERE {found.sql}").rows[0][0]
    except ExecutionError:
        return False
    return bool(0 < kept < table.rows)


def _missing(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter:
    slots = slots_of(column, table, rng)
    test, wordings = ("NULL", _NO_VALUE) if rng.random() < 0.6 else ("NOT NULL", _A_VALUE)
    return Filter(f"{column.sql} IS {test}", fill(rng, wordings, **slots), column.name)


def _flag(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter:
    verb, _, rest = column.words.partition(" ")
    yes, who = rng.random() < 0.6, who_of(table, rng)
    if verb == "has" and rest:
        wordings = ("with {r}", "{w} have {r}") if yes else ("without {r}", "{w} don't have {r}")
        said = fill(rng, wordings, r=with_article(rest), w=who)
    else:
        state = rest if verb in ("is", "was", "are") and rest else column.words
        are = "{w} are [|marked as ]{s}" if yes else "{w} are not [|marked as ]{s}"
        said = fill(rng, (are,), w=who, s=state)
    return Filter(column.sql if yes else f"NOT {column.sql}", said, column.name)


_MAKERS: dict[str, Callable[[ColumnFacts, TableFacts, Random], Filter | None]] = {
    "category": category, "text": text, "number": number, "year": year_number, "date": date,
    "flag": _flag,
}  # fmt: skip
