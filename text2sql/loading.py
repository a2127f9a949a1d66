"""From a file, a folder or made-up rows to the DuckDB file of a sandbox, through a child process.

The page's process reads sixteen bytes of an upload and copies it; all else happens in the child.
Knows nothing of what is asked later.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from stat import S_ISREG
from typing import Any

from text2sql.children import Child
from text2sql.errors import SandboxError, UploadError
from text2sql.execution import REPLY_SLACK, THREADS
from text2sql.schema import Column, ForeignKey, Schema, Table
from text2sql.wire import encode_value

MAX_FILE_MB = 50
LOAD_S = 30.0
MAX_TABLES = 200
MAX_COLUMNS = 500
MAX_REASON = 300
MAX_NAME = 100  # characters of a file's name that are shown
MAX_CHARS = 1 << 30  # rows that go into a child are not shortened
KINDS = "CSV, Parquet, SQLite or DuckDB"
DATA_FILE = "data.duckdb"
_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
    ".duckdb": "duckdb",
}
_TITLES = {"csv": "CSV", "parquet": "Parquet", "sqlite": "SQLite", "duckdb": "DuckDB"}


def load_file(path: Path, folder: Path) -> Schema:
    """Copy the file's tables to `folder`; raises UploadError."""
    kind = _kind(path)
    copy = folder / f"upload.{kind}"  # a plain path: neither globs nor URI characters
    shutil.copyfile(path, copy)
    job = {"op": "load", "kind": kind, "path": str(copy), "name": path.stem}
    try:
        answer = _ask(job, folder, path.name)
    finally:
        copy.unlink(missing_ok=True)
    return _described_schema(answer, path.name)


def load_folder(path: Path, folder: Path) -> Schema:
    """Copy a folder's tables: `schema.sql` and one `<table>.csv` for each; raises UploadError."""
    ddl = path / "schema.sql"
    if not ddl.is_file():
        raise UploadError(f"{path.name} has no schema.sql.", hint="Give a file, or add one.")
    from text2sql.schema import parse_schema

    try:
        schema = parse_schema(ddl.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise UploadError(
            f"The schema.sql of {path.name} is no UTF-8 text.", hint="Save it as UTF-8."
        ) from error
    copies = {
        table.name: str(shutil.copyfile(rows, folder / f"table{number}.csv"))
        for number, table in enumerate(schema.tables)
        if (rows := path / f"{table.name}.csv").is_file() and _lies_in(path, rows)
    }
    job = {"op": "load", "kind": "folder", "tables": _descriptions(schema), "files": copies}
    try:
        _ask(job, folder, path.name)
    finally:
        for copy in copies.values():
            Path(copy).unlink(missing_ok=True)
    return schema


def _lies_in(folder: Path, file: Path) -> bool:
    """Whether the file is one of the folder's own: a table's name or a link may lead elsewhere."""
    return file.resolve().parent == folder.resolve()


def load_rows(schema: Schema, rows: Mapping[str, Sequence[Sequence[object]]], folder: Path) -> None:
    """Fill `folder` with the schema's tables and these rows, in the order of its columns."""
    encoded = {
        table: [[encode_value(value, MAX_CHARS) for value in row] for row in listed]
        for table, listed in rows.items()
    }
    job = {"op": "load", "kind": "rows", "tables": _descriptions(schema), "rows": encoded}
    _ask(job, folder, "The schema")


def _kind(path: Path) -> str:
    """What the file is, by its first bytes; by its name only if it is text."""
    try:
        found = path.stat()
        if not S_ISREG(found.st_mode):  # reading a pipe or a device might never end
            raise UploadError(f"{path.name} is no file.", hint=f"Upload a {KINDS} file.")
        with path.open("rb") as file:
            start = file.read(16)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UploadError(f"{path.name[:MAX_NAME]} could not be opened: {reason}.") from error
    size = found.st_size
    if size > MAX_FILE_MB << 20:
        raise UploadError(
            f"{path.name} is {size / (1 << 20):,.0f} MB; the most that fits is {MAX_FILE_MB} MB.",
            hint="Upload a smaller part of it.",
        )
    if not start:
        raise UploadError(f"{path.name} is empty.", hint=f"Upload a {KINDS} file.")
    named = _SUFFIXES.get(path.suffix.lower())
    kind = _by_content(start) or named
    if kind is None:
        raise UploadError(f"{path.name} is of no known kind.", hint=f"Upload a {KINDS} file.")
    if kind != "csv" and kind != _by_content(start):
        raise UploadError(
            f"{path.name} is not a {_TITLES[kind]} file, or it is damaged.",
            hint="Save or export it again.",
        )
    return kind


def _by_content(start: bytes) -> str | None:
    if start.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if start.startswith(b"PAR1"):
        return "parquet"
    return "duckdb" if start[8:12] == b"DUCK" else None


def _ask(job: dict[str, Any], folder: Path, name: str) -> dict[str, Any]:
    """The loading child's answer; raises UploadError with a reason fit for the user."""
    child = Child()
    job = {**job, "target": str(folder / DATA_FILE), "threads": THREADS}
    try:
        answer = child.ask(job, deadline_s=LOAD_S, max_bytes=4 * REPLY_SLACK)
    except TimeoutError:
        raise UploadError(
            f"{name} could not be read within {LOAD_S:g} seconds.", hint="Upload a smaller part."
        ) from None
    except (EOFError, ValueError) as error:
        raise UploadError(
            f"{name} could not be read: reading it broke off or took too much memory.",
            hint="Save or export it again, or upload a smaller part.",
        ) from error
    finally:
        child.kill()
    if "error" in answer:
        reason = _reason(str(answer.get("message", "")), str(job.get("path", "")), name)
        raise UploadError(f"{name} could not be read: {reason}", hint="Save or export it again.")
    return answer


def _reason(message: str, path: str, name: str) -> str:
    """The first lines of a message, with the user's name of the file; no data of the file."""
    told = message.replace(path, name) if path else message
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(("Original Line", "LINE "))]
    short = " ".join(lines[:2])[:MAX_REASON]
    return short if short.endswith((".", "!", "?")) else f"{short}."


