"""CHECK conditions evaluated on a row in Python, with SQL's three values of truth.

A condition that uses what is not known here counts as met: the database has the last word.
Knows nothing of how rows are made.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from text2sql.made_up.patterns import like_text, regex_text

Row = Mapping[str, object]  # column name in small letters -> value
_COMPARED: dict[type, Callable[[Any, Any], bool]] = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
}
_COMPUTED: dict[type, Callable[[Any, Any], Any]] = {
    exp.Add: operator.add,
    exp.Sub: operator.sub,
    exp.Mul: operator.mul,
    exp.Div: operator.truediv,
    exp.Mod: operator.mod,
}
_TEXT: dict[type, Callable[[str], Any]] = {
    exp.Length: len,
    exp.Lower: str.lower,
    exp.Upper: str.upper,
    exp.Trim: str.strip,
}


class Unclear(Exception):
    """The condition holds something that is not evaluated here."""


class Check:
    """One condition, parsed once."""

    def __init__(self, tree: exp.Expr) -> None:
        self.tree = tree
        self.columns = tuple(dict.fromkeys(c.name.lower() for c in tree.find_all(exp.Column)))

    def holds(self, row: Row) -> bool:
        """Whether the row passes: true, NULL, or not for us to say."""
        try:
            return evaluate(self.tree, row) is not False
        except (Unclear, TypeError, ValueError, ArithmeticError, re.error):
            return True

    def suggestions(self, column: str, row: Row, rng: Random) -> Iterator[object]:
        """Values that may make the condition true if `column` had them, likeliest first."""
        for other in self._other_sides(column, row):
            yield from _around(other)
        yield from self._patterns(str(row.get(column) or ""), rng)
        for literal in self.tree.find_all(exp.Literal, exp.Boolean):
            if not isinstance(literal.parent, exp.Like | exp.ILike | exp.RegexpLike):
                yield from _around(_literal(literal))
        yield from (row[other] for other in self.columns if other != column and other in row)
        yield None

    def _patterns(self, text: str, rng: Random) -> Iterator[object]:
        """Texts that the condition's patterns match."""
        nodes: Iterator[Any] = self.tree.find_all(exp.Like, exp.ILike, exp.RegexpLike)
        for node in nodes:
            if isinstance(node.expression, exp.Literal):
                pattern = str(node.expression.this)
                if isinstance(node, exp.RegexpLike):
                    yield regex_text(pattern, rng)
                else:
                    yield like_text(pattern, text)

    def _other_sides(self, column: str, row: Row) -> Iterator[object]:
        """What the column is compared with."""
        comparisons: Iterator[Any] = self.tree.find_all(*_COMPARED)
        for node in comparisons:
            for this, other in ((node.this, node.expression), (node.expression, node.this)):
                if isinstance(this, exp.Column) and this.name.lower() == column:
                    try:
                        yield evaluate(other, row)
                    except (Unclear, TypeError, ValueError, ArithmeticError):
                        continue


def _around(value: Any) -> Iterator[object]:
    """The value and, if it has any, its neighbours."""
    yield value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        yield from (value + 1, value - 1)
    elif isinstance(value, date):
        yield from (value + timedelta(days=1), value - timedelta(days=1))


def parse_checks(texts: tuple[str, ...]) -> tuple[Check, ...]:
    """The conditions that can be parsed, taken apart at their ANDs."""
    found: list[Check] = []
    for text in texts:
        try:
            tree = sqlglot.parse_one(f"SELECT {text}", read="duckdb")
        except (SqlglotError, RecursionError):
            continue
        if isinstance(tree, exp.Select) and tree.expressions:
            found += [Check(part) for part in conjuncts(tree.expressions[0])]
    return tuple(found)


