"""What counts as a difference of two statements, and that hostile ones cost little."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from text2sql.difference import Difference, Span, difference
from text2sql.parsing import parse_statement
from text2sql.schema import parse_schema

SAME = [
    ("SELECT name FROM singer", "select NAME\nfrom Singer"),
    ('SELECT "name" FROM "singer"', "SELECT name FROM singer"),
    ("SELECT s.name FROM singer AS s", "SELECT name FROM singer"),
    ("SELECT count(*) AS n FROM t", "SELECT COUNT(*) FROM t -- how many"),
    ("SELECT a FROM t WHERE b > 1 AND c = 2", "SELECT a FROM t WHERE (2 = c) AND (b > 1)"),
    ("SELECT a FROM t WHERE b = 1 OR c OR d", "SELECT a FROM t WHERE d OR (c OR 1 = b)"),
    ("SELECT a FROM t WHERE b IN ('x', 'y')", "SELECT a FROM t WHERE b IN ('y', 'x')"),
    ("SELECT a FROM t WHERE b <> 1", "SELECT a FROM t WHERE b != 1"),
    ("SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY 1 ASC"),
    (
        "SELECT T1.name, count(*) AS n FROM singer AS T1 JOIN concert AS T2 ON T1.id = T2.sid "
        "GROUP BY T1.name ORDER BY n DESC LIMIT 1",
        "SELECT s.name, COUNT(*) FROM singer s INNER JOIN concert c ON c.sid = s.id "
        "GROUP BY 1 ORDER BY count(*) DESC LIMIT 1",
    ),
    (
        "WITH t AS (SELECT a AS x, count(*) AS n FROM s GROUP BY a) SELECT max(n) FROM t",
        "WITH u AS (SELECT a, count(*) AS c FROM s GROUP BY a) SELECT max(u.c) AS m FROM u",
    ),
    (
        "SELECT q.a FROM (SELECT a, b FROM t) AS q WHERE q.b = 1",
        "SELECT z.a FROM (SELECT a, b FROM t) AS z WHERE b = 1",
    ),
    ("SELECT p.a FROM t p JOIN t q ON p.i = q.j", "SELECT x.a FROM t x JOIN t y ON x.i = y.j"),
    (
        "SELECT a FROM t x WHERE EXISTS (SELECT 1 FROM u y WHERE y.i = x.i)",
        "SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.i = t.i)",
    ),
]

OTHER = [
    ("SELECT a, b FROM t", "SELECT b, a FROM t", "SELECT: the same, in another order."),
    ("SELECT a FROM t WHERE b > 1", "SELECT a FROM t WHERE b >= 1", "left b > 1, right b >= 1"),
    ("SELECT a FROM t WHERE b = 'x'", "SELECT a FROM t WHERE b = 'X'", "left b = 'x'"),
    ("SELECT a FROM t", "SELECT a FROM t WHERE b", "WHERE: only the right has b."),
    ("SELECT DISTINCT a FROM t", "SELECT a FROM t", "Only the left is DISTINCT."),
    ("SELECT max(a) FROM t", "SELECT min(a) FROM t", "left MAX(a), right MIN(a)"),
    ("SELECT a FROM t", "SELECT a FROM t UNION SELECT b FROM u", "the right a UNION"),
    ("SELECT a FROM t LEFT JOIN u ON i = j", "SELECT a FROM t JOIN u ON i = j", "LEFT JOIN u"),
    ("SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a DESC", "left a, right a DESC"),
    ("SELECT a FROM t LIMIT 3", "SELECT a FROM t LIMIT 5", "LIMIT: left 3, right 5."),
    ("SELECT a FROM t GROUP BY a", "SELECT a FROM t GROUP BY a HAVING count(*) > 1", "HAVING"),
    (
        "SELECT p.a FROM t p JOIN t q ON p.i = q.j",
        "SELECT q.a FROM t p JOIN t q ON p.i = q.j",
        "SELECT",
    ),
    ("VALUES (1)", "SELECT 1", "The left is VALUES"),
]


def text(spans: tuple[Span, ...]) -> str:
    return "".join(span.text for span in spans)


def marked(spans: tuple[Span, ...]) -> str:
    return " ".join(span.text.strip() for span in spans if span.differs)


@pytest.mark.parametrize(("left", "right"), SAME)
def test_writing_is_no_difference(left: str, right: str) -> None:
    found = difference(left, right)
    assert found.same and found.comparable
    assert not marked(found.left) and not marked(found.right)


@pytest.mark.parametrize(("left", "right", "told"), OTHER)
def test_meaning_is_a_difference(left: str, right: str, told: str) -> None:
    found = difference(left, right)
    assert not found.same
    assert told in " ".join(found.sentences)
    assert marked(found.left) or marked(found.right)


@pytest.mark.parametrize(("left", "right", "_"), OTHER)
def test_the_other_way_round_marks_the_same(left: str, right: str, _: str) -> None:
    assert not difference(right, left).same


@pytest.mark.parametrize(("left", "right"), [*SAME, *(pair[:2] for pair in OTHER)])
def test_what_is_shown_is_the_statement(left: str, right: str) -> None:
    found = difference(left, right)
    assert parse_statement(text(found.left)).tree == parse_statement(left).tree
    assert parse_statement(text(found.right)).tree == parse_statement(right).tree


def test_only_what_differs_is_marked() -> None:
    found = difference(
        "SELECT name, country FROM singer WHERE age > 20 AND male",
        "SELECT name, country FROM singer WHERE male AND age >= 20",
    )
    assert (marked(found.left), marked(found.right)) == (">", ">=")


def test_the_schema_says_where_a_bare_column_comes_from() -> None:
    schema = parse_schema("CREATE TABLE t (i INT, a INT); CREATE TABLE u (j INT, b INT);")
    bare = "SELECT a, b FROM t JOIN u ON i = j"
    full = "SELECT t.a, u.b FROM t JOIN u ON t.i = u.j"
    assert difference(bare, full, schema).same
    assert not difference(bare, full).same


def test_a_statement_that_is_none_is_told() -> None:
    found = difference("SELECT FROM", "SELECT 1")
    assert not found.same and not found.comparable
    assert "left statement is no readable SQL" in found.sentences[0]
    assert text(found.left) == "SELECT FROM"
    assert "Neither" in difference("SELECT (", "oops (").sentences[0]


@pytest.mark.parametrize(
    "hostile",
    [
        "SELECT " + ", ".join(f"a{n}" for n in range(2_500)),
        "SELECT 1 WHERE " + " AND ".join(f"a{n} = {n}" for n in range(1_000)),
        "SELECT " + "(" * 3_000,
        "SELECT " + "-" * 5_000 + "1",
        "SELECT " + "NOT " * 3_000 + "a",
        "SELECT 1; DROP TABLE t",
        "SELECT '\ue000\ue001\ue002' \ue002",
        "x" * 200_000,
        "SELECT a AS b, b AS a FROM t ORDER BY a, b, 99, 0, -1",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r",
        "WITH a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM a, b, a AS c",
        "\x00",
    ],
)
def test_hostile_statements_cost_little(hostile: str) -> None:
    began = time.perf_counter()
    for pair in ((hostile, "SELECT 1"), (hostile, hostile)):
        assert isinstance(difference(*pair), Difference)
    assert time.perf_counter() - began < 10


def test_nothing_evil_breaks_it() -> None:
    folder = Path(__file__).parent / "fixtures" / "evil"
    lines = [line for file in folder.glob("*.sql") for line in file.read_text().splitlines()]
    assert len(lines) > 20
    for line in lines[::3]:
        difference(line, "SELECT a FROM t")


def test_the_largest_that_is_compared_takes_seconds_at_most() -> None:
    left = "SELECT " + ", ".join(f"a{n}" for n in range(190)) + " FROM t"
    began = time.perf_counter()
    found = difference(left, left.replace("a", "b"))
    assert found.comparable and not found.same
    assert time.perf_counter() - began < 10
