"""The answer as the one object of the shell and the API: valid JSON whatever a cell holds."""

from __future__ import annotations

import doctest
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

import text2sql.answer
import text2sql.comparing
from text2sql.answer import TIMES, Answer, Candidate, plain
from text2sql.problems import Problem, QueryResult, Repair

# What the shell promises, then what it gives besides.
PROMISED = (
    "sql valid problems repairs columns rows truncated error candidates agreement timings_ms "
    "base adapter"
).split()
BESIDES = "question generated types tokens omitted_tables stopped".split()


def test_the_object_has_the_fields_that_the_shell_promises() -> None:
    found = Answer().to_json()
    assert set(found) == {*PROMISED, *BESIDES}
    assert set(found["timings_ms"]) == set(TIMES)


def test_a_whole_answer_is_json_and_comes_back_equal() -> None:
    answer = Answer(
        question="How many?",
        step="done",
        generated="SELECT cout(*)",
        sql="SELECT COUNT(*)",
        valid=True,
        problems=(Problem("names", "No.", 1, 8, "Yes."),),
        repairs=(Repair("respelled", "It was wrong.", "cout", "COUNT"),),
        result=QueryResult(("n",), ("BIGINT",), ((3,), (None,)), truncated=True),
        candidates=(Candidate("SELECT COUNT(*)", 2, True, rows=1, chosen=True),),
        agreement=0.5,
        omitted=("big",),
        base="base",
        adapter="spider",
    )
    found = answer.to_json()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["problems"] == [
        {"stage": "names", "message": "No.", "line": 1, "column": 8, "suggestion": "Yes."}
    ]
    assert found["repairs"][0]["rule"] == "respelled"
    assert (found["columns"], found["rows"], found["truncated"]) == (["n"], [[3], [None]], True)
    assert found["candidates"][0]["votes"] == 2
    assert answer.answered and not Answer().answered


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, True),
        (2**53, 2**53),
        (-(2**53) - 1, str(-(2**53) - 1)),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (0.1, 0.1),
        (Decimal("0.1"), 0.1),
        (Decimal("12345678901234567890.5"), "12345678901234567890.5"),
        (date(2026, 11, 1), "2026-11-01"),
        (datetime(2026, 11, 1, 8, 30, tzinfo=UTC), "2026-11-01T08:30:00+00:00"),
        (time(8, 30), "08:30:00"),
        (timedelta(days=1, seconds=1), "1 day, 0:00:01"),
        (b"\x00\xff", "AP8="),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ({"a": [Decimal("2.50"), {1: None}]}, {"a": [2.5, {"1": None}]}),
        ((1, float("inf")), [1, "inf"]),
        ("\ud800 and \x00", "\ud800 and \x00"),
    ],
)
def test_every_cell_has_a_form_in_json(value: Any, shown: Any) -> None:
    assert plain(value) == shown
    json.dumps(plain(value), allow_nan=False)


def test_doctests() -> None:
    for module in (text2sql.answer, text2sql.comparing):
        found = doctest.testmod(module)
        assert found.attempted and not found.failed
