"""Statements that only read pass the checks, and what is written anew gives the same rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from text2sql.comparing import comparable
from text2sql.database import Database, database_from_schema
from text2sql.engine import Engine
from text2sql.errors import QuestionError
from text2sql.execution import Sandbox
from text2sql.loading import DATA_FILE, load_rows
from text2sql.parsing import MAX_CHARS
from text2sql.schema import parse_schema
from text2sql.validation import validate

SCHEMA = parse_schema(
    """
    CREATE TABLE city (id INTEGER PRIMARY KEY, name VARCHAR, population BIGINT, founded DATE);
    CREATE TABLE person (
        id INTEGER PRIMARY KEY, name VARCHAR, age INTEGER, city_id INTEGER REFERENCES city (id),
        born DATE, tags VARCHAR[], home STRUCT(street VARCHAR, zip VARCHAR)
    );
    CREATE TABLE sale (
        id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES person (id), amount DECIMAL(10, 2),
        placed TIMESTAMP, status VARCHAR, "unit price" DOUBLE, "order" INTEGER
    );
    """
)
ROWS = {
    "city": [(i, f"City{i}", i * 1000, date(1900, i, i)) for i in range(1, 9)],
    "person": [
        (
            i,
            f"{('Ann', 'Bob', 'Cid', 'Dan', 'Eve')[i % 5]}{i}",
            None if i % 7 == 0 else 20 + i,
            1 + i % 8,
            date(1980 + i, 1 + i % 12, i % 28 + 1),
            None if i % 3 == 0 else ["a", f"b{i}"],
            {"street": f"S{i}", "zip": f"Z{i % 4}"},
        )
        for i in range(1, 31)
    ],
    "sale": [
        (
            i,
            1 + i % 25,
            Decimal(i * 5) / 4,
            datetime(2024, 1 + i % 6, i % 28 + 1, i % 24),
            ("open", "paid", "late")[i % 3],
            i / 3,
            i % 4,
        )
        for i in range(1, 61)
    ],
}

INNOCENT = """
SELECT 1;
SELECT name FROM person;
SELECT * FROM person ORDER BY id LIMIT 5 OFFSET 2;
select distinct status from sale;
SELECT count(*), count(DISTINCT city_id), avg(age), median(age) FROM person;
SELECT status, sum(amount) AS total FROM sale GROUP BY status HAVING total > 100 ORDER BY total
    DESC;
SELECT status, sum(amount) FROM sale GROUP BY ALL ORDER BY ALL;
SELECT p.name, c.name FROM person p JOIN city c ON p.city_id = c.id WHERE c.population > 2000;
SELECT p.name, s.amount FROM person AS p LEFT JOIN sale AS s ON s.person_id = p.id AND s.amount
    > 70;
SELECT name FROM person WHERE id NOT IN (SELECT person_id FROM sale WHERE status = 'late');
SELECT name FROM person p WHERE EXISTS (SELECT 1 FROM sale s WHERE s.person_id = p.id AND amount
    > 70);
SELECT name, (SELECT max(amount) FROM sale WHERE person_id = person.id) AS best FROM person;
SELECT id FROM person SEMI JOIN sale ON sale.person_id = person.id;
SELECT id FROM person ANTI JOIN (SELECT person_id AS id FROM sale WHERE amount > 30) AS s USING
    (id);
SELECT * FROM person JOIN sale USING (id);
SELECT * FROM city NATURAL JOIN (SELECT 3 AS id) AS one;
SELECT a.name, b.name FROM person a CROSS JOIN city b WHERE a.id < 3;
SELECT a.id, b.id, c.id FROM city a, city b, city c WHERE a.id < b.id AND b.id < c.id;
SELECT p.name, x.total FROM person p, LATERAL (SELECT sum(amount) AS total FROM sale s WHERE
    s.person_id = p.id) x;
SELECT p.name, s.placed FROM person p ASOF JOIN sale s ON p.id = s.person_id AND p.born <=
    s.placed;
