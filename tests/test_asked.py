"""What only the question can tell is put right: months, days, and things counted once each."""

import pytest

from text2sql.repair.asked import as_asked
from text2sql.schema import parse_schema

SCHEMA = parse_schema(
    "CREATE TABLE purchases (purchase_id INT PRIMARY KEY, customer_id INT, product_name TEXT);"
    "CREATE TABLE customers (customer_id INT PRIMARY KEY, city_id INT, "
    "lives INT REFERENCES city (id));"
    "CREATE TABLE party_events (event_id INT, party_id INT);"
    "CREATE TABLE city (id INT PRIMARY KEY, name TEXT);"
    "CREATE TABLE mayors (mayor_id INT PRIMARY KEY, rules INT UNIQUE REFERENCES city (id));"
    "CREATE TABLE staff (staff_id INT PRIMARY KEY, manager_id INT REFERENCES staff (staff_id));"
    "CREATE TABLE cards (card_id INT PRIMARY KEY, customer_id INT UNIQUE)"
)
COUNT = "SELECT COUNT(*) FROM purchases"
MONTH = "SELECT 1 FROM t WHERE EXTRACT(MONTH FROM d) ="


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
        (
            "How many customers bought eggs?",
            f"{COUNT} AS p JOIN customers AS c USING (customer_id)",
            "SELECT COUNT(DISTINCT c.customer_id)",
        ),
        (
            "How many cities have customers?",
            "SELECT COUNT(*) FROM customers JOIN city ON lives = id WHERE id > 1",
            "SELECT COUNT(DISTINCT city.id)",
        ),
    ],
)
def test_each_is_counted_once(question: str, sql: str, after: str) -> None:
    mended, (repair,) = as_asked(sql, question, SCHEMA)
    assert mended.startswith(after)
    assert mended.endswith(sql.removeprefix("SELECT COUNT(*)"))
    assert repair.rule == "counted" and "more than once" in repair.message


@pytest.mark.parametrize(
    ("question", "sql", "after"),
    [
        ("Who came in November?", f"{MONTH} 10", f"{MONTH} 11"),
        ("Who came in May?", f"{MONTH} 6", f"{MONTH} 5"),
        ("Who came in March?", "SELECT 1 FROM t WHERE MONTH(d) = 2", "= 3"),
        ("Who came in June?", f"{MONTH} 6 AND EXTRACT(DAY FROM d) = 1", f"{MONTH} 6"),
        ("Who came in June?", f"{MONTH} 7 AND EXTRACT(DAY FROM d) = 1 AND a = 2", "6 AND a = 2"),
        (
            "Who came in June?",
            f"{MONTH} 6 AND EXTRACT(YEAR FROM d) = 2020 AND a = 2",
            "6 AND a = 2",
        ),
        (
            "Who came in June?",
            "SELECT 1 FROM t WHERE YEAR(d) = 2020 AND MONTH(d) = 6",
            "WHERE MONTH(d) = 6",
        ),
        (
            "Who came in June?",
            f"{MONTH} 6 AND EXTRACT(YEAR FROM d) % 4 = 0 AND a = 2",
            "6 AND a = 2",
        ),
        ("Who came in June?", f"{MONTH} 6 AND EXTRACT(YEAR FROM d) >= 2019", f"{MONTH} 6"),
    ],
)
def test_the_month_is_the_one_named_and_no_day_or_year_is_invented(
    question: str, sql: str, after: str
) -> None:
    mended, (repair,) = as_asked(sql, question, SCHEMA)
    assert mended.endswith(after)
    assert repair.rule == "calendar" and (repair.before, repair.after) == (sql, mended)


def test_both_slips_are_told_one_by_one() -> None:
    sql = f"{COUNT} WHERE EXTRACT(MONTH FROM d) = 10"
    mended, repairs = as_asked(sql, "How many customers came in November?", SCHEMA)
    assert mended == "SELECT COUNT(DISTINCT customer_id) FROM purchases " + (
        "WHERE EXTRACT(MONTH FROM d) = 11"
    )
    assert [one.rule for one in repairs] == ["calendar", "counted"]
    assert repairs[0].after == repairs[1].before


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
        ("How many purchases?", f"{COUNT} AS p JOIN customers AS c USING (customer_id)"),
        ("How many cities?", "SELECT COUNT(*) FROM city JOIN mayors ON mayors.rules = city.id"),
        ("How many cities?", "SELECT COUNT(*) FROM city JOIN (SELECT 1) AS x ON true"),
        ("How many cities?", "SELECT COUNT(*) FROM city JOIN city AS c ON true"),
        ("How many customers?", "SELECT COUNT(*) FROM (SELECT product_name FROM purchases)"),
        ("How many customers?", "SELECT COUNT(*) FROM elsewhere"),
        ("How many customers?", "no SQL ("),
        ("How many customer purchases are there?", COUNT),
        ("How many customers' purchases are there?", COUNT),
        ("How many managers are there?", "SELECT COUNT(*) FROM staff"),
        ("How many in November or Dec?", f"{MONTH} 11 OR EXTRACT(MONTH FROM d) = 12"),
        ("How many in November?", f"{MONTH} 10 OR EXTRACT(MONTH FROM d) = 11"),
        ("Who came the month after January?", f"{MONTH} 2"),
        ("May I see who came in month 10?", f"{MONTH} 10"),
        ("Who came on the fifth of June?", f"{MONTH} 6 AND EXTRACT(DAY FROM d) = 5"),
        ("Who came in the second half of June?", f"{MONTH} 6 AND EXTRACT(DAY FROM d) > 15"),
        ("Who came in June after the 15th?", f"{MONTH} 6 AND EXTRACT(DAY FROM d) >= 16"),
        ("Who came on Christmas in December?", f"{MONTH} 12 AND EXTRACT(DAY FROM d) = 25"),
        ("Who came the previous June?", f"{MONTH} 6 AND EXTRACT(YEAR FROM d) = 2025"),
        ("Who came in June or July?", f"{MONTH} 1"),
        ("Who may come?", f"{MONTH} 1"),
        ("Who came on the 1st of June?", f"{MONTH} 6 AND EXTRACT(DAY FROM d) = 1"),
        ("Who came in June?", f"{MONTH} 6"),
        ("Who came in June 2020?", f"{MONTH} 6 AND EXTRACT(YEAR FROM d) = 2020"),
        ("Who came in June?", f"{MONTH} 6 AND EXTRACT(YEAR FROM d) = a"),
        ("Who came in June?", f"{MONTH} 6 AND EXTRACT(YEAR FROM d) = EXTRACT(YEAR FROM NOW())"),
        ("Who came in June?", f"{MONTH} 6 AND a % 4 = 0"),
        ("Who came last June?", f"{MONTH} 6 AND EXTRACT(YEAR FROM d) = 2025"),
        ("Who came in June of the year before?", f"{MONTH} 6 AND EXTRACT(YEAR FROM d) = 2024"),
        ("Who came in June '24?", f"{MONTH} 6 AND EXTRACT(YEAR FROM d) = 2024"),
        ("Who came?", f"{MONTH} 6 AND EXTRACT(YEAR FROM d) = 2024"),
    ],
)
def test_all_else_stays(question: str, sql: str) -> None:
    assert as_asked(sql, question, SCHEMA) == (sql, ())
