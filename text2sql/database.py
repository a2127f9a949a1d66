"""A database to ask questions of: its schema, its rows behind a sandbox, and its text values.

Knows nothing of questions' answers, models or pages.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from text2sql.errors import ExecutionError
from text2sql.execution import DEFAULT_LIMITS, Limits, Sandbox
from text2sql.loading import DATA_FILE, load_file, load_folder, load_rows
from text2sql.problems import QueryResult
from text2sql.schema import Column, Schema, Table

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
        self._sandbox = Sandbox(Path(folder.name) / DATA_FILE)
        self._values_lock = threading.Lock()
        self._finalizer = weakref.finalize(self, _discard, self._sandbox, folder)

    def run(self, sql: str, *, limits: Limits = DEFAULT_LIMITS) -> QueryResult:
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
    """The database in a file or folder.

    A file is CSV, Parquet, SQLite or DuckDB; a folder holds `schema.sql` and a `<table>.csv` for
    each table. Raises UploadError if it can't be used, SchemaError for a broken `schema.sql`.
    """
    folder = _private_folder()
    load = load_folder if os.path.isdir(path) else load_file  # which, unlike Path, never raises
    try:
        schema = load(path, Path(folder.name))
    except BaseException:  # an interrupt too: a private folder must not stay behind
        folder.cleanup()
        raise
    return Database(path.stem, schema, folder)


def database_from_schema(schema: Schema, *, question: str = "", seed: int = 0) -> Database:
    """A database of made-up rows for a schema that came without any; the same for one seed."""
    from text2sql.sample_data import sample_rows

    rows = sample_rows(schema, question=question, seed=seed)
    folder = _private_folder()
    try:
        load_rows(schema, rows, Path(folder.name))
    except BaseException:  # an interrupt too: a private folder must not stay behind
        folder.cleanup()
        raise
    return Database("pasted schema", schema, folder, made_up=True)


def _private_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="text2sql-data-", ignore_cleanup_errors=True)