SELECT a.name, b.status FROM person a POSITIONAL JOIN sale b;
SELECT name, rank() OVER (ORDER BY age DESC NULLS LAST) AS r FROM person;
SELECT id, sum(amount) OVER (PARTITION BY person_id ORDER BY placed ROWS BETWEEN 1 PRECEDING AND
    CURRENT ROW) FROM sale;
SELECT id, avg(amount) OVER (ORDER BY placed RANGE BETWEEN INTERVAL 20 DAYS PRECEDING AND
    INTERVAL 20 DAYS FOLLOWING) FROM sale;
SELECT id, lag(amount, 1, 0) OVER w AS before, amount - before AS change FROM sale WINDOW w AS
    (ORDER BY placed) ORDER BY id;
SELECT id, ntile(4) OVER (ORDER BY id), first_value(name) OVER (ORDER BY id), percent_rank()
    OVER (ORDER BY id) FROM person;
SELECT person_id, amount FROM sale QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY
    amount DESC) = 1;
SELECT id, count(*) FILTER (WHERE status = 'paid') OVER (ORDER BY id) FROM sale;
SELECT count(*) FILTER (WHERE age > 30), sum(age) FILTER (age < 40) FROM person;
SELECT id, last_value(age IGNORE NULLS) OVER (ORDER BY id) FROM person;
WITH t AS (SELECT city_id, count(*) AS n FROM person GROUP BY city_id) SELECT c.name, t.n FROM t
    JOIN city c ON c.id = t.city_id;
WITH a AS (SELECT id FROM city), b AS (SELECT id + 1 AS id FROM a) SELECT max(b.id) FROM b;
WITH t (a, b) AS (SELECT id, name FROM city) SELECT a, b FROM t WHERE a > 2;
WITH t AS MATERIALIZED (SELECT * FROM city) SELECT count(*) FROM t AS x JOIN t AS y ON x.id =
    y.id;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT sum(i) FROM
    n;
WITH RECURSIVE up AS (SELECT id, id - 1 AS parent, 0 AS depth FROM city WHERE id = 8 UNION ALL
    SELECT c.id, c.id - 1, depth + 1 FROM city c JOIN up ON c.id = up.parent) SELECT max(depth)
    FROM up;
WITH RECURSIVE days AS (SELECT DATE '2024-01-01' AS d UNION SELECT CAST(d + INTERVAL 1 DAY AS
    DATE) FROM days WHERE d < DATE '2024-01-10') SELECT count(*) FROM days;
VALUES (1, 'a'), (2, 'b');
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(n, letter) WHERE n > 1;
SELECT id FROM person UNION SELECT person_id FROM sale;
SELECT id FROM person UNION ALL SELECT id FROM city ORDER BY id LIMIT 4;
SELECT id FROM person INTERSECT SELECT id FROM city;
SELECT id FROM person EXCEPT SELECT id FROM city;
(SELECT id FROM city ORDER BY id DESC LIMIT 1) UNION ALL (SELECT id FROM person ORDER BY id
    LIMIT 1);
SELECT id, name FROM city UNION ALL BY NAME SELECT name, id FROM person;
SELECT id FROM person EXCEPT ALL SELECT id FROM city;
FROM person;
FROM person SELECT name WHERE age > 40;
SELECT name FROM person WHERE name ILIKE 'a%' OR name LIKE '%3_';
SELECT name FROM person WHERE name SIMILAR TO 'A.*' OR regexp_matches(name, '^B[a-z]{2}\\d+$');
SELECT name FROM person WHERE name ~ 'Ann.*';
SELECT name FROM person WHERE name !~ 'Ann.*';
SELECT name FROM person WHERE name GLOB 'A*';
SELECT name FROM person WHERE age BETWEEN 25 AND 35 AND city_id IN (1, 2, 3) AND age IS NOT NULL;
SELECT id FROM person WHERE age IS DISTINCT FROM 30 AND NOT (age IS NOT DISTINCT FROM 31);
SELECT (id, name) FROM city WHERE (id, population) IN ((1, 1000), (2, 2000));
SELECT CASE WHEN age < 30 THEN 'young' WHEN age < 40 THEN 'middle' ELSE 'old' END AS band,
    count(*) FROM person GROUP BY band;