def _descriptions(schema: Schema) -> list[dict[str, Any]]:
    return [
        {
            "name": table.name,
            "columns": [{"name": c.name, "type": c.type} for c in table.columns],
        }
        for table in schema.tables
    ]


def _described_schema(answer: dict[str, Any], name: str) -> Schema:
    """The child's description of the tables as a Schema, parents first."""
    try:
        tables = tuple(_table(table) for table in answer["tables"])
        notes = tuple(str(note) for note in answer["notes"])
    except (KeyError, TypeError, ValueError) as error:
        raise SandboxError(f"{name} could not be read: {error}.") from None
    if not tables:
        raise UploadError(f"{name} has no tables.", hint=f"Upload a {KINDS} file with rows.")
    widest = max(len(table.columns) for table in tables)
    if len(tables) > MAX_TABLES or widest > MAX_COLUMNS:
        raise UploadError(
            f"{name} is too large: tables: {len(tables)}, columns of the widest: {widest}; "
            f"the most is {MAX_TABLES} and {MAX_COLUMNS}."
        )
    return Schema(_parents_first(_with_sound_keys(tables)), notes=notes)


def _table(table: dict[str, Any]) -> Table:
    columns = tuple(
        Column(str(c["name"]), str(c["type"]), bool(c["nullable"])) for c in table["columns"]
    )
    foreign = tuple(
        ForeignKey(tuple(key["columns"]), str(key["table"]), tuple(key["references"]))
        for key in table["foreign_keys"]
    )
    unique = tuple(tuple(names) for names in table.get("unique", ()))
    return Table(str(table["name"]), columns, tuple(table["primary_key"]), unique, foreign)


def _with_sound_keys(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Foreign keys with their target's own names; those that lead nowhere are left out."""
    known = Schema(tables)
    return tuple(
        Table(
            table.name,
            table.columns,
            table.primary_key,
            table.unique,
            tuple(k for key in table.foreign_keys if (k := _sound_key(key, known)) is not None),
        )
        for table in tables
    )


def _sound_key(key: ForeignKey, known: Schema) -> ForeignKey | None:
    target = known.table(key.table)
    if target is None:
        return None
    references = [target.column(name) for name in key.references or target.primary_key]
    names = tuple(column.name for column in references if column is not None)
    if not names or len(names) != len(key.columns):
        return None
    return ForeignKey(key.columns, target.name, names)


def _parents_first(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """A stable order in which foreign keys point backwards, as far as there is one."""
    waiting = list(tables)
    placed: list[Table] = []
    while waiting:
        left = len(waiting)
        for table in list(waiting):
            if not _waits_for(table, waiting):
                waiting.remove(table)
                placed.append(table)
        if len(waiting) == left:  # a cycle
            placed.append(waiting.pop(0))
    return tuple(placed)


def _waits_for(table: Table, waiting: Sequence[Table]) -> bool:
    others = {other.name for other in waiting if other.name != table.name}
    return any(key.table in others for key in table.foreign_keys)
