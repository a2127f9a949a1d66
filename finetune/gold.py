"""Gold answers: the database an example is judged on, its gold's rows, and the scorer's self-test.

Knows nothing of models or of what is predicted.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot.errors import SqlglotError

from finetune.examples import Example
from finetune.report import Excluded, Share
from finetune.scoring import excluded_reason, is_ordered, rows_match
from text2sql.database import Database, database_from_schema, open_database
from text2sql.errors import DataError, ExecutionError, InputError, QueryTimeout
from text2sql.execution import Limits
from text2sql.problems import QueryResult
from text2sql.schema import parse_schema

# A gold is trusted to be worth waiting for, and only what is whole can be compared.
WHOLE = Limits(deadline_s=30.0, max_rows=100_000, max_chars=1 << 20, max_bytes=128 << 20)


def check_databases(examples: Sequence[Example], databases: Path | None) -> None:
    """DataError if an example names a database that is not there."""
    for name in sorted({one.database for one in examples if one.database}):
        _path(name, databases)


def _path(name: str, databases: Path | None) -> Path:
    if databases is None:
        raise DataError(
            f"The examples name databases, {name!r} among them.",
            hint="Give the folder that holds them with --databases.",
        )
    try:
        path = (databases / name).resolve()
        there = path.exists()
    except (OSError, ValueError):  # no name that a file could have
        raise DataError(f"There is no database {name[:80]!r} in '{databases}'.") from None
    if not path.is_relative_to(databases.resolve()):
        raise DataError(f"The database {name!r} lies outside '{databases}'.")
    if not there:
        raise DataError(f"There is no database {name!r} in '{databases}'.")
    return path


def home(example: Example) -> str:
    """What examples must share to be asked on one open database."""
    return example.database or example.schema


def groups(examples: Sequence[Example]) -> Iterator[list[Example]]:
    """Neighbours that share rows: all on a real database, each alone where rows are made up.

    Made-up rows hold the values that the question names, so each question has its own.
    """
    for _, group in itertools.groupby(examples, key=home):
        together = list(group)
        yield from [together] if together[0].database else [[one] for one in together]


@contextlib.contextmanager
def opened(example: Example, databases: Path | None) -> Iterator[Database]:
    """The database that the example's gold is judged on; raises InputError, ExecutionError."""
    if example.database:
        database = open_database(_path(example.database, databases))
    else:
        database = database_from_schema(parse_schema(example.schema), question=example.question)
    with contextlib.closing(database):
        yield database


def in_duckdb(example: Example) -> str:
    """The gold in DuckDB's dialect; as it stands if sqlglot can't read it."""
    if example.dialect == "duckdb":
        return example.sql.rstrip("; \n")
    with contextlib.suppress(SqlglotError, ValueError):
        return ";".join(sqlglot.transpile(example.sql, read=example.dialect, write="duckdb"))
    return example.sql


def gold_result(example: Example, database: Database) -> QueryResult | Excluded:
    """The gold's rows, or why it can't judge anybody."""
    try:
        result = database.run(in_duckdb(example), limits=WHOLE)
    except QueryTimeout:
        return Excluded(example.id, "the gold takes too long")
    except ExecutionError as error:
        return Excluded(example.id, f"the gold fails: {error.message}")
    reason = excluded_reason(result)
    return Excluded(example.id, reason) if reason else result


@dataclass(frozen=True)
class SelfTest:
    """The scorer on known answers: gold against gold, and against itself with a wrong column."""

    gold: Share
    wrong: Share
    excluded: tuple[Excluded, ...]

    @property
    def passed(self) -> bool:
        return 0 < self.gold.total == self.gold.right and self.wrong.right == 0


def self_test(examples: Sequence[Example], databases: Path | None) -> SelfTest:
    """Score every gold against itself, run anew, and against itself with its first column wrong."""
    check_databases(examples, databases)
    right = wrong = total = 0
    excluded: list[Excluded] = []
    for group in groups(sorted(examples, key=home)):
        try:
            with opened(group[0], databases) as database:
                for example in group:
                    gold = gold_result(example, database)
                    if isinstance(gold, Excluded):
                        excluded.append(gold)
                        continue
                    ordered, sql = is_ordered(in_duckdb(example)), in_duckdb(example)
                    total += 1
                    right += rows_match(database.run(sql, limits=WHOLE), gold, ordered)
                    spoilt = database.run(_with_a_wrong_column(sql, gold), limits=WHOLE)
                    wrong += rows_match(spoilt, gold, ordered)
        except InputError as error:
            excluded.extend(Excluded(one.id, f"no database: {error}") for one in group)
    return SelfTest(Share(right, total), Share(wrong, total), tuple(excluded))


def _with_a_wrong_column(sql: str, gold: QueryResult) -> str:
    names = [f"c{number}" for number in range(len(gold.columns))]
    shown = ", ".join(["concat('not ', c0) AS c0", *names[1:]])
    return f"SELECT {shown} FROM ({sql}\n) AS gold({', '.join(names)})"
