"""The loop: write a pair, shorten its SQL, run it, keep it if it says something.

Knows nothing of how questions are worded.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from sqlglot.errors import SqlglotError

from finetune.canonical import canonical
from finetune.examples import Example
from finetune.synthesis.author import Author, CannotAsk, Pair
from finetune.synthesis.deeds import DEEDS
from finetune.synthesis.groups import GROUPS
from finetune.synthesis.joins import JOINS
from finetune.synthesis.measures import MEASURES
from finetune.synthesis.per_parent import PER_PARENT
from finetune.synthesis.sets import SETS
from finetune.synthesis.single import SINGLE
from finetune.synthesis.survey import facts_of
from finetune.synthesis.three_tables import THREE_TABLES
from finetune.synthesis.ties import hangs_on_a_tie
from finetune.synthesis.times import TIMES
from finetune.synthesis.windows import WINDOWS
from text2sql.comparing import comparable
from text2sql.database import Database, database_from_schema
from text2sql.errors import ExecutionError
from text2sql.execution import Limits
from text2sql.generator import never
from text2sql.problems import QueryResult
from text2sql.schema import Schema, to_ddl

Write = Callable[[Author], Pair]
KINDS: tuple[tuple[Write, int], ...] = (
    *SINGLE, *MEASURES, *GROUPS, *JOINS, *PER_PARENT, *DEEDS, *SETS, *THREE_TABLES, *TIMES,
    *WINDOWS,
)  # fmt: skip
TRIES = 12  # writings for one pair asked for; a small database runs out of things to say
FAILED = 0.4  # of a turn is spent by a writing that came to nothing
SAME_SQL = 2  # questions with one and the same statement
PATIENT = Limits(deadline_s=30.0)  # what is made must not hang on how busy the machine is


def synthesize(
    database: Database, count: int, seed: int = 0, cancelled: Callable[[], bool] = never
) -> list[Example]:
    """At most `count` different examples on a database, the same for the same seed.

    Fewer where the database has not so much to ask; none where it has no rows. Each carries the
    kind of its question in `id`; `database` and `schema` are left to the caller.
    """
    made: list[Example] = []
    for kind, pair in _pairs(database, count, seed, cancelled):
        made.append(Example(f"{kind}-{seed}-{len(made)}", pair.question, "", pair.sql))
    return made


def for_schema(
    schema: Schema, count: int, seed: int = 0, cancelled: Callable[[], bool] = never
) -> list[Example]:
    """At most `count` examples on a schema that came without rows, ready to be trained on.

    Rows are made up to ask about; each example carries the schema's text. Raises ExecutionError
    if no database can be made of the schema.
    """
    ddl = to_ddl(schema)
    with contextlib.closing(database_from_schema(schema, seed=seed)) as database:
        return [replace(one, schema=ddl) for one in synthesize(database, count, seed, cancelled)]


def _pairs(
    database: Database, count: int, seed: int, cancelled: Callable[[], bool]
) -> Iterator[tuple[str, Pair]]:
    rng = Random(f"synthesis {seed} of {database.name}")
    author = Author(facts_of(database), database, rng)
    asked: set[str] = set()
    written: Counter[str] = Counter()
    used = {write: rng.random() for write, _ in KINDS}
    for _ in range(count * TRIES):
        if len(asked) == count or cancelled():
            return
        write = min(KINDS, key=lambda kind: used[kind[0]] / kind[1])[0]
        pair = _checked(_written(write, author), database)
        new = pair and pair.question.lower() not in asked and written[pair.sql] < SAME_SQL
        used[write] += 1 if new else FAILED
        if pair and new:
            asked.add(pair.question.lower())
            written[pair.sql] += 1
            yield write.__name__, pair


def _written(write: Write, author: Author) -> Pair | None:
    with contextlib.suppress(CannotAsk):
        return write(author)
    return None


def _checked(pair: Pair | None, database: Database) -> Pair | None:
    """The pair with its SQL in the short form, if both forms run alike and say something."""
    if pair is None:
        return None
    try:
        short = canonical(pair.sql, database.schema)
        result = database.run(short, limits=PATIENT)
        if not says_something(result) or hangs_on_a_tie(short, database):
            return None
        if _counted(database.run(pair.sql, limits=PATIENT)) != _counted(result):
            return None
    except (SqlglotError, ExecutionError):
        return None
    return Pair(pair.question, short)


def _counted(result: QueryResult) -> Counter[tuple[object, ...]]:
    """The rows as a multiset: without ORDER BY they come in any order, and sums in any sequence."""
    return Counter(tuple(map(comparable, row)) for row in result.rows)


def says_something(result: QueryResult) -> bool:
    """Whether there are rows, a value among them, and not just a zero.

    >>> [says_something(QueryResult(("n",), ("BIGINT",), rows)) for rows in ((), ((0,),), ((3,),))]
    [False, False, True]
    """
    values = [value for row in result.rows for value in row]
    return any(value is not None for value in values) and values != [0]