SELECT CASE status WHEN 'paid' THEN 1 ELSE 0 END, if(amount > 20, 'much', 'little'),
    coalesce(NULL, status), nullif(status, 'open') FROM sale;
SELECT EXTRACT(YEAR FROM born), EXTRACT(month FROM born), EXTRACT(dow FROM born), year(born),
    date_part('quarter', born) FROM person;
SELECT date_trunc('month', placed) AS m, sum(amount) FROM sale GROUP BY 1 ORDER BY 1;
SELECT list_transform(tags, lambda x: upper(x)), list_filter(tags, lambda x: x <> 'a'), [x ||
    '!' for x in tags if x <> 'a'] FROM person;
SELECT list_reduce([1, 2, 3], lambda a, b: a + b), list_aggregate([1, 2], 'sum'), list_zip([1],
    [2]), flatten([[1], [2]]);
SELECT COLUMNS(lambda c: c LIKE '%a%') FROM city;
SELECT date_diff('day', born, DATE '2024-06-01'), born + INTERVAL '1 month', born - INTERVAL 3
    DAY, age(DATE '2024-01-01', born) FROM person;
SELECT strftime(placed, '%Y-%m'), strptime('2024-03-01', '%Y-%m-%d'), placed::DATE, CAST(placed
    AS TIME), TRY_CAST(status AS INTEGER) FROM sale;
SELECT last_day(born), dayname(born), monthname(born), make_date(2024, 2, 29), to_days(3),
    epoch(placed) FROM person JOIN sale ON person.id = sale.person_id;
SELECT * FROM sale WHERE placed >= '2024-02-01' AND placed < TIMESTAMP '2024-03-01 00:00:00';
SELECT name, tags[1], len(tags), list_contains(tags, 'a'), tags[1:1], list_sort(tags) FROM
    person;
SELECT id, unnest(tags) AS tag FROM person;
SELECT p.id, t.tag FROM person p, unnest(p.tags) AS t(tag);
SELECT list(name ORDER BY id), string_agg(name, ', ' ORDER BY name), array_agg(DISTINCT city_id
    ORDER BY city_id) FROM person;
SELECT home.street, home['zip'], struct_extract(home, 'zip'), person.home.zip FROM person;
SELECT home.zip AS zip, count(*) FROM person GROUP BY home.zip;
SELECT {'a': id, 'b': name} AS s, struct_pack(x := id), MAP {'k': id}, map(['a'], [1])['a'] FROM
    city;
SELECT s.a FROM (SELECT {'a': id} AS s FROM city);
SELECT * EXCLUDE (tags, home) FROM person;
SELECT * REPLACE (upper(name) AS name) FROM city;
SELECT * RENAME (name AS title) FROM city;
SELECT c.* EXCLUDE (id), p.id FROM city c JOIN person p ON p.city_id = c.id;
SELECT COLUMNS('id|name') FROM city;
SELECT min(COLUMNS(* EXCLUDE (name))) FROM city;
SELECT age + 1 AS next, next * 2 AS double FROM person WHERE next > 30;
SELECT "unit price" * "order" AS worth FROM sale WHERE "unit price" > 1;
SELECT s."order", S."Unit Price" FROM sale AS s;
SELECT amount // 2, amount % 7, 2 ** 3, 2 ^ 3, 5 / 2, -amount, @(-3), 7 & 3, 7 | 8, xor(7, 2),
    ~1, 1 << 3 FROM sale;
SELECT round(amount, 1), ceil(amount), floor(amount), abs(-1), sqrt(4), ln(2), log10(100),
    greatest(1, 2), mod(7, 3), pi(), power(2, 3) FROM sale;
