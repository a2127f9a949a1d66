"""The engine over a real DuckDB; the model is a fake that replies what it is told."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import FakeGenerator
from text2sql.answer import TIMES, Answer
from text2sql.database import Database, open_database
from text2sql.engine import MAX_CANDIDATES, MAX_QUESTION_CHARS, Engine
from text2sql.errors import GenerationError, QuestionError
from text2sql.generator import Completion, never
from text2sql.prompt import Prompt

SHOP = Path(__file__).parent / "fixtures" / "repair" / "schemas" / "shop.sql"
ASKED = "How many customers live in Berlin?"
RIGHT = "SELECT COUNT(*) FROM customers WHERE city = 'Berlin'"
WRONG = "SELECT COUNT(*) FROM customers WHERE weather = 'fine'"  # no rule knows what is meant


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("engine") / "shop.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(SHOP.read_text(encoding="utf-8"))
    with contextlib.closing(open_database(path)) as database:
        yield database


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


def test_candidates_vote(shop: Database) -> None:
    other = "SELECT COUNT(*) FROM customers"
    same = "SELECT COUNT(id) FROM customers WHERE city LIKE 'Berlin'"
    generator = FakeGenerator(other, samples=[RIGHT, same, other, RIGHT])
    answer = Engine(generator).ask(ASKED, shop, candidates=5)
    assert rows(answer) == [(2,)] and answer.generated == answer.sql == RIGHT
    assert answer.agreement == 3 / 5
    assert [(one.sql, one.votes, one.chosen) for one in answer.candidates] == [
        (other, 2, False),
        (RIGHT, 3, True),
        (same, 3, False),
    ]
    assert answer.tokens > 5 * 2
    assert answer.timings_ms["execute"] > 0


def test_a_vote_helps_where_the_greedy_one_fails(shop: Database) -> None:
    generator = FakeGenerator(WRONG, samples=[RIGHT, WRONG])
    answer = Engine(generator, candidates=3).ask(ASKED, shop)
    assert rows(answer) == [(2,)] and answer.agreement == 1 / 3
    assert len(generator.prompts) == 1, "there is an answer: no second try"
    assert [one.problem != "" for one in answer.candidates] == [True, False]


def test_a_second_try_follows_a_vote_in_which_all_fail(shop: Database) -> None:
    generator = FakeGenerator(WRONG, RIGHT, samples=[WRONG, "SELECT clouds FROM orders"])
    answer = Engine(generator, candidates=3).ask(ASKED, shop)
    assert rows(answer) == [(2,)]
    assert answer.agreement == 0.0 and len(answer.candidates) == 2
    assert [one.rule for one in answer.repairs] == ["second_attempt"]


NOBODY = "SELECT COUNT(*) FROM customers WHERE city = 'Atlantis'"


@pytest.mark.parametrize("first", [NOBODY, "SELECT name FROM customers WHERE id < 0", WRONG])
def test_a_statement_that_finds_nothing_is_doubted(first: str, shop: Database) -> None:
    generator = FakeGenerator(first, first, samples=[RIGHT, NOBODY, RIGHT, WRONG])
    steps = list(Engine(generator).steps(ASKED, shop))
    answer = steps[-1]
    assert [one.step for one in steps[-2:]] == ["doubt", "done"]
    assert rows(answer) == [(2,)] and answer.sql == RIGHT
    assert [one.rule for one in answer.repairs] == ["doubted"]
    assert "2 of 5" in answer.repairs[0].message and answer.repairs[0].before == first
    assert (answer.drafted, answer.generated) == (first, RIGHT)
    assert answer.agreement == 2 / 5 and len(answer.candidates) >= 3


def test_what_only_one_other_finds_does_not_outweigh_nothing(shop: Database) -> None:
    generator = FakeGenerator(NOBODY, samples=[RIGHT, NOBODY, "SELECT 7", WRONG])
    answer = Engine(generator).ask(ASKED, shop)
    assert rows(answer) == [(0,)] and not answer.repairs and answer.agreement == 2 / 5


@pytest.mark.parametrize("engine", [{"doubt": 0}, {"repair": False}])
def test_doubt_can_be_switched_off(engine: dict[str, Any], shop: Database) -> None:
    answer = Engine(FakeGenerator(NOBODY, samples=[RIGHT]), **engine).ask(ASKED, shop)
    assert rows(answer) == [(0,)] and answer.agreement is None


def test_what_finds_something_and_what_is_unsafe_is_not_doubted(shop: Database) -> None:
    for reply in (RIGHT, "DROP TABLE customers"):
        answer = Engine(FakeGenerator(reply, samples=[NOBODY])).ask(ASKED, shop)
        assert answer.agreement is None and answer.generated == reply


def test_where_no_others_can_be_had_the_first_answer_stays(shop: Database) -> None:
    class Alone(FakeGenerator):
        def sample(self, *_: Any, **__: Any) -> list[Completion]:
            raise GenerationError("No samples here.")

    answer = Engine(Alone(NOBODY)).ask(ASKED, shop)
    assert answer.step == "done" and rows(answer) == [(0,)] and not answer.stopped


@pytest.mark.parametrize(("count", "votes"), [(0, None), (-3, None), (1, None), (999, 1.0)])
def test_the_number_of_candidates_is_bounded(
    count: int, votes: float | None, shop: Database
) -> None:
    asked: list[int] = []

    class Counting(FakeGenerator):
        def sample(
            self,
            prompt: Prompt,
            count: int,
            *,
            temperature: float = 0.8,
            seed: int = 0,
            cancelled: Callable[[], bool] = never,
        ) -> list[Completion]:
            asked.append(count)
            return super().sample(prompt, count, cancelled=cancelled)

    answer = Engine(Counting(RIGHT)).ask(ASKED, shop, candidates=count)
    assert answer.agreement == votes and answer.answered
    assert asked == ([] if votes is None else [MAX_CANDIDATES - 1])


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


def test_stopped_during_the_vote_there_is_none(shop: Database) -> None:
    class Cut(FakeGenerator):
        def sample(
            self,
            prompt: Prompt,
            count: int,
            *,
            temperature: float = 0.8,
            seed: int = 0,
            cancelled: Callable[[], bool] = never,
        ) -> list[Completion]:
            found = super().sample(prompt, count, cancelled=cancelled)
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
