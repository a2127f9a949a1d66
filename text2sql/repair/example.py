"""A small shop that the rules' examples speak of, and a way to write an example in one line."""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from text2sql.repair.case import Case, Rule, spelled
from text2sql.schema import Column, ForeignKey, Schema, Table

SHOP = Schema(
    (
        Table(
            "customers",
            (Column("id", "INTEGER"), Column("name", "VARCHAR"), Column("city", "VARCHAR")),
            primary_key=("id",),
        ),
        Table(
            "orders",
            (
                Column("order_id", "INTEGER"),
                Column("customer_id", "INTEGER"),
                Column("day", "VARCHAR"),
                Column("price", "DOUBLE"),
            ),
            primary_key=("order_id",),
            foreign_keys=(ForeignKey(("customer_id",), "customers", ("id",)),),
        ),
        Table(
            "items",
            (
                Column("order_id", "INTEGER"),
                Column("article", "VARCHAR"),
                Column("weight", "VARCHAR"),
                Column("price", "DOUBLE"),
            ),
            foreign_keys=(ForeignKey(("order_id",), "orders", ("order_id",)),),
        ),
    )
)


def mended(rule: Rule, sql: str, error: str = "") -> str:
    """The statement on the shop after one step of a rule; unchanged if the rule stands aside.

    >>> from text2sql.repair.columns import requalified
    >>> mended(requalified, "SELECT o.city FROM orders AS o JOIN customers AS c ON TRUE")
    'SELECT c.city FROM orders AS o JOIN customers AS c ON TRUE'
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    case = Case(exp.Paren(this=tree), SHOP, error, {("customers", "city"): ("Berlin", "Rome")})
    rule(case)
    return spelled(case.tree)
