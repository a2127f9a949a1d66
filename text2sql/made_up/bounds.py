"""What a table's CHECKs ask of one column alone: least, most, or one of these.

Knows nothing of conditions over several columns; those are tested on finished rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlglot import exp

from text2sql.made_up.checks import Check, Unclear, evaluate

_MIRRORED: dict[type, type] = {exp.LT: exp.GT, exp.LTE: exp.GTE, exp.GT: exp.LT, exp.GTE: exp.LTE}


@dataclass
class Bounds:
    """Numbers from `low` to `high` (both may be reached), or one of `choices`."""

    low: float | None = None
    high: float | None = None
    choices: tuple[object, ...] = ()
    shortest: int = 0

    def at_least(self, value: float) -> None:
        """Raise the lower end."""
        self.low = value if self.low is None else max(self.low, value)

    def at_most(self, value: float) -> None:
        """Lower the upper end."""
        self.high = value if self.high is None else min(self.high, value)


def bounds_of(checks: Iterable[Check]) -> dict[str, Bounds]:
    """Column name in small letters -> its bounds."""
    found: dict[str, Bounds] = {}
    for check in checks:
        if len(check.columns) == 1:
            _learn(check.tree, found.setdefault(check.columns[0], Bounds()))
    return found


def _learn(tree: exp.Expr, bounds: Bounds) -> None:
    if isinstance(tree, exp.In) and isinstance(tree.this, exp.Column) and tree.expressions:
        bounds.choices = tuple(_constants(tree.expressions))
    elif isinstance(tree, exp.Between) and isinstance(tree.this, exp.Column):
        for low in _constants([tree.args["low"]]):
            _number(exp.GTE, low, bounds)
        for high in _constants([tree.args["high"]]):
            _number(exp.LTE, high, bounds)
    elif isinstance(tree, exp.Or):
        _alternatives(tree, bounds)
    elif type(tree) in _MIRRORED or isinstance(tree, exp.EQ):
        _compare(tree, bounds)


def _alternatives(tree: exp.Or, bounds: Bounds) -> None:
    """`x = 'a' OR x = 'b'` is a choice."""
    sides = list(tree.flatten())
    if all(isinstance(s, exp.EQ) and isinstance(s.this, exp.Column) for s in sides):
        bounds.choices = tuple(_constants([side.expression for side in sides]))


def _compare(tree: Any, bounds: Bounds) -> None:
    this, other, kind = tree.this.unnest(), tree.expression.unnest(), type(tree)
    if isinstance(other, exp.Column | exp.Length):
        this, other, kind = other, this, _MIRRORED.get(kind, kind)
    for value in _constants([other]):
        if isinstance(this, exp.Length) and isinstance(value, int):
            bounds.shortest = value + (kind is exp.GT) if kind in (exp.GT, exp.GTE) else 0
        elif isinstance(this, exp.Column) and kind is exp.EQ:
            bounds.choices = (value,)
        elif isinstance(this, exp.Column):
            _number(kind, value, bounds)


def _number(kind: type, value: object, bounds: Bounds) -> None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return
    step = 0.01 if isinstance(value, Decimal) or abs(value) <= 1 else 1.0
    if kind is exp.GT:
        bounds.at_least(float(value) + step)
    elif kind is exp.GTE:
        bounds.at_least(float(value))
    elif kind is exp.LT:
        bounds.at_most(float(value) - step)
    elif kind is exp.LTE:
        bounds.at_most(float(value))


def _constants(nodes: Iterable[Any]) -> list[Any]:
    found = []
    for node in nodes:
        try:
            found.append(evaluate(node, {}))
        except (Unclear, TypeError, ValueError, ArithmeticError):
            continue
    return found
