"""Things are counted once each where the question asks for them."""

import pytest

from text2sql.repair.counted import counted_as_asked
from text2sql.schema import parse_schema

SCHEMA = parse_schema(
    "CREATE TABLE purchases (purchase_id INT PRIMARY KEY, customer_id INT, product_name TEXT);"
    "CREATE TABLE customers (customer_id INT PRIMARY KEY, city_id INT);"
    "CREATE TABLE party_events (event_id INT, party_id INT);"
    "CREATE TABLE cards (card_id INT PRIMARY KEY, customer_id INT UNIQUE)"
)
COUNT = "SELECT COUNT(*) FROM purchases"


@pytest.mark.parametrize(
    ("question", "sql", "after"),
    [
        ("How many customers bought eggs?", COUNT, "SELECT COUNT(DISTINCT customer_id)"),
        ("How many different customers are there?", COUNT, "SELECT COUNT(DISTINCT customer_id)"),
        (
            "How many cities?",
            "SELECT COUNT(*) AS n FROM customers",
            "SELECT COUNT(DISTINCT city_id)",
        ),
    ],
)
def test_each_is_counted_once(question: str, sql: str, after: str) -> None:
    mended, (repair,) = counted_as_asked(sql, question, SCHEMA)
    assert mended.startswith(after)
    assert mended.endswith(sql.removeprefix("SELECT COUNT(*)"))
    assert repair.rule == "counted_as_asked" and "more than once" in repair.message


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many purchases are there?", COUNT),
        ("How many eggs were bought?", COUNT),
        ("Count the customers.", COUNT),
        ("How many events are there?", "SELECT COUNT(*) FROM party_events"),
        ("How many customers have a card?", "SELECT COUNT(*) FROM cards"),
        ("How many customers?", "SELECT COUNT(*) FROM customers"),
        ("How many customers by product?", f"{COUNT} GROUP BY product_name"),
        ("How many customers?", "SELECT COUNT(*), 1 FROM purchases"),
        ("How many customers?", "SELECT COUNT(customer_id) FROM purchases"),
        ("How many customers?", f"{COUNT} AS p JOIN customers AS c USING (customer_id)"),
        ("How many customers?", "SELECT COUNT(*) FROM elsewhere"),
        ("How many customers?", "no SQL ("),
    ],
)
def test_all_else_stays(question: str, sql: str) -> None:
    assert counted_as_asked(sql, question, SCHEMA) == (sql, ())
