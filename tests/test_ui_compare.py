"""The Compare tab's handlers: two sides on real databases, only the models are told what to say."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

import finetune.__main__ as shell
from finetune.report import Report
from finetune.votes import Votes
from text2sql.engine import Engine
from text2sql.errors import AdapterError, DataError, InputError
from text2sql.prompt import Prompt
from text2sql.released import AdapterInfo
from ui import compare_show
from ui.compare_handlers import CompareHandlers
from ui.compare_pair import Comparison, Side, compare_steps, measured, trained_on
from ui.compare_set import ALL_DEMOS, UPLOAD, SetProgress, question_set, set_steps
from ui.databases import Databases, Source
from ui.models import Loading, Models
from ui.service import Service
from ui.settings import Settings

EGGS = "How many customers decided to buy eggs in November?"
RIGHT = (
    "SELECT count(DISTINCT customer_id) FROM purchases "
    "WHERE product_name = 'eggs' AND month(purchase_date) = 11"
)
WRONG = "SELECT count(*) FROM purchases"
SHOP = Source("demo", "shop")


class TwoModels(Models):
    """Models with nothing to load: a generator for each side."""

    def __init__(self, generators: dict[str | None, Any], card: dict[str, Any] | None = None):
        super().__init__(Settings())
        self.generators = generators
        self.card = card or {}

    def engine(self, adapter: str | None) -> Engine:
        if adapter not in self.generators:
            raise AdapterError(f"There is no adapter '{adapter}'.")
        return Engine(self.generators[adapter])

    def loaded(self, adapter: str | None) -> AdapterInfo | None:
        return AdapterInfo(adapter, Path("x"), "1a2b3c4d5e", self.card) if adapter else None


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    found = Databases()
    yield found
    found.close()


def models(fake_generator: Any, base: str, tuned: str, **rest: Any) -> TwoModels:
    return TwoModels(
        {None: fake_generator(base), "spider": fake_generator(tuned, adapter="spider")}, **rest
    )


def compared(both: Models, databases: Databases, **changes: Any) -> Comparison:
    given = {"pair": (None, "spider"), "source": SHOP, "question": EGGS, **changes}
    *_, last = compare_steps(both, databases, **given)
    return last


def test_both_sides_are_run_and_judged(fake_generator: Any, databases: Databases) -> None:
    found = compared(models(fake_generator, WRONG, RIGHT), databases)
    assert found.verdict is not None and found.difference is not None
    assert (found.verdict.left_correct, found.verdict.right_correct) == (False, True)
    assert found.verdict.told("Base", "spider") == (
        "They return different rows. Base: wrong. spider: right."
    )
    assert found.left.timings_ms["total"] > 0 and found.right.result is not None
    assert any("WHERE: only the right has" in told for told in found.difference.sentences)


def test_the_sides_stream_one_after_the_other(fake_generator: Any, databases: Databases) -> None:
    both = models(fake_generator, WRONG, RIGHT)
    steps = list(compare_steps(both, databases, (None, "spider"), SHOP, EGGS))
    assert [s.running for s in steps if s.left.step != "done"][-1] == "left"
    growing = [s.right.generated for s in steps if s.running == "right"]
    assert len(set(growing)) >= 3 and steps[-1].running == ""
    assert all(s.left.step == "done" for s in steps if s.running == "right")


@pytest.mark.parametrize(
    ("base", "tuned", "told"),
    [
        (RIGHT, RIGHT.replace("eggs", "eggs"), "Both return the same rows."),
        ("SELECT nonsense FROM nowhere at all", RIGHT, "Only one side runs: tuned."),
        ("oops (", "SELECT", "Neither side runs."),
    ],
)
def test_the_verdict(
    base: str, tuned: str, told: str, fake_generator: Any, databases: Databases
) -> None:
    found = compared(models(fake_generator, base, tuned), databases)
    assert found.verdict is not None
    assert found.verdict.told("base", "tuned").startswith(told)


def test_both_sides_are_repaired_alike(fake_generator: Any, databases: Databases) -> None:
    slip = "SELECT custommer_id FROM purchases"
    found = compared(models(fake_generator, slip, slip), databases)
    assert found.left.repairs == found.right.repairs != ()
    assert found.verdict is not None and found.verdict.same_rows


def test_a_question_of_one_s_own_has_no_gold(fake_generator: Any, databases: Databases) -> None:
    both = models(fake_generator, WRONG, RIGHT)
    found = compared(both, databases, question="How many purchases?")
    assert found.verdict is not None and found.verdict.left_correct is None
    pasted = Source("schema", "CREATE TABLE purchases (id INTEGER, product_name VARCHAR)")
    found = compared(both, databases, source=pasted)
    assert found.verdict is not None and found.verdict.left_correct is None


def test_an_empty_question_or_an_unknown_adapter_is_refused(
    fake_generator: Any, databases: Databases
) -> None:
    both = models(fake_generator, WRONG, RIGHT)
    with pytest.raises(InputError, match="no question"):
        compared(both, databases, question=" ")
    with pytest.raises(AdapterError, match="nobody"):
        compared(both, databases, pair=(None, "nobody"))


def test_stop_keeps_what_there_is_and_judges_nothing(
    fake_generator: Any, databases: Databases
) -> None:
    both = models(fake_generator, WRONG, RIGHT)
    steps = compare_steps(both, databases, (None, "spider"), SHOP, EGGS, lambda: True)
    last = list(steps)[-1]
    assert last.left.stopped and last.verdict is None and last.running == ""
    assert both.generators["spider"].prompts == []


def measurable(fake_generator: Any, logits: list[float], **rest: Any) -> Any:
    class Measured(fake_generator):  # type: ignore[misc]
        def next_logits(self, prompt: Prompt) -> Any:
            return np.array(logits, dtype=np.float32)

    return Measured(RIGHT, **rest)


@pytest.mark.parametrize(
    ("tuned", "distance", "alarm"), [([1.0, 2.5], 0.5, False), ([1.0, 2.0], 0.0, True)]
)
def test_fairness_is_measured(
    tuned: list[float], distance: float, alarm: bool, fake_generator: Any, databases: Databases
) -> None:
    card = {"data": [{"file": "spider.jsonl", "rows": 7000, "licence": "CC BY-SA 4.0"}]}
    both = TwoModels(
        {
            None: measurable(fake_generator, [1.0, 2.0]),
            "spider": measurable(fake_generator, tuned, adapter="spider"),
        },
        card,
    )
    fairness = compared(both, databases).fairness
    assert fairness is not None and fairness.distance == distance
    assert bool(fairness.alarm) is alarm
    assert fairness.right.identity == "spider (1a2b3c4d)" and fairness.left.identity == "base"
    assert fairness.right.trained_on == "spider.jsonl, 7,000 examples, CC BY-SA 4.0"


def test_the_same_model_on_both_sides_is_no_alarm(
    fake_generator: Any, databases: Databases
) -> None:
    both = TwoModels({None: measurable(fake_generator, [1.0])})
    fairness = compared(both, databases, pair=(None, None)).fairness
    assert fairness is not None and fairness.same_model and not fairness.alarm


@pytest.mark.parametrize("card", [{}, {"data": 3, "accuracy": "x"}, {"data": [1, None, {}]}])
def test_a_card_may_say_anything(card: dict[str, Any]) -> None:
    assert isinstance(trained_on(card), str)
    assert measured(card) == ""
    assert Side("a").title == "a" and Side(None).title == "Base, no adapter"


def test_what_the_api_returns_is_json(fake_generator: Any, databases: Databases) -> None:
    found = compared(models(fake_generator, WRONG, RIGHT), databases).to_json()
    told = json.loads(json.dumps(found))
    assert told["right_correct"] is True and told["left"]["sql"].startswith("SELECT")


def test_the_page_says_loudly_that_an_adapter_does_nothing(
    fake_generator: Any, databases: Databases
) -> None:
    alike = {
        None: measurable(fake_generator, [1.0]),
        "spider": measurable(fake_generator, [1.0], adapter="spider"),
    }
    told = compare_show.verdict(compared(TwoModels(alike), databases), ("Left", "Right"))
    assert 'class="alarm" role="alert"' in told and "shows nothing" in told


def test_nothing_evil_is_written_on_the_page(fake_generator: Any, databases: Databases) -> None:
    evil = "<img src=x onerror=alert(1)>"
    both = models(fake_generator, f"SELECT '{evil}' ${{1}}", f"SELECT '{evil}' AS \"{evil}\"")
    found = compared(both, databases, question=evil)
    names = ("Left", evil)
    views = compare_show.side_views(found, made_up=False)
    shown = [
        compare_show.verdict(found, names),
        compare_show.difference(found.difference, names),
        compare_show.fairness(found.fairness, hidden=False),
        *(part for view in views for part in (view.head, view.findings, view.rows, view.foot)),
    ]
    assert not any("<img" in part or "${" in part for part in shown)


# Votes, as the page calls them


def test_a_blind_vote_hides_the_names_until_it_is_cast(
    fake_generator: Any, databases: Databases, tmp_path: Path
) -> None:
    class Named(TwoModels):
        def choices(self) -> tuple[str, ...]:
            return ("spider",)

    fakes = models(fake_generator, WRONG, RIGHT).generators
    both = Named(fakes)
    both.state = Loading("Ready", 1.0, ready=True)
    does = CompareHandlers(Service(both, databases), Votes(tmp_path / "votes.jsonl"))
    request = gr.Request(session_hash="me")
    steps = list(
        does.compare(EGGS, "none", "spider", True, "demo:shop", "", "", "", request=request)
    )
    assert len({len(step) for step in steps}) == 1
    last = steps[-1]
    told = [part for part in last if isinstance(part, str)]
    assert not any("spider" in part or "Base, no adapter" in part for part in told)
    key = last[-3]
    revealed = does.vote("left", key)
    assert any("spider" in part for part in revealed if isinstance(part, str))
    assert not any("cmp-verdict" in part for part in told)
    assert any("cmp-verdict" in part for part in revealed if isinstance(part, str))
    assert "1 of 1" in revealed[-1] or "0 of 1" in revealed[-1]
    assert "already" in does.vote("right", key)[-1]
    assert len(does.votes.list()) == 1
    with pytest.raises(gr.Error):
        does.vote("left", "no such comparison")


def test_an_adapter_that_is_not_offered_can_t_be_asked_for(
    fake_generator: Any, databases: Databases
) -> None:
    both = models(fake_generator, WRONG, RIGHT)
    both.state = Loading("Ready", 1.0, ready=True)
    does = CompareHandlers(Service(both, databases))
    for named in ("../../etc", "/tmp/adapter", "nobody"):
        assert "no adapter" in does.api_compare(EGGS, "shop", "none", named)["error"]


# Question sets


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
