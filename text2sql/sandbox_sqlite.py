"""Inside the child: copy a SQLite file, which may be hostile, into DuckDB.

Each column gets the narrowest type that holds its stored values; keys are described, not enforced.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import duckdb

from text2sql.sandbox_tables import (
    BATCH_ROWS,
    MAX_ROWS,
    create_table,
    insert_rows,
    quoted,
    views_left_out,
)

INT32 = 2**31
SHADOWS = (
    "data",
    "idx",
    "content",
    "docsize",
    "config",
    "segdir",
    "segments",
    "stat",
    "node",
    "parent",
    "rowid",
)  # tables in which SQLite keeps a virtual table's own state


def load_sqlite(
    connection: duckdb.DuckDBPyConnection, path: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """Copy every table; returns their descriptions and notes. Raises sqlite3.Error."""
    source = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    source.text_factory = lambda data: data.decode("utf-8", "replace")
    source.execute("PRAGMA trusted_schema = OFF")
    tables, notes = _describe_all(source)
    for table in tables:
        create_table(connection, table)
        copied = 0
        for batch in _batches(source, table):
            insert_rows(connection, table, batch)
            copied += len(batch)
        if copied == MAX_ROWS:
            notes.append(f"Only the first {MAX_ROWS:,} rows of {table['name']} were loaded.")
    source.close()
    return tables, notes


def _describe_all(source: sqlite3.Connection) -> tuple[list[dict[str, Any]], list[str]]:
    found = source.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
    ).fetchall()
    virtual = [name for name, sql in found if str(sql).upper().startswith("CREATE VIRTUAL")]
    views = source.execute("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY rowid")
    notes = views_left_out([view for (view,) in views])
    notes += [f"The virtual table {name} was left out." for name in virtual]
    hidden = {f"{name}_{suffix}" for name in virtual for suffix in SHADOWS}
    names = [name for name, _ in found if name not in virtual and name not in hidden]
    return [_describe(source, name) for name in names], notes


def _batches(source: sqlite3.Connection, table: dict[str, Any]) -> Iterator[list[tuple[Any, ...]]]:
    listed = ", ".join(quoted(column["name"]) for column in table["columns"])
    cursor = source.execute(f"SELECT {listed} FROM {quoted(table['name'])} LIMIT {MAX_ROWS}")
    while batch := cursor.fetchmany(BATCH_ROWS):
        yield batch


def _describe(source: sqlite3.Connection, name: str) -> dict[str, Any]:
    info = source.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
    columns = [
        {
            "name": column,
            "type": _stored_type(source, name, column, declared),
            "nullable": not (required or place),
        }
        for _, column, declared, required, _, place in info
    ]
    key = sorted((place, column) for _, column, _, _, _, place in info if place)
    return {
        "name": name,
        "columns": columns,
        "primary_key": [column for _, column in key],
        "foreign_keys": _foreign_keys(source, name),
    }


def _stored_type(source: sqlite3.Connection, table: str, column: str, declared: str) -> str:
    """The narrowest DuckDB type that holds every stored value of a SQLite column."""
    cell = quoted(column)
    found = source.execute(
        f"SELECT typeof({cell}), min({cell}), max({cell}) FROM {quoted(table)} "
        f"WHERE {cell} IS NOT NULL GROUP BY 1"
    ).fetchall()
    kinds = {kind for kind, _, _ in found}
    if not kinds:
        return _declared_type(declared)
    if kinds == {"integer"}:
        _, low, high = found[0]
        return "INTEGER" if low >= -INT32 and high < INT32 else "BIGINT"
    if kinds <= {"integer", "real"}:
        return "DOUBLE"
    return "BLOB" if kinds == {"blob"} else "VARCHAR"


def _declared_type(declared: str) -> str:
    """The type of a column without values, after SQLite's rules of affinity."""
    upper = declared.upper()
    if "INT" in upper or "BOOL" in upper:
        return "INTEGER"
    numeric = ("REAL", "FLOA", "DOUB", "NUM", "DEC")
    return "DOUBLE" if any(word in upper for word in numeric) else "VARCHAR"


def _foreign_keys(source: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    rows = source.execute(f"PRAGMA foreign_key_list({quoted(table)})").fetchall()
    keys: dict[int, dict[str, Any]] = {}
    for number, _, target, column, reference, *_ in sorted(rows, key=lambda row: row[:2]):
        key = keys.setdefault(number, {"table": target, "columns": [], "references": []})
        key["columns"].append(column)
        if reference is not None:
            key["references"].append(reference)
    return [keys[number] for number in sorted(keys, reverse=True)]
