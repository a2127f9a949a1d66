"""Training data: what is read, what is dropped and why, and what is held back."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from finetune.config import TrainConfig
from finetune.dataset import TrainingData, training_data
from finetune.examples import Example, read_examples
from finetune.gold import check_databases
from finetune.targets import binder
from text2sql.errors import DataError
from text2sql.schema import parse_schema

SHOP = "CREATE TABLE shop (id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR);"
BAR = "CREATE TABLE bar (id INTEGER PRIMARY KEY, name VARCHAR, stars INTEGER);"


def row(question: str = "Which shops are there?", **changes: Any) -> dict[str, Any]:
    return {"question": question, "schema": SHOP, "sql": "SELECT name FROM shop", **changes}


def write(path: Path, *rows: Any, encoding: str = "utf-8") -> Path:
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in rows]
    data = ("\n".join(lines) + "\n").encode(encoding)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def read(*files: Path, **settings: Any) -> TrainingData:
    names = tuple(map(str, files))
    return training_data(TrainConfig(**{"data": names, "run": "x", "eval_examples": 0, **settings}))


def reasons(data: TrainingData) -> dict[str, int]:
    return {one.reason: one.count for one in data.dropped}


def test_bad_lines_are_dropped_and_told_by_number(tmp_path: Path) -> None:
    bad = ["{no json", "[1]", {"question": "q", "schema": SHOP}, row(sql=7), row("")]
    found = read(write(tmp_path / "d.jsonl", row(), *bad))
    assert len(found.rows) == 1
    assert sum(reasons(found).values()) == 5
    assert "d.jsonl line 2" in found.report() and "no sql" in found.report()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    found = read(write(tmp_path / "d.jsonl", row("Shops in Besançon?"), encoding=encoding))
    assert "Besançon" in found.rows[0].prompt.question


def test_csv_and_gzip_and_other_names_of_columns(tmp_path: Path) -> None:
    table = f'question,context,answer\nWhich shops?,"{SHOP}",SELECT name FROM shop\n'
    (tmp_path / "d.csv").write_text(table)
    packed = write(
        tmp_path / "e.jsonl.gz", row("What are the cities?", sql="SELECT city FROM shop")
    )
    found = read(tmp_path / "d.csv", packed)
    assert [one.sql for one in found.rows] == ["SELECT name FROM shop", "SELECT city FROM shop"]
    assert [(one.file, one.rows) for one in found.sources] == [("d.csv", 1), ("e.jsonl.gz", 1)]


def test_repeats_and_contradictions_are_dropped(tmp_path: Path) -> None:
    again, other = row("which SHOPS are there"), row(sql="SELECT city FROM shop")
    found = read(
        write(
            tmp_path / "d.jsonl", row(), again, other, row(schema=BAR, sql="SELECT name FROM bar")
        )
    )
    assert len(found.rows) == 2
    assert reasons(found) == {"a duplicate": 1, "the same question with other SQL": 1}


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT FROM WHERE", "the SQL does not parse"),
        ("DROP TABLE shop", "the SQL is not one SELECT statement"),
        ("SELECT 1; SELECT 2", "the SQL is not one SELECT statement"),
        ("SELECT price FROM warehouse", "the SQL does not bind"),
        ("SELECT " + "(" * 400 + "1" + ")" * 400, "the SQL is too long or nested too deeply"),
    ],
)
def test_sql_that_can_not_be_learned(tmp_path: Path, sql: str, reason: str) -> None:
    found = read(write(tmp_path / "d.jsonl", row(), row("And this?", sql=sql)))
    assert reasons(found) == {reason: 1}


def test_a_statement_is_learned_in_its_short_form(tmp_path: Path) -> None:
    long = "select T1.NAME from shop as T1 order by T1.city asc"
    found = read(write(tmp_path / "d.jsonl", row(sql=long)))
    assert found.rows[0].sql == "SELECT name FROM shop ORDER BY city"
    plain = read(write(tmp_path / "d.jsonl", row(sql=long)), canonical=False)
    assert plain.rows[0].sql == long


def test_habits_of_sqlite_are_mended(tmp_path: Path) -> None:
    sql = 'SELECT name FROM shop WHERE city = "Rome" AND name LIKE "%b%"'
    found = read(write(tmp_path / "d.jsonl", row(sql=sql, dialect="sqlite")))
    assert found.rows[0].sql == "SELECT name FROM shop WHERE city = 'Rome' AND name ILIKE '%b%'"


def test_a_schema_is_not_taken_for_one_that_is_gone() -> None:
    with binder() as judge:
        for number in range(20):
            schema = parse_schema(f"CREATE TABLE t{number} (a{number} INTEGER);")
            judge.bind(f"SELECT a{number} FROM t{number}", schema)
            del schema  # the next one may lie where it lay


def test_too_long_for_the_sequence(tmp_path: Path) -> None:
    wide = "CREATE TABLE shop (" + ", ".join(f"column_{n} INTEGER" for n in range(200)) + ");"
    long = row("How many?", schema=wide, sql="SELECT COUNT(*) FROM shop")
    found = read(write(tmp_path / "d.jsonl", row(), long), max_length=256)
    assert reasons(found) == {"longer than max_length (256 tokens)": 1}


def test_questions_that_judge_are_never_learned(tmp_path: Path) -> None:
    judges = write(tmp_path / "judges.jsonl", row("Name the shops!"))
    rows = [
        row(),
        row("name the   shops"),
        row("Name the shops", schema=BAR, sql="SELECT name FROM bar"),
    ]
    found = read(write(tmp_path / "d.jsonl", *rows), judged_by=(str(judges),))
    assert len(found.rows) == 2, "the same words about other tables stay"
    assert reasons(found) == {"kept for judging (judges.jsonl)": 1}


def test_demo_questions_are_never_learned(tmp_path: Path) -> None:
    demo = Path(__file__).resolve().parent.parent / "demo_data" / "shop"
    asked = read_examples(demo / "questions.jsonl").examples[0]
    schema = (demo / "schema.sql").read_text()
    taken = row(asked.question, schema=schema, sql=asked.sql)
    found = read(write(tmp_path / "d.jsonl", row(), taken))
    assert reasons(found) == {"kept for judging (questions.jsonl)": 1}


def test_whole_schemas_are_held_out(tmp_path: Path) -> None:
    rows = [
        row(f"Is {n} of {table} there?", schema=schema, sql=f"SELECT {n} FROM {table}")
        for n in range(10)
        for table, schema in (("shop", SHOP), ("bar", BAR), ("inn", SHOP.replace("shop", "inn")),
                              ("pub", BAR.replace("bar", "pub")))
    ]  # fmt: skip
    file = write(tmp_path / "d.jsonl", *rows)
    found = read(file, eval_examples=10)
    homes = [
        {one.prompt.context for one in found.rows if one.held_out is side} for side in (True, False)
    ]
    assert len(found.held_out) == 10 and not homes[0] & homes[1]
    assert read(file, eval_examples=10).held_out == found.held_out


def test_values_of_a_database_are_shown(tmp_path: Path) -> None:
    place = tmp_path / "db" / "town"
    place.mkdir(parents=True)
    (place / "schema.sql").write_text(SHOP)
    (place / "shop.csv").write_text("id,name,city\n1,Corner,Rome\n2,Mall,Oslo\n")
    one = row(
        "Which shops are in rome?", database="town", sql="SELECT name FROM shop WHERE city = 'Rome'"
    )
    file = write(tmp_path / "d.jsonl", one)
    shown = read(file, databases=str(tmp_path / "db")).rows[0].prompt
    assert "city = 'Rome'" in shown.question and "'Oslo'" in shown.context
    plain = read(file, databases=str(tmp_path / "db"), value_hints=False).rows[0].prompt
    assert "'Oslo'" not in plain.context


def test_a_path_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "schema.sql").write_text(SHOP)
    (tmp_path / "db").mkdir()
    one = {"question": "q?", "sql": "SELECT 1", "database": "../outside"}
    found = read(write(tmp_path / "d.jsonl", row(), one), databases=str(tmp_path / "db"))
    assert reasons(found) == {"its database is not there": 1}


def test_a_broken_schema_costs_only_its_own_examples(tmp_path: Path) -> None:
    found = read(write(tmp_path / "d.jsonl", row(), row("And?", schema="no table at all")))
    assert len(found.rows) == 1 and "no usable schema" in found.report()


def test_nothing_usable(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no usable example"):
        read(write(tmp_path / "d.jsonl", row(sql="SELECT price FROM warehouse")))


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(b'{"question": "Which?"}' * 50))
    whole[15] ^= 0xFF
    (tmp_path / "d.jsonl.gz").write_bytes(whole)
    with pytest.raises(DataError, match=r"d\.jsonl\.gz"):
        read_examples(tmp_path / "d.jsonl.gz")


@pytest.mark.parametrize("name", ["a\0b", "x" * 5_000])
def test_a_name_that_no_database_could_have_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no database"):
        check_databases([Example("1", "Which?", SHOP, "SELECT 1", database=name)], tmp_path)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        read(tmp_path / "gone.jsonl")
