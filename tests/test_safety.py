"""No statement that does more than read passes, and each of DuckDB's functions is judged."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import pytest
from fixtures import evil

from text2sql import functions, safety
from text2sql.parsing import parse_statement
from text2sql.schema import parse_schema
from text2sql.validation import validate

SCHEMA = parse_schema(evil.DDL)
STATEMENTS = evil.statements(canary=Path("/tmp/canary.txt"), target=Path("/tmp/target"))


def test_enough_of_them() -> None:
    assert len(STATEMENTS) >= 120


@pytest.mark.parametrize("name", STATEMENTS)
def test_refused(name: str) -> None:
    began = time.process_time()
    checked = validate(STATEMENTS[name], SCHEMA)
    assert time.process_time() - began < 2
    assert not checked.ok
    problem = checked.problems[0]
    assert problem.message.endswith(".")
    assert len(problem.message) < 200


@pytest.mark.parametrize("name", [name for name in STATEMENTS if name.startswith("files")])
def test_told_that_it_is_not_safe(name: str) -> None:
    """Files are refused by a rule of their own, not for want of a table of that name."""
    problem = validate(STATEMENTS[name], SCHEMA).problems[0]
    assert problem.stage in ("safety", "parse") or "load_file" in problem.message


def test_where_it_is() -> None:
    problem = validate("SELECT name\nFROM people, read_csv('x')", SCHEMA).problems[0]
    assert (problem.stage, problem.line, problem.column) == ("safety", 2, 14)
    assert problem.message == "The function read_csv is not allowed here."
    assert problem.suggestion


def test_more_than_one_statement() -> None:
    problem = validate("SELECT 1;\n\n SELECT 2", SCHEMA).problems[0]
    assert (problem.stage, problem.line) == ("safety", 3)
    assert "this has 2" in problem.message


def test_tables_with_odd_names_of_their_own() -> None:
    schema = parse_schema('CREATE TABLE "sales.csv" (a INTEGER); CREATE TABLE pg_stats (b INTEGER)')
    assert validate('SELECT a FROM "sales.csv"', schema).ok
    assert validate("SELECT b FROM pg_stats", schema).ok
    assert not validate('SELECT a FROM "other.csv"', schema).ok


def test_every_function_of_duckdb_is_judged() -> None:
    """A newer DuckDB brings functions that nobody has looked at: they must fail here first."""
    rows = duckdb.sql("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()
    names = {name.lower() for (name,) in rows if name.isidentifier()}
    known = functions.ALLOWED | functions.TABLE_FUNCTIONS
    assert len(names) > 500
    unjudged = {n for n in names if n not in known and not functions.is_refused(n)}
    assert unjudged == set()


def test_the_list_of_functions_contradicts_itself_nowhere() -> None:
    text = functions.LIST.read_text()
    allowed, tables, refused = (set(part.split("]")[1].split()) for part in text.split("[")[1:])
    assert not allowed & refused
    assert not tables & refused


@pytest.mark.parametrize("name", sorted(functions.TABLE_FUNCTIONS))
def test_table_functions_exist(name: str) -> None:
    found = duckdb.sql(f"SELECT 1 FROM duckdb_functions() WHERE function_name = '{name}'")
    assert found.fetchall()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM people a, people b, people c WHERE a.id = b.id AND b.id = c.id",
        "SELECT * FROM range(1000), people",
        "SELECT repeat(name, 100) FROM people",
        "SELECT regexp_matches(name, '[0-9]{3}-[0-9]{4}') FROM people",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 9) FROM r",
    ],
)
def test_bounds_leave_room(sql: str) -> None:
    assert validate(sql, SCHEMA).ok


def test_every_writing_expression_of_sqlglot_is_known() -> None:
    """What sqlglot parses as a DML or DDL node, or as a Command, counts as writing."""
    for sql in ("DELETE FROM people", "CREATE TABLE a (b INT)", "VACUUM", "KILL 1"):
        tree = parse_statement(sql).tree
        assert isinstance(tree, safety.WRITERS), sql
