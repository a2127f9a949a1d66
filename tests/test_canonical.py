"""The short form: one way to write a statement, with the same rows on a real database."""

from __future__ import annotations

import doctest
from collections.abc import Iterator

import pytest
from sqlglot.errors import OptimizeError

from finetune import canonical as module
from finetune.canonical import canonical
from text2sql.database import Database, database_from_schema
from text2sql.schema import parse_schema

SCHEMA = parse_schema(
    "CREATE TABLE Singer (Singer_ID INTEGER PRIMARY KEY, Name VARCHAR, Age INTEGER, "
    "Country VARCHAR);"
    "CREATE TABLE concert (concert_id INTEGER PRIMARY KEY, singer_id INTEGER REFERENCES "
    "Singer (Singer_ID), name VARCHAR, year INTEGER, seats INTEGER);"
)
PAIRS = [
    ("select T1.NAME from singer as T1 where T1.AGE > 3", "SELECT Name FROM Singer WHERE Age > 3"),
    (
        "SELECT s.Age FROM Singer s ORDER BY s.Age ASC NULLS FIRST",
        "SELECT Age FROM Singer ORDER BY Age",
    ),
    (
        "SELECT Age FROM Singer ORDER BY Age DESC NULLS LAST",
        "SELECT Age FROM Singer ORDER BY Age DESC",
    ),
    (
        "SELECT T1.year, T2.Age FROM concert AS T1 INNER JOIN Singer AS T2 "
        "ON T1.singer_id = T2.Singer_ID",
        "SELECT year, Age FROM concert JOIN Singer ON concert.singer_id = Singer.Singer_ID",
    ),
    (
        "SELECT T1.name, T2.Name FROM concert T1 JOIN Singer T2 ON T1.singer_id = T2.Singer_ID",
        "SELECT concert.name, Singer.Name FROM concert JOIN Singer "
        "ON concert.singer_id = Singer.Singer_ID",
    ),
    (
        "SELECT * FROM Singer WHERE NOT Age IN (30, 40)",
        "SELECT * FROM Singer WHERE Age NOT IN (30, 40)",
    ),
    (
        "SELECT * FROM Singer WHERE NOT Name ILIKE 'a%'",
        "SELECT * FROM Singer WHERE Name NOT ILIKE 'a%'",
    ),
    (
        "SELECT a.Name FROM Singer a JOIN Singer b ON a.Age = b.Age "
        "WHERE a.Singer_ID < b.Singer_ID",
        "SELECT a.Name FROM Singer AS a JOIN Singer AS b ON a.Age = b.Age "
        "WHERE a.Singer_ID < b.Singer_ID",
    ),
    (
        "SELECT s.Name FROM Singer AS s WHERE s.Age > (SELECT AVG(c.seats) FROM concert AS c "
        "WHERE c.year > s.Age)",
        "SELECT Name FROM Singer AS s WHERE Age > (SELECT AVG(c.seats) FROM concert AS c "
        "WHERE c.year > Age)",
    ),
    (
        "SELECT Country, COUNT(*) FROM Singer AS t GROUP BY t.Country HAVING COUNT(*) > 1",
        "SELECT Country, COUNT(*) FROM Singer GROUP BY Country HAVING COUNT(*) > 1",
    ),
]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    found = database_from_schema(SCHEMA)
    yield found
    found.close()


@pytest.mark.parametrize(("long", "short"), PAIRS)
def test_the_short_form(long: str, short: str, database: Database) -> None:
    assert canonical(long, SCHEMA) == short
    assert canonical(short, SCHEMA) == short, "shortening twice changes nothing"
    rows = sorted(map(repr, database.run(long).rows))
    assert sorted(map(repr, database.run(short).rows)) == rows


def test_a_qualifier_that_means_the_outer_query_stays() -> None:
    sql = (
        "SELECT Name FROM Singer AS s WHERE EXISTS (SELECT 1 FROM concert AS c "
        "WHERE c.singer_id = s.Singer_ID)"
    )
    with pytest.raises(OptimizeError):
        canonical(sql, SCHEMA)


def test_doctests() -> None:
    assert doctest.testmod(module).failed == 0
