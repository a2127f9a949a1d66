"""The engine over a real DuckDB; the model is a fake that replies what it is told."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FakeGenerator
from text2sql.answer import TIMES, Answer
from text2sql.database import Database
from text2sql.engine import MAX_QUESTION_CHARS, Engine
from text2sql.errors import GenerationError, QuestionError
from text2sql.generator import Completion, never
from text2sql.prompt import Prompt

ASKED = "How many customers live in Berlin?"
RIGHT = "SELECT COUNT(*) FROM customers WHERE city = 'Berlin'"
WRONG = "SELECT COUNT(*) FROM customers WHERE weather = 'fine'"  # no rule knows what is meant


def rows(answer: Answer) -> list[tuple[object, ...]]:
    assert answer.result is not None, answer.error
    return list(answer.result.rows)


class Slow(FakeGenerator):
    """Takes a while before the first piece, and before each sample."""

    def stream(
        self, prompt: Prompt, *, cancelled: Callable[[], bool] = never
    ) -> Iterator[Completion]:
        time.sleep(0.05)
        for piece in super().stream(prompt, cancelled=cancelled):
            yield piece
            time.sleep(0.02)


def test_a_question_is_answered(shop: Database) -> None:
    generator = FakeGenerator(f"```sql\n{RIGHT};\n```", adapter="spider")
    answer = Engine(generator).ask(f"  {ASKED}\n", shop)
    assert answer.step == "done" and answer.answered and answer.valid
    assert answer.question == ASKED
    assert answer.generated == answer.sql == RIGHT
    assert rows(answer) == [(2,)]
    assert (answer.base, answer.adapter) == ("fake-base", "spider")
    assert answer.agreement is None and not answer.candidates and not answer.stopped
    assert "Values: customers.city = 'Berlin'" in generator.prompts[0].question


def test_without_hints_no_stored_value_is_shown(shop: Database) -> None:
    generator = FakeGenerator(RIGHT)
    engine = Engine(generator, hints=False)
    assert rows(engine.ask(ASKED, shop)) == [(2,)]
    assert "Values" not in generator.prompts[0].question
    assert engine.identity != Engine(generator).identity


def test_the_answer_grows_step_by_step(shop: Database) -> None:
    found = list(Engine(FakeGenerator(RIGHT)).steps(ASKED, shop))
    steps = [one.step for one in found]
    assert steps == ["prompt", "generate", "generate", "generate", "check", "done"]
    texts = [one.generated for one in found]
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(texts))
    assert all(one.base == "fake-base" for one in found)
    totals = [one.timings_ms["total"] for one in found]
    assert totals == sorted(totals)


@pytest.mark.parametrize("question", ["", " \n ", "x" * (MAX_QUESTION_CHARS + 1)])
def test_a_question_that_can_not_be_asked_never_reaches_the_model(
    question: str, shop: Database
) -> None:
    generator = FakeGenerator(RIGHT)
    with pytest.raises(QuestionError):
        Engine(generator).ask(question, shop)
    assert not generator.prompts


def test_times_are_those_of_the_stages(shop: Database) -> None:
    found = []
    for step in Engine(Slow(RIGHT)).steps(ASKED, shop):
        found.append(step)
        time.sleep(0.05)  # whoever looks on takes his time: that is no generating
    spent = found[-1].timings_ms
    assert set(spent) == set(TIMES)
    assert 50 <= spent["first_token"] <= spent["generate"] < spent["total"]
    assert spent["total"] - spent["generate"] > 5 * 50
    assert spent["prompt"] > 0 and spent["validate"] > 0 and spent["execute"] > 0
    parts = spent["prompt"] + spent["generate"] + spent["validate"] + spent["execute"]
    assert parts <= spent["total"]
    assert found[0].timings_ms["prompt"] == spent["prompt"]
    assert found[0].timings_ms["generate"] == 0


def test_repairs_are_told_and_can_be_switched_off(shop: Database) -> None:
    reply = "SELECT o.name FROM customers AS c JOIN orders AS o ON c.id = o.customer_id"
    answer = Engine(FakeGenerator(reply)).ask("Who ordered?", shop)
    assert [one.rule for one in answer.repairs] == ["unused_join"]
    assert answer.generated == reply and answer.sql != reply
    generator = FakeGenerator(reply)
    answer = Engine(generator, repair=False).ask("Who ordered?", shop)
    assert not answer.answered and not answer.repairs and answer.sql == reply
    assert len(generator.prompts) == 1


def test_the_model_gets_one_more_try_with_the_database_s_words(shop: Database) -> None:
    generator = FakeGenerator(WRONG, RIGHT)
    found = list(Engine(generator).steps(ASKED, shop))
    answer = found[-1]
    assert rows(answer) == [(2,)] and answer.generated == WRONG and answer.sql == RIGHT
    assert [one.rule for one in answer.repairs] == ["second_attempt"]
    assert not answer.problems and answer.error is None
    asked = generator.prompts[1].question
    assert WRONG in asked and "The database said" in asked and "weather" in asked
    assert answer.tokens == len(WRONG.split()) + len(RIGHT.split())
    assert found[-2].step == "check" and found[-2].problems and found[-2].sql == WRONG


@pytest.mark.parametrize(
    "second", [WRONG, WRONG.lower().replace("'fine'", "'fine';"), "", "SELECT clouds FROM orders"]
)
def test_a_second_try_that_is_no_better_leaves_the_first(second: str, shop: Database) -> None:
    generator = FakeGenerator(WRONG, second, RIGHT)
    answer = Engine(generator, doubt=0).ask(ASKED, shop)
    assert len(generator.prompts) == 2, "at most one more try"
    assert not answer.answered and answer.sql == WRONG and not answer.repairs
    assert answer.problems[0].stage == "names" and answer.error
    assert (answer.problems[0].line, answer.problems[0].column) == (1, 38)


def test_an_identical_second_try_is_not_run(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound: list[str] = []
    judge = shop.bind
    monkeypatch.setattr(shop, "bind", lambda sql: (bound.append(sql), judge(sql)))
    answer = Engine(FakeGenerator(WRONG, f"{WRONG} -- again"), doubt=0).ask(ASKED, shop)
    assert len(bound) == 1 and answer.sql == WRONG


@pytest.mark.parametrize(
    "reply", ["DROP TABLE customers", "SELECT * FROM read_text('/etc/passwd')"]
)
def test_what_is_unsafe_gets_no_second_try(reply: str, shop: Database) -> None:
    generator = FakeGenerator(reply, RIGHT)
    answer = Engine(generator).ask(ASKED, shop)
    assert len(generator.prompts) == 1
    assert not answer.answered and not answer.valid
    assert answer.problems[0].stage == "safety"


def test_a_second_prompt_that_is_too_long_leaves_the_first_answer(shop: Database) -> None:
    class Full(FakeGenerator):
        def stream(
            self, prompt: Prompt, *, cancelled: Callable[[], bool] = never
        ) -> Iterator[Completion]:
            if "refused" in prompt.question:
                raise GenerationError("Schema and question are too long.")
            yield from super().stream(prompt, cancelled=cancelled)

    answer = Engine(Full(WRONG)).ask(ASKED, shop)
    assert answer.step == "done" and answer.sql == WRONG and answer.problems


def test_errors_of_the_model_are_raised(shop: Database) -> None:
    class Down(FakeGenerator):
        def stream(
            self, prompt: Prompt, *, cancelled: Callable[[], bool] = never
        ) -> Iterator[Completion]:
            raise GenerationError("The endpoint is down.")
            yield Completion()

    with pytest.raises(GenerationError):
        Engine(Down(RIGHT)).ask(ASKED, shop)


def stop_after(calls: int) -> Callable[[], bool]:
    """A `cancelled` that is from the call after so many on."""
    left = iter(range(calls))
    return lambda: next(left, None) is None


def test_stopped_while_it_writes(shop: Database) -> None:
    generator = FakeGenerator(RIGHT)
    answer = Engine(generator).ask(ASKED, shop, cancelled=stop_after(1))
    assert answer.step == "done" and answer.stopped and not answer.answered
    assert answer.error == "Stopped." and not answer.sql
    assert RIGHT.startswith(answer.generated) and answer.generated != RIGHT
    assert answer.timings_ms["total"] > 0


def test_stopped_before_the_second_try(shop: Database) -> None:
    generator = FakeGenerator(WRONG, RIGHT)
    answer = Engine(generator).ask(ASKED, shop, cancelled=stop_after(3))
    assert len(generator.prompts) == 1
    assert answer.stopped and answer.sql == WRONG and answer.problems


def test_stopped_during_the_second_try(shop: Database) -> None:
    generator = FakeGenerator(WRONG, RIGHT)
    answer = Engine(generator).ask(ASKED, shop, cancelled=stop_after(5))
    assert len(generator.prompts) == 2
    assert answer.stopped and not answer.answered and answer.sql == WRONG


def test_stopped_before_the_vote_the_greedy_one_is_kept(shop: Database) -> None:
    answer = Engine(FakeGenerator(RIGHT)).ask(ASKED, shop, candidates=4, cancelled=stop_after(3))
    assert answer.stopped and rows(answer) == [(2,)] and answer.error is None
    assert answer.agreement is None and not answer.candidates


def test_stopped_before_it_is_doubted_what_was_found_is_kept(shop: Database) -> None:
    nothing = FakeGenerator("SELECT name FROM customers WHERE id < 0", samples=[RIGHT])
    answer = Engine(nothing).ask(ASKED, shop, cancelled=stop_after(3))
    assert answer.stopped and rows(answer) == [] and answer.error is None
    assert answer.agreement is None and not answer.candidates


def test_stopped_during_the_vote_there_is_none(shop: Database) -> None:
    class Cut(FakeGenerator):
        def sample(self, prompt: Prompt, count: int, **options: Any) -> list[Completion]:
            found = super().sample(prompt, count, **options)
            return [found[0], *(replace(one, stopped=True) for one in found[1:])]

    answer = Engine(Cut(RIGHT, samples=["SELECT 1"])).ask(ASKED, shop, candidates=4)
    assert answer.stopped and rows(answer) == [(2,)] and answer.agreement is None


def test_who_looks_on_can_go_at_any_step(shop: Database) -> None:
    closed: list[bool] = []

    class Watched(FakeGenerator):
        def stream(
            self, prompt: Prompt, *, cancelled: Callable[[], bool] = never
        ) -> Iterator[Completion]:
            try:
                yield from super().stream(prompt, cancelled=cancelled)
            finally:
                closed.append(True)

    steps = Engine(Watched(RIGHT)).steps(ASKED, shop)
    assert [next(steps).step, next(steps).step] == ["prompt", "generate"]
    assert isinstance(steps, Iterator) and not closed
    del steps
    assert closed == [True]


def test_what_a_person_wrote_is_run_as_it_is(shop: Database) -> None:
    generator = FakeGenerator(RIGHT, adapter="spider")
    answer = Engine(generator).run("select count(*) from customers", shop)
    assert rows(answer) == [(3,)] and answer.step == "done" and answer.valid
    assert answer.timings_ms["execute"] > 0 and answer.timings_ms["total"] > 0
    answer = Engine(generator).run("SELECT nam\nFROM customers", shop)
    assert not answer.answered and not answer.repairs
    assert answer.sql == "SELECT nam\nFROM customers"
    assert (answer.problems[0].line, answer.problems[0].column) == (1, 8)
    assert not generator.prompts


def test_a_schema_is_read_ahead_as_it_will_be_asked_about(shop: Database) -> None:
    generator = FakeGenerator(RIGHT)
    engine = Engine(generator)
    engine.warm(shop)
    engine.ask(ASKED, shop)
    assert [one.context for one in generator.warmed] == [generator.prompts[0].context]


def test_a_schema_that_is_read_in_part_is_not_read_ahead(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("text2sql.engine.build_prompt", lambda *_, **__: Prompt("", "", ("t",)))
    generator = FakeGenerator(RIGHT)
    Engine(generator).warm(shop)
    assert generator.warmed == []


def test_questions_are_answered_ahead_but_for_those_that_can_not_be_asked(shop: Database) -> None:
    generator = FakeGenerator(RIGHT)
    Engine(generator).prefetch([ASKED, " ", "How many orders?"], shop)
    assert len(generator.prefetched) == 2
    Engine(generator).ask(ASKED, shop)
    assert generator.prompts[0] == generator.prefetched[0]


def test_the_identity_tells_what_an_answer_depends_on(shop: Database) -> None:
    names = {
        Engine(generator, repair=repair).identity
        for generator in (FakeGenerator(RIGHT), FakeGenerator(RIGHT, adapter="spider"))
        for repair in (True, False)
    }
    assert len(names) == 4


def test_the_engine_needs_no_torch() -> None:
    program = (
        "import sys, text2sql.engine\n"
        "heavy = {'torch', 'transformers', 'peft', 'gradio', 'duckdb'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    root = Path(__file__).parents[1]
    command: Sequence[str] = [sys.executable, "-c", program]
    subprocess.run(command, check=True, timeout=60, cwd=root)
