"""Slips that only the question can tell: another month, a day nobody named, rows for things.

A small model knows that November is a month before it knows which. Applied before a statement is
checked, and apart from the rules that need no question.
"""

from __future__ import annotations

import logging
import re

from sqlglot import exp

from text2sql.parsing import Unparsable, parse_statement, to_sql
from text2sql.problems import Repair
from text2sql.repair.case import made
from text2sql.repair.counted import counted
from text2sql.schema import Schema

log = logging.getLogger(__name__)

MONTHS = (
    "january february march april may june july august september october november december".split()
)
# Words that say something of a day or a year, beside the number itself.
_SAID = {
    "DAY": r"\b(first|second|third|(four|fif|six|seven|eigh|nin|ten|eleven|twelf|\w+teen)th"
    r"|\w+tieth|\d+(st|nd|rd|th)|last|half|mid\w*|early|late|end|days?|weeks?|eve|christmas)\b",
    "YEAR": r"\byears?\b|\d{2}\b|\b(last|this|previous|past|current|next|recent)\b",
}
_NAMED = re.compile(rf"\b({'|'.join(MONTHS)})\b", re.IGNORECASE)
# Words that may mean another month than the one that is named.
_SHORT = "|".join(name[:3] for name in MONTHS if name != "may")
_ANOTHER = re.compile(
    rf"\b({_SHORT}|sept|months?|before|after|previous|next|following|prior|since|until)\b",
    re.IGNORECASE,
)


def as_asked(text: str, question: str, schema: Schema) -> tuple[str, tuple[Repair, ...]]:
    """The statement with what the question says put right; what is no SQL comes back as it is.

    >>> q = "How many eggs in November?"
    >>> as_asked("SELECT 1 FROM t WHERE EXTRACT(MONTH FROM d) = 10", q, Schema(()))[0]
    'SELECT 1 FROM t WHERE EXTRACT(MONTH FROM d) = 11'
    """
    repairs = []
    try:
        tree = parse_statement(text).tree
        after = to_sql(tree)
        for rule in (calendar, counted):
            before = after
            message = rule(tree, question, schema)
            if message:
                after = to_sql(tree)
                repairs.append(made(rule.__name__, message, before, after))
    except Unparsable:
        return text, ()
    except Exception:  # a rule that fails costs the repair, not the answer
        log.exception("What the question says could not be put right: %s", text)
        return text, ()
    return (after if repairs else text), tuple(repairs)


def calendar(tree: exp.Expr, question: str, schema: Schema) -> str:
    """Give `tree` the month that the question names, take a day or year that it does not; say what.

    Only where the question names exactly one month ("May" counts with a capital), and nothing of
    that day or year. Empty if there was nothing to do.
    """
    asked = question.strip().removeprefix("May ")  # "May I see", which names none
    named = {word.lower() for word in _NAMED.findall(asked) if word != "may"}
    if len(named) != 1:
        return ""
    months = [] if _ANOTHER.search(question) else _months(tree, named.pop())
    changes = [*months, *_unasked(tree, question)]
    told = "; ".join(changes)
    return f"{told[0].upper()}{told[1:]}." if told else ""


def _months(tree: exp.Expr, name: str) -> list[str]:
    """Put the month right if the statement asks for one only."""
    wanted = str(MONTHS.index(name) + 1)
    tests = [test for test in tree.find_all(exp.EQ) if _part(test.this) == "MONTH"]
    number = tests[0].expression if len(tests) == 1 else None
    if number is None or not _is_number(number) or number.name == wanted:
        return []
    told = f"{name.capitalize()} is month {wanted}, not {number.name}"
    number.replace(exp.Literal.number(wanted))
    return [told]


def _unasked(tree: exp.Expr, question: str) -> list[str]:
    """Take out conditions on a day or a year of which the question says nothing."""
    changes = []
    for test in list(tree.find_all(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)):
        both, part = test.parent, _only_part(test)
        if part not in _SAID or not isinstance(both, exp.And):
            continue
        numbers = "".join(rf"\b0?{one.name}(st|nd|rd|th)?\b|" for one in test.find_all(exp.Literal))
        if not re.search(f"{numbers}{_SAID[part]}", question, re.IGNORECASE):
            both.replace(both.expression if both.this is test else both.this)
            changes.append(f"the question names no {part.lower()}")
    return changes


def _only_part(test: exp.Expr) -> str:
    """The one part of dates that a comparison with numbers is about; empty for any other."""
    parts = {_part(node) for node in test.walk() if _part(node)}
    dates = [column.find_ancestor(exp.Extract, exp.Func) for column in test.find_all(exp.Column)]
    plain = all(one is not None and _part(one) for one in dates)
    known = all(map(_is_number, test.find_all(exp.Literal))) and not test.find(exp.Query)
    numbers = test.find(exp.Literal) is not None
    return parts.pop() if len(parts) == 1 and plain and known and numbers else ""


def _part(node: exp.Expr) -> str:
    """Which part of a date the expression takes: YEAR, MONTH, DAY, or another; empty if none."""
    if isinstance(node, exp.Extract):
        return node.name.upper()
    if isinstance(node, (exp.Month, exp.Year)):
        return type(node).__name__.upper()
    return "DAY" if isinstance(node, (exp.Day, exp.DayOfMonth)) else ""


def _is_number(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string
