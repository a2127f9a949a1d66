"""DDL text in any common dialect -> Schema -> canonical DuckDB DDL.

Knows nothing of rows, models or pages.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column; `type` is DuckDB's spelling, `enum` the values an ENUM or CHECK … IN allows."""

    name: str
    type: str
    nullable: bool = True
    enum: tuple[str, ...] = ()


@dataclass(frozen=True)
class ForeignKey:
    """`columns` of the table it stands in refer to `references` of `table`."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table; `checks` are DuckDB expressions."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """The column of that name, whatever its case."""
        return next((c for c in self.columns if c.name.lower() == name.lower()), None)


@dataclass(frozen=True)
class Schema:
    """Tables in the order pasted; `notes` say what was left out or changed, for the user."""

    tables: tuple[Table, ...]
    dialect: str = "duckdb"
    notes: tuple[str, ...] = ()

    def table(self, name: str) -> Table | None:
        """The table of that name, whatever its case."""
        return next((t for t in self.tables if t.name.lower() == name.lower()), None)
