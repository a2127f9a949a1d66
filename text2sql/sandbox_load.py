"""Inside the child: turn a file or a set of rows into the DuckDB file that a sandbox opens.

The files may be hostile, so they are read here and never in the page's process. Knows nothing of
how the result is queried.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

BATCH_ROWS = 20_000
INT32 = 2**31


def answer_load(job: dict[str, Any]) -> dict[str, Any]:
    """Build `job["target"]`; the answer describes its tables, or says what is wrong."""
    try:
        with duckdb.connect(job["target"]) as connection:
            tables = load_sqlite(connection, job["path"])
        return {"tables": tables}
    except (duckdb.Error, sqlite3.Error) as error:
        return {"error": "load", "message": str(error)}


def quoted(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def load_sqlite(connection: duckdb.DuckDBPyConnection, path: str) -> list[dict[str, Any]]:
    """Copy every table of a SQLite file without its constraints; keys are described only."""
    source = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    source.text_factory = lambda data: data.decode("utf-8", "replace")
    source.execute("PRAGMA trusted_schema = OFF")
    names = source.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE '\\' ORDER BY rowid"
    ).fetchall()
    tables = [_describe_sqlite(source, name) for (name,) in names]
    for table in tables:
        create_table(connection, table)
        listed = ", ".join(quoted(column["name"]) for column in table["columns"])
        rows = source.execute(f"SELECT {listed} FROM {quoted(table['name'])}")
        for batch in _batches(rows):
            insert_rows(connection, table, batch)
    source.close()
    return tables


def _batches(cursor: sqlite3.Cursor) -> Iterator[list[tuple[Any, ...]]]:
    while batch := cursor.fetchmany(BATCH_ROWS):
        yield batch


def _describe_sqlite(source: sqlite3.Connection, name: str) -> dict[str, Any]:
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
        low, high = found[0][1:]
        return "INTEGER" if -INT32 <= low and high < INT32 else "BIGINT"
    if kinds <= {"integer", "real"}:
        return "DOUBLE"
    return "BLOB" if kinds == {"blob"} else "VARCHAR"


def _declared_type(declared: str) -> str:
    """The type of a column without values, after SQLite's rules of affinity."""
    upper = declared.upper()
    if "INT" in upper:
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


def create_table(connection: duckdb.DuckDBPyConnection, table: dict[str, Any]) -> None:
    """Create the table without constraints: some data break their own keys."""
    columns = ", ".join(f"{quoted(column['name'])} {column['type']}" for column in table["columns"])
    connection.execute(f"CREATE TABLE {quoted(table['name'])} ({columns})")


def insert_rows(
    connection: duckdb.DuckDBPyConnection, table: dict[str, Any], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert the rows, a column at a time: much faster than row by row."""
    types = [column["type"] for column in table["columns"]]
    columns = [
        [_as_type(value, kind) for value in values]
        for kind, values in zip(types, zip(*rows, strict=True), strict=True)
    ]
    listed = ", ".join(f"unnest(${i}::{kind}[])" for i, kind in enumerate(types, start=1))
    connection.execute(f"INSERT INTO {quoted(table['name'])} SELECT {listed}", columns)


def _as_type(value: Any, kind: str) -> Any:
    if kind != "VARCHAR" or value is None or isinstance(value, str):
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