SELECT upper(name), lower(name), length(name), substring(name, 1, 2), substr(name, 2),
    left(name, 1), right(name, 1), name[1:2] FROM person;
SELECT trim(' a '), replace(name, 'A', 'B'), concat(name, '-', age), name || '!', concat_ws(',',
    name, age), split_part('a-b', '-', 2), lpad(name, 8, '.'), reverse(name), starts_with(name,
    'A'), contains(name, 'n') FROM person;
SELECT regexp_replace(name, '[0-9]+', '#', 'g'), regexp_extract(name, '([A-Z])', 1), position('n'
    IN name), strpos(name, 'n'), repeat('ab', 3), format('{} is {}', name, age), printf('%s',
    name) FROM person;
SELECT 'it''s', E'a\\nb', 'semi;colon', '-- no comment', 'read_csv(''x'')', '/etc/passwd' FROM
    city;
SELECT max_by(name, age), min_by(name, age), arg_max(name, age), any_value(name), mode(city_id),
    first(name ORDER BY id) FROM person;
SELECT quantile_cont(age, 0.5), quantile_cont(age, [0.25, 0.75]), percentile_cont(0.5) WITHIN
    GROUP (ORDER BY age), stddev(age), var_pop(age), corr(age, id), approx_count_distinct(id)
    FROM person;
SELECT histogram(city_id), bool_and(age > 1), bit_or(id), product(2), count_if(age > 30),
    sum(DISTINCT city_id) FROM person;
SELECT status, person_id % 2 AS odd, sum(amount) FROM sale GROUP BY ROLLUP (status, odd) ORDER
    BY ALL;
SELECT status, "order", count(*), grouping(status) FROM sale GROUP BY CUBE (status, "order");
SELECT status, "order", count(*) FROM sale GROUP BY GROUPING SETS ((status), ("order"), ());
SELECT * FROM (SELECT status, "order", amount FROM sale) PIVOT (sum(amount) FOR status IN ('paid',
    'open', 'late'));
SELECT * FROM (SELECT status, amount, "order" FROM sale) PIVOT (sum(amount) AS total FOR status
    IN ('paid' AS p, 'open' AS o) GROUP BY "order");
SELECT * FROM (SELECT id, population FROM city) UNPIVOT (value FOR name IN (id, population));
SELECT count(*) FROM range(10), generate_series(1, 3) AS g(i) WHERE i > 1;
SELECT i FROM range(0, 100, 10) AS r(i);
SELECT day FROM generate_series(DATE '2024-01-01', DATE '2024-01-05', INTERVAL 1 DAY) AS t(day);
SELECT json_extract('{"a": 1}', '$.a'), '{"a": {"b": 2}}'::JSON ->> '$.a.b', json_object('a',
    id), '{"a": 1}'::JSON -> 'a' FROM city;
SELECT name FROM person ORDER BY age DESC NULLS LAST, name COLLATE NOCASE LIMIT 3;
SELECT name FROM person ORDER BY length(name), 1 DESC LIMIT 10 PERCENT;
SELECT DISTINCT ON (city_id) city_id, name FROM person ORDER BY city_id, age DESC;
SELECT * FROM main.city;
SELECT name AS "Name of the city", population AS "select" FROM city;
SELECT t.n FROM (SELECT count(*) AS n FROM person) AS t;
SELECT count(*) FROM (SELECT city_id FROM person GROUP BY city_id HAVING count(*) > 3);
SELECT avg(n) FROM (SELECT count(*) n FROM sale GROUP BY person_id);
SELECT name FROM city WHERE population > ALL (SELECT age FROM person WHERE age IS NOT NULL) AND
    id = ANY (SELECT city_id FROM person);
SELECT name FROM person WHERE age = (SELECT max(age) FROM person);
SELECT p.name FROM person p WHERE p.age > (SELECT avg(age) FROM person q WHERE q.city_id =
    p.city_id);
