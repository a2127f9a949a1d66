"""Votes among settled statements: by rows, the greedy one first among equals."""

from __future__ import annotations

from typing import Any

from text2sql.problems import Problem, QueryResult
from text2sql.settling import Settled
from text2sql.voting import rows_key, vote


def settled(sql: str, *rows: tuple[Any, ...]) -> Settled:
    names = tuple(f"c{n}" for n in range(len(rows[0]) if rows else 1))
    return Settled(sql, valid=True, result=QueryResult(names, ("INTEGER",) * len(names), rows))


FAILED = Settled("wrong", problems=(Problem("bind", "No such column."),))


def test_the_rows_that_most_candidates_share_win() -> None:
    known = {"a": settled("A", (1,)), "b": settled("B", (2,)), "c": settled("C", (2,))}
    found = vote(["a", "b", "c", "a2", "b"], known | {"a2": FAILED})
    assert found.text == "b" and found.settled is known["b"]
    assert found.agreement == 3 / 5
    assert [(one.sql, one.votes, one.chosen) for one in found.candidates] == [
        ("A", 1, False),
        ("B", 3, True),
        ("C", 3, False),
        ("wrong", 0, False),
    ]
    assert found.candidates[-1].problem == "No such column."
    assert [one.runs for one in found.candidates] == [True, True, True, False]


def test_a_tie_goes_to_the_greedy_one() -> None:
    known = {"a": settled("A", (1,)), "b": settled("B", (2,))}
    for texts in (["a", "b"], ["b", "a"], ["a", "b", "b", "a"]):
        assert vote(texts, known).text == texts[0]


def test_where_the_greedy_one_fails_the_others_decide() -> None:
    known = {"a": FAILED, "b": settled("B", (2,)), "c": settled("C", (3,))}
    found = vote(["a", "c", "b", "b"], known)
    assert found.text == "b" and found.agreement == 0.5
    assert vote(["a", "c", "b"], known).text == "c"


def test_where_nothing_ran_the_greedy_one_is_shown() -> None:
    found = vote(["a", "b"], {"a": FAILED, "b": Settled("other")})
    assert found.text == "a" and found.settled is FAILED and found.agreement == 0.0
    assert [one.chosen for one in found.candidates] == [True, False]


def test_one_statement_is_listed_once_however_often_and_however_it_was_written() -> None:
    known = {"a": settled("A", (1,)), "a ": settled("A", (1,))}
    found = vote(["a", "a ", "a"], known)
    assert [(one.sql, one.votes, one.chosen) for one in found.candidates] == [("A", 3, True)]
    assert found.agreement == 1.0


def test_rows_count_whatever_their_order_and_the_type_of_their_numbers() -> None:
    one, two = settled("A", (1, "x"), (2, "y")), settled("B", (2.0, "y"), (1.0, "x"))
    assert rows_key(one) == rows_key(two) != rows_key(settled("C", (1, "x"), (1, "x"), (2, "y")))
    assert rows_key(settled("D")) != rows_key(Settled("E", result=QueryResult(("a", "b"), (), ())))
    assert rows_key(FAILED) is None


def test_lists_and_structs_can_vote() -> None:
    assert rows_key(settled("A", ([1, {"a": 2}],))) == rows_key(settled("B", ([1.0, {"a": 2}],)))
