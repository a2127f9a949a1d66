"""The scorer on known answers, with rows from a real DuckDB."""

from __future__ import annotations

import doctest
from typing import Any

import duckdb
import pytest

from finetune import scoring
from finetune.scoring import (
    difficulty,
    excluded_reason,
    is_ordered,
    mcnemar,
    paired_interval,
    percentile,
    rows_match,
    wilson,
)
from text2sql import comparing
from text2sql.problems import QueryResult


def query(sql: str) -> QueryResult:
    """What DuckDB itself returns, types and all."""
    cursor = duckdb.execute(sql)
    columns: Any = cursor.description
    names = tuple(str(c[0]) for c in columns)
    types = tuple(str(c[1]) for c in columns)
    return QueryResult(names, types, tuple(cursor.fetchall()))


def match(predicted: str, gold: str) -> bool:
    return rows_match(query(predicted), query(gold), is_ordered(gold))


def test_doctests() -> None:
    found = [doctest.testmod(module) for module in (scoring, comparing)]
    assert not any(one.failed for one in found)
    assert sum(one.attempted for one in found) >= 15


@pytest.mark.parametrize(
    ("predicted", "gold"),
    [
        ("SELECT 1", "SELECT 1 AS total"),
        ("SELECT 1::DOUBLE", "SELECT 1::DECIMAL(9, 3)"),
        ("SELECT 1::HUGEINT", "SELECT 1.0000000001"),
        ("SELECT 0.1 + 0.2", "SELECT 0.3::DOUBLE"),
        ("SELECT 1.2345675::DOUBLE", "SELECT 1.2345675::DECIMAL(18, 7)"),
        ("SELECT -0.0::DOUBLE", "SELECT 0"),
        ("SELECT 'nan'::DOUBLE", "SELECT 'nan'::FLOAT"),
        ("SELECT '-inf'::DOUBLE", "SELECT '-inf'::FLOAT"),
        ("SELECT 1e300", "SELECT 1e300::DOUBLE"),
        ("SELECT DATE '2026-11-01'", "SELECT TIMESTAMP '2026-11-01 00:00:00'"),
        ("SELECT date_trunc('month', DATE '2026-11-17')", "SELECT DATE '2026-11-01'"),
        ("VALUES (1, 'a'), (2, 'b')", "VALUES (2, 'b'), (1, 'a')"),
        ("VALUES (1), (1), (2)", "VALUES (1), (2), (1)"),
        ("VALUES (1), (NULL)", "VALUES (NULL), (1)"),
        ("SELECT [1, 2.0]", "SELECT [1.0, 2]"),
        ("SELECT {'a': 1}", "SELECT {'a': 1.0}"),
        ("SELECT 'ab'::BLOB", "SELECT 'ab'::BLOB"),
        ("SELECT INTERVAL 1 DAY", "SELECT INTERVAL 24 HOUR"),
        ("SELECT a FROM (VALUES (1), (2)) t(a) ORDER BY a", "VALUES (2), (1)"),
        (
            "SELECT '6d6b1ef0-47a3-4ba6-a8ba-8b3b5d3cb6d5'",
            "SELECT '6d6b1ef0-47a3-4ba6-a8ba-8b3b5d3cb6d5'::UUID",
        ),
    ],
)
def test_same_rows_match(predicted: str, gold: str) -> None:
    assert match(predicted, gold)
    assert match(gold, gold)


@pytest.mark.parametrize(
    ("predicted", "gold"),
    [
        ("SELECT 2", "SELECT 1"),
        ("SELECT '1'", "SELECT 1"),
        ("SELECT TRUE", "SELECT 1"),
        ("SELECT NULL", "SELECT 0"),
        ("SELECT 'a'", "SELECT 'A'"),
        ("SELECT 1.00001", "SELECT 1"),
        ("SELECT 1, 2", "SELECT 2, 1"),
        ("SELECT 1", "SELECT 1, 2"),
        ("SELECT 1, 2", "SELECT 1"),
        ("VALUES (1), (2)", "VALUES (1), (1), (2)"),
        ("VALUES (1), (2), (2)", "VALUES (1), (1), (2)"),
        ("VALUES (1, 4), (2, 3)", "VALUES (1, 3), (2, 4)"),
        ("SELECT TIMESTAMP '2026-11-01 00:00:01'", "SELECT DATE '2026-11-01'"),
        ("SELECT '2026-11-01'", "SELECT DATE '2026-11-01'"),
        ("SELECT 1 WHERE FALSE", "SELECT 1"),
        ("VALUES (2), (1)", "SELECT a FROM (VALUES (1), (2)) t(a) ORDER BY a"),
        (
            "SELECT a FROM (VALUES (1), (2)) t(a) ORDER BY a DESC",
            "SELECT a FROM (VALUES (1), (2)) t(a) ORDER BY a",
        ),
    ],
)
def test_other_rows_do_not_match(predicted: str, gold: str) -> None:
    assert not match(predicted, gold)


