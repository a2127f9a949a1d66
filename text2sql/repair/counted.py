"""Rows counted where the question asks for the things that the rows are about.

"How many customers bought eggs?" over a table of purchases counts each customer once, and a small
model writes COUNT(*).
"""

from __future__ import annotations

import re

from sqlglot import exp

from text2sql.repair.case import column
from text2sql.repair.names import singular
from text2sql.schema import Column, Schema, Table

_HOW_MANY = re.compile(r"\bhow many (?:(?:different|distinct|unique) )?(\w+)", re.IGNORECASE)


def counted(tree: exp.Expr, question: str, schema: Schema) -> str:
    """Make COUNT(*) in `tree` COUNT(DISTINCT customer_id) if customers are asked for; say why.

    Only if COUNT(*) of one table is all that is selected, that table is not the customers', and
    its customer_id may repeat. Empty if there was nothing to do.
    """
    asked = _HOW_MANY.search(question)
    star, table = _lone_count(tree), _lone_table(tree, schema)
    if asked is None or star is None or table is None:
        return ""
    key = _key_of(asked[1], table)
    if key is None:
        return ""
    star.set("this", exp.Distinct(expressions=[column(key.name)]))
    return f"The question asks for {asked[1]}, and {table.name} may hold one more than once."


def _lone_count(tree: exp.Expr) -> exp.Count | None:
    """The COUNT(*) that is all an ungrouped query selects."""
    if not isinstance(tree, exp.Select) or len(tree.selects) != 1 or tree.args.get("group"):
        return None
    count = tree.selects[0].unalias()
    return count if isinstance(count, exp.Count) and isinstance(count.this, exp.Star) else None


def _lone_table(tree: exp.Expr, schema: Schema) -> Table | None:
    """The one table that the query selects from, without a join or a query in its place."""
    source = tree.args.get("from_")
    if source is None or not isinstance(source.this, exp.Table) or tree.args.get("joins"):
        return None
    return schema.table(source.this.name)


def _key_of(noun: str, table: Table) -> Column | None:
    """The column of another table's key that may repeat here: customer_id for customers."""
    one = singular(noun.lower())
    if one in map(singular, table.name.lower().split("_")):
        return None  # party_events holds events, one a row
    key = table.column(f"{one}_id") or table.column(f"{one}id")
    alone = {keys[0].lower() for keys in (table.primary_key, *table.unique) if len(keys) == 1}
    return None if key is None or key.name.lower() in alone else key
