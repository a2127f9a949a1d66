"""CHECK conditions of any dialect in DuckDB's words, if DuckDB can take them.

DuckDB binds a condition when it creates the table, so kinds of values are compared here: what does
not clearly fit is given up. Knows nothing of tables but their columns' names and types.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from text2sql.ddl.quoting import quoted

MAX_CHECK = 2_000  # characters of one condition
MAX_ALL_CHECKS = 40_000  # of all: sqlglot reads some 50,000 a second
MAX_DEPTH = 40  # of brackets
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "DECIMAL")
_COMPARED = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_COMPUTED = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?")
_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,30})?")
_PLAIN_PATTERN = re.compile(r"[\w\s.@%\-^$\[\]+*?|:/,#&!=<>~]{1,200}")


class Unfit(Exception):
    """The condition is not one that DuckDB surely takes."""


@dataclass(frozen=True)
class Check:
    """A condition for DuckDB, or the list of texts that `column` may be."""

    text: str = ""
    column: str = ""
    values: tuple[str, ...] = ()


Columns = Mapping[str, tuple[str, str]]  # name in small letters -> spelled name, DuckDB type


def convert(text: str, dialect: str, columns: Columns, *, value: str = "") -> Check:
    """The condition for DuckDB; raises Unfit.

    `value` names the column that a domain's VALUE means.

    >>> convert("([Age] >= (0))", "tsql", {"age": ("Age", "INTEGER")}).text
    'Age >= 0'
    >>> convert("x = ANY (ARRAY['a'::text, 'b'])", "postgres", {"x": ("x", "VARCHAR")}).values
    ('a', 'b')
    """
    tree = _parse(text, dialect)
    try:
        tree = _simplified(tree)
        _spell_columns(tree, columns, value)
        listed = _listed(tree)
        if listed and columns[listed[0].lower()][1] == "VARCHAR":
            return Check(column=columns[listed[0].lower()][0], values=listed[1])
        if _kind(tree, columns) != "boolean":
            raise Unfit
        return Check(_stable(tree))
    except RecursionError:
        raise Unfit from None


def _parse(text: str, dialect: str) -> exp.Expr:
    if len(text) > MAX_CHECK or text.count("(") > 8 * MAX_DEPTH:
        raise Unfit
    try:
        tree = sqlglot.parse_one(f"SELECT {text}", read=dialect)
    except (SqlglotError, RecursionError, ValueError):
        raise Unfit from None
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or tree.args.get("from_"):
        raise Unfit
    found: exp.Expr = tree.expressions[0]
    return found.copy()


def _simplified(tree: exp.Expr) -> exp.Expr:
    """Without casts between texts and brackets around single things; ANY of an array as IN."""
    holder = exp.Paren(this=tree)
    for node in list(holder.find_all(exp.Cast)):
        inner = node.this.unnest()
        if node.to.is_type(*exp.DataType.TEXT_TYPES) or isinstance(inner, exp.Literal):
            node.replace(inner)
    for paren in list(holder.find_all(exp.Paren)):
        inner = paren.this
        if paren is not holder and (
            isinstance(inner, exp.Column | exp.Literal | exp.Paren | exp.Array | exp.Neg)
            or isinstance(paren.parent, exp.Paren | exp.Any)
        ):
            paren.replace(inner)
    for equal in list(holder.find_all(exp.EQ)):
        if isinstance(equal.expression, exp.Any):
            equal.replace(_as_in(equal))
    return _alternatives(holder.this.unnest())


def _as_in(node: exp.EQ) -> exp.In:
    array = node.expression.this
    while isinstance(array, exp.Cast | exp.Paren):
        array = array.this
    if not isinstance(array, exp.Array):
        raise Unfit
    return exp.In(this=node.this, expressions=[one.copy() for one in array.expressions])


def _alternatives(tree: exp.Expr) -> exp.Expr:
    """`a = 1 OR a = 2` as `a IN (1, 2)`."""
    if not isinstance(tree, exp.Or):
        return tree
    parts = [part.unnest() for part in tree.flatten()]
    same = {part.this.sql() for part in parts if isinstance(part, exp.EQ)}
    if len(same) != 1 or not all(isinstance(part, exp.EQ) for part in parts):
        return tree
    if not all(isinstance(part.expression, exp.Literal) for part in parts):
        return tree
    return exp.In(this=parts[0].this, expressions=[part.expression for part in parts])


def _spell_columns(tree: exp.Expr, columns: Columns, value: str) -> None:
    for column in list(tree.find_all(exp.Column)):
        name = column.name.lower()
        if value and name == "value" and not column.table:
            name = value.lower()
        if name not in columns or len(column.parts) > 2:
            raise Unfit
        spelled = columns[name][0]
        identifier = exp.to_identifier(spelled, quoted=quoted(spelled) != spelled)
        column.set("this", identifier)
        column.set("table", None)


def _listed(tree: exp.Expr) -> tuple[str, tuple[str, ...]] | None:
    """The column and the texts of `column IN ('a', 'b')`."""
    if not isinstance(tree, exp.In) or not isinstance(tree.this, exp.Column):
        return None
    if not tree.expressions or not all(one.is_string for one in tree.expressions):
        return None
    return tree.this.name, tuple(dict.fromkeys(one.name for one in tree.expressions))


def _stable(tree: exp.Expr) -> str:
    """DuckDB's text of the condition, which must be the same when read again."""
    text = _sql(_parse(_sql(tree), "duckdb"))
    if _sql(_parse(text, "duckdb")) != text:
        raise Unfit
    return text