def conjuncts(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The conditions that an AND, or nested ANDs, demand."""
    tree = tree.unnest()
    if isinstance(tree, exp.And):
        yield from conjuncts(tree.this)
        yield from conjuncts(tree.expression)
    else:
        yield tree


def evaluate(node: Any, row: Row) -> Any:
    """The value of an expression; None is NULL. Raises Unclear."""
    if isinstance(node, exp.Paren):
        return evaluate(node.this, row)
    if isinstance(node, exp.Literal | exp.Boolean | exp.Null):
        return _literal(node)
    if isinstance(node, exp.Column):
        return _column(node, row)
    if isinstance(node, exp.And | exp.Or | exp.Not):
        return _logic(node, row)
    if type(node) in _COMPARED:
        return _comparison(_COMPARED[type(node)], node.this, node.expression, row)
    if type(node) in _COMPUTED:
        return _computation(_COMPUTED[type(node)], node, row)
    return _special(node, row)


def _literal(node: Any) -> Any:
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if node.is_string:
        return str(node.this)
    return int(node.this) if str(node.this).isdigit() else Decimal(str(node.this))


def _column(node: exp.Column, row: Row) -> object:
    name = node.name.lower()
    if name not in row:
        raise Unclear(name)
    value = row[name]
    return Decimal(str(value)) if isinstance(value, float) else value


def _logic(node: Any, row: Row) -> bool | None:
    first = evaluate(node.this, row)
    if isinstance(node, exp.Not):
        return None if first is None else not first
    second = evaluate(node.expression, row)
    decisive = isinstance(node, exp.Or)
    if decisive in (first, second):
        return decisive
    return None if first is None or second is None else not decisive


def _comparison(compare: Callable[[Any, Any], bool], this: Any, other: Any, row: Row) -> Any:
    first, second = _alike(evaluate(this, row), evaluate(other, row))
    return None if first is None or second is None else compare(first, second)


def _alike(first: Any, second: Any) -> tuple[Any, Any]:
    """Two values in one type: a text is read as the other's, a date becomes a moment."""
    if isinstance(first, str) and not isinstance(second, str | None):
        return _alike(_read(first, second), second)
    if isinstance(second, str) and not isinstance(first, str | None):
        return _alike(first, _read(second, first))
    if isinstance(first, datetime) != isinstance(second, datetime):
        first, second = _moment(first), _moment(second)
    return first, second


def _read(text: str, like: Any) -> Any:
    if isinstance(like, datetime):
        return datetime.fromisoformat(text)
    if isinstance(like, date):
        return date.fromisoformat(text)
    if isinstance(like, time):
        return time.fromisoformat(text)
    return Decimal(text) if isinstance(like, int | Decimal) else text


def _moment(value: Any) -> Any:
    plain = isinstance(value, date) and not isinstance(value, datetime)
    return datetime.combine(value, time()) if plain else value


def _computation(compute: Callable[[Any, Any], Any], node: Any, row: Row) -> Any:
    first, second = evaluate(node.this, row), evaluate(node.expression, row)
    if first is None or second is None:
        return None
    return compute(first, second)


def _special(node: Any, row: Row) -> Any:
    if isinstance(node, exp.Is):
        found = evaluate(node.this, row)
        return found is None if isinstance(node.expression, exp.Null) else _is(node, found)
    if isinstance(node, exp.Between):
        least = _comparison(operator.ge, node.this, node.args["low"], row)
        most = _comparison(operator.le, node.this, node.args["high"], row)
        return False if least is False or most is False else (least and most)
    if isinstance(node, exp.In) and node.expressions:
        same = [_comparison(operator.eq, node.this, one, row) for one in node.expressions]
        return True if True in same else (None if None in same else False)
    if isinstance(node, exp.Neg):
        number = evaluate(node.this, row)
        return None if number is None else -number
    if isinstance(node, exp.Cast):
        return _cast(evaluate(node.this, row), node.to)
    return _function(node, row)


def _is(node: exp.Is, found: Any) -> bool:
    if not isinstance(node.expression, exp.Boolean):
        raise Unclear("IS")
    return found is bool(node.expression.this)


def _cast(value: Any, to: exp.DataType) -> Any:
    if to.is_type(*exp.DataType.TEXT_TYPES):
        return None if value is None else str(value)
    if isinstance(value, str) and to.is_type(exp.DataType.Type.DATE):
        return date.fromisoformat(value)
    return value


def _function(node: Any, row: Row) -> Any:
    if isinstance(node, exp.Like | exp.ILike | exp.RegexpLike):
        return _matches(node, evaluate(node.this, row), evaluate(node.expression, row))
    if type(node) in _TEXT:
        text = evaluate(node.this, row)
        return None if text is None else _TEXT[type(node)](str(text))
    if isinstance(node, exp.Abs):
        number = evaluate(node.this, row)
        return None if number is None else abs(number)
    if isinstance(node, exp.Coalesce):
        values = (evaluate(one, row) for one in (node.this, *node.expressions))
        return next((value for value in values if value is not None), None)
    raise Unclear(type(node).__name__)


def _matches(node: Any, text: Any, pattern: Any) -> bool | None:
    if text is None or pattern is None:
        return None
    if isinstance(node, exp.RegexpLike):
        return re.search(str(pattern), str(text)) is not None
    form = re.escape(str(pattern)).replace("%", ".*").replace("_", ".")
    flags = re.DOTALL | (re.IGNORECASE if isinstance(node, exp.ILike) else 0)
    return re.fullmatch(form, str(text), flags) is not None
