"""Inside the child: tables described as plain dicts, created and filled in DuckDB.

A description has `name`, `columns` (each `name`, `type`, `nullable`), `primary_key`,
`foreign_keys` (each `table`, `columns`, `references`) and optionally `unique`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Any

import duckdb

BATCH_ROWS = 20_000
MAX_ROWS = 1_000_000  # of one table of an uploaded file
MAX_NAME = 60
MAX_LISTED = 5  # names in a note


def quoted(name: str) -> str:
    """`name` as a quoted SQL identifier.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as an SQL string.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def plain_name(text: str, taken: Collection[str], *, reserved: Collection[str] = ()) -> str:
    """A name that needs no quotes, made from a file's or a column's name; not one of `taken`.

    >>> plain_name("Order Date", ())
    'order_date'
    >>> plain_name("2024 sales.final", ["t_2024_sales_final"])
    't_2024_sales_final_2'
    """
    letters = unicodedata.normalize("NFKC", text).lower()
    name = re.sub(r"\W+", "_", letters).strip("_")[:MAX_NAME] or "column"
    name = f"t_{name}" if name[0].isdigit() else name
    name = f"{name}_" if name in reserved else name
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name}_{number}", number + 1
    return unique


def views_left_out(views: Sequence[str]) -> list[str]:
    """A note on the views of a file, which are not loaded: they may hold anything.

    >>> views_left_out(["a", "b"])
    ['Left out: 2 views (a, b).']
    """
    named = ", ".join(views[:MAX_LISTED]) + (", …" if len(views) > MAX_LISTED else "")
    kind = "view" if len(views) == 1 else "views"
    return [f"Left out: {len(views)} {kind} ({named})."] if views else []


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
