"""Pasted DDL of every dialect is read as the database it came from reads it; broken DDL is told."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from text2sql.ddl.dialects import ALIASES, DIALECTS
from text2sql.errors import SchemaError
from text2sql.schema import Column, ForeignKey, Schema, Table, parse_schema, to_ddl

DUCKDB = duckdb.connect(config={"threads": "1"})
HERE = Path(__file__).parent / "fixtures"
FIXTURES = sorted((HERE / "ddl").rglob("*.sql"))
BROKEN = (HERE / "ddl_broken" / "cases.txt").read_text(encoding="utf-8").split("=== ")[1:]


def fixture(name: str) -> Schema:
    return parse_schema((HERE / "ddl" / f"{name}.sql").read_bytes().decode())


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@contextmanager
def created(text: str) -> Iterator[Any]:
    """DuckDB with the tables of that DDL, and none of them afterwards."""
    DUCKDB.begin()
    try:
        DUCKDB.execute(text)
        yield DUCKDB
    finally:
        DUCKDB.rollback()


def bare(schema: Schema) -> dict[str, Table]:
    """The tables by name, without the keys that `to_ddl` may leave out."""
    return {table.name: replace(table, foreign_keys=()) for table in schema.tables}


def keys(schema: Schema) -> set[tuple[str, ForeignKey]]:
    return {(table.name, key) for table in schema.tables for key in table.foreign_keys}


def first(ddl: str, dialect: str | None = None) -> Table:
    return parse_schema(ddl, dialect).tables[0]


def types(ddl: str, dialect: str | None = None) -> list[str]:
    return [column.type for column in first(ddl, dialect).columns]


# Fixtures


def test_there_are_fixtures_of_every_dialect() -> None:
    folders = {path.parent.name for path in FIXTURES}
    assert len(FIXTURES) >= 64
    assert folders >= set(DIALECTS)


@pytest.mark.parametrize("path", FIXTURES, ids=name_of)
def test_a_fixture_is_recognised_and_read_whole(path: Path) -> None:
    schema = fixture(name_of(path))
    assert schema.dialect == ALIASES.get(path.parent.name, path.parent.name)
    assert schema.tables and all(table.columns for table in schema.tables)
    for table in schema.tables:
        for names in (table.primary_key, *table.unique):
            assert all(table.column(name) for name in names)
        for key in table.foreign_keys:
            target = schema.table(key.table)
            assert target is not None and len(key.columns) == len(key.references)
            assert all(table.column(name) for name in key.columns)
            assert all(target.column(name) for name in key.references)


@pytest.mark.parametrize("path", FIXTURES, ids=name_of)
def test_duckdb_takes_the_canonical_ddl_of_a_fixture_as_it_is_meant(path: Path) -> None:
    schema = fixture(name_of(path))
    with created(to_ddl(schema)) as connection:
        found = connection.execute(
            "SELECT table_name, column_name, replace(data_type, '\"', ''), is_nullable "
            "FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
        (count,) = connection.execute(
            "SELECT count(*) FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'"
        ).fetchone()
    meant = {
        (t.name, c.name, c.type.replace('"', ""), c.nullable and c.name not in t.primary_key)
        for t in schema.tables
        for c in t.columns
    }
    assert set(found) == meant
    assert count == sum(bool(table.primary_key) for table in schema.tables)


@pytest.mark.parametrize("path", FIXTURES, ids=name_of)
def test_canonical_ddl_says_the_same_again(path: Path) -> None:
    schema = fixture(name_of(path))
    text = to_ddl(schema)
    again = parse_schema(text, "duckdb")
    assert bare(again) == bare(schema)
    assert keys(again) <= keys(schema)
    assert to_ddl(again) == text


@pytest.mark.parametrize("path", [p for p in FIXTURES if p.parent.name == "sqlite"], ids=name_of)
def test_sqlite_reads_its_fixtures_alike(path: Path) -> None:
    connection = sqlite3.connect(":memory:")
    lines = path.read_text(encoding="utf-8").splitlines()  # which a dump has, but may not create
    connection.executescript("\n".join(line for line in lines if "sqlite_sequence" not in line))
    for table in fixture(name_of(path)).tables:
        info = connection.execute("SELECT * FROM pragma_table_xinfo(?)", [table.name]).fetchall()
        assert [row[1] for row in info] == [column.name for column in table.columns]
        ranked = sorted((row[5], row[1]) for row in info if row[5])
        assert tuple(name for _, name in ranked) == table.primary_key
        listed = connection.execute("SELECT * FROM pragma_foreign_key_list(?)", [table.name])
        links = {(row[3].lower(), row[2].lower()) for row in listed}
        mine = {(name.lower(), k.table.lower()) for k in table.foreign_keys for name in k.columns}
        assert links == mine
        for row in info:
            column = table.column(row[1])
            assert column is not None
            assert column.nullable == (not row[3] and not row[5])


@pytest.mark.parametrize("path", [p for p in FIXTURES if p.parent.name == "duckdb"], ids=name_of)
def test_duckdb_reads_its_fixtures_alike(path: Path) -> None:
    connection = duckdb.connect()
    for statement in path.read_text(encoding="utf-8").split(";\n"):
        if "CREATE" in statement and "read_csv" not in statement:
            connection.execute(statement)
    found: dict[str, list[tuple[str, str]]] = {}
    for schema_name, table, column, type_ in connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE table_name IN (SELECT table_name FROM duckdb_tables()) ORDER BY column_index"
    ).fetchall():
        found.setdefault(f"{schema_name}.{table}", []).append((column, type_))
    schema = fixture(name_of(path))
    assert len(found) == len(schema.tables)
    for full, columns in found.items():
        space, _, plain = full.partition(".")
        table = schema.table(plain) or schema.table(f"{space}_{plain}")
        assert table is not None
        assert [column.name for column in table.columns] == [name for name, _ in columns]
        for column, (_, type_) in zip(table.columns, columns, strict=True):
            if not column.enum and column.name != "doubled":
                assert column.type == canonical_type(type_), (full, column.name)


def canonical_type(type_: str) -> str:
    """DuckDB's name for the type, with what the reader puts in its place."""
    if type_ == "FLOAT":
        return "DOUBLE"
    return "TIMESTAMP" if type_.startswith("TIMESTAMP") else type_.replace("[3]", "[]")


