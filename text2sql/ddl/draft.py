"""What has been read of the tables so far; to be resolved when all is read.

Knows nothing of SQL text; `start` is always an offset into it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from text2sql.ddl.column_types import Type
from text2sql.ddl.source import Source, shown

MAX_TABLES = 500
MAX_COLUMNS = 1_000  # of a table
MAX_ALL_COLUMNS = 10_000
MAX_NOTES = 100


@dataclass
class DraftColumn:
    """A column as written."""

    name: str
    type: Type
    start: int
    nullable: bool = True


@dataclass(frozen=True)
class DraftKey:
    """A foreign key as written; `path` is the table's name with its qualifiers."""

    columns: tuple[str, ...]
    path: tuple[str, ...]
    references: tuple[str, ...]
    start: int


@dataclass(frozen=True)
class DraftCheck:
    """A condition in the dialect's own words; for a domain's, `column` is what VALUE means."""

    text: str
    start: int
    column: str = ""


@dataclass
class DraftTable:
    """A table as written; `columns` by their names in small letters."""

    path: tuple[str, ...]
    start: int
    columns: dict[str, DraftColumn] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()
    unique: list[tuple[str, ...]] = field(default_factory=list)
    foreign_keys: list[DraftKey] = field(default_factory=list)
    checks: list[DraftCheck] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name without its qualifiers."""
        return self.path[-1]

    def add_column(self, source: Source, column: DraftColumn) -> None:
        """One more column; raises SchemaError if there is one of that name."""
        if other := self.columns.get(column.name.lower()):
            raise source.error(
                column.start,
                f"The table {shown(self.name)} has two columns named {shown(column.name)}: "
                f"the first is on line {source.line(other.start)}.",
                "Rename or remove one of them.",
            )
        if len(self.columns) == MAX_COLUMNS:
            raise source.error(
                column.start,
                f"The table {shown(self.name)} has too many columns; the most is {MAX_COLUMNS:,}.",
                "Leave out those that no question is about.",
            )
        self.columns[column.name.lower()] = column

    def spelled(self, source: Source, names: tuple[str, ...], start: int) -> tuple[str, ...]:
        """Columns of a key as the table spells them; raises SchemaError for one not there."""
        for name in names:
            if name.lower() not in self.columns:
                known = ", ".join(column.name for column in list(self.columns.values())[:8])
                raise source.error(
                    start,
                    f"A key names the column {shown(name)}, "
                    f"which the table {shown(self.name)} does not have.",
                    f"Its columns are: {known}{', …' if len(self.columns) > 8 else ''}.",
                )
        return tuple(dict.fromkeys(self.columns[name.lower()].name for name in names))

    def set_primary_key(self, source: Source, names: tuple[str, ...], start: int) -> None:
        """The primary key; raises SchemaError if there is another already."""
        names = self.spelled(source, names, start)
        if self.primary_key and self.primary_key != names:
            raise source.error(
                start,
                f"The table {shown(self.name)} has two primary keys.",
                "Make one of several columns of them, PRIMARY KEY (a, b), or keep one.",
            )
        self.primary_key = names
        for name in names:
            self.columns[name.lower()].nullable = False


@dataclass
class Draft:
    """Everything read so far: tables by path in small letters, notes for the user."""

    source: Source
    dialect: str
    tables: dict[tuple[str, ...], DraftTable] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    columns: int = 0

    def note(self, text: str) -> None:
        """Tell the user, once, and not without end."""
        if len(self.notes) < MAX_NOTES:
            self.notes.setdefault(text)

    def add_table(self, table: DraftTable) -> None:
        """One more table; raises SchemaError if there is one of that name, or too many."""
        key = tuple(part.lower() for part in table.path)
        if other := self.tables.get(key):
            raise self.source.error(
                table.start,
                f"There are two tables named {shown(table.name)}: "
                f"the first is on line {self.source.line(other.start)}.",
                "Rename or remove one of them.",
            )
        self.columns += len(table.columns)
        if len(self.tables) == MAX_TABLES or self.columns > MAX_ALL_COLUMNS:
            raise self.source.error(
                table.start,
                f"There are too many tables; the most is {MAX_TABLES} tables with "
                f"{MAX_ALL_COLUMNS:,} columns in all.",
                "Paste only the tables that your questions are about.",
            )
        self.tables[key] = table

    def find(self, path: tuple[str, ...], *, near: tuple[str, ...] = ()) -> DraftTable | None:
        """The table that a name means, written in a statement about the table `near`."""
        key = tuple(part.lower() for part in path)
        if key in self.tables:
            return self.tables[key]
        beside = tuple(part.lower() for part in near[:-1]) + key[-1:]
        if len(key) == 1 and beside in self.tables:
            return self.tables[beside]
        named = [table for table in self.tables.values() if table.name.lower() == key[-1]]
        named = [t for t in named if _ends_alike(t.path, path)] or named
        return named[0] if len(named) == 1 else None


def _ends_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the shorter path is the end of the longer."""
    length = min(len(one), len(other))
    return [p.lower() for p in one[-length:]] == [p.lower() for p in other[-length:]]
