"""A row that breaks its table's CHECKs, changed a value at a time until it keeps them.

Knows nothing of how rows are drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from random import Random

from text2sql.made_up.checks import Check
from text2sql.made_up.keys import Row
from text2sql.made_up.kinds import fit
from text2sql.made_up.plans import ColumnPlan, TablePlan

ROUNDS = 5


def settle(row: Row, plan: TablePlan, kept: Collection[str], rng: Random) -> bool:
    """Change the row until every CHECK holds; columns in `kept` only if nothing else helps.

    False if that did not help.
    """
    for _ in range(ROUNDS):
        broken = [check for check in plan.checks if not check.holds(row)]
        if not broken:
            return True
        if not any(_mend(row, check, len(broken), plan, kept, rng) for check in broken):
            return False
    return all(check.holds(row) for check in plan.checks)


def _mend(
    row: Row,
    check: Check,
    broken: int,
    plan: TablePlan,
    kept: Collection[str],
    rng: Random,
) -> bool:
    """Find one value with which fewer conditions are broken."""
    columns: Mapping[str, ColumnPlan] = plan.columns
    for name in [*(n for n in check.columns[::-1] if n not in kept), *kept]:
        column = columns.get(name)
        if column is None or name not in check.columns or column.linked or column.numbered:
            continue
        before = row[name]
        for suggested in check.suggestions(name, row, rng):
            row[name] = fit(suggested, column.kind)
            if row[name] is None and not column.nullable:
                continue
            if sum(not other.holds(row) for other in plan.checks) < broken:
                return True
        row[name] = before
    return False
