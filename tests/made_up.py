"""Made-up rows in a real DuckDB, with every key and condition of their schema in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from text2sql.sample_data import sample_rows
from text2sql.schema import Schema, Table, parse_schema, to_ddl

ARTICLE = "How many customers decided to buy eggs in November?"
PURCHASES = """CREATE TABLE purchases (purchase_id INT PRIMARY KEY, customer_id INT,
    product_name VARCHAR(50), purchase_date DATE, quantity INT, price DECIMAL(8,2))"""
SHOP = """
CREATE TABLE customers (customer_id INT PRIMARY KEY, first_name VARCHAR(40) NOT NULL,
    last_name VARCHAR(40) NOT NULL, email VARCHAR(80) UNIQUE NOT NULL, city VARCHAR(40),
    country VARCHAR(40), age INT, signup_date DATE NOT NULL);
CREATE TABLE products (product_id INT PRIMARY KEY, name VARCHAR(60) NOT NULL,
    category VARCHAR(30), unit_price DECIMAL(8,2) NOT NULL);
CREATE TABLE purchases (purchase_id INT PRIMARY KEY,
    customer_id INT NOT NULL REFERENCES customers (customer_id),
    product_id INT NOT NULL REFERENCES products (product_id),
    purchase_date DATE NOT NULL, quantity INT NOT NULL CHECK (quantity > 0),
    status VARCHAR(12) NOT NULL CHECK (status IN ('pending', 'delivered', 'cancelled')));
"""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def load(schema: Schema, rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> Any:
    """A DuckDB with the schema's own DDL, all constraints active, and the rows in it."""
    connection = duckdb.connect(config={"threads": "1"})
    connection.execute(to_ddl(schema))
    order = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY table_oid")
    for (name,) in order.fetchall():
        table = schema.table(name)
        assert table is not None
        insert(connection, table, rows[table.name])
    return connection


def insert(connection: Any, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """A row at a time where a row may refer to an earlier one; else all at once."""
    if any(key.table.lower() == table.name.lower() for key in table.foreign_keys):
        marks = ", ".join(f"?::{column.type}" for column in table.columns)
        for row in rows:
            connection.execute(f"INSERT INTO {quoted(table.name)} VALUES ({marks})", list(row))
    elif rows:
        listed = ", ".join(f"unnest(${n}::{c.type}[])" for n, c in enumerate(table.columns, 1))
        values = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(f"INSERT INTO {quoted(table.name)} SELECT {listed}", values)


def assert_joined(connection: Any, schema: Schema) -> None:
    """Every row with a foreign key finds its parent, and it is not all NULLs."""
    for table in schema.tables:
        for key in table.foreign_keys:
            given = " AND ".join(f"c.{quoted(name)} IS NOT NULL" for name in key.columns)
            on = " AND ".join(
                f"c.{quoted(name)} = p.{quoted(other)}"
                for name, other in zip(key.columns, key.references, strict=True)
            )
            child = f"SELECT count(*) FROM {quoted(table.name)} c WHERE {given}"
            parent = f"SELECT 1 FROM {quoted(key.table)} p WHERE {on}"
            ((expected,),) = connection.execute(child).fetchall()
            ((found,),) = connection.execute(f"{child} AND EXISTS ({parent})").fetchall()
            assert found == expected, (table.name, key)
            assert found > 0, (table.name, key)


def answer(ddl: str, question: str, sql: str, **options: Any) -> list[tuple[Any, ...]]:
    schema = parse_schema(ddl)
    rows: list[tuple[Any, ...]] = (
        load(schema, sample_rows(schema, question=question, **options)).execute(sql).fetchall()
    )
    return rows
