"""Question and SQL pairs as files hold them: JSON lines or CSV, gzipped or not.

    question, sql, schema or database or both, and optionally id, dialect (of sql), difficulty

A line that can't be used is dropped and told with its number. Knows nothing of what the examples
are for: training and evaluation read the same.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from text2sql.errors import DataError

TEXTS = ("question", "sql", "schema")
OPTIONAL = ("id", "dialect", "database", "difficulty")
_NAMES = {"context": "schema", "query": "sql", "answer": "sql"}
_LONGEST_FIELD = 1 << 20
_SHOWN = 3


@dataclass(frozen=True)
class Example:
    """One question with its gold SQL; `database` is a path below a folder given elsewhere.

    `line` is where it stood (1-based; 0 if nowhere), which makes it no other example.
    """

    id: str
    question: str
    schema: str
    sql: str
    dialect: str = "duckdb"
    database: str = ""
    difficulty: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class BadLine:
    """A line (1-based) that gave no example, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Examples:
    """A file's examples in its order, and the lines that gave none."""

    path: Path
    examples: tuple[Example, ...]
    dropped: tuple[BadLine, ...] = ()

    def warning(self) -> str:
        """One line about what was dropped, or nothing."""
        if not self.dropped:
            return ""
        first = "; ".join(f"line {bad.line}: {bad.reason}" for bad in self.dropped[:_SHOWN])
        more = f"; and {len(self.dropped) - _SHOWN} more" if len(self.dropped) > _SHOWN else ""
        return f"{self.path.name}: {len(self.dropped)} lines dropped ({first}{more})."


def read_examples(path: Path) -> Examples:
    """The examples of a file; DataError if it can't be read or holds none."""
    rows = _csv_rows if ".csv" in map(str.lower, path.suffixes) else _json_rows
    found: list[Example] = []
    dropped: list[BadLine] = []
    seen: set[str] = set()
    for line, row in rows(_text(path)):
        try:
            example = example_of(row, f"{path.name.split('.')[0]}-{line}", line)
            if example.id in seen:
                raise ValueError(f"the id {example.id!r} was there before")
        except ValueError as error:
            dropped.append(BadLine(line, str(error)))
            continue
        seen.add(example.id)
        found.append(example)
    result = Examples(path, tuple(found), tuple(dropped))
    if not found:
        raise DataError(
            f"'{path}' holds no usable example. {result.warning()}".strip(),
            hint="Each line needs question, schema (CREATE TABLE text) and sql.",
        )
    return result


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix.lower() == ".gz" else data
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"Can't read '{path}': {reason}.") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _json_rows(text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, ValueError(f"no JSON: {error}")


def _csv_rows(text: str) -> Iterator[tuple[int, Any]]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.DictReader(io.StringIO(text))
    while True:
        try:
            yield reader.line_num + 1, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, ValueError(f"no CSV: {error}")


def example_of(row: Any, spare_id: str, line: int = 0) -> Example:
    """The row as an example; ValueError says what is wrong with it."""
    if isinstance(row, ValueError):
        raise row
    if not isinstance(row, Mapping):
        raise ValueError(f"an object is needed, not {str(row)[:40]!r}")
    values = {_NAMES.get(str(key), str(key)): value for key, value in row.items()}
    texts = {name: values.get(name) or "" for name in TEXTS}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise ValueError(f"its {name} is no text")
        if len(text) > _LONGEST_FIELD:
            raise ValueError(f"its {name} is longer than a megabyte")
        if not text.strip() and not (name == "schema" and values.get("database")):
            raise ValueError(f"no {name}")
    extra = {name: str(values[name]) for name in OPTIONAL if values.get(name) not in (None, "")}
    kept = {k: v.strip() for k, v in texts.items()}
    return Example(**{"id": spare_id, **kept, **extra}, line=line)
