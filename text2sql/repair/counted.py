"""Rows counted where the question asks for the things that the rows are about.

"How many customers bought eggs?" over a table of purchases counts each customer once, and a small
model writes COUNT(*). Applied before a statement is checked, as the question alone tells it.
"""

from __future__ import annotations

import re

from sqlglot import exp

from text2sql.parsing import Unparsable, parse_statement, to_sql
from text2sql.problems import Repair
from text2sql.repair.case import made
from text2sql.schema import Column, Schema, Table

_HOW_MANY = re.compile(r"\bhow many (?:(?:different|distinct|unique) )?(\w+)", re.IGNORECASE)


def counted_as_asked(text: str, question: str, schema: Schema) -> tuple[str, tuple[Repair, ...]]:
    """The statement with COUNT(DISTINCT customer_id) for COUNT(*) if customers are asked for.

    Only if COUNT(*) over one table is all that is selected, that table is not the customers', and
    its customer_id may repeat. What is no SQL comes back as it is.

    >>> from text2sql.schema import parse_schema
    >>> schema = parse_schema("CREATE TABLE sales (sale_id INT PRIMARY KEY, customer_id INT)")
    >>> counted_as_asked("SELECT COUNT(*) FROM sales", "How many customers bought?", schema)[0]
    'SELECT COUNT(DISTINCT customer_id) FROM sales'
    """
    asked = _HOW_MANY.search(question)
    if asked is None:
        return text, ()
    try:
        tree = parse_statement(text).tree
        before = to_sql(tree)
        star, table = _lone_count(tree), _lone_table(tree, schema)
        column = _key_of(asked[1], table) if star is not None and table else None
        if star is None or table is None or column is None:
            return text, ()
        counted = exp.column(exp.to_identifier(column.name))
        star.set("this", exp.Distinct(expressions=[counted]))
        after = to_sql(tree)
    except (Unparsable, RecursionError):
        return text, ()
    why = f"The question asks for {asked[1].lower()}, and {table.name} may hold one more than once."
    return after, (made("counted_as_asked", why, before, after),)


def _lone_count(tree: exp.Expr) -> exp.Count | None:
    """The COUNT(*) that is all an ungrouped query selects."""
    if not isinstance(tree, exp.Select) or len(tree.selects) != 1 or tree.args.get("group"):
        return None
    count = tree.selects[0].unalias()
    return count if isinstance(count, exp.Count) and isinstance(count.this, exp.Star) else None


def _lone_table(tree: exp.Expr, schema: Schema) -> Table | None:
    """The one table that the query reads."""
    tables = list(tree.find_all(exp.Table))
    return schema.table(tables[0].name) if len(tables) == 1 else None


def _key_of(noun: str, table: Table) -> Column | None:
    """The column of another table's key that may repeat here: customer_id for customers."""
    one = _singular(noun.lower())
    if one in {_singular(word) for word in table.name.lower().split("_")}:
        return None  # party_events holds events, one a row
    column = table.column(f"{one}_id") or table.column(f"{one}id")
    if column is None:
        return None
    sole = {keys[0].lower() for keys in (table.primary_key, *table.unique) if len(keys) == 1}
    return None if column.name.lower() in sole else column


def _singular(noun: str) -> str:
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun
