"""Measuring: through the engine, on real rows, resumable, and the scorer tested on itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from finetune.evaluate import choose, evaluate
from finetune.examples import Example
from finetune.gold import self_test
from finetune.report import compare
from text2sql.engine import Engine
from text2sql.errors import DataError

SCHEMA = "CREATE TABLE shop (id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR);"
OTHER = "CREATE TABLE bar (id INTEGER PRIMARY KEY, name VARCHAR, stars INTEGER);"
GOLD = {
    "How many shops are there?": "SELECT COUNT(*) FROM shop",
    "Which shops are in Rome?": "SELECT name FROM shop WHERE city = 'Rome'",
    "List the cities in order.": "SELECT city FROM shop ORDER BY city",
    "Count the shops by city.": "SELECT city, COUNT(*) FROM shop GROUP BY city",
    "Name the shop with the highest id.": "SELECT name FROM shop ORDER BY id DESC LIMIT 1",
}


@pytest.fixture
def databases(tmp_path: Path) -> Path:
    place = tmp_path / "databases" / "town"
    place.mkdir(parents=True)
    (place / "schema.sql").write_text(SCHEMA)
    (place / "shop.csv").write_text("id,name,city\n1,Corner,Rome\n2,Mall,Oslo\n3,Hall,Rome\n")
    return place.parent


@pytest.fixture
def examples() -> list[Example]:
    return [
        Example(f"e{number}", question, SCHEMA, sql, database="town")
        for number, (question, sql) in enumerate(GOLD.items())
    ]


def test_gold_against_gold_is_one(fake_generator, databases: Path, examples: list[Example]) -> None:
    report = evaluate(Engine(fake_generator("", by_question=GOLD)), examples, databases)
    assert (report.accuracy.value, report.valid, report.executes) == (1.0, 1.0, 1.0)
    assert report.complete and [row.id for row in report.rows] == [one.id for one in examples]
    found = report.to_json()
    assert found["execution_accuracy"]["value"] == 1.0 and found["latency_ms"]["p95"] > 0
    assert set(found["rows"][0]) >= {"id", "question", "gold", "predicted", "match", "problem"}
    json.dumps(found)


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ("SELECT name, city FROM shop", "2 columns where the gold has 1"),
        ("SELECT name FROM shop", "3 rows where the gold has 2"),
        ("SELECT city FROM shop WHERE city = 'Rome'", "other values than the gold"),
        ("DROP TABLE shop", ""),
        ("no idea", ""),
    ],
)
def test_a_wrong_answer_is_none(
    fake_generator, databases: Path, examples: list[Example], reply: str, problem: str
) -> None:
    report = evaluate(Engine(fake_generator(reply)), examples[1:2], databases)
    assert report.accuracy.value == 0.0
    assert problem in report.rows[0].problem and report.rows[0].problem


def test_order_counts_only_where_it_was_asked_for(
    fake_generator, databases: Path, examples: list[Example]
) -> None:
    replies = {
        "in order": "SELECT city FROM shop ORDER BY city DESC",
        "by city": "SELECT city, COUNT(*) FROM shop GROUP BY city ORDER BY city DESC",
    }
    report = evaluate(Engine(fake_generator("", by_question=replies)), examples[2:4], databases)
    assert [row.match for row in report.rows] == [False, True]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT name FROM shop WHERE city = 'Bonn'", "no rows"),
        ("SELECT NULL", "only NULLs"),
        ("SELECT price FROM shop", "the gold fails"),
    ],
)
def test_gold_that_can_judge_nobody_is_excluded(
    fake_generator, databases: Path, examples: list[Example], sql: str, reason: str
) -> None:
    bad = Example("bad", "What?", SCHEMA, sql, database="town")
    engine = Engine(fake_generator("", by_question=GOLD))
    report = evaluate(engine, [*examples, bad], databases)
    assert [one.id for one in report.excluded] == ["bad"] and reason in report.excluded[0].reason
    assert report.accuracy.total == len(examples)


def test_rows_are_made_up_where_there_are_none(fake_generator) -> None:
    question, sql = "Which bars have 3 stars?", "SELECT name FROM bar WHERE stars = 3"
    report = evaluate(Engine(fake_generator(sql)), [Example("b", question, OTHER, sql)])
    assert report.accuracy.value == 1.0


def stop_after(count: int) -> tuple[Callable[..., None], Callable[[], bool]]:
    done: list[str] = []
    return (lambda *seen: done.append(seen[2].id)), (lambda: len(done) >= count)


def test_cancelled_and_gone_on_with(
    fake_generator, databases: Path, examples: list[Example], tmp_path: Path
) -> None:
    partial = tmp_path / "partial.jsonl"
    progress, cancelled = stop_after(2)
    model = fake_generator("", by_question=GOLD)
    first = evaluate(
        Engine(model), examples, databases,
        on_progress=progress, cancelled=cancelled, resume_path=partial,
    )  # fmt: skip
    assert not first.complete and len(first.rows) == 2 and len(model.prompts) == 2
    with partial.open("a") as file:
        file.write('{"key": "cut sho')  # as a kill in the middle of a line leaves it
    whole = evaluate(Engine(model), examples, databases, resume_path=partial)
    assert whole.complete and whole.accuracy.value == 1.0
    assert len(model.prompts) == len(examples), "nothing is asked twice"
    assert partial.exists()  # whoever keeps the report removes it


def test_another_model_starts_anew(
    fake_generator, databases: Path, examples: list[Example], tmp_path: Path
) -> None:
    partial = tmp_path / "partial.jsonl"
    progress, cancelled = stop_after(2)
    evaluate(
        Engine(fake_generator("", by_question=GOLD)), examples, databases,
        on_progress=progress, cancelled=cancelled, resume_path=partial,
    )  # fmt: skip
    other = fake_generator("", by_question=GOLD, adapter="another")
    evaluate(Engine(other), examples, databases, resume_path=partial)
    assert len(other.prompts) == len(examples)


def test_side_by_side_no_latency_is_told(
    fake_generator, databases: Path, examples: list[Example]
) -> None:
    model = fake_generator("", by_question=GOLD)
    report = evaluate(Engine(model), examples, databases, batch=4)
    assert len(model.prefetched) == len(examples) and report.accuracy.value == 1.0
    assert report.latency(50) is None


def test_two_sides_compared(fake_generator, databases: Path, examples: list[Example]) -> None:
    worse = {**GOLD, "How many shops are there?": "SELECT 99"}
    ours = evaluate(Engine(fake_generator("", by_question=GOLD)), examples, databases)
    theirs = evaluate(Engine(fake_generator("", by_question=worse)), examples, databases)
    pair = compare(ours, theirs)
    assert (pair.fixed, pair.broken, pair.examples) == (("e0",), (), 5)
    assert pair.difference == pytest.approx(0.2) and pair.p == 1.0


def test_a_sample_is_the_same_for_a_seed_and_homes_stay_together() -> None:
    mixed = [Example(str(n), "q", "", "SELECT 1", database="ab"[n % 2]) for n in range(40)]
    drawn = choose(mixed, 10, 3)
    assert drawn == choose(mixed, 10, 3) != choose(mixed, 10, 4)
    homes = [one.database for one in drawn]
    assert homes == sorted(homes, key=homes.index)
    with pytest.raises(DataError):
        choose([], None, 0)


@pytest.mark.parametrize(("name", "reason"), [("gone", "no database"), ("../x", "outside")])
def test_a_missing_database_is_told_before_anything_is_asked(
    fake_generator, databases: Path, name: str, reason: str
) -> None:
    model = fake_generator("SELECT 1")
    with pytest.raises(DataError, match=reason):
        evaluate(Engine(model), [Example("x", "q", "", "SELECT 1", database=name)], databases)
    assert not model.prompts


def test_the_scorer_tests_itself(databases: Path, examples: list[Example]) -> None:
    found = self_test(examples, databases)
    assert found.passed and found.gold.value == 1.0 and found.wrong.value == 0.0
    assert not self_test([Example("x", "q", SCHEMA, "SELECT x", database="town")], databases).passed
