"""One statement's text -> a sqlglot tree, within bounds, and back to DuckDB's SQL on one line.

Knows nothing of schemas or of what a statement may do.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import pairwise

from sqlglot import exp
from sqlglot.dialects import Dialect, DuckDB
from sqlglot.errors import ErrorLevel, ParseError, TokenError
from sqlglot.tokens import Token, TokenType

from text2sql.problems import Problem

MAX_CHARS = 20_000
MAX_WORDS = 8_000  # and signs: sqlglot's tokens
MAX_DEPTH = 30  # of brackets; sqlglot recurses, and refuses by RecursionError not far above
MAX_LISTS = 150  # and subscripts; sqlglot copies what a subscript or a call stands behind
MAX_CALLS = 20  # of the kind f(x).g()
MAX_CHAIN = 250  # operators that hold each other without brackets: DuckDB's own limit is 1,000
MAX_BARE_JOINS = 10  # open at once: sqlglot looks for the condition of each behind all the others
FOREIGN_DIALECTS = ("sqlite", "mysql", "tsql")  # what models slip into, most alike first
_ENDS = {TokenType.R_PAREN, TokenType.R_BRACKET}
_UNCONDITIONED = {TokenType.CROSS, TokenType.NATURAL}
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}

# sqlglot logs every statement that it can't parse; here that is an answer, not an event.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Statement:
    """A parsed statement and the text it came from."""

    tree: exp.Expr
    text: str


class Unparsable(Exception):
    """The text is not one statement of SQL; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def parse_statement(text: str) -> Statement:
    """The one statement in `text`; raises Unparsable.

    Text that is no DuckDB SQL is read as a dialect that models slip into, if one fits.
    """
    _demand_bounds(text)
    tree = _parse_any(text)
    for call in list(tree.find_all(exp.ToChar)):  # sqlglot would drop its format without a word
        given = [call.this, *filter(None, [call.args.get("format")])]
        call.replace(exp.Anonymous(this="TO_CHAR", expressions=given))
    if _levels(tree) > MAX_CHAIN:
        message = f"The statement chains too many operators; the most is about {MAX_CHAIN}."
        raise Unparsable(Problem("parse", message, suggestion="Use IN, or write it in parts."))
    return Statement(tree, text)


def _parse_any(text: str) -> exp.Expr:
    try:
        return _parse_one(text, DuckDB)
    except Unparsable as error:
        for dialect in FOREIGN_DIALECTS:
            try:
                return _as_duckdb(_parse_one(text, dialect), text)
            except Unparsable:
                continue
        raise error from None


def to_sql(tree: exp.Expr) -> str:
    """The tree as DuckDB's SQL, on one line, without comments."""
    return tree.sql(dialect="duckdb", comments=False, unsupported_level=ErrorLevel.IGNORE)


def place(node: exp.Expr, text: str) -> tuple[int | None, int | None]:
    """The 1-based line and column at which a node begins, as far as sqlglot kept it.

    >>> statement = parse_statement("SELECT a\\nFROM t")
    >>> place(statement.tree.find(exp.Table), statement.text)
    (2, 6)
    """
    starts = [part.meta["start"] for part in node.walk() if "start" in part.meta]
    return position(text, min(starts)) if starts else (None, None)


def position(text: str, offset: int) -> tuple[int, int]:
    """The 1-based line and column of a character of `text`."""
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def _demand_bounds(text: str) -> None:
    if not text.strip():
        raise Unparsable(Problem("parse", "There is no statement.", suggestion="Write a SELECT."))
    if len(text) > MAX_CHARS:
        message = f"The statement has {len(text):,} characters; the most is {MAX_CHARS:,}."
        raise Unparsable(Problem("parse", message, suggestion="Make it shorter."))
    depth = 0
    for offset, character in enumerate(text):
        depth += _BRACKETS.get(character, 0)
        if depth > MAX_DEPTH:
            raise Unparsable(_too_deep(*position(text, offset)))


def _too_deep(line: int | None = None, column: int | None = None) -> Problem:
    message = f"The statement is nested too deeply; the most is {MAX_DEPTH} brackets."
    return Problem("parse", message, line, column, "Write it in simpler parts.")