# Dialects


def test_a_dialect_can_be_named() -> None:
    ddl = "CREATE TABLE t (a TIMESTAMP, b BIT, c TINYINT(1), d NUMBER)"
    assert types(ddl, "tsql")[:2] == ["BLOB", "BOOLEAN"]
    assert types(ddl, "MySQL")[2] == "BOOLEAN"
    assert types(ddl, "snowflake")[3] == "BIGINT"
    assert parse_schema(ddl, "PostgreSQL").dialect == "postgres"
    assert parse_schema(ddl, " sql server ").dialect == "tsql"


def test_an_unknown_dialect_is_told() -> None:
    with pytest.raises(SchemaError, match=r'no dialect "cobol".*Choose one of: .*mysql'):
        parse_schema("CREATE TABLE t (a INT)", "cobol")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("path", FIXTURES[::9], ids=name_of)
def test_the_wrong_dialect_gives_tables_or_a_schema_error(path: Path, dialect: str) -> None:
    try:
        schema = parse_schema(path.read_text(encoding="utf-8"), dialect)
    except SchemaError as error:
        assert error.line
    else:
        with created(to_ddl(schema)):
            pass


@pytest.mark.parametrize(
    "name", ["bytes", "engine", "string", "number", "variant", "money", "serial", "warehouse"]
)
def test_a_columns_name_is_no_evidence_of_a_dialect(name: str) -> None:
    assert parse_schema(f"CREATE TABLE t (id INT, {name} VARCHAR)").dialect == "duckdb"


# Names


NAMES = st.one_of(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30
    ).filter(lambda name: bool(name.strip())),
    st.sampled_from(["order", "select", "a b", 'say "hi"', "it's", "a;b", "--", "/*", "[x]", "`"]),
    st.sampled_from(["primary", "key", "check", "constraint", "unique", "Straße", "日付", "1st"]),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(
    st.lists(NAMES, min_size=2, max_size=5, unique_by=str.casefold),
    st.lists(NAMES, max_size=3, unique=True),
)
@example(["0", '"'], ["0"])
@example(["t", '"a', '"b'], ['"'])
@example(["t", "DELIMITER", "id"], [])
def test_any_name_and_any_value_survive(names: list[str], values: list[str]) -> None:
    columns = tuple(Column(name, "VARCHAR") for name in names[1:])
    one = replace(columns[0], enum=tuple(values), nullable=False)
    table = Table(names[0], (one, *columns[1:]), primary_key=(one.name,))
    text = to_ddl(Schema((table,)))
    sql = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
    with created(text) as connection:
        assert connection.execute(sql).fetchall() == [(names[0], name) for name in names[1:]]
    assert parse_schema(text, "duckdb").tables == (table,)


# What is broken


def broken(case: str) -> tuple[str, str]:
    """The DDL and the whole message of one case."""
    ddl, _, message = case.partition("\n")[2].partition("--> ")
    return ddl.rstrip("\n"), message.strip()


