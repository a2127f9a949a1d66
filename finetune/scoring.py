"""Is a prediction right, and how sure is the score: row comparison and the statistics of counts.

Pure functions of rows, statements and numbers; knows nothing of models, databases or files.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from text2sql.comparing import comparable
from text2sql.problems import QueryResult

Z_95 = 1.959963984540054


def rows_match(predicted: QueryResult, gold: QueryResult, ordered: bool) -> bool:
    """Whether both hold the same rows, as a multiset, or as a sequence if `ordered`.

    Columns are compared in the order selected, never by name. A result cut by the row cap
    matches nothing: what was cut is unknown.

    >>> one = QueryResult(("a", "b"), ("INTEGER", "VARCHAR"), ((1, "x"), (2, "y")))
    >>> two = QueryResult(("n", "t"), ("DOUBLE", "VARCHAR"), ((2.0, "y"), (1.0, "x")))
    >>> rows_match(two, one, ordered=False), rows_match(two, one, ordered=True)
    (True, False)
    """
    if predicted.truncated or gold.truncated or len(predicted.columns) != len(gold.columns):
        return False
    if len(predicted.rows) != len(gold.rows):
        return False
    left = [tuple(map(comparable, row)) for row in predicted.rows]
    right = [tuple(map(comparable, row)) for row in gold.rows]
    return left == right if ordered else Counter(left) == Counter(right)


def is_ordered(sql: str) -> bool:
    """Whether the statement (DuckDB's dialect) has an ORDER BY of its own, outside subqueries.

    >>> is_ordered("WITH t AS (SELECT 1 AS a) (SELECT a FROM t ORDER BY a)")
    True
    >>> is_ordered("SELECT * FROM (SELECT 1 AS a ORDER BY a)")
    False
    """
    try:
        tree: Any = sqlglot.parse_one(sql, read="duckdb")
    except SqlglotError:
        return False
    while True:
        if tree.args.get("order"):
            return True
        if not isinstance(tree, exp.Subquery):
            return False
        tree = tree.this


def excluded_reason(gold: QueryResult) -> str | None:
    """Why a gold result can't judge a prediction, or None if it can.

    >>> excluded_reason(QueryResult(("a",), ("INTEGER",), ((None,),)))
    'the gold returns only NULLs'
    """
    if gold.truncated:
        return "the gold returns too many rows to compare"
    if not gold.rows:
        return "the gold returns no rows"
    if all(value is None for row in gold.rows for value in row):
        return "the gold returns only NULLs"
    return None


def difficulty(sql: str) -> str:
    """easy, medium, hard or extra, by what the statement is made of.

    Counts the clauses, joins and aggregates a reader has to get right; a nested query or a set
    operation weighs three. For examples that bring no label of their own.

    >>> difficulty("SELECT name FROM t WHERE a = 1")
    'easy'
    >>> difficulty("SELECT a FROM t WHERE a IN (SELECT b FROM u) UNION SELECT c FROM v")
    'extra'
    """
    try:
        tree: Any = sqlglot.parse_one(sql, read="duckdb")
    except SqlglotError:
        return "extra"
    selects = len(list(tree.find_all(exp.Select)))
    simple = (exp.Where, exp.Group, exp.Having, exp.Order, exp.Limit, exp.Join, exp.Or, exp.Window)
    weight = 3 * (selects - 1) + sum(len(list(tree.find_all(kind))) for kind in simple)
    weight += max(0, len(list(tree.find_all(exp.AggFunc))) - 1)
    steps = ((1, "easy"), (3, "medium"), (5, "hard"))
    return next((label for limit, label in steps if weight <= limit), "extra")


def wilson(right: int, total: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval of a proportion (Wilson 1927); 0 to 1 when there is no case.

    >>> [round(x, 3) for x in wilson(48, 100)]
    [0.385, 0.577]
    """
    if total == 0:
        return 0.0, 1.0
    share, slack = right / total, z * z / total
    middle = share + slack / 2
    half = z * math.sqrt(share * (1 - share) / total + slack / (4 * total))
    low, high = (middle - half) / (1 + slack), (middle + half) / (1 + slack)
    return max(0.0, low), min(1.0, high)


def mcnemar(fixed: int, broken: int) -> float:
    """Exact two-sided p of McNemar's test: could so lopsided a split be chance?

    `fixed` and `broken` count the pairs on which the two sides differ.

    >>> round(mcnemar(10, 2), 4)
    0.0386
    >>> mcnemar(0, 0)
    1.0
    """
    pairs = fixed + broken
    tail, ways = 0, 1  # `ways` to choose k of the pairs
    for k in range(min(fixed, broken) + 1):
        tail += ways
        ways = ways * (pairs - k) // (k + 1)
    return min(1.0, 2 * tail / 2**pairs)


def paired_interval(fixed: int, broken: int, total: int, z: float = Z_95) -> tuple[float, float]:
    """Interval of the difference of two proportions over the same cases (Agresti and Min 2005).

    Half a case is added to each of the four cells, which keeps it honest for few cases.

    >>> [round(x, 3) for x in paired_interval(30, 10, 100)]
    [0.079, 0.313]
    """
    if total == 0:
        return -1.0, 1.0
    n, up, down = total + 2, fixed + 0.5, broken + 0.5
    middle = (up - down) / n
    half = z * math.sqrt((up + down) / n - middle * middle) / math.sqrt(n)
    return max(-1.0, middle - half), min(1.0, middle + half)


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The value below which `percent` of them lie, interpolated; None of none.

    >>> percentile([10.0, 20.0, 40.0], 50), percentile([10.0, 20.0], 95), percentile([], 50)
    (20.0, 19.5, None)
    """
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
