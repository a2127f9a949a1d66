"""What a generator of questions must know of a database: kinds of columns, values, links.

A column is a key, a category (few distinct texts), a text, a number, a year, a date or a flag; a
table has a label (the column that names its rows) and links to others, declared or guessed from
names. Knows nothing of questions.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from finetune.synthesis.words import column_words, is_noun, moment, singular, words
from text2sql.database import Database
from text2sql.errors import ExecutionError
from text2sql.schema import Column, Table

Kind = Literal["key", "category", "text", "number", "year", "date", "flag"]

MOST_CATEGORIES = 25
MOST_ROWS = 2_000_000
MOST_TEXTS = 500
MOST_CHARS = 80
_NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UINTEGER", "UBIGINT")
_FRACTIONAL = ("DOUBLE", "FLOAT", "REAL", "DECIMAL")
_DATES = ("DATE", "TIMESTAMP")
_TEXTS = ("VARCHAR", "TEXT", "ENUM", "CHAR")
_QUANTILES = (0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95)
_ISO_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])( \d\d:\d\d(:\d\d)?)?")
_KEY_WORD = re.compile(
    r"(^|[ ])(id|key|code|number|uuid|phone|fax|zip|postcode|postal|isbn|latitude|longitude|ssn|"
    r"telephone|details|address|password|web address)([ ]|$)"
)
_MOMENT = re.compile(r"\b(date|time|timestamp|day|birthday)\b")
_NO_SUM = re.compile(
    r"\b(age|rank|ranking|position|season|percent|percentage|rate|rating|score|stars|level|grade|"
    r"average|height|speed|temperature|week|day|month|hour|order|share|version|gpa|latitude|per)\b"
)
_NAMES = ("name", "full name", "title", "label", "model", "product", "item")


@dataclass(frozen=True)
class ColumnFacts:
    """One column: `values` are texts by frequency, or quantiles in rising order."""

    table: str
    name: str
    kind: Kind
    type: str
    values: tuple[Any, ...]
    rows: int
    filled: int
    distinct: int

    @property
    def sql(self) -> str:
        """Its qualified name."""
        return f"{quoted(self.table)}.{quoted(self.name)}"

    @property
    def nulls(self) -> int:
        return self.rows - self.filled

    @property
    def words(self) -> str:
        phrase = column_words(self.name, self.table)
        if self.kind != "date":
            return phrase
        return moment(phrase, timed=self.type.upper().startswith("TIMESTAMP"))

    @property
    def whole(self) -> bool:
        """Whether its numbers have no fraction."""
        return self.type.upper().startswith(_NUMERIC)

    @property
    def summable(self) -> bool:
        """Whether a sum of it says anything: not of ages, ranks or prices of one piece."""
        return not _NO_SUM.search(self.words)


@dataclass(frozen=True)
class TableFacts:
    """One table that has rows."""

    name: str
    rows: int
    columns: tuple[ColumnFacts, ...]
    key: str | None

    def of_kind(self, *kinds: Kind) -> list[ColumnFacts]:
        return [column for column in self.columns if column.kind in kinds]

    def column(self, name: str) -> ColumnFacts | None:
        return next((c for c in self.columns if c.name.lower() == name.lower()), None)

    @property
    def sql(self) -> str:
        return quoted(self.name)

    @property
    def speakable(self) -> bool:
        """Whether its name is a noun: `on_call` and `trained_in` are not."""
        return is_noun(self.name)

    @cached_property
    def labels(self) -> tuple[ColumnFacts, ...]:
        """The columns that name a row to people: one, or first and last name; maybe none."""
        texts = [c for c in self.columns if c.kind in ("text", "category") and c.distinct > 2]
        by_words = {c.words: c for c in texts}
        if "first name" in by_words and "last name" in by_words:
            return by_words["first name"], by_words["last name"]
        for wanted in (*_NAMES, words(self.name), singular(words(self.name))):
            if wanted in by_words:
                return (by_words[wanted],)
        ending = [c for c in texts if c.words.endswith(("name", "title"))]
        return tuple(ending[:1])

    @property
    def label(self) -> ColumnFacts | None:
        """The one column that names a row, if one is enough."""
        return self.labels[0] if len(self.labels) == 1 else None


@dataclass(frozen=True)
class Link:
    """`child.column` refers to `parent.reference`."""

    child: TableFacts
    column: str
    parent: TableFacts
    reference: str

    @property
    def condition(self) -> str:
        return f"{self.child_key} = {self.parent_key}"

    @property
    def child_key(self) -> str:
        return f"{self.child.sql}.{quoted(self.column)}"

    @property
    def parent_key(self) -> str:
        return f"{self.parent.sql}.{quoted(self.reference)}"


@dataclass(frozen=True)
class Facts:
    """All of a database that questions can be about."""

    tables: tuple[TableFacts, ...]
    links: tuple[Link, ...]

    def alone(self, link: Link) -> bool:
        """Whether the two tables have no second link, so that a join needs no explanation."""
        pair = {link.child.name, link.parent.name}
        return sum({other.child.name, other.parent.name} == pair for other in self.links) == 1


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def facts_of(database: Database) -> Facts:
    """Look through a database; tables without rows, and those that can't be read, are left out."""
    tables = []
    for table in database.schema.tables:
        try:
            found = _table_facts(table, database)
        except ExecutionError:
            continue
        if found and 0 < found.rows <= MOST_ROWS:
            tables.append(found)
    return Facts(tuple(tables), tuple(_links(tables, database)))


