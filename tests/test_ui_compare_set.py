"""A whole set of questions on the Compare tab: its scoreboard, its progress, an upload."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import finetune.__main__ as shell
from finetune.report import Report
from text2sql.engine import Engine
from text2sql.errors import DataError
from ui.compare_set import ALL_DEMOS, UPLOAD, SetProgress, question_set, set_steps
from ui.databases import Databases

WRONG = "SELECT count(*) FROM purchases"


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    found = Databases()
    yield found
    found.close()


def of_shop(fake_generator: Any, adapter: str | None = None) -> Engine:
    """An engine that knows every third gold answer of the shop, and is wrong elsewhere."""
    lines = (Databases().folder / "shop" / "questions.jsonl").read_text("utf-8").splitlines()
    known = [json.loads(line) for line in lines]
    step = 2 if adapter else 3
    replies = {one["question"]: one["sql"] for one in known[::step]}
    return Engine(fake_generator(WRONG, by_question=replies, adapter=adapter))


def without_times(found: Any) -> Any:
    """The report without what a clock says."""
    if isinstance(found, dict):
        timed = ("latency_ms", "generate_ms", "tokens_per_second")
        return {k: without_times(v) for k, v in found.items() if k not in timed}
    return [without_times(one) for one in found] if isinstance(found, list) else found


def test_the_scoreboard_is_the_shell_s(
    fake_generator: Any, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sides() -> list[Engine]:
        return [of_shop(fake_generator, "spider"), of_shop(fake_generator)]

    right, left = sides()
    steps = list(set_steps((left, right), question_set(databases, "shop"), limit=6, seed=7))
    page = steps[-1].result.to_json()
    monkeypatch.setattr(shell, "_engines", lambda *_, **__: sides())
    output = tmp_path / "report.json"
    command = ["evaluate", "--adapter", "spider", "--against", "none", "--limit", "6"]
    files = ["--data", str(databases.folder / "shop" / "questions.jsonl")]
    where = ["--databases", str(databases.folder), "--seed", "7", "--output", str(output)]
    assert shell.main([*command, *files, *where]) == 0
    assert without_times(page) == without_times(json.loads(output.read_text("utf-8")))
    assert page["complete"] and page["examples"] + page["excluded"]["count"] == 6
    assert 0 < page["execution_accuracy"]["value"] < 1 and page["paired"]["fixed"]


def test_progress_and_time_left(fake_generator: Any, databases: Databases) -> None:
    engines = of_shop(fake_generator), of_shop(fake_generator, "spider")
    steps = list(set_steps(engines, question_set(databases, "shop"), limit=3))
    assert [s.total for s in steps] == [6] * len(steps)
    assert steps[0].seconds_left is None and steps[0].running
    assert steps[-1].done == 6 and steps[-1].seconds_left == 0.0 and not steps[-1].running


def test_cancel_keeps_what_was_done(fake_generator: Any, databases: Databases) -> None:
    done: list[SetProgress] = []
    engines = of_shop(fake_generator), of_shop(fake_generator, "spider")
    steps = set_steps(
        engines,
        question_set(databases, "shop"),
        cancelled=lambda: bool(done) and done[-1].done >= 20,
    )
    done.extend(iter_into(steps, done))
    last = done[-1]
    assert last.stopped and not last.running
    assert 0 < len(last.result.right.rows) < 38 and not last.result.right.complete
    assert last.result.paired.examples > 0


def iter_into(steps: Iterator[SetProgress], done: list[SetProgress]) -> Iterator[SetProgress]:
    """The steps, each kept before the next is asked for."""
    for step in steps:
        done.append(step)
    return iter(())


def test_a_closed_page_ends_the_work(fake_generator: Any, databases: Databases) -> None:
    left, right = of_shop(fake_generator), of_shop(fake_generator, "spider")
    steps = set_steps((left, right), question_set(databases, "shop"))
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    time.sleep(1.0)
    asked = len(left.generator.prompts)  # type: ignore[attr-defined]
    time.sleep(1.0)
    assert len(left.generator.prompts) <= asked + 1  # type: ignore[attr-defined]
    assert asked < 38


def test_fixed_and_broken(fake_generator: Any, databases: Databases) -> None:
    engines = of_shop(fake_generator), of_shop(fake_generator, "spider")
    *_, last = set_steps(engines, question_set(databases, "shop"), limit=10)
    changes = last.result.changes()
    kinds = [kind for kind, _, _ in changes]
    assert kinds == sorted(kinds) and set(kinds) <= {"fixed", "broken"}
    paired = last.result.paired
    assert {row.id for kind, row, _ in changes if kind == "fixed"} == set(paired.fixed)
    assert all(last.result.example(row.id) for _, row, _ in changes)
    assert last.result.example("nothing") is None


def test_every_sample_database_has_questions(databases: Databases) -> None:
    whole = question_set(databases, ALL_DEMOS)
    parts = [question_set(databases, demo).examples for demo in databases.demos]
    assert len(whole.examples) == sum(map(len, parts)) > 100
    assert len({one.id for one in whole.examples}) == len(whole.examples)
    with pytest.raises(DataError, match="no question set"):
        question_set(databases, "../../etc")


def upload(tmp_path: Path, *rows: dict[str, str], name: str = "mine.jsonl") -> Path:
    path = tmp_path / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


PASTED = {
    "question": "How many cats?",
    "schema": "CREATE TABLE cats (name VARCHAR)",
    "sql": "SELECT count(*) FROM cats",
}


def test_an_upload_is_a_question_set(
    fake_generator: Any, databases: Databases, tmp_path: Path
) -> None:
    path = upload(tmp_path, PASTED, {**PASTED, "question": "All cats?", "sql": "oops ("})
    found = question_set(databases, UPLOAD, path)
    engine = Engine(fake_generator("SELECT count(name) FROM cats"))
    *_, last = set_steps((engine, engine), found)
    assert isinstance(last.result.left, Report)
    assert len(last.result.left.rows) == 1 and len(last.result.left.excluded) == 1
    assert last.result.left.rows[0].match


@pytest.mark.parametrize(
    ("rows", "name", "told"),
    [
        ([PASTED], "mine.jsonl.gz", "no file of questions"),
        ([PASTED], "mine.exe", "no file of questions"),
        ([{"question": "only"}], "mine.jsonl", "no usable example"),
        ([{**PASTED, "database": "../../etc"}], "mine.jsonl", "outside|no database"),
        ([{**PASTED, "database": "/etc"}], "mine.jsonl", "outside|no database"),
        ([{**PASTED, "sql": "SELECT " + "(" * 3_000}], "mine.jsonl", "short enough"),
        ([{**PASTED, "sql": "SELECT " + "a," * 15_000}], "mine.jsonl", "short enough"),
    ],
)
def test_an_upload_that_can_t_be_used_is_refused(
    rows: list[dict[str, str]], name: str, told: str, databases: Databases, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=told):
        question_set(databases, UPLOAD, upload(tmp_path, *rows, name=name))