SELECT 1e3, .5, 0x1F, 1_000, TRUE, NULL, DATE '2024-01-01', INTERVAL '2' YEAR, 3::DECIMAL(5, 2),
    'x'::VARCHAR, '\\x41'::BLOB;
SELECT current_date > born, now() > placed FROM person JOIN sale ON sale.person_id = person.id;
SELECT rowid, id FROM city;
SELECT city FROM city;
SELECT count(city) FROM city;
SELECT -- the name
  name /* of the city */ FROM city -- done;
SELECT id, name FROM person USING SAMPLE 100%;
SELECT prefix: name, name.upper().lower() FROM city;
SELECT sum(amount) AS total, total / count(*) AS mean FROM sale;
SELECT id FROM sale WHERE status IN ('paid', 'late') AND (amount > 10 OR NOT status = 'late')
    AND "order" NOT BETWEEN 1 AND 2;
SELECT unnest([1, 2, 3]), unnest({'a': 1, 'b': 2});
SELECT p.* FROM person p JOIN (SELECT person_id, max(amount) AS m FROM sale GROUP BY person_id)
    AS s ON s.person_id = p.id AND s.m > 60 JOIN city ON city.id = p.city_id;
SELECT name FROM person WHERE list_has_any(tags, ['a']) AND 'a' IN tags AND 'b2' = ANY (tags);
SELECT id, status, row_number() OVER () FROM sale WHERE person_id IN (SELECT id FROM person
    WHERE city_id = (SELECT id FROM city WHERE name = 'City3'));
WITH s AS (SELECT *, row_number() OVER (PARTITION BY status ORDER BY amount DESC, id) AS rn FROM
    sale) SELECT status, amount FROM s WHERE rn <= 2
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("data")
    load_rows(SCHEMA, ROWS, folder)
    with Sandbox(folder / DATA_FILE) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def pasted() -> Iterator[Database]:
    database = database_from_schema(parse_schema("CREATE TABLE t (a INTEGER, b VARCHAR)"))
    yield database
    database.close()


def rows(sandbox: Sandbox, sql: str) -> list[str]:
    """The rows in no order, floats rounded: threads add them up in any order."""
    return sorted(str(tuple(map(comparable, row))) for row in sandbox.run(sql).rows)


@pytest.mark.parametrize("sql", INNOCENT.strip().split(";\n"))
def test_innocent(sql: str, database: Sandbox) -> None:
    checked = validate(sql, SCHEMA)
    assert checked.problems == ()
    expected = rows(database, sql)
    assert expected, "a query without rows proves nothing"
    assert rows(database, checked.sql) == expected


def test_a_list_long_enough() -> None:
    assert len(INNOCENT.strip().split(";\n")) >= 100


@pytest.mark.parametrize(
    ("sql", "same"),
    [
        ("SELECT `name` FROM `city` LIMIT 3", "SELECT name FROM city LIMIT 3"),
        ("SELECT TOP 3 [name] FROM [city]", "SELECT name FROM city LIMIT 3"),
        ("SELECT name FROM city LIMIT 2, 3", "SELECT name FROM city LIMIT 3 OFFSET 2"),
        (
            "SELECT list_filter([1, 2], x -> x > 1)",
            "SELECT list_filter([1, 2], lambda x: x > 1)",
        ),
        ("SELECT name FROM city;", "SELECT name FROM city"),
        ("/* all */ SELECT name -- of them\nFROM city", "SELECT name FROM city"),
    ],
)
def test_slips_into_other_dialects(sql: str, same: str, database: Sandbox) -> None:
    checked = validate(sql, SCHEMA)
    assert checked.ok
    assert database.run(checked.sql).rows == database.run(same).rows


def test_what_runs_is_one_line_without_comments() -> None:
    checked = validate("SELECT name -- of '\n/* ; */ FROM city", SCHEMA)
    assert checked.sql == "SELECT name FROM city"


