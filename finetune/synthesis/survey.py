"""Looks through a database for the facts that questions are made of.

What kind a column is shows in its type, its name and its values; links are declared, or guessed
from names. Knows nothing of questions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from finetune.synthesis.facts import WHOLE_TYPES, ColumnFacts, Facts, Kind, Link, TableFacts, quoted
from finetune.synthesis.words import column_words, singular, words
from text2sql.database import Database
from text2sql.errors import ExecutionError
from text2sql.schema import Column, Table

MOST_CATEGORIES = 25
MOST_ROWS = 2_000_000
MOST_TEXTS = 500
MOST_CHARS = 80
_NUMERIC = (*WHOLE_TYPES, "DOUBLE", "FLOAT", "REAL", "DECIMAL")
_DATES = ("DATE", "TIMESTAMP")
_TEXTS = ("VARCHAR", "TEXT", "ENUM", "CHAR")
_QUANTILES = (0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95)
_ISO_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])( \d\d:\d\d(:\d\d)?)?")
_KEY_WORD = re.compile(
    r"(^|[ ])(id|key|code|number|uuid|phone|fax|zip|postcode|postal|isbn|latitude|longitude|ssn|"
    r"telephone|details|address|password|web address)([ ]|$)"
)
_MOMENT = re.compile(r"\b(date|time|timestamp|day|birthday)\b")


def facts_of(database: Database) -> Facts:
    """Look through a database; tables without rows, and those that can't be read, are left out."""
    tables = []
    for table in database.schema.tables:
        try:
            found = _table_facts(table, database)
        except ExecutionError:
            continue
        if 0 < found.rows <= MOST_ROWS:
            tables.append(found)
    return Facts(tuple(tables), tuple(_links(tables, database)))


def _table_facts(table: Table, database: Database) -> TableFacts:
    cells = [quoted(column.name) for column in table.columns]
    counted = ", ".join(f"count({cell}), count(DISTINCT {cell})" for cell in cells)
    rows, *counts = database.run(f"SELECT count(*), {counted} FROM {quoted(table.name)}").rows[0]
    spread = _spread(table, database)
    keys = {name.lower() for key in table.foreign_keys for name in key.columns}
    keys |= {name.lower() for name in table.primary_key}
    columns = []
    for column, filled, distinct in zip(table.columns, counts[::2], counts[1::2], strict=True):
        values = spread.get(column.name) or _texts(column, table, database)
        kind: Kind = "key"
        if distinct and column.name.lower() not in keys:
            few = distinct <= MOST_CATEGORIES and (distinct * 2 <= rows or bool(column.enum))
            kind = _kind(column, column_words(column.name, table.name), values, few=few)
        columns.append(
            ColumnFacts(table.name, column.name, kind, column.type, values, rows, filled, distinct)
        )
    own = table.primary_key[0] if len(table.primary_key) == 1 else None
    return TableFacts(table.name, rows, tuple(columns), own)


def _spread(table: Table, database: Database) -> dict[str, tuple[Any, ...]]:
    """Quantiles of the numeric and the date columns, rising."""
    kinds = (*_NUMERIC, *_DATES)
    wanted = [c.name for c in table.columns if c.type.upper().startswith(kinds)]
    if not wanted:
        return {}
    at = f"[{', '.join(map(str, _QUANTILES))}]"
    found = database.run(
        f"SELECT {', '.join(f'quantile_disc({quoted(name)}, {at})' for name in wanted)} "
        f"FROM {quoted(table.name)}"
    ).rows[0]
    return {name: tuple(row or ()) for name, row in zip(wanted, found, strict=True)}


def _texts(column: Column, table: Table, database: Database) -> tuple[str, ...]:
    """The texts of a column that can be quoted, the most frequent first.

    `Database.values` would do, but for its time limit: what is made must not depend on the clock.
    """
    if not column.enum and not column.type.upper().startswith(_TEXTS):
        return ()
    found = database.run(
        f"SELECT CAST({quoted(column.name)} AS VARCHAR) AS v FROM {quoted(table.name)} "
        f"WHERE length(v) BETWEEN 1 AND {MOST_CHARS} "
        f"GROUP BY v ORDER BY count(*) DESC, v LIMIT {MOST_TEXTS}"
    )
    return tuple(str(row[0]) for row in found.rows)


def _kind(column: Column, phrase: str, values: Sequence[Any], *, few: bool) -> Kind:
    """The kind of a column that is no declared key and has values."""
    type_ = column.type.upper()
    if type_.startswith("BOOLEAN"):
        return "flag"
    if type_.startswith(_DATES):
        return "date"
    if type_.startswith(_NUMERIC):
        if _KEY_WORD.search(phrase) and not phrase.startswith("number of"):
            return "key"
        return "year" if _is_year(phrase, values) else "number"
    if not values:
        return "key"
    if all(_ISO_DATE.fullmatch(str(text)) for text in values[:50]) or _MOMENT.search(phrase):
        return "key"  # dates kept as texts: what is right to write differs from one to the next
    if all(str(text).replace(".", "", 1).isdigit() for text in values[:50]):
        return "key"
    return "category" if few and not _KEY_WORD.search(phrase) else "text"


def _is_year(phrase: str, values: Sequence[Any]) -> bool:
    years = all(n == int(n) and 1500 <= n <= 2100 for n in values)
    return bool(values) and years and ("year" in phrase or phrase in ("founded", "opened", "built"))


def _links(tables: Sequence[TableFacts], database: Database) -> list[Link]:
    """Declared foreign keys of one column; where a table declares none, those its names suggest."""
    by_name = {table.name.lower(): table for table in tables}
    found: list[Link] = []
    for child in tables:
        described = database.schema.table(child.name)
        declared = described.foreign_keys if described else ()
        for key in declared:
            parent = by_name.get(key.table.lower())
            if parent and parent is not child and len(key.columns) == len(key.references) == 1:
                found.append(Link(child, key.columns[0], parent, key.references[0]))
        if not declared:
            found.extend(_guessed_links(child, tables))
    return [link for link in dict.fromkeys(found) if _joins(link, database)]


def _guessed_links(child: TableFacts, tables: Sequence[TableFacts]) -> list[Link]:
    found = []
    for parent in tables:
        if parent is child or not parent.key:
            continue
        names = {f"{singular(words(parent.name))} id".replace(" ", ""), parent.key.lower()}
        for column in child.columns:
            plain = column.name.lower().replace("_", "")
            meant = {name.replace("_", "") for name in names} - {"id", "name", "code"}
            if plain in meant and column.name != child.key:
                found.append(Link(child, column.name, parent, parent.key))
    return found


def _joins(link: Link, database: Database) -> bool:
    try:
        return bool(database.run(f"SELECT 1 FROM {link.tables} LIMIT 1").rows)
    except ExecutionError:
        return False