def test_a_cut_result_matches_nothing() -> None:
    whole = QueryResult(("a",), ("INTEGER",), ((1,),))
    cut = QueryResult(("a",), ("INTEGER",), ((1,),), truncated=True)
    assert not rows_match(cut, whole, ordered=False)
    assert not rows_match(whole, cut, ordered=False)
    assert excluded_reason(cut)


@pytest.mark.parametrize(
    ("sql", "ordered"),
    [
        ("SELECT a FROM t ORDER BY a", True),
        ("SELECT a FROM t ORDER BY a LIMIT 1", True),
        ("SELECT a FROM t UNION SELECT a FROM u ORDER BY a", True),
        ("WITH x AS (SELECT a FROM t) SELECT a FROM x ORDER BY 1", True),
        ("((SELECT a FROM t ORDER BY a))", True),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a) x", False),
        ("SELECT a FROM t WHERE a IN (SELECT b FROM u ORDER BY b LIMIT 3)", False),
        ("WITH x AS (SELECT a FROM t ORDER BY a) SELECT a FROM x", False),
        ("SELECT row_number() OVER (ORDER BY a) FROM t", False),
        ("SELECT string_agg(a ORDER BY a) FROM t", False),
        ("(SELECT a FROM t ORDER BY a LIMIT 1) UNION ALL SELECT b FROM u", False),
        ("SELECT a FROM", False),
    ],
)
def test_only_a_top_level_order_counts(sql: str, ordered: bool) -> None:
    assert is_ordered(sql) is ordered


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT 1 WHERE FALSE", "no rows"),
        ("SELECT NULL", "only NULLs"),
        ("SELECT max(a) FROM (VALUES (1)) t(a) WHERE a > 5", "only NULLs"),
        ("VALUES (NULL, NULL), (NULL, NULL)", "only NULLs"),
    ],
)
def test_gold_that_says_nothing_is_excluded(sql: str, words: str) -> None:
    assert words in str(excluded_reason(query(sql)))


@pytest.mark.parametrize("sql", ["SELECT 0", "SELECT ''", "VALUES (NULL, 1)", "SELECT FALSE"])
def test_gold_that_says_something_counts(sql: str) -> None:
    assert excluded_reason(query(sql)) is None


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (91, 150, 0.5268, 0.6813),
        (506, 904, 0.5272, 0.5918),
    ],
)
def test_wilson(right: int, total: int, low: float, high: float) -> None:
    assert wilson(right, total) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("fixed", "broken", "p"),
    [(0, 0, 1.0), (5, 5, 1.0), (1, 0, 1.0), (6, 0, 0.03125), (0, 6, 0.03125), (25, 10, 0.01667)],
)
def test_mcnemar_is_the_exact_binomial(fixed: int, broken: int, p: float) -> None:
    assert mcnemar(fixed, broken) == pytest.approx(p, abs=1e-5)
    assert mcnemar(3000, 2500) < 1e-10  # no overflow where counts are large


def test_paired_interval_holds_zero_only_when_in_doubt() -> None:
    low, high = paired_interval(200, 90, 904)
    assert 0.08 < low < (200 - 90) / 904 < high < 0.16
    low, high = paired_interval(10, 12, 904)
    assert low < 0 < high


def test_percentile_of_one_and_of_none() -> None:
    assert percentile([7.0], 95) == 7.0
    assert percentile([], 95) is None
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0


def test_difficulty_rises_with_what_there_is_to_get_right() -> None:
    statements = (
        "SELECT name FROM t WHERE a = 1",
        "SELECT t.name, count(*) FROM t JOIN u ON t.id = u.t_id GROUP BY t.name",
        "SELECT t.n, count(*) FROM t JOIN u ON t.id = u.t JOIN v ON v.id = u.v "
        "WHERE u.a > 1 GROUP BY t.n",
        "SELECT n FROM t WHERE a > (SELECT avg(a) FROM t) AND id NOT IN (SELECT t FROM u)",
    )
    assert [difficulty(s) for s in statements] == ["easy", "medium", "hard", "extra"]
