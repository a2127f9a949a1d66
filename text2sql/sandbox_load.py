"""Inside the child: turn a file or a set of rows into the DuckDB file that a sandbox opens.

The files may be hostile, so they are read here, within limits, and never in the page's process.
Knows nothing of how the result is queried.
"""

from __future__ import annotations

import csv
import resource
import sqlite3
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from text2sql.sandbox_sqlite import load_sqlite
from text2sql.sandbox_tables import (
    MAX_ROWS,
    create_table,
    insert_rows,
    literal,
    plain_name,
    quoted,
    views_left_out,
)
from text2sql.wire import decode_value

MEMORY_MB = 1_024
SPARE_MEMORY_MB = 2_048
LARGEST_FILE_MB = 1_024
OPEN_FILES = 64
DELIMITERS = ",;\t|"
ODD_CHARACTERS = 0.01  # a larger share of control characters means: this is no text

Loaded = tuple[list[dict[str, Any]], list[str]]


class Unreadable(Exception):
    """The file can't be used; the message is for the user."""


def answer_load(job: dict[str, Any]) -> dict[str, Any]:
    """Build `job["target"]`; the answer describes its tables, or says what is wrong."""
    _limit_process()
    try:
        with duckdb.connect(job["target"], config=_config(job)) as connection:
            tables, notes = _load(connection, job)
            connection.execute("CHECKPOINT")
        return {"tables": tables, "notes": notes}
    except (duckdb.Error, sqlite3.Error, Unreadable) as error:
        return {"error": "load", "message": str(error)}
    except UnicodeError:
        return {"error": "load", "message": "Its text is damaged or in an unknown encoding."}
    except MemoryError:
        return {"error": "load", "message": "It takes too much memory."}


def _limit_process() -> None:
    memory = (MEMORY_MB + SPARE_MEMORY_MB) << 20
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE_MB << 20, LARGEST_FILE_MB << 20))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _config(job: dict[str, Any]) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": f"{MEMORY_MB}MB",
        "threads": str(job["threads"]),
        "temp_directory": "",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "python_enable_replacements": "false",
    }


def _lock(connection: duckdb.DuckDBPyConnection, *paths: str) -> None:
    """From here on DuckDB reads these files and no others."""
    listed = ", ".join(literal(path) for path in paths)
    connection.execute(f"SET allowed_paths = [{listed}]")
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")


def _load(connection: duckdb.DuckDBPyConnection, job: dict[str, Any]) -> Loaded:
    kind = job["kind"]
    if kind == "rows":
        return _load_rows(connection, job["tables"], job["rows"])
    if kind == "folder":
        return _load_folder(connection, job["tables"], job["files"])
    path = job["path"]
    if kind == "sqlite":
        _lock(connection)
        return load_sqlite(connection, path)
    if kind == "duckdb":
        _lock(connection, path, f"{path}.wal")
        return _load_duckdb(connection, path)
    notes = [] if kind == "parquet" else _to_utf8(Path(path))
    _lock(connection, path)
    if kind == "parquet":
        source = f"read_parquet({literal(path)})"
    else:
        source, skipped = _csv(connection, path)
        notes += skipped
    tables, more = _load_single(connection, source, job["name"])
    return tables, [*notes, *more]


def _csv(connection: duckdb.DuckDBPyConnection, path: str) -> tuple[str, list[str]]:
    """How DuckDB is to read the CSV file, and notes on lines that it leaves out.

    Raises Unreadable where rows differ in length: DuckDB would skip those that do not fit the
    last ones or, finding no delimiter that fits all, take each line for one text.
    """
    quoted_path = literal(path)
    try:
        delimiter, skipped, columns = connection.execute(
            f"SELECT Delimiter, SkipRows, Columns FROM sniff_csv({quoted_path}, sample_size = -1)"
        ).fetchall()[0]
    except duckdb.Error:
        first = _first_lines(path, 1)
        _refuse_ragged(path, max(DELIMITERS, key=first.count))
        raise
    unread = _first_lines(path, skipped)
    if len(columns) == 1:
        unread += columns[0]["name"]
    for guess in (delimiter, *DELIMITERS):
        if guess in unread:
            _refuse_ragged(path, guess)
    notes = [f"The first {skipped} lines were left out: they are no rows."] if skipped else []
    return f"read_csv({quoted_path}, sample_size = -1)", notes


def _first_lines(path: str, count: int) -> str:
    with open(path, encoding="utf-8") as file:
        return "".join(islice(file, count))


def _refuse_ragged(path: str, delimiter: str) -> None:
    with open(path, encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter=delimiter)
        width = len(next(lines, ()))
        for row in lines:
            if row and len(row) != width:
                raise Unreadable(
                    f"Line {lines.line_num} has {len(row)} values where the first has {width}."
                )


def _load_rows(
    connection: duckdb.DuckDBPyConnection, tables: list[dict[str, Any]], rows: dict[str, Any]
) -> Loaded:
    _lock(connection)
    for table in tables:
        create_table(connection, table)
        values = [[decode_value(value) for value in row] for row in rows.get(table["name"], [])]
        if values:
            insert_rows(connection, table, values)
    return tables, []


