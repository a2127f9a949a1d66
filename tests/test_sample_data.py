"""Made-up rows keep every key and condition of a real DuckDB, and answer what is asked."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.made_up import ARTICLE, PURCHASES, SHOP, assert_joined, load
from text2sql.database import database_from_schema
from text2sql.sample_data import TODAY, sample_rows
from text2sql.schema import Column, ForeignKey, Schema, Table, parse_schema

FIXTURES = Path(__file__).parent / "fixtures" / "ddl"
ROOT = Path(__file__).parent.parent
TRICKY = {
    "every type": """CREATE TABLE every_type (id BIGINT PRIMARY KEY, a TINYINT NOT NULL,
        b SMALLINT NOT NULL, c HUGEINT NOT NULL, d UTINYINT NOT NULL, e DECIMAL(4,2) NOT NULL,
        f DECIMAL(18,6) NOT NULL, g REAL NOT NULL, h DOUBLE NOT NULL, i VARCHAR(2) NOT NULL,
        j CHAR(1) NOT NULL, k DATE NOT NULL, l TIMESTAMP NOT NULL, m TIME NOT NULL,
        n TIMESTAMP WITH TIME ZONE NOT NULL, o BOOLEAN NOT NULL, p UUID NOT NULL, q BLOB NOT NULL,
        r INTERVAL NOT NULL, s JSON NOT NULL, t INTEGER[] NOT NULL, u VARCHAR[] NOT NULL,
        v DECIMAL(38,10) NOT NULL, x DECIMAL(2,2) NOT NULL, year SMALLINT NOT NULL,
        price TINYINT NOT NULL, c1 STRUCT(x INTEGER, y VARCHAR) NOT NULL,
        c2 MAP(VARCHAR, INTEGER) NOT NULL, latitude TINYINT NOT NULL, salary SMALLINT NOT NULL)""",
    "reference to itself within a key": """CREATE TABLE emp (company INT, id INT, boss INT,
        name VARCHAR NOT NULL, PRIMARY KEY (company, id),
        FOREIGN KEY (company, boss) REFERENCES emp (company, id))""",
    "forest": """CREATE TABLE employees (id INT PRIMARY KEY, name VARCHAR NOT NULL,
        manager_id INT REFERENCES employees (id))""",
    "circle": """CREATE TABLE dept (id INT PRIMARY KEY, name VARCHAR(20) UNIQUE NOT NULL,
        head_id INT, FOREIGN KEY (head_id) REFERENCES emp (id));
        CREATE TABLE emp (id INT PRIMARY KEY, dept_id INT NOT NULL REFERENCES dept (id),
        name VARCHAR(10) NOT NULL);""",
    "checks": r"""CREATE TABLE orders (id INT PRIMARY KEY, status VARCHAR(10) NOT NULL
        CHECK (status IN ('new', 'paid', 'sent')), qty INT NOT NULL CHECK (qty > 0 AND qty <= 12),
        discount DECIMAL(4,2) CHECK (discount BETWEEN 0.1 AND 0.5), price DECIMAL(10,2) NOT NULL,
        net DECIMAL(10,2) NOT NULL, tax DECIMAL(10,2) NOT NULL, ordered DATE NOT NULL,
        shipped DATE, low INT NOT NULL, high INT NOT NULL, year INT CHECK (year >= 2100),
        code VARCHAR(8) NOT NULL CHECK (length(code) >= 5), size INT CHECK (size = 3 OR size = 5),
        email VARCHAR(60) CHECK (email LIKE '%@%'), rate DOUBLE CHECK (rate >= 0 AND rate < 1),
        sku VARCHAR(12) NOT NULL CHECK (sku LIKE 'SKU-%'),
        CHECK (shipped IS NULL OR shipped >= ordered), CHECK (low < high),
        CHECK (net + tax = price), CHECK (status <> 'new' OR shipped IS NULL),
        CHECK (regexp_matches(code, '^[A-Z]{2}[0-9]{4}$')))""",
    "keys of keys": """CREATE TABLE a (id INT PRIMARY KEY);
        CREATE TABLE b (code VARCHAR(3) PRIMARY KEY, label VARCHAR NOT NULL);
        CREATE TABLE ab (a_id INT REFERENCES a (id), b_code VARCHAR(3) REFERENCES b (code),
            since DATE NOT NULL, PRIMARY KEY (a_id, b_code));
        CREATE TABLE abx (a_id INT, b_code VARCHAR(3), n INT, PRIMARY KEY (a_id, b_code, n),
            FOREIGN KEY (a_id, b_code) REFERENCES ab (a_id, b_code),
            FOREIGN KEY (a_id) REFERENCES a (id));
        CREATE TABLE a1 (id INT PRIMARY KEY REFERENCES a (id), x VARCHAR);""",
    "little room": """CREATE TABLE f (flag BOOLEAN PRIMARY KEY);
        CREATE TABLE h (p TINYINT PRIMARY KEY, q DATE UNIQUE, r DECIMAL(2,1) UNIQUE, u UUID UNIQUE,
            t TIME UNIQUE, ts TIMESTAMP UNIQUE, em VARCHAR(12) UNIQUE, UNIQUE (p, q));""",
    "odd names": """CREATE TABLE "order" ("select" INT PRIMARY KEY, "From" DATE, "a b" VARCHAR,
        "Üñ" INT NOT NULL, "" VARCHAR);""".replace(', "" VARCHAR', ""),
}


def fixtures() -> list[Path]:
    """The DDL fixtures that are meant to be read."""
    found = sorted(path for path in FIXTURES.rglob("*.sql") if "broken" not in str(path))
    return found


@pytest.mark.parametrize("ddl", TRICKY.values(), ids=TRICKY.keys())
@pytest.mark.parametrize("seed", [0, 1])
def test_rows_keep_every_constraint(ddl: str, seed: int) -> None:
    schema = parse_schema(ddl)
    rows = sample_rows(schema, seed=seed)
    connection = load(schema, rows)
    assert_joined(connection, schema)
    for table in schema.tables:
        assert len(rows[table.name]) >= 2, table.name


@pytest.mark.parametrize("path", fixtures(), ids=lambda path: path.stem)
def test_rows_of_every_ddl_fixture_keep_their_keys(path: Path) -> None:
    schema = parse_schema(path.read_text(encoding="utf-8"))
    rows = sample_rows(schema, question=ARTICLE, rows=24)
    assert_joined(load(schema, rows), schema)
    assert all(rows[table.name] for table in schema.tables)


def test_lengths_are_kept_where_the_type_tells_them() -> None:
    words = "name code city email phone country status description url first_name".split()
    columns = tuple(
        Column(f"{w}{n}", f"VARCHAR({n})", nullable=False) for w in words for n in (1, 2, 5, 12)
    )
    table = Table("things", columns, unique=(("email12",), ("name2",), ("code1",)))
    rows = sample_rows(Schema((table,)))["things"]
    assert len(rows) > 20
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            assert 0 < len(str(value)) <= int(column.type[8:-1]), column.name


def test_values_of_a_row_fit_each_other() -> None:
    schema = parse_schema(SHOP + "CREATE TABLE stays (id INT, check_in DATE, check_out DATE, "
                          "created_at TIMESTAMP, updated_at TIMESTAMP, quantity INT, "
                          "price DECIMAL(8,2), total DECIMAL(10,2))")  # fmt: skip
    made = sample_rows(schema)
    for _, first, last, email, city, country, age, _ in made["customers"]:
        assert str(email).startswith(f"{first}.{last}".lower().replace("'", ""))
        assert isinstance(age, int) and 16 <= age <= 80
        if city == "Berlin":
            assert country == "Germany"
    for _, arrival, departure, created, updated, quantity, price, total in made["stays"]:
        assert departure is None or arrival <= departure  # type: ignore[operator]
        assert updated is None or created <= updated  # type: ignore[operator]
        assert total == quantity * price  # type: ignore[operator]


def test_dates_lie_in_the_two_years_before_today() -> None:
    days = [row[3] for row in sample_rows(parse_schema(PURCHASES))["purchases"]]
    assert all(TODAY - timedelta(days=731) <= day < TODAY for day in days)  # type: ignore[operator]
    past = sample_rows(parse_schema(PURCHASES), today=date(2020, 1, 1))["purchases"]
    assert max(row[3] for row in past) < date(2020, 1, 1)  # type: ignore[type-var]


def test_some_parents_have_many_children_and_some_none() -> None:
    made = sample_rows(parse_schema(SHOP))
    children = Counter(row[1] for row in made["purchases"])
    assert max(children.values()) >= 4
    assert len(children) < len(made["customers"])


def test_a_forest_has_roots_and_depth() -> None:
    rows = sample_rows(parse_schema(TRICKY["forest"]))["employees"]
    parents = {row[0]: row[2] for row in rows}
    assert any(boss is None for boss in parents.values())
    assert any(boss and parents[boss] for boss in parents.values())


def test_parents_stand_before_their_children() -> None:
    schema = parse_schema(SHOP)
    turned = Schema(schema.tables[::-1])
    assert list(sample_rows(turned)) == ["products", "customers", "purchases"]


def test_each_seed_has_its_own_rows() -> None:
    schema = parse_schema(SHOP)
    assert sample_rows(schema, seed=3) == sample_rows(schema, seed=3)
    first, second = (sample_rows(schema, seed=seed)["customers"] for seed in (3, 4))
    assert {row[3] for row in first}.isdisjoint({row[3] for row in second})


def test_rows_are_the_same_in_another_process() -> None:
    script = (
        "from tests.test_sample_data import SHOP, ARTICLE, digest; print(digest(SHOP, ARTICLE))"
    )
    digests = {digest(SHOP, ARTICLE)}
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        digests.add(done.stdout.strip())
    assert len(digests) == 1


def digest(ddl: str, question: str) -> str:
    rows = sample_rows(parse_schema(ddl), question=question, seed=5)
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def test_a_made_up_database_answers_through_the_sandbox() -> None:
    schema = parse_schema(SHOP + ";" + TRICKY["every type"])
    database = database_from_schema(schema, question=ARTICLE)
    try:
        result = database.run(
            "SELECT count(DISTINCT customer_id) FROM purchases JOIN products USING (product_id) "
            "WHERE name = 'eggs' AND EXTRACT(MONTH FROM purchase_date) = 11"
        )
        assert result.rows[0][0] > 0
        assert database.made_up
        types = database.run("SELECT count(*), count(c1), count(c2) FROM every_type").rows[0]
        assert len(set(types)) == 1 and types[0] > 20
    finally:
        database.close()


@pytest.mark.parametrize(
    "question",
    ["", " ", "?" * 50, "'", '"unclosed', "a" * 100_000, "WHERE IS BERLIN", "0 1 2,3 4.5 -6 1e9",
     "between 5 and", "on February 31, 2025 or 2025-13-45", "\x00\u202e🥚 in 'Zürich'",
     "after 1800 before 2099 between 2010 and 2005", "more than 99999999999999999999 eggs",
     "'; DROP TABLE purchases; --", "%_%" * 40, "May I march in May?"],
)  # fmt: skip
def test_any_question_is_taken(question: str) -> None:
    schema = parse_schema(SHOP)
    started = time.monotonic()
    load(schema, sample_rows(schema, question=question))
    assert time.monotonic() - started < 3


def test_ten_tables_take_well_under_a_second_and_a_hundred_few() -> None:
    def wide(count: int) -> Schema:
        columns = (
            "id INT PRIMARY KEY, first_name TEXT, last_name TEXT, email TEXT UNIQUE, city TEXT, "
            "status TEXT, price DECIMAL(8,2), created_at TIMESTAMP, note TEXT"
        )
        keys = [f", t{n // 2}_id INT REFERENCES t{n // 2} (id)" if n else "" for n in range(count)]
        return parse_schema(
            ";".join(f"CREATE TABLE t{n} ({columns}{k})" for n, k in enumerate(keys))
        )

    for count, seconds in ((10, 2.0), (100, 6.0)):  # on a busy machine
        schema = wide(count)
        started = time.monotonic()
        made = sample_rows(schema, question=ARTICLE)
        assert time.monotonic() - started < seconds
        assert all(len(rows) >= 8 for rows in made.values())


TYPES = (
    "INTEGER BIGINT SMALLINT TINYINT DECIMAL(6,2) DOUBLE VARCHAR VARCHAR(8) DATE TIMESTAMP TIME "
    "BOOLEAN UUID BLOB INTERVAL JSON INTEGER[]"
).split()
KEY_TYPES = "INTEGER BIGINT VARCHAR VARCHAR(8) DATE UUID DECIMAL(6,2) TINYINT".split()
NAMES = (
    "name title price quantity created_at city email status code year note first_name is_active "
    "customer_id amount rating weight xyz"
).split()


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    """Small schemas: keys of one or two columns, foreign keys to any table, even their own."""
    count = draw(st.integers(1, 4))
    key_types = [
        [draw(st.sampled_from(KEY_TYPES)) for _ in range(draw(st.integers(1, 2)))]
        for _ in range(count)
    ]
    tables = []
    for number in range(count):
        columns = [Column(f"key{n}", t, False) for n, t in enumerate(key_types[number])]
        names = draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True))
        columns += [Column(n, draw(st.sampled_from(TYPES)), draw(st.booleans())) for n in names]
        unique = tuple((n,) for n in names if draw(st.integers(0, 4)) == 0)
        foreign = []
        for order in range(draw(st.integers(0, 2))):
            target = draw(st.integers(0, count - 1))
            # A key that must not be NULL can only lead to a table that stands before.
            nullable = target >= number or draw(st.booleans())
            own = tuple(f"ref{order}_{n}" for n in range(len(key_types[target])))
            columns += [Column(n, t, nullable) for n, t in zip(own, key_types[target], strict=True)]
            references = tuple(f"key{n}" for n in range(len(own)))
            foreign.append(ForeignKey(own, f"table{target}", references))
        key = tuple(f"key{n}" for n in range(len(key_types[number])))
        tables.append(Table(f"table{number}", tuple(columns), key, unique, tuple(foreign)))
    return Schema(tuple(tables))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(schema=schemas(), seed=st.integers(0, 3), question=st.sampled_from(["", ARTICLE]))
def test_any_schema_gets_rows_that_keep_it(schema: Schema, seed: int, question: str) -> None:
    rows = sample_rows(schema, seed=seed, question=question, rows=12)
    for table in schema.tables:
        own = rows[table.name]
        place = {column.name: n for n, column in enumerate(table.columns)}
        for column in table.columns:
            if not column.nullable:
                assert all(row[place[column.name]] is not None for row in own)
        for names in (table.primary_key, *table.unique):
            values = [tuple(row[place[n]] for n in names) for row in own]
            given = [repr(value) for value in values if None not in value]
            assert len(set(given)) == len(given), (table.name, names)
        for key in table.foreign_keys:
            target = schema.table(key.table)
            assert target is not None
            there = {c.name: n for n, c in enumerate(target.columns)}
            known = {tuple(row[there[n]] for n in key.references) for row in rows[target.name]}
            used = {tuple(row[place[n]] for n in key.columns) for row in own}
            assert {value for value in used if None not in value} <= known, (table.name, key)