def test_there_are_many_broken_cases() -> None:
    assert len(BROKEN) >= 32


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.split("\n")[0])
def test_what_is_broken_is_told_with_its_line_and_what_to_do(case: str) -> None:
    ddl, message = broken(case)
    with pytest.raises(SchemaError) as caught:
        parse_schema(ddl)
    assert str(caught.value) == message
    assert caught.value.line and caught.value.column and caught.value.hint


GOOD = "CREATE TABLE a (id INT PRIMARY KEY, b_id INT);\n"
HOSTILE: dict[str, tuple[str, str]] = {
    "two megabytes": (GOOD + "CREATE TABLE b (x INT);\n" * 90_000, "characters; the most is"),
    "thousands of tables": (
        "".join(f"CREATE TABLE t{n} (x INT);" for n in range(5_000)), "too many tables"),
    "thousands of columns": (
        f"CREATE TABLE t ({','.join(f'c{n} INT' for n in range(5_000))})", "too many columns"),
    "brackets": ("CREATE TABLE t (x INT CHECK " + "(" * 9_999 + "1" + ")" * 10_000, "nested"),
    "open brackets": ("CREATE TABLE t " + "(" * 10_000, "nested"),
    "brackets of types": (
        "CREATE TABLE t (x " + "STRUCT<a " * 10_000 + "INT64" + ">" * 10_000 + ")", "nested"),
    "brackets of a statement that is not read": ("SELECT " + "(" * 10_000, "nested"),
    "NUL": (GOOD[:12] + "\0" + GOOD[12:], "NUL character"),
    "half a character": (GOOD + "-- \ud800", "no valid Unicode"),
    "quotes": ("CREATE TABLE t (a INT, " + "'" * 99_999, "never closed"),
    "double quotes": ('"' * 99_999, "never closed"),
    "comments": (GOOD + "/* " * 50_000, "comment that begins here is never closed"),
    "commas": ("CREATE TABLE t (" + "," * 20_000 + ")", "A column is missing"),
    "dots": ("CREATE TABLE " + "a." * 20_000 + "b", "columns of the table"),
    "binary": (bytes(range(1, 256)).decode("latin-1") * 400, "no CREATE TABLE"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_hostile_is_refused_at_once(text: str, words: str) -> None:
    started = time.process_time()
    with pytest.raises(SchemaError, match=words) as caught:
        parse_schema(text)
    assert caught.value.line
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("ddl", "note"),
    [
        (GOOD.replace("b_id INT", "b_id INT REFERENCES b (id)"), 'there is no table "b"'),
        (GOOD + "CREATE TABLE c (x INT, FOREIGN KEY (x) REFERENCES a (nope));", "no such columns"),
        (GOOD + "CREATE TABLE c (x FROBNICATED(3));", 'the type "FROBNICATED(3)"'),
        (GOOD + "ALTER TABLE nowhere ADD COLUMN x INT;", "there is no such table"),
        (GOOD + "CREATE TABLE c (x INT CHECK (x > (SELECT 1)));", "A CHECK of c was left out"),
        (GOOD + "CREATE TABLE c AS SELECT 1 AS one;", "lists no columns of its own"),
        (GOOD + "Thank you!", "is no statement"),
        (GOOD + "DROP TABLE a; DELETE FROM a;", "1 DROP TABLE, 1 DELETE"),
        ("CREATE TABLE p (x INT[], PRIMARY KEY (x));", "its type can't be a key"),
    ],
)
def test_what_can_be_done_without_is_noted(ddl: str, note: str) -> None:
    schema = parse_schema(ddl)
    assert any(note in one for one in schema.notes), schema.notes
    with created(to_ddl(schema)):
        pass


def test_a_long_dump_with_rows_is_read_in_time() -> None:
    row = "(1,'it\\'s; CREATE TABLE x (',NULL),"
    rows = f"INSERT INTO `t` VALUES {row * 400}(2,'',NULL);\n"
    ddl = "CREATE TABLE `t` (`id` int AUTO_INCREMENT PRIMARY KEY, `a` text, `b` int);\n"
    text = (ddl + rows * 60)[:990_000].rsplit("\n", 1)[0]
    assert len(text) > 800_000
    started = time.process_time()
    assert [table.name for table in parse_schema(text).tables] == ["t"]
    assert time.process_time() - started < 5


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_ddl_gives_tables_or_a_schema_error(data: Any) -> None:
    path = data.draw(st.sampled_from(FIXTURES))
    text = path.read_text(encoding="utf-8")[:3_000]
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 20))
    put = data.draw(st.sampled_from(["", "(", ")", "'", '"', ",", ";", "`", "<", "]", "\n", "$$"]))
    try:
        schema = parse_schema(text[:at] + put + text[at + cut :])
    except SchemaError as error:
        assert error.line and error.hint
    else:
        with created(to_ddl(schema)):
            pass
