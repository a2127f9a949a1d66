"""What a question names is among the made-up rows, and little else changes for it."""

from __future__ import annotations

import pytest

from tests.made_up import ARTICLE, PURCHASES, SHOP, answer
from text2sql.sample_data import sample_rows
from text2sql.schema import parse_schema


@pytest.mark.parametrize(
    ("ddl", "question", "sql"),
    [
        (
            PURCHASES,
            ARTICLE,
            "SELECT count(DISTINCT customer_id) FROM purchases "
            "WHERE product_name = 'eggs' AND EXTRACT(MONTH FROM purchase_date) = 11",
        ),
        (
            SHOP,
            ARTICLE,
            "SELECT count(DISTINCT customer_id) FROM purchases JOIN products USING (product_id) "
            "WHERE name = 'eggs' AND month(purchase_date) = 11",
        ),
        (
            SHOP,
            "Which customers from Berlin older than 30 bought 'blue jeans' in May 2026?",
            "SELECT count(DISTINCT c.customer_id) FROM customers c JOIN purchases USING "
            "(customer_id) JOIN products p USING (product_id) WHERE c.city = 'Berlin' AND age > 30 "
            "AND p.name = 'blue jeans' AND strftime(purchase_date, '%Y-%m') = '2026-05'",
        ),
        (
            SHOP,
            "How many delivered orders did Alice Smith place?",
            "SELECT count(*) FROM purchases JOIN customers USING (customer_id) WHERE "
            "first_name = 'Alice' AND last_name = 'Smith' AND status = 'delivered'",
        ),
        (
            SHOP,
            "Which customers bought both milk and bread?",
            "SELECT count(*) FROM (SELECT customer_id FROM purchases JOIN products USING "
            "(product_id) WHERE name = 'milk' INTERSECT SELECT customer_id FROM purchases "
            "JOIN products USING (product_id) WHERE name = 'bread')",
        ),
        (
            SHOP,
            "List products that were never purchased",
            "SELECT count(*) FROM products WHERE product_id NOT IN "
            "(SELECT product_id FROM purchases)",
        ),
        (
            SHOP,
            "What did customers aged between 40 and 50 in Lyon or Madrid buy on Mondays?",
            "SELECT count(DISTINCT city) - 1 FROM purchases JOIN customers USING (customer_id) "
            "WHERE age BETWEEN 40 AND 50 AND city IN ('Lyon', 'Madrid') "
            "AND isodow(purchase_date) = 1",
        ),
        (
            "CREATE TABLE staff (id INT, name TEXT, gender TEXT, salary INT, dept TEXT, "
            "hired DATE, is_manager BOOLEAN)",
            "How many female managers hired after 2022 earn more than $95,000?",
            "SELECT count(*) FROM staff WHERE gender = 'Female' AND salary > 95000 "
            "AND year(hired) > 2022 AND is_manager",
        ),
        (
            "CREATE TABLE films (title TEXT, year INT, director TEXT, rating DOUBLE, genre TEXT)",
            "Which horror films by Jane Campion from 1994 have a rating above 7.5?",
            "SELECT count(*) FROM films WHERE lower(genre) = 'horror' AND year = 1994 "
            "AND director = 'Jane Campion' AND rating > 7.5",
        ),
        (
            "CREATE TABLE flights (no TEXT, origin TEXT, destination TEXT, departure TIMESTAMP)",
            "Flights from Oslo to Rome on October 5, 2026",
            "SELECT count(*) FROM flights WHERE origin = 'Oslo' AND destination = 'Rome' "
            "AND departure::DATE = DATE '2026-10-05'",
        ),
        (
            "CREATE TABLE wp_posts (ID INT PRIMARY KEY, post_title TEXT, post_date DATETIME); "
            "CREATE TABLE wp_comments (comment_ID INT PRIMARY KEY, comment_post_ID INT, "
            "comment_author TEXT)",
            "How many comments does the post 'Hello world' have?",
            "SELECT count(*) FROM wp_posts JOIN wp_comments ON ID = comment_post_ID "
            "WHERE post_title = 'Hello world'",
        ),
    ],
)
@pytest.mark.parametrize("seed", [0, 7])
def test_what_a_question_names_is_there(ddl: str, question: str, sql: str, seed: int) -> None:
    ((count,),) = answer(ddl, question, sql, seed=seed)
    assert count > 0


@pytest.mark.parametrize(
    ("product", "text"),
    [("product", "TEXT"), ("item", "VARCHAR(50)"), ("product_name", "TEXT"), ("ItemName", "TEXT")],
)
@pytest.mark.parametrize("day", ["DATE", "TIMESTAMP", "TEXT"])
@pytest.mark.parametrize("when", ["purchase_date", "date", "bought_at"])
def test_the_article_is_answered_however_one_table_is_spelled(
    product: str, text: str, day: str, when: str
) -> None:
    ddl = (
        f"CREATE TABLE purchases (id INT PRIMARY KEY, customer_id INT, {product} {text}, "
        f"{when} {day}, quantity INT)"
    )
    sql = (
        f"SELECT count(DISTINCT customer_id) FROM purchases "
        f"WHERE {product} = 'eggs' AND month(CAST({when} AS DATE)) = 11"
    )
    ((customers,),) = answer(ddl, ARTICLE, sql)
    assert customers >= 2


