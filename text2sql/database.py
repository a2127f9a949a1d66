"""A database to ask questions of: its schema, its rows behind a sandbox, and its text values.

Knows nothing of questions' answers, models or pages.
"""

from __future__ import annotations

import tempfile
import threading
import time
import weakref
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from text2sql.errors import ExecutionError, UploadError
from text2sql.execution import Child, Limits, Sandbox
from text2sql.problems import QueryResult
from text2sql.schema import Column, ForeignKey, Schema, Table

LOAD_S = 30.0
LOAD_REPLY_BYTES = 4 << 20
VALUES_S = 2.0
MAX_VALUES = 2_000
MAX_VALUE_CHARS = 80


class Database:
    """Tables with rows, read through a sandbox; `made_up` says that the rows are invented."""

    def __init__(
        self,
        name: str,
        schema: Schema,
        folder: tempfile.TemporaryDirectory[str],
        *,
        made_up: bool = False,
    ) -> None:
        self.name = name
        self.schema = schema
        self.made_up = made_up
        self._sandbox = Sandbox(Path(folder.name) / "data.duckdb")
        self._values_lock = threading.Lock()
        self._finalizer = weakref.finalize(self, _discard, self._sandbox, folder)

    def run(self, sql: str, *, limits: Limits = Limits()) -> QueryResult:
        """The statement's rows; raises QueryError, QueryTimeout or SandboxError."""
        return self._sandbox.run(sql, limits=limits)

    def bind(self, sql: str) -> None:
        """Let DuckDB judge the statement without running it; raises QueryError."""
        self._sandbox.bind(sql)

    def values(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """(table, column) -> its distinct short texts, most frequent first; computed once.

        Columns for which the time was not enough are left out.
        """
        with self._values_lock:
            return self._values

    @cached_property
    def _values(self) -> dict[tuple[str, str], tuple[str, ...]]:
        until = time.monotonic() + VALUES_S
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for table in self.schema.tables:
            for column in table.columns:
                left = until - time.monotonic()
                if left > 0 and _is_text(column):
                    found[table.name, column.name] = self._column_values(table, column, left)
        return found

    def _column_values(self, table: Table, column: Column, seconds: float) -> tuple[str, ...]:
        cell = _quoted(column.name)
        sql = (
            f"SELECT CAST({cell} AS VARCHAR) AS v FROM {_quoted(table.name)} "
            f"WHERE length(v) BETWEEN 1 AND {MAX_VALUE_CHARS} "
            f"GROUP BY v ORDER BY count(*) DESC, v LIMIT {MAX_VALUES}"
        )
        limits = Limits(deadline_s=seconds, max_rows=MAX_VALUES)
        try:
            return tuple(str(row[0]) for row in self.run(sql, limits=limits).rows)
        except ExecutionError:
            return ()

    def preview(self, table: str, rows: int = 5) -> QueryResult:
        """The first rows of a table."""
        return self.run(f"SELECT * FROM {_quoted(table)} LIMIT {int(rows)}")

    def close(self) -> None:
        """End the child and remove the private files."""
        self._finalizer()


def _discard(sandbox: Sandbox, folder: tempfile.TemporaryDirectory[str]) -> None:
    sandbox.close()
    folder.cleanup()


def _is_text(column: Column) -> bool:
    return bool(column.enum) or column.type.upper().startswith(("VARCHAR", "TEXT", "ENUM", "CHAR"))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def open_database(path: Path) -> Database:
    """The database in a file or folder; raises UploadError if it can't be used."""
    folder = tempfile.TemporaryDirectory(prefix="text2sql-data-", ignore_cleanup_errors=True)
    target = str(Path(folder.name) / "data.duckdb")
    job = {"op": "load", "kind": "sqlite", "path": str(path.resolve()), "target": target}
    answer = _load(job)
    return Database(path.stem, _schema(answer["tables"]), folder)


def _load(job: dict[str, Any]) -> dict[str, Any]:
    child = Child()
    try:
        answer = child.ask(job, deadline_s=LOAD_S, max_bytes=LOAD_REPLY_BYTES)
    except (TimeoutError, EOFError, ValueError) as error:
        raise UploadError("The file could not be read.") from error
    finally:
        child.kill()
    if "error" in answer:
        raise UploadError(f"The file could not be read: {answer['message']}")
    return answer


def _schema(tables: list[dict[str, Any]]) -> Schema:
    keys = {table["name"].lower(): table["primary_key"] for table in tables}
    return Schema(tuple(_table(table, keys) for table in tables))


def _table(table: dict[str, Any], keys: dict[str, list[str]]) -> Table:
    foreign = tuple(
        ForeignKey(
            tuple(key["columns"]),
            key["table"],
            tuple(key["references"] or keys.get(key["table"].lower(), ())),
        )
        for key in table["foreign_keys"]
    )
    columns = tuple(Column(c["name"], c["type"], c["nullable"]) for c in table["columns"])
    return Table(table["name"], columns, tuple(table["primary_key"]), foreign_keys=foreign)