def _levels(tree: exp.Expr) -> int:
    """How deep the tree is; what looks at it later walks up from every node."""
    levels, nodes = 0, [tree]
    while nodes:
        levels += 1
        nodes = [child for node in nodes for child in node.iter_expressions()]
    return levels


def _parse_one(text: str, dialect: str | type[DuckDB]) -> exp.Expr:
    reader = Dialect.get_or_raise(dialect)
    try:
        tokens = reader.tokenize(text)
        _demand_few(tokens)
        found = [tree for tree in reader.parser().parse(tokens, text) if tree is not None]
    except ParseError as error:
        raise Unparsable(_parse_problem(error, text)) from None
    except TokenError:
        message = "A quote or a comment is opened and not closed."
        raise Unparsable(Problem("parse", message, suggestion="Close it.")) from None
    except RecursionError:
        raise Unparsable(_too_deep()) from None
    trees = [tree for tree in found if not isinstance(tree, exp.Semicolon)]
    if len(trees) == 1:
        return trees[0]
    if not trees:
        raise Unparsable(Problem("parse", "There is no statement.", suggestion="Write a SELECT."))
    message = f"Exactly one statement can run at a time; this has {len(trees)}."
    line, column = place(trees[1], text)
    raise Unparsable(Problem("safety", message, line, column, "Keep one of them."))


def _demand_few(tokens: list[Token]) -> None:
    """Bounds on what costs sqlglot more than its share of time."""
    kinds = [token.token_type for token in tokens]
    calls = sum(a in _ENDS and b == TokenType.DOT for a, b in pairwise(kinds))
    counts = (
        (len(kinds), MAX_WORDS, "words and signs"),
        (kinds.count(TokenType.L_BRACKET), MAX_LISTS, "lists and subscripts"),
        (calls, MAX_CALLS, "calls behind one another"),
        (_bare_joins(kinds), MAX_BARE_JOINS, "joins in a row without a condition"),
    )
    for count, most, what in counts:
        if count > most:
            message = f"The statement has {count:,} {what}; the most is {most:,}."
            raise Unparsable(Problem("parse", message, suggestion="Make it shorter."))


def _bare_joins(kinds: list[TokenType]) -> int:
    """The most joins that wait for their ON or USING at one place."""
    waiting = most = 0
    for before, kind in pairwise(kinds):
        if kind == TokenType.JOIN and before not in _UNCONDITIONED:
            waiting += 1
        elif kind in (TokenType.ON, TokenType.USING) and before != TokenType.DISTINCT:
            waiting = max(0, waiting - 1)
        most = max(most, waiting)
    return most


def _parse_problem(error: ParseError, text: str) -> Problem:
    found = error.errors[0] if error.errors else {}
    near = str(found.get("highlight") or "")
    line = found.get("line")
    column = max(found["col"] - len(near) + 1, 1) if found.get("col") else None
    return Problem("parse", _told(str(found.get("description", "")), near), line, column)


def _told(description: str, near: str) -> str:
    """sqlglot's description in words that need no knowledge of sqlglot.

    >>> _told("Expecting )", "FROM")
    'Expected ) at "FROM".'
    """
    where = f' at "{near}"' if near else " at the end"
    if description.startswith("Required keyword"):
        return f"Something is missing{where}: this part of the statement is not complete."
    if description.startswith("Expecting"):
        return f"Expected{description.removeprefix('Expecting')}{where}."
    return f"The statement can't be understood{where}."


def _as_duckdb(tree: exp.Expr, text: str) -> exp.Expr:
    """A tree read in another dialect, without that dialect's care for details.

    What was written is a DuckDB statement with a slip in it: no `NULLS FIRST`, no guard against
    division by zero was meant.
    """
    for node in tree.find_all(exp.Ordered, exp.Div):
        if isinstance(node, exp.Div):
            node.set("safe", False)
            node.set("typed", False)
        elif "NULLS" not in text.upper():
            node.set("nulls_first", False)
    return tree
