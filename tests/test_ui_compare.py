"""The Compare tab's handlers: two sides on real databases, only the models are told what to say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from finetune.votes import Votes
from text2sql.engine import Engine
from text2sql.errors import AdapterError, InputError
from text2sql.prompt import Prompt
from text2sql.released import AdapterInfo
from ui import compare_show
from ui.compare_handlers import CompareHandlers
from ui.compare_pair import Comparison, Side, compare_steps, measured, trained_on
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
    key = last[-5]
    assert (last[-2], last[-1]["choice"]) == (EGGS, "demo:shop")
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
