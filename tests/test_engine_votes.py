"""Votes in the engine: among candidates asked for, and where the first statement finds nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import FakeGenerator
from text2sql.answer import Answer
from text2sql.database import Database
from text2sql.engine import MAX_CANDIDATES, Engine
from text2sql.errors import GenerationError
from text2sql.generator import Completion
from text2sql.prompt import Prompt

ASKED = "How many customers live in Berlin?"
RIGHT = "SELECT COUNT(*) FROM customers WHERE city = 'Berlin'"
WRONG = "SELECT COUNT(*) FROM customers WHERE weather = 'fine'"  # no rule knows what is meant


def rows(answer: Answer) -> list[tuple[object, ...]]:
    assert answer.result is not None, answer.error
    return list(answer.result.rows)


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
        def sample(self, prompt: Prompt, count: int, **options: Any) -> list[Completion]:
            asked.append(count)
            return super().sample(prompt, count, **options)

    answer = Engine(Counting(RIGHT)).ask(ASKED, shop, candidates=count)
    assert answer.agreement == votes and answer.answered
    assert asked == ([] if votes is None else [MAX_CANDIDATES - 1])