BAD = {
    "empty": ("", "There is no statement."),
    "blank": (" \n\t ", "There is no statement."),
    "comment": ("-- SELECT 1", "There is no statement."),
    "semicolons": (";;;", "There is no statement."),
    "long": ("SELECT " + "1" * (MAX_CHARS - 6), "20,001 characters; the most is 20,000"),
    "very long": ("SELECT 1 " * 1_000_000, "9,000,000 characters"),
    "brackets": ("(" * 10_000, "nested too deeply; the most is 30 brackets"),
    "closed brackets": ("(" * 9_000 + "1" + ")" * 9_000, "nested too deeply"),
    "words": ("SELECT " + "1," * 5_000 + "1", "words and signs; the most is 8,000"),
    "sum": ("SELECT " + "+".join(["1"] * 2_000), "chains too many operators"),
    "conditions": (
        "SELECT id FROM city WHERE " + " OR ".join(["id = 1"] * 1_000),
        "chains too many operators",
    ),
    "set operations": (" UNION ALL ".join(["SELECT 1"] * 500), "chains too many operators"),
    "not": ("SELECT " + "NOT " * 4_000 + "true", "nested too deeply"),
    "cases": ("SELECT " + "CASE WHEN true THEN " * 700 + "1" + " END" * 700, "nested too deeply"),
    "subscripts": ("SELECT id" + "[1]" * 2_000 + " FROM city", "lists and subscripts"),
    "calls": ("SELECT id" + ".abs()" * 1_500 + " FROM city", "1,499 calls behind one another"),
    "tables": ("SELECT 1 FROM city" + ", city" * 2_000, "names 2001 tables"),
    "unknown columns": ("SELECT " + ",".join(f"x{i}" for i in range(3_000)) + " FROM city", '"x0"'),
    "unknown column": ("SELECT " + ",".join(["nam"] * 3_000) + " FROM city", 'column "nam"'),
    "quote": ("SELECT 'abc", "A quote or a comment is opened and not closed."),
    "prose": ("I can not answer that question.", "understood"),
    "no end": ("SELECT name FROM", 'understood at "FROM"'),
    "no bracket": ("SELECT count(name FROM city", 'Expected ) at "FROM".'),
    "template": ("SELECT {% raw %} FROM city", "understood"),
    "nul": ("SELECT name\0FROM city", "There is no table in this query"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str) -> None:
    sql, expected = BAD[name]
    began = time.process_time()
    checked = validate(sql, SCHEMA)
    assert time.process_time() - began < 2
    assert not checked.ok
    assert expected in checked.problems[0].message
    assert len(checked.problems) <= 20


def test_many_columns_are_no_burden() -> None:
    sql = "SELECT " + ", ".join(["id"] * 3_900) + " FROM city WHERE id IN (1)"
    began = time.process_time()
    assert validate(sql, SCHEMA).ok
    assert time.process_time() - began < 2


def test_where_a_statement_breaks() -> None:
    problem = validate("SELECT name\nFROM city\nWHERE (id = 1 ORDER BY name", SCHEMA).problems[0]
    assert (problem.stage, problem.line, problem.column) == ("parse", 3, 15)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("", "There is no question."),
        ("  \n ", "There is no question."),
        ("why " * 25_000, "99,999 characters; the most is 2,000"),
    ],
)
def test_bad_questions(question: str, expected: str, pasted: Database, fake_generator: Any) -> None:
    began = time.process_time()
    with pytest.raises(QuestionError, match=expected):
        Engine(fake_generator("SELECT 1")).ask(question, pasted)
    assert time.process_time() - began < 2


def test_a_bad_statement_is_an_answer_and_the_next_works(
    pasted: Database, fake_generator: Any
) -> None:
    engine = Engine(fake_generator("SELECT 1"))
    for name in ("empty", "long", "brackets", "quote", "prose", "nul", "unknown column"):
        answer = engine.run(BAD[name][0], pasted)
        assert answer.result is None
        assert answer.error
    assert engine.run("SELECT count(*) AS n FROM t", pasted).result is not None