def _table_facts(table: Table, database: Database) -> TableFacts | None:
    cells = [quoted(column.name) for column in table.columns]
    counted = [f"count({c}), count(DISTINCT {c})" for c in cells]
    counts = database.run(f"SELECT count(*), {', '.join(counted)} FROM {quoted(table.name)}").rows[
        0
    ]
    sizes = {
        column.name: (counts[0], counts[1 + 2 * i], counts[2 + 2 * i])
        for i, column in enumerate(table.columns)
    }
    spread = _spread(table, database)
    refers = {name.lower() for key in table.foreign_keys for name in key.columns}
    refers |= {name.lower() for name in table.primary_key}
    columns = []
    for column in table.columns:
        known = spread.get(column.name) or _texts(column, table, database)
        kind = _kind(column, table, known, sizes[column.name], column.name.lower() in refers)
        rows, filled, distinct = sizes[column.name]
        columns.append(
            ColumnFacts(table.name, column.name, kind, column.type, known, rows, filled, distinct)
        )
    key = table.primary_key[0] if len(table.primary_key) == 1 else None
    return TableFacts(table.name, counts[0], tuple(columns), key)


def _spread(table: Table, database: Database) -> dict[str, tuple[Any, ...]]:
    """Quantiles of the numeric and the date columns, rising."""
    kinds = (*_NUMERIC, *_FRACTIONAL, *_DATES)
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


def _kind(
    column: Column, table: Table, known: Sequence[Any], sizes: tuple[int, int, int], key: bool
) -> Kind:
    type_, phrase = column.type.upper(), column_words(column.name, table.name)
    rows, _, distinct = sizes
    if key or distinct == 0:
        return "key"
    if type_.startswith("BOOLEAN"):
        return "flag"
    if type_.startswith(_DATES):
        return "date"
    if type_.startswith((*_NUMERIC, *_FRACTIONAL)):
        if _KEY_WORD.search(f" {phrase} ") and not phrase.startswith("number of"):
            return "key"
        return "year" if _is_year(phrase, known) else "number"
    if not known:
        return "key"
    if all(_ISO_DATE.fullmatch(str(text)) for text in known[:50]) or _MOMENT.search(phrase):
        return "key"  # dates kept as texts: what is right to write differs from one to the next
    if all(str(text).replace(".", "", 1).isdigit() for text in known[:50]):
        return "key"
    few = distinct <= MOST_CATEGORIES and (distinct * 2 <= rows or column.enum)
    return "category" if few and not _KEY_WORD.search(f" {phrase} ") else "text"


def _is_year(phrase: str, known: Sequence[Any]) -> bool:
    years = all(n == int(n) and 1500 <= n <= 2100 for n in known)
    return bool(known) and years and ("year" in phrase or phrase in ("founded", "opened", "built"))


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
        rows = database.run(
            f"SELECT 1 FROM {link.child.sql} JOIN {link.parent.sql} ON {link.condition} LIMIT 1"
        ).rows
    except ExecutionError:
        return False
    return bool(rows)


def iso(value: object) -> str:
    """A date as SQL writes it, without its time of day.

    >>> iso(datetime.datetime(2024, 2, 29, 13, 0)), iso("2024-02-29 13:00")
    ('2024-02-29', '2024-02-29')
    """
    text = value.isoformat() if isinstance(value, datetime.date) else str(value)
    return text[:10]
