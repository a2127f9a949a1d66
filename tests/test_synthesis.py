"""Made-up pairs: every statement runs and says something, the same for the same seed."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from finetune.canonical import canonical
from finetune.dataset import BUNDLED_FILE
from finetune.examples import Example, read_examples
from finetune.leakage import Judged, demo_questions
from finetune.synthesis import author, facts, for_schema, generate, phrasing, synthesize, words
from finetune.synthesis.__main__ import main
from finetune.synthesis.generate import says_something
from finetune.synthesis.survey import facts_of
from finetune.synthesis.ties import hangs_on_a_tie
from text2sql.database import Database, database_from_schema, open_database
from text2sql.schema import Schema, parse_schema

SCHEMA = parse_schema(
    "CREATE TABLE people (id INTEGER PRIMARY KEY, first_name VARCHAR, last_name VARCHAR, "
    "city VARCHAR, born DATE, noted VARCHAR);"
    "CREATE TABLE visits (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES people (id), "
    "reason VARCHAR CHECK (reason IN ('check', 'pain', 'advice')), visited_on DATE, fee DOUBLE);"
)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    found = database_from_schema(SCHEMA)
    yield found
    found.close()


@pytest.fixture(scope="module")
def made(database: Database) -> list[Example]:
    return synthesize(database, 40, seed=1)


def test_as_many_as_asked_for_and_none_twice(made: list[Example]) -> None:
    assert len(made) == 40
    assert len({one.question.lower() for one in made}) == 40
    assert len({one.id for one in made}) == 40


def test_every_statement_runs_says_something_and_is_short(
    made: list[Example], database: Database
) -> None:
    for one in made:
        assert says_something(database.run(one.sql)), one
        assert canonical(one.sql, database.schema) == one.sql


def test_questions_are_whole_sentences_without_a_trace_of_their_making(made: list[Example]) -> None:
    for one in made:
        assert not re.search(r"[\[\]{}|_]|  |\bNone\b", one.question), one.question
        assert re.match(r"[\w'\"]", one.question)


def test_the_same_for_the_same_seed(database: Database, made: list[Example]) -> None:
    assert synthesize(database, 6, seed=1) == made[:6]
    assert [o.question for o in synthesize(database, 6, seed=2)] != [o.question for o in made[:6]]


def test_cancelled_it_gives_what_it_has(database: Database) -> None:
    assert synthesize(database, 40, cancelled=lambda: True) == []


def test_nothing_to_ask_of_an_empty_schema() -> None:
    assert for_schema(Schema(()), 3) == []


def test_dates_kept_as_texts_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text(
        "CREATE TABLE log (id INTEGER, day VARCHAR, kind VARCHAR);"
    )
    days = [f"{n},2024-01-{n:02},{'ab'[n % 2]}" for n in range(1, 20)]
    (tmp_path / "log.csv").write_text("\n".join(["id,day,kind", *days]))
    found = open_database(tmp_path)
    kinds = {column.name: column.kind for column in facts_of(found).tables[0].columns}
    found.close()
    assert (kinds["day"], kinds["kind"]) == ("key", "category")


def test_examples_on_a_pasted_schema_carry_it() -> None:
    made = for_schema(SCHEMA, 5, seed=3)
    assert len(made) == 5
    assert all(parse_schema(one.schema).table("visits") and not one.database for one in made)


def test_the_shell_writes_a_file_that_can_be_trained_on(tmp_path: Path) -> None:
    schema = tmp_path / "mine.sql"
    schema.write_text("CREATE TABLE pets (id INTEGER PRIMARY KEY, name VARCHAR, age INTEGER);")
    outputs = [tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl.gz"]
    for output in outputs:
        assert main(["--schema", str(schema), "--count", "4", "--output", str(output)]) == 0
    assert len(read_examples(outputs[0]).examples) == 4
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def test_the_shell_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = str(tmp_path / "gone.sql")
    assert main(["--schema", gone, "--output", str(tmp_path / "x.jsonl")]) == 1
    assert "gone.sql" in capsys.readouterr().err


def test_the_bundled_set() -> None:
    found = read_examples(BUNDLED_FILE)
    assert not found.dropped
    assert 2_000 <= len(found.examples) <= 2_600
    assert BUNDLED_FILE.stat().st_size < 1 << 20
    homes = {one.database for one in found.examples}
    assert len(homes) >= 24
    assert all(
        (BUNDLED_FILE.parent / "databases" / home / "schema.sql").is_file() for home in homes
    )
    judged = Judged(demo_questions())
    assert not [one.question for one in found.examples if judged.file_with(one)]


def test_the_bundled_set_holds_what_public_sets_lack() -> None:
    said = [one.sql for one in read_examples(BUNDLED_FILE).examples]
    wanted = {"EXTRACT(": 200, "DATE_TRUNC(": 50, "ILIKE": 100, " OVER (": 100, "QUALIFY": 50}
    wanted |= {"IS NULL": 10, "100.0 *": 50, "INTERSECT": 20, "NOT IN": 50, "HAVING": 50}
    found = {part: sum(part in sql for sql in said) for part in wanted}
    assert not {part: found[part] for part in wanted if found[part] < wanted[part]}


def test_the_bundled_sets_statements_run_on_its_rows() -> None:
    examples = [o for o in read_examples(BUNDLED_FILE).examples if o.database == "zoo"]
    with_rows = open_database(BUNDLED_FILE.parent / "databases" / "zoo")
    for one in examples[:25]:
        assert says_something(with_rows.run(one.sql)), one.sql
    with_rows.close()


@pytest.mark.parametrize("module", [author, facts, generate, phrasing, words])
def test_doctests(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sql", "tied"),
    [
        ("SELECT name FROM t ORDER BY age DESC LIMIT 1", False),
        ("SELECT name FROM t ORDER BY age LIMIT 1", True),
        ("SELECT name FROM t ORDER BY age LIMIT 2", False),
        ("SELECT age FROM t GROUP BY age ORDER BY COUNT(*) DESC LIMIT 1", False),
        ("SELECT name FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY age) = 1", True),
        ("SELECT name FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY age DESC) = 1", False),
    ],
)
def test_answers_that_hang_on_a_tie(sql: str, tied: bool, tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text("CREATE TABLE t (name VARCHAR, age INTEGER);")
    (tmp_path / "t.csv").write_text("name,age\nAnn,30\nBob,30\nCid,41\n")
    found = open_database(tmp_path)
    assert hangs_on_a_tie(sql, found) is tied
    found.close()