def _load_folder(
    connection: duckdb.DuckDBPyConnection, tables: list[dict[str, Any]], files: dict[str, str]
) -> Loaded:
    _lock(connection, *files.values())
    for table in tables:
        create_table(connection, table)
        path = files.get(table["name"])
        if path is not None:
            connection.execute(
                f"INSERT INTO {quoted(table['name'])} BY NAME SELECT * "
                f"FROM read_csv({literal(path)}, header = true, all_varchar = true)"
            )
    return tables, []


def _load_single(connection: duckdb.DuckDBPyConnection, source: str, name: str) -> Loaded:
    """One table from one file, its names made plain."""
    reserved = _reserved(connection)
    found = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    columns: list[dict[str, Any]] = []
    taken: list[str] = []
    for original, kind, *_ in found:
        taken.append(plain_name(original, taken, reserved=reserved))
        columns.append({"name": taken[-1], "type": kind, "nullable": True})
    table = _description(plain_name(name, (), reserved=reserved), columns)
    listed = ", ".join(
        f"{quoted(row[0])} AS {quoted(new)}" for row, new in zip(found, taken, strict=True)
    )
    notes = _copy(connection, table["name"], f"SELECT {listed} FROM {source}")
    return [table], notes


def _description(name: str, columns: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "columns": columns, "primary_key": [], "foreign_keys": [], "unique": []}


def _reserved(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute(
        "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'"
    ).fetchall()
    return {name for (name,) in rows}


def _copy(connection: duckdb.DuckDBPyConnection, name: str, select: str) -> list[str]:
    connection.execute(f"CREATE TABLE {quoted(name)} AS {select} LIMIT {MAX_ROWS}")
    (count,) = connection.execute(f"SELECT count(*) FROM {quoted(name)}").fetchall()[0]
    return [f"Only the first {MAX_ROWS:,} rows of {name} were loaded."] if count == MAX_ROWS else []


def _load_duckdb(connection: duckdb.DuckDBPyConnection, path: str) -> Loaded:
    """Every table of a DuckDB file; views are left out, for they may hold anything."""
    connection.execute(f"ATTACH {literal(path)} AS source (READ_ONLY)")
    found = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() "
        "WHERE database_name = 'source' AND NOT internal ORDER BY table_oid"
    ).fetchall()
    views = connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE database_name = 'source' AND NOT internal "
        "ORDER BY view_oid"
    ).fetchall()
    tables: list[dict[str, Any]] = []
    notes = views_left_out([view for (view,) in views])
    for schema, name in found:
        if any(table["name"].lower() == name.lower() for table in tables):
            notes.append(f"A second table {name} (schema {schema}) was left out.")
            continue
        source = f"source.{quoted(schema)}.{quoted(name)}"
        notes += _copy(connection, name, f"SELECT * FROM {source}")
        tables.append(_described_duckdb(connection, schema, name))
    return tables, notes


def _described_duckdb(
    connection: duckdb.DuckDBPyConnection, schema: str, name: str
) -> dict[str, Any]:
    columns = connection.execute(
        "SELECT column_name, data_type, is_nullable FROM duckdb_columns() "
        "WHERE database_name = 'source' AND schema_name = ? AND table_name = ? "
        "ORDER BY column_index",
        [schema, name],
    ).fetchall()
    table = _description(name, [{"name": c, "type": t, "nullable": n} for c, t, n in columns])
    constraints = connection.execute(
        "SELECT constraint_type, constraint_column_names, referenced_table, "
        "referenced_column_names FROM duckdb_constraints() "
        "WHERE database_name = 'source' AND schema_name = ? AND table_name = ?",
        [schema, name],
    ).fetchall()
    for kind, names, target, references in constraints:
        if kind == "PRIMARY KEY":
            table["primary_key"] = names
        elif kind == "UNIQUE":
            table["unique"].append(names)
        elif kind == "FOREIGN KEY":
            key = {"table": target, "columns": names, "references": references}
            table["foreign_keys"].append(key)
    return table


def _to_utf8(path: Path) -> list[str]:
    """Rewrite a text file as UTF-8; says so if it was not. Raises Unreadable for binary data."""
    data = path.read_bytes()
    text, encoding = _decoded(data)
    odd = sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\n\r\f")
    if "\0" in text or odd > len(text) * ODD_CHARACTERS:
        raise Unreadable("It holds binary data, not text.")
    if not text.strip():
        raise Unreadable("It holds nothing but white space.")
    if encoding == "UTF-8" and not data.startswith(b"\xef\xbb\xbf"):
        return []
    path.write_text(text, encoding="utf-8", newline="")
    return [] if encoding == "UTF-8" else [f"The text was read as {encoding}."]


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16"), "UTF-16"
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "Windows-1252 (Western European)"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "Latin-1 (Western European)"
