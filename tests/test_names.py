"""Misspelt names are found, placed and corrected; what DuckDB understands is left alone."""

from __future__ import annotations

import pytest

from text2sql.names import find_problems
from text2sql.parsing import parse_statement
from text2sql.problems import Problem
from text2sql.schema import parse_schema
from text2sql.scopes import Source

SCHEMA = parse_schema(
    """
    CREATE TABLE singer (id INTEGER PRIMARY KEY, name VARCHAR, country VARCHAR, age INTEGER,
        home STRUCT(street VARCHAR, zip VARCHAR), tags VARCHAR[]);
    CREATE TABLE concert (id INTEGER PRIMARY KEY, singer_id INTEGER REFERENCES singer (id),
        title VARCHAR, "year held" INTEGER, stadium_id INTEGER);
    CREATE TABLE stadium (id INTEGER PRIMARY KEY, capacity INTEGER, location VARCHAR);
    """
)


def problems(sql: str) -> list[Problem]:
    return find_problems(parse_statement(sql), SCHEMA)


@pytest.mark.parametrize(
    ("sql", "place", "message", "suggestion"),
    [
        ("SELECT name FROM singers", (1, 18), 'There is no table "singers".', '"singer"?'),
        ("SELECT 1 FROM singer s,\n Stadum", (2, 2), 'There is no table "Stadum".', '"stadium"?'),
        ("SELECT 1 FROM zzz", (1, 15), 'There is no table "zzz".', "singer, concert, stadium."),
        ("SELECT nane FROM singer", (1, 8), 'has a column "nane"', 'Did you mean "name"?'),
        ("SELECT name\nFROM singer\nWHERE cuntry = 'x'", (3, 7), '"cuntry"', '"country"?'),
        ("SELECT s.nam FROM singer s", (1, 8), '"nam"', '"name"?'),
        ("SELECT x.name FROM singer s", (1, 8), 'no table or alias "x"', "s.name"),
        ("SELECT sg.name FROM singer sng", (1, 8), 'no table or alias "sg"', "sng.name"),
        ("SELECT singer.name FROM singer s", (1, 8), '"singer" in this part', 'alias: "s".'),
        ("SELECT stadium.id FROM singer", (1, 8), '"stadium"', "Add stadium to FROM with a JOIN."),
        ("SELECT capacity FROM singer", (1, 8), '"capacity"', "a column of stadium: join"),
        ("SELECT s.capacity FROM singer s", (1, 8), '"capacity"', "a column of stadium"),
        (
            "SELECT c.name FROM singer s JOIN concert c ON s.id = c.singer_id",
            (1, 8),
            '"name"',
            "s.name",
        ),
        ('SELECT "France" FROM singer', (1, 8), '"France"', "write 'France'."),
        ("SELECT name WHERE name = 'x'", (1, 8), "no table in this query", "join that table"),
        ("SELECT cuont(*) FROM singer", (1, 8), "no function cuont", '"count"?'),
        ("SELECT ucase_(name) FROM singer", (1, 8), "no function ucase_", '"ucase"?'),
        (
            "SELECT 1 FROM concert c WHERE EXISTS (SELECT 1 FROM singer s WHERE s.id = c.singr_id)",
            (1, 75),
            '"singr_id"',
            '"singer_id"?',
        ),
        (
            "WITH t AS (SELECT name AS n FROM singer) SELECT t.nn FROM t",
            (1, 49),
            '"nn"',
            '"n"?',
        ),
        ("WITH t AS (SELECT 1 AS n) SELECT n FROM tt", (1, 41), 'table "tt"', "singer, concert"),
        ("SELECT t.nme FROM (SELECT name FROM singer) t", (1, 8), '"nme"', '"name"?'),
        ("SELECT count(*) AS n FROM singer ORDER BY nm", (1, 43), '"nm"', ""),
        ("SELECT x.* FROM singer s", (1, 8), '"x"', ""),
        (
            "SELECT id FROM singer UNION SELECT idd FROM stadium",
            (1, 36),
            '"idd"',
            '"id"?',
        ),
    ],
)
def test_found(sql: str, place: tuple[int, int], message: str, suggestion: str) -> None:
    found = problems(sql)
    assert len(found) == 1
    assert found[0].stage == "names"
    assert message in found[0].message
    assert suggestion in found[0].suggestion
    assert (found[0].line, found[0].column) == place


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT NAME, Singer.COUNTRY FROM SINGER",
        "SELECT age + 1 AS next, next * 2 AS twice FROM singer WHERE next > 3",
        "SELECT count(*) AS n FROM singer GROUP BY country HAVING n > 1 ORDER BY n",
        "SELECT country AS c, count(*) FROM singer GROUP BY c",
        "SELECT name FROM singer s WHERE EXISTS (SELECT 1 FROM concert WHERE singer_id = s.id)",
        "SELECT (SELECT max(title) FROM concert WHERE singer_id = singer.id) FROM singer",
        "SELECT name FROM singer WHERE id IN (SELECT singer_id FROM concert WHERE age > 30)",
        "SELECT id, name FROM singer JOIN (SELECT singer_id AS id FROM concert) c USING (id)",
        "SELECT * FROM singer NATURAL JOIN stadium WHERE capacity > 1",
        "SELECT home.street, home.zip, singer.home.zip, s.home['zip'] FROM singer, singer s",
        "SELECT s.home.zip AS z FROM singer s ORDER BY z",
        "WITH t (a, b) AS (SELECT id, name FROM singer) SELECT a, t.b FROM t",
        "WITH t AS (SELECT * FROM singer) SELECT name, age FROM t",
        "WITH t AS (SELECT s.*, c.title FROM singer s, concert c) SELECT name, title FROM t",
        "WITH a AS (SELECT id AS x FROM singer), b AS (SELECT x AS y FROM a) SELECT y FROM b",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) FROM r",
        "SELECT * EXCLUDE (age) FROM singer",
        "SELECT * EXCEPT (age) FROM singer",
        "SELECT * REPLACE (upper(name) AS name) FROM singer",
        "SELECT t.label FROM (SELECT * RENAME (name AS label) FROM singer) t",
        "SELECT n FROM (SELECT * EXCLUDE (id), id AS n FROM stadium)",
        "SELECT COLUMNS('n.*') FROM singer",
        "SELECT list_transform(tags, lambda t: upper(t)) FROM singer",
        "SELECT [t || 'x' for t in tags if t <> 'a'] FROM singer",
        "SELECT id, u.t FROM singer, unnest(tags) AS u(t)",
        "SELECT t FROM singer, LATERAL (SELECT unnest(tags) AS t)",
        "SELECT n FROM singer s, LATERAL (SELECT max(id) n FROM concert WHERE singer_id = s.id)",
        "SELECT i FROM range(5) AS r(i)",
        "SELECT range FROM range(5)",
        "SELECT x.a FROM (VALUES (1, 2)) AS x(a, b)",
        "SELECT column0 FROM (VALUES (1))",
        "SELECT col0 FROM (VALUES (1))",
        "SELECT rowid FROM singer",
        "SELECT singer FROM singer",
        "SELECT count(s) FROM singer s",
        "SELECT s.* FROM singer s",
        "SELECT main.singer.name FROM main.singer",
        'SELECT "year held" FROM concert',
        "SELECT id FROM singer UNION SELECT id AS other FROM stadium ORDER BY id",
        "SELECT name FROM singer QUALIFY row_number() OVER w = 1 WINDOW w AS (ORDER BY age)",
        "SELECT * FROM (SELECT country, age FROM singer) PIVOT (sum(age) FOR country IN ('fr'))",
        "SELECT fr FROM (SELECT country, age FROM singer) PIVOT (sum(age) FOR country IN ('fr'))",
        "SELECT k, v FROM (SELECT id, age FROM singer) UNPIVOT (v FOR k IN (id, age))",
        "SELECT count(*) FROM singer a JOIN singer b ON a.id < b.id WHERE b.age > a.age",
        "SELECT c.title FROM (singer s JOIN concert c ON s.id = c.singer_id)",
        "FROM singer SELECT name",
        "SELECT current_date, today(), now()",
        "SELECT m FROM (SELECT max(age) m FROM singer)",
        "SELECT a.name FROM singer AS a(key, name)",
        "SELECT 1 AS one ORDER BY one",
    ],
)
def test_no_false_alarm(sql: str) -> None:
    assert problems(sql) == []


def test_several_in_the_order_of_the_text_each_once() -> None:
    found = problems("SELECT nam,\n agee, nam\nFROM singer ORDER BY cuntry")
    assert [(p.line, p.column) for p in found] == [(1, 8), (2, 2), (3, 22)]


def test_an_alias_is_not_seen_by_itself() -> None:
    assert len(problems("SELECT total AS total FROM singer")) == 1


def test_a_cte_is_not_seen_outside_its_query() -> None:
    sql = "SELECT (WITH t AS (SELECT 1 AS n) SELECT n FROM t), n FROM t"
    assert 'There is no table "t".' in [p.message for p in problems(sql)]


def test_a_source_whose_columns_are_not_known_may_have_any() -> None:
    assert Source("s", "", None).has("anything")
    assert not Source("s", "", None).lists("anything")
    assert Source("s", "singer", frozenset({"Name"})).has("NAME")
