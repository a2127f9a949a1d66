"""Deterministic repairs of a statement that parsed, is safe, and was refused by DuckDB.

`repair` takes the statement's tree, the schema and DuckDB's message, and returns a new tree with
the list of what was changed; the caller lets DuckDB judge it again. Each rule is a small function
of a `Case` that makes one change in place and tells it. RULES are tried in order, from the sure
to the guess, and the first is tried again after every change.

Knows nothing of questions, models, or how a statement is run.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from text2sql.problems import Repair
from text2sql.repair.aggregates import (
    aggregate_in_group,
    aggregate_in_where,
    nested_aggregate,
    window_in_where,
)
from text2sql.repair.case import Case, Rule, Values
from text2sql.repair.columns import (
    nearest_column,
    qualified,
    requalified,
    respelled,
    string_for_name,
    unused_join,
)
from text2sql.repair.comparisons import cast_that_fails, kinds_compared
from text2sql.repair.conditions import join_condition
from text2sql.repair.functions import (
    number_as_text,
    number_as_year,
    other_dialect,
    text_as_date,
    text_as_number,
)
from text2sql.repair.groups import (
    bare_column,
    bare_having,
    bare_order,
    grouped_by_selected,
    order_of_one_row,
    row_of_extreme,
    star_spelled_out,
)
from text2sql.repair.missing import joined, nearly_joined
from text2sql.repair.queries import (
    arms_of_one_width,
    many_rows,
    one_column,
    order_in_arm,
    order_of_whole,
)
from text2sql.repair.stored import stored_value
from text2sql.repair.tables import (
    alias_for_table,
    distinct_aliases,
    nearest_table,
    replaced_table,
)
from text2sql.schema import Schema

RULES: tuple[Rule, ...] = (
    nearest_table,
    distinct_aliases,
    alias_for_table,
    string_for_name,
    unused_join,
    join_condition,
    requalified,
    respelled,
    replaced_table,
    joined,
    nearest_column,
    nearly_joined,
    qualified,
    aggregate_in_where,
    window_in_where,
    aggregate_in_group,
    nested_aggregate,
    star_spelled_out,
    order_of_one_row,
    row_of_extreme,
    grouped_by_selected,
    bare_having,
    bare_column,
    bare_order,
    order_in_arm,
    order_of_whole,
    arms_of_one_width,
    one_column,
    many_rows,
    other_dialect,
    number_as_year,
    text_as_date,
    text_as_number,
    number_as_text,
    kinds_compared,
    cast_that_fails,
)
ALWAYS: tuple[Rule, ...] = (stored_value,)  # of statements that DuckDB does not refuse, too
ALL_RULES = (*ALWAYS, *RULES)
MAX_CHANGES = 24


def repair(
    tree: exp.Expr,
    schema: Schema,
    error: str = "",
    rules: Sequence[Rule] = RULES,
    values: Values | None = None,
) -> tuple[exp.Expr, tuple[Repair, ...]]:
    """A repaired copy of the statement and what was changed; no repairs if no rule applies.

    `error` is DuckDB's message about `tree`, on one line; a message speaks of the statement as it
    was, so that rules which follow it act before anything else has changed, or not at all.

    >>> import sqlglot
    >>> from text2sql.repair.example import SHOP
    >>> tree, repairs = repair(sqlglot.parse_one("SELECT names FROM customers"), SHOP)
    >>> tree.sql(), repairs[0].rule
    ('SELECT name FROM customers', 'respelled')
    """
    case = Case(exp.Paren(this=tree.copy()), schema, error, values or {})
    found: list[Repair] = []
    while len(found) < MAX_CHANGES:
        change = next((done for rule in rules if (done := rule(case)) is not None), None)
        if change is None:
            break
        found.append(change)
        case = Case(case.holder, schema, "", case.values)
    return case.tree.copy(), tuple(found)


__all__ = ["ALL_RULES", "ALWAYS", "RULES", "Case", "Repair", "Rule", "repair"]
