"""Calendar slips that only the question can tell: another month, or a day that nobody named.

A small model knows that November is a month before it knows which. Applied before a statement is
checked. Knows nothing of schemas.
"""

from __future__ import annotations

import re

from sqlglot import exp

from text2sql.parsing import Unparsable, parse_statement, to_sql
from text2sql.problems import Repair
from text2sql.repair.case import made

MONTHS = (
    "january february march april may june july august september october november december".split()
)
_NAMED = re.compile(rf"\b({'|'.join(MONTHS)})\b", re.IGNORECASE)


def as_asked(text: str, question: str) -> tuple[str, tuple[Repair, ...]]:
    """The statement with the month that the question names, and without a day that it does not.

    Only where the question names exactly one month ("May" counts with a capital), and no number
    for the day. What is no SQL comes back as it is.

    >>> q = "How many eggs in November?"
    >>> as_asked("SELECT 1 FROM t WHERE EXTRACT(MONTH FROM d) = 10", q)[0]
    'SELECT 1 FROM t WHERE EXTRACT(MONTH FROM d) = 11'
    >>> as_asked("SELECT 1 FROM t WHERE MONTH(d) = 11 AND EXTRACT(DAY FROM d) = 1", q)[0]
    'SELECT 1 FROM t WHERE MONTH(d) = 11'
    """
    named = {word.lower() for word in _NAMED.findall(question) if word != "may"}
    if len(named) != 1:
        return text, ()
    try:
        tree = parse_statement(text).tree
        before = to_sql(tree)
        changes = [*_months(tree, named.pop()), *_days(tree, question)]
        after = to_sql(tree)
    except (Unparsable, RecursionError):
        return text, ()
    if not changes:
        return text, ()
    return after, (made("as_asked", f"{'; '.join(changes)}.", before, after),)


def _months(tree: exp.Expr, name: str) -> list[str]:
    wanted = str(MONTHS.index(name) + 1)
    changes = []
    for test in tree.find_all(exp.EQ):
        number = test.expression
        if _part(test.this) == "MONTH" and _is_number(number) and number.name != wanted:
            changes.append(f"{name.capitalize()} is month {wanted}, not {number.name}")
            number.replace(exp.Literal.number(wanted))
    return changes


def _days(tree: exp.Expr, question: str) -> list[str]:
    changes = []
    for test in list(tree.find_all(exp.EQ)):
        number, both = test.expression, test.parent
        if _part(test.this) != "DAY" or not _is_number(number) or not isinstance(both, exp.And):
            continue
        if not re.search(rf"\b0?{number.name}(st|nd|rd|th)?\b|\bfirst\b|\blast\b", question):
            both.replace(both.expression if both.this is test else both.this)
            changes.append("the question names no day")
    return changes


def _part(node: exp.Expr) -> str:
    """Which part of a date the expression takes: MONTH, DAY, or another; empty if none."""
    if isinstance(node, exp.Extract):
        return node.name.upper()
    if isinstance(node, exp.Month):
        return "MONTH"
    return "DAY" if isinstance(node, (exp.Day, exp.DayOfMonth)) else ""


def _is_number(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string