def _sql(tree: exp.Expr) -> str:
    try:
        return tree.sql(dialect="duckdb", comments=False, unsupported_level=ErrorLevel.IGNORE)
    except (SqlglotError, ValueError):
        raise Unfit from None


def _kind(node: exp.Expr, columns: Columns) -> str:
    """What kind of value a node gives; raises Unfit if DuckDB may not be able to tell."""
    if isinstance(node, exp.Paren):
        return _kind(node.this, columns)
    if isinstance(node, exp.Column):
        return _column_kind(columns[node.name.lower()][1])
    if isinstance(node, exp.Literal):
        return "text literal" if node.is_string else "number"
    if isinstance(node, exp.Boolean):
        return "boolean"
    if isinstance(node, exp.Neg) and _kind(node.this, columns) == "number":
        return "number"
    if isinstance(node, _COMPUTED):
        return _computed(node, columns)
    return _condition(node, columns)


def _condition(node: exp.Expr, columns: Columns) -> str:
    if isinstance(node, exp.And | exp.Or):
        parts = [node.this, node.expression]
        if any(_kind(part, columns) != "boolean" for part in parts):
            raise Unfit
    elif isinstance(node, exp.Not):
        if _kind(node.this, columns) != "boolean":
            raise Unfit
    elif isinstance(node, _COMPARED):
        _demand_alike([node.this, node.expression], columns)
    elif isinstance(node, exp.Between):
        _demand_alike([node.this, node.args["low"], node.args["high"]], columns)
    elif isinstance(node, exp.In):
        if not node.expressions or node.args.get("query"):
            raise Unfit
        _demand_alike([node.this, *node.expressions], columns)
    elif isinstance(node, exp.Is):
        if not isinstance(node.this, exp.Column) or not isinstance(node.expression, exp.Null):
            raise Unfit
    else:
        return _function(node, columns)
    return "boolean"


def _function(node: exp.Expr, columns: Columns) -> str:
    matching = isinstance(node, exp.Like | exp.ILike | exp.RegexpLike)
    kind = _kind(node.this, columns) if matching or isinstance(node, exp.Func) else ""
    if matching and kind == "text" and _is_pattern(node):
        return "boolean"
    if isinstance(node, exp.Length) and kind == "text":
        return "number"
    if isinstance(node, exp.Lower | exp.Upper | exp.Trim) and kind == "text":
        if not node.args.get("expression"):
            return "text"
    elif isinstance(node, exp.Abs) and kind == "number":
        return "number"
    raise Unfit


def _is_pattern(node: exp.Expr) -> bool:
    pattern = node.expression
    if not isinstance(pattern, exp.Literal) or not pattern.is_string or node.args.get("flag"):
        return False
    if isinstance(node, exp.RegexpLike):
        return _is_plain_pattern(pattern.name)
    return "[" not in pattern.name  # SQL Server's classes of characters


def _computed(node: exp.Binary, columns: Columns) -> str:
    if {_kind(node.this, columns), _kind(node.expression, columns)} == {"number"}:
        return "number"
    raise Unfit


def _demand_alike(nodes: list[exp.Expr], columns: Columns) -> None:
    kinds = {_kind(node, columns) for node in nodes}
    texts = [node.name for node in nodes if isinstance(node, exp.Literal) and node.is_string]
    kinds.discard("text literal")
    if kinds == {"boolean", "number"}:  # MySQL's and SQLite's 0 and 1
        numbers = [node for node in nodes if isinstance(node, exp.Literal)]
        if any(node.name not in ("0", "1") for node in numbers) or texts:
            raise Unfit
    elif len(kinds) != 1 or not all(_readable(text, next(iter(kinds))) for text in texts):
        raise Unfit


def _readable(text: str, kind: str) -> bool:
    """Whether a text stands for a value of that kind."""
    if kind == "date":
        return _DATE.fullmatch(text) is not None
    if kind == "number":
        return _NUMBER.fullmatch(text) is not None
    return kind == "text"


def _column_kind(type_: str) -> str:
    if type_ == "VARCHAR":
        return "text"
    if type_ == "BOOLEAN":
        return "boolean"
    if type_ in ("DATE", "TIMESTAMP"):
        return "date"
    if type_.split("(")[0].removeprefix("U") in _NUMBERS and not type_.endswith("]"):
        return "number"
    if type_ == "TIME":
        return "time"
    return type_


def _is_plain_pattern(pattern: str) -> bool:
    """Whether every engine reads the regular expression alike."""
    if not _PLAIN_PATTERN.fullmatch(pattern) or "(" in pattern or "[[" in pattern:
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return not re.search(r"[*+?]{2}", pattern)
