"""Whether a statement's answer hangs on a tie: the first three of four that are equal.

Such a question has several right answers, and DuckDB may give another one each time. Knows nothing
of questions.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from text2sql.comparing import comparable
from text2sql.database import Database


def hangs_on_a_tie(sql: str, database: Database) -> bool:
    """Whether LIMIT, or ROW_NUMBER under QUALIFY, cuts between equals; raises as `run` does."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    if not isinstance(tree, exp.Select):
        return False
    return _cut_by_limit(tree, database) or _cut_by_row_number(tree, database)


def _cut_by_limit(tree: exp.Select, database: Database) -> bool:
    limit, order = tree.args.get("limit"), tree.args.get("order")
    if limit is None or order is None:
        return False
    count = int(limit.expression.name)
    keys = [ordered.this.copy() for ordered in order.expressions]
    wider = tree.copy().select(*keys, append=False).limit(count + 1)
    rows = [tuple(map(comparable, row)) for row in database.run(wider.sql("duckdb")).rows]
    return len(rows) > count and rows[count - 1] == rows[count]


def _cut_by_row_number(tree: exp.Select, database: Database) -> bool:
    if tree.args.get("qualify") is None or not list(tree.find_all(exp.RowNumber)):
        return False
    wider = tree.copy()
    for number in list(wider.find_all(exp.RowNumber)):
        number.replace(exp.Anonymous(this="RANK"))
    return len(database.run(wider.sql("duckdb")).rows) > len(database.run(tree.sql("duckdb")).rows)
