"""Rows counted where the question asks for the things that the rows are about.

"How many customers bought eggs?" over a table of purchases counts each customer once, and a small
model writes COUNT(*). So does "How many customers bought eggs?" over customers and their purchases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlglot import exp

from text2sql.repair.case import column
from text2sql.repair.names import singular
from text2sql.schema import Column, Schema, Table

# Not customers' orders, which are no customers.
_HOW_MANY = re.compile(
    r"\bhow many (?:(?:different|distinct|unique) )?(\w+)(?!['’\w])", re.IGNORECASE
)


def counted(tree: exp.Expr, question: str, schema: Schema) -> str:
    """Make COUNT(*) in `tree` COUNT(DISTINCT customer_id) if customers are asked for; say why.

    Only if COUNT(*) is all that is selected, from one table that is not the customers' and whose
    customer_id may repeat, or from a join in which one may. Empty if there was nothing to do.
    """
    asked, star, tables = _HOW_MANY.search(question), _lone_count(tree), _tables(tree, schema)
    if asked is None or star is None or not tables or not _is_plural(asked[1]):
        return ""
    key = _key_in_join(asked[1], tables) if len(tables) > 1 else _key_alone(asked[1], tables)
    if key is None:
        return ""
    star.set("this", exp.Distinct(expressions=[key]))
    where = "the join" if len(tables) > 1 else next(iter(tables.values())).name
    return f"The question asks for {asked[1]}, and {where} may hold one more than once."


def _is_plural(noun: str) -> bool:
    """Customers, and not the customer of customer orders."""
    return singular(noun.lower()) != noun.lower()


def _lone_count(tree: exp.Expr) -> exp.Count | None:
    """The COUNT(*) that is all an ungrouped query selects."""
    if not isinstance(tree, exp.Select) or len(tree.selects) != 1 or tree.args.get("group"):
        return None
    count = tree.selects[0].unalias()
    return count if isinstance(count, exp.Count) and isinstance(count.this, exp.Star) else None


def _tables(tree: exp.Expr, schema: Schema) -> dict[str, Table]:
    """The tables that a query joins, by what it calls them; none if it joins anything else."""
    sources = [tree.args.get("from_"), *tree.args.get("joins", ())]
    found = {}
    for source in sources:
        if source is None or not isinstance(source.this, exp.Table):
            return {}
        table = schema.table(source.this.name)
        if table is None or source.this.alias_or_name in found:
            return {}
        found[source.this.alias_or_name] = table
    return found


def _key_alone(noun: str, tables: Mapping[str, Table]) -> exp.Column | None:
    """The column that tells customers apart in the one table there is."""
    (table,) = tables.values()
    key = _key_of(noun, table)
    return column(key.name) if key else None


def _key_in_join(noun: str, tables: Mapping[str, Table]) -> exp.Column | None:
    """The key of the customers' own table, if a joined one may hold several rows for each."""
    one = singular(noun.lower())
    owners = [name for name, table in tables.items() if singular(table.name.lower()) == one]
    if len(owners) != 1 or len(tables[owners[0]].primary_key) != 1:
        return None
    owner = tables[owners[0]]
    others = (table for name, table in tables.items() if name != owners[0])
    if not any(_refers(table, owner) or _key_of(noun, table) for table in others):
        return None
    return column(owner.primary_key[0], owners[0])


def _refers(table: Table, owner: Table) -> bool:
    """Whether several rows of the table may refer to one of the owner's."""
    once = {keys for keys in (table.primary_key, *table.unique) if len(keys) == 1}
    keys = (key for key in table.foreign_keys if key.table.lower() == owner.name.lower())
    return any(key.columns not in once for key in keys)


def _is(table: Table, name: str) -> bool:
    return table.name.lower() == name.lower()


def _key_of(noun: str, table: Table) -> Column | None:
    """The column of another table's key that may repeat here: customer_id for customers."""
    one = singular(noun.lower())
    if one in map(singular, table.name.lower().split("_")):
        return None  # party_events holds events, one a row
    key = table.column(f"{one}_id") or table.column(f"{one}id")
    if key and any(
        own.columns == (key.name,) and _is(table, own.table) for own in table.foreign_keys
    ):
        return None  # managers of employees are employees: their rows are counted, not named
    alone = {keys[0].lower() for keys in (table.primary_key, *table.unique) if len(keys) == 1}
    return None if key is None or key.name.lower() in alone else key
