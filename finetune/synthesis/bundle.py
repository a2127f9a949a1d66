"""A training file made of a folder of databases, the same again for the same seed.

    <name>/schema.sql   written by a person
    <name>/<table>.csv  made up where the folder holds a schema alone

Knows nothing of which questions there are.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from finetune.examples import Example
from finetune.synthesis.generate import synthesize
from text2sql.database import open_database
from text2sql.errors import DataError
from text2sql.generator import never
from text2sql.sample_data import sample_rows
from text2sql.schema import Schema, parse_schema, to_ddl

ROWS = 40


def examples_of(
    databases: Path, count: int, seed: int = 0, cancelled: Callable[[], bool] = never
) -> Iterator[Example]:
    """At most `count` examples on each database below a folder; DataError if there is none."""
    places = sorted(path for path in databases.iterdir() if (path / "schema.sql").is_file())
    if not places:
        raise DataError(
            f"There is no database below '{databases}'.", hint="See finetune/README.md."
        )
    for place in places:
        fill(place, seed)
        with contextlib.closing(open_database(place)) as database:
            ddl = to_ddl(database.schema)
            for one in synthesize(database, count, seed, cancelled):
                yield replace(one, id=f"{place.name}-{one.id}", schema=ddl, database=place.name)


def fill(place: Path, seed: int = 0) -> None:
    """Make up the rows of a folder that holds a schema alone."""
    if any(place.glob("*.csv")):
        return
    schema = parse_schema((place / "schema.sql").read_text("utf-8"))
    rows = sample_rows(schema, seed=seed, rows=ROWS)
    for table in schema.tables:
        (place / f"{table.name}.csv").write_text(_csv(schema, table.name, rows[table.name]))


def _csv(schema: Schema, name: str, rows: Iterable[tuple[object, ...]]) -> str:
    table = schema.table(name)
    assert table is not None
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([["" if value is None else value for value in row] for row in rows])
    return text.getvalue()


def write_examples(path: Path, examples: Iterable[Example]) -> int:
    """Write JSON lines, gzipped if the name says so; returns how many."""
    lines = [json.dumps(_shortly(one), ensure_ascii=False) for one in examples]
    data = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(data, 9, mtime=0) if path.suffix == ".gz" else data)
    return len(lines)


def _shortly(example: Example) -> dict[str, str]:
    """An example's fields that say something."""
    found = {name: getattr(example, name) for name in ("id", "question", "schema", "sql")}
    return found | ({"database": example.database} if example.database else {})
