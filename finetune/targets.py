"""What a model is to learn for an example: its SQL in DuckDB's dialect, checked by DuckDB.

Data written for SQLite or MySQL has habits that DuckDB refuses or reads otherwise; they are mended
here. Knows nothing of files, prompts or models.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from finetune.canonical import shorten
from finetune.examples import Example
from text2sql.database import Database, database_from_schema
from text2sql.errors import ExecutionError, QueryError
from text2sql.parsing import MAX_CHARS, MAX_DEPTH
from text2sql.problems import QueryResult
from text2sql.repair import repair
from text2sql.schema import Schema, Table

LENIENT = frozenset({"sqlite", "mysql"})  # dialects in which "x" may be a string


class Unusable(Exception):
    """The example can't be learned from; the message is the reason, the same for all alike."""


@dataclass(frozen=True)
class Binder:
    """DuckDB's judgement of a statement on a schema without rows.

    One empty database serves every schema: the tables stand in front of the statement as common
    table expressions of typed NULLs, which costs a schema microseconds, not a process of its own.
    """

    empty: Database

    def bind(self, sql: str, schema: Schema) -> None:
        """Raises QueryError if DuckDB refuses the statement."""
        self.empty.bind(_with_stubs(sql, _stubs(schema)))


@contextlib.contextmanager
def binder() -> Iterator[Binder]:
    """A Binder, whose process ends with the context."""
    with contextlib.closing(database_from_schema(Schema(()))) as empty:
        yield Binder(empty)


@lru_cache(maxsize=256)
def _stubs(schema: Schema) -> str:
    return ", ".join(map(_stub, schema.tables))


def _stub(table: Table) -> str:
    columns = ", ".join(
        f"CAST(NULL AS {column.type}) AS {_quoted(column.name)}" for column in table.columns
    )
    return f"{_quoted(table.name)} AS (SELECT {columns or 'NULL'})"


def _with_stubs(sql: str, stubs: str) -> str:
    """
    >>> _with_stubs("SELECT a FROM t", "t AS (SELECT 1 AS a)")
    'WITH t AS (SELECT 1 AS a) SELECT a FROM t'
    >>> _with_stubs("WITH RECURSIVE r AS (SELECT 1) SELECT 2", "t AS (SELECT 1)")
    'WITH RECURSIVE t AS (SELECT 1), r AS (SELECT 1) SELECT 2'
    """
    if not stubs:
        return sql
    for start in ("WITH RECURSIVE ", "WITH "):
        if sql.upper().startswith(start):
            return f"{start}{stubs}, {sql[len(start) :]}"
    return f"WITH {stubs} {sql}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def target(
    example: Example,
    schema: Schema,
    judge: Binder,
    database: Database | None = None,
    *,
    canonical: bool = True,
) -> str:
    """The statement to learn; raises Unusable.

    The short form (`canonical`) is taken where it binds and, given a database, gives the same
    rows; else the plain one.
    """
    tree = parsed(example.sql, example.dialect)
    if example.dialect in LENIENT:
        _strings_for_names(tree, schema)
        _ignore_case(tree)
    plain = example.sql.strip().rstrip("; \n")
    if example.dialect != "duckdb":
        plain = tree.sql(dialect="duckdb", comments=False)
    error = _refusal(plain, schema, judge, database)
    if error:
        tree, plain = _repaired(tree, schema, error, judge)
    if not canonical:
        return plain
    with contextlib.suppress(SqlglotError, RecursionError):
        short = shorten(tree.copy(), schema)
        if short == plain or _means_the_same(short, plain, schema, judge, database):
            return short
    return plain


def parsed(sql: str, dialect: str) -> exp.Expr:
    """The tree of one SELECT statement; raises Unusable."""
    if len(sql) > MAX_CHARS or sql.count("(") > MAX_CHARS // 20 or _depth(sql) > MAX_DEPTH:
        raise Unusable("the SQL is too long or nested too deeply")
    try:
        trees = [tree for tree in sqlglot.parse(sql, read=dialect) if tree is not None]
    except (SqlglotError, RecursionError, ValueError) as error:
        raise Unusable("the SQL does not parse") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise Unusable("the SQL is not one SELECT statement")
    return trees[0]


def _depth(sql: str) -> int:
    """
    >>> _depth("SELECT ((1))"), _depth("SELECT 1")
    (2, 0)
    """
    depth = deepest = 0
    for character in sql:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return deepest


def _strings_for_names(tree: exp.Expr, schema: Schema) -> None:
    """`WHERE name = "x"`: a quoted word that names no column is a string."""
    names = {column.name.lower() for table in schema.tables for column in table.columns}
    names |= {one.alias.lower() for one in tree.find_all(exp.Alias)}
    for column in list(tree.find_all(exp.Column)):
        word = column.this
        quoted = isinstance(word, exp.Identifier) and word.args.get("quoted")
        if quoted and not column.table and column.name.lower() not in names:
            column.replace(exp.Literal.string(column.name))


def _ignore_case(tree: exp.Expr) -> None:
    """SQLite's and MySQL's LIKE ignores case, as DuckDB's ILIKE does."""
    for like in list(tree.find_all(exp.Like)):
        like.replace(exp.ILike(**like.args))


def _refusal(sql: str, schema: Schema, judge: Binder, database: Database | None) -> str:
    """DuckDB's message about a statement that does not bind, or nothing."""
    try:
        if database:
            database.bind(sql)
        else:
            judge.bind(sql, schema)
    except QueryError as error:
        return error.message
    except ExecutionError as error:
        raise Unusable("the SQL could not be checked") from error
    return ""


def _repaired(tree: exp.Expr, schema: Schema, error: str, judge: Binder) -> tuple[exp.Expr, str]:
    """What the deterministic repairs make of a statement that does not bind; raises Unusable."""
    mended, repairs = repair(tree, schema, error)
    plain = mended.sql(dialect="duckdb", comments=False)
    if not repairs or _refusal(plain, schema, judge, None):
        raise Unusable("the SQL does not bind")
    return mended, plain


def _means_the_same(
    short: str, plain: str, schema: Schema, judge: Binder, database: Database | None
) -> bool:
    if database is None:
        return not _refusal(short, schema, judge, None)
    try:
        return _counted(database.run(short)) == _counted(database.run(plain))
    except ExecutionError:
        return False


def _counted(result: QueryResult) -> Counter[str]:
    """The rows as a multiset: the short form may break ties of an order otherwise."""
    return Counter(map(repr, result.rows))