@pytest.mark.parametrize(
    ("ddl", "sql"),
    [
        (
            "CREATE TABLE Customers (CustomerID INT, CustomerName VARCHAR(50)); "
            "CREATE TABLE Products (ProductID INT, ProductName VARCHAR(50)); "
            "CREATE TABLE Purchases (PurchaseID INT, CustomerID INT, ProductID INT, "
            "PurchaseDate DATETIME)",  # no key is declared
            "SELECT count(DISTINCT CustomerID) FROM Purchases JOIN Products USING (ProductID) "
            "WHERE ProductName = 'eggs' AND month(PurchaseDate) = 11",
        ),
        (
            "CREATE TABLE customers (customer_id SERIAL PRIMARY KEY, full_name TEXT NOT NULL); "
            "CREATE TABLE orders (order_id SERIAL PRIMARY KEY, customer_id INT NOT NULL "
            "REFERENCES customers, ordered_at TIMESTAMPTZ NOT NULL DEFAULT now()); "
            "CREATE TABLE items (item_id SERIAL PRIMARY KEY, title TEXT NOT NULL); "
            "CREATE TABLE order_items (order_id INT REFERENCES orders, item_id INT "
            "REFERENCES items, qty INT, PRIMARY KEY (order_id, item_id))",
            "SELECT count(DISTINCT customer_id) FROM orders JOIN order_items USING (order_id) "
            "JOIN items USING (item_id) WHERE title = 'eggs' AND month(ordered_at) = 11",
        ),
        (
            "CREATE TABLE customers (id INT PRIMARY KEY, name TEXT); CREATE TABLE product "
            "(product_id INT PRIMARY KEY, product_name TEXT, category TEXT); CREATE TABLE purchase "
            "(id INT PRIMARY KEY, customer_id INT REFERENCES customers (id), product_id INT "
            "REFERENCES product (product_id), date_of_purchase TEXT)",
            "SELECT count(DISTINCT customer_id) FROM purchase JOIN product USING (product_id) "
            "WHERE product_name = 'eggs' AND substr(date_of_purchase, 6, 2) = '11'",
        ),
        (
            "CREATE TABLE `purchases` (`id` int NOT NULL AUTO_INCREMENT, `customer_id` int, "
            "`item_name` varchar(80), `purchase_month` varchar(12), PRIMARY KEY (`id`))",
            "SELECT count(DISTINCT customer_id) FROM purchases "
            "WHERE item_name = 'eggs' AND purchase_month = 'November'",
        ),
        (
            "CREATE TABLE customers (customer_id INT, customer_name VARCHAR(40), "
            "decision VARCHAR(10), product VARCHAR(20), month VARCHAR(10))",
            "SELECT count(DISTINCT customer_id) FROM customers "
            "WHERE product = 'eggs' AND month = 'November'",
        ),
        (
            "CREATE TABLE [dbo].[Purchases] ([PurchaseID] INT IDENTITY(1,1) PRIMARY KEY, "
            "[CustomerID] INT NOT NULL, [ProductName] NVARCHAR(50) NOT NULL, "
            "[PurchaseDate] DATETIME2 NOT NULL)",
            "SELECT count(DISTINCT CustomerID) FROM Purchases "
            "WHERE ProductName = 'eggs' AND month(PurchaseDate) = 11",
        ),
    ],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_article_is_answered_from_other_schemas(ddl: str, sql: str, seed: int) -> None:
    ((customers,),) = answer(ddl, ARTICLE, sql, seed=seed)
    assert customers >= 3


def test_several_distinct_customers_answer_the_article() -> None:
    sql = (
        "SELECT count(DISTINCT customer_id), count(DISTINCT product_name) FROM purchases "
        "WHERE month(purchase_date) = 11"
    )
    ((customers, products),) = answer(PURCHASES, ARTICLE, sql)
    assert customers >= 4
    assert products >= 2


def test_numbers_lie_on_both_sides_of_the_one_named() -> None:
    rows = sample_rows(parse_schema(SHOP), question="customers older than 30")["customers"]
    ages = [row[6] for row in rows]
    assert min(ages) <= 30 < max(ages)  # type: ignore[type-var]


def test_words_of_the_schema_are_no_values() -> None:
    question = "Show the customers and products of all purchases by category and city"
    for rows in sample_rows(parse_schema(SHOP), question=question).values():
        values = {str(value).lower() for row in rows for value in row}
        assert not values & {"customers", "products", "purchases", "category", "city", "show"}


def test_a_question_changes_few_rows() -> None:
    schema = parse_schema(SHOP)
    rows = sample_rows(schema, question=ARTICLE)["products"]
    assert sum(row[1] == "eggs" for row in rows) == 1
    asked = sample_rows(parse_schema(PURCHASES), question=ARTICLE)["purchases"]
    assert 4 <= sum(row[2] == "eggs" for row in asked) <= 25
