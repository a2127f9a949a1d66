"""What kind of value an expression gives, as far as the schema tells."""

from __future__ import annotations

from typing import Literal

from sqlglot import exp

from text2sql.repair.case import Case

Kind = Literal["text", "number", "date"]
Kinds = tuple[type[exp.Expr], ...]

_NUMBERS: tuple[str, ...] = (
    "INT",
    "BIGINT",
    "SMALLINT",
    "TINYINT",
    "HUGEINT",
    "UINT",
    "UBIGINT",
    "USMALLINT",
)
_NUMBERS += ("UTINYINT", "DOUBLE", "FLOAT", "REAL", "DECIMAL", "NUMERIC")
_SAME_AS_ARGUMENT: Kinds = (
    exp.Min,
    exp.Max,
    exp.AnyValue,
    exp.First,
    exp.Last,
    exp.Mode,
    exp.ArgMax,
)
_SAME_AS_ARGUMENT += (exp.ArgMin, exp.Paren, exp.Alias, exp.Distinct)
_COUNTED: Kinds = (exp.Count, exp.Sum, exp.Avg, exp.Stddev, exp.Length, exp.Round, exp.Abs, exp.Neg)
_COUNTED += (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Year, exp.Month, exp.Day, exp.Extract)
_SPELLED: Kinds = (
    exp.Lower,
    exp.Upper,
    exp.Substring,
    exp.Concat,
    exp.DPipe,
    exp.TimeToStr,
    exp.Trim,
)


def kind_of(node: exp.Expr | None, case: Case) -> Kind | None:
    """Text, number or date; None if it can't be told or is something else."""
    if isinstance(node, exp.Column):
        found = case.column_of(node)
        return kind_of_type(found.type) if found else None
    if isinstance(node, exp.Literal):
        return "text" if node.is_string else "number"
    if isinstance(node, (exp.Cast, exp.TryCast)):
        return kind_of_type(node.to.sql(dialect="duckdb"))
    if isinstance(node, exp.Subquery):
        query = node.this
        listed = query.selects if isinstance(query, exp.Query) else []
        return kind_of(listed[0], case) if len(listed) == 1 else None
    if isinstance(node, _SAME_AS_ARGUMENT):
        inner = node.expressions[0] if isinstance(node, exp.Distinct) else node.this
        return kind_of(inner, case)
    if isinstance(node, _COUNTED):
        return "number"
    return "text" if isinstance(node, _SPELLED) else None


def kind_of_type(spelling: str) -> Kind | None:
    """The kind of a type in DuckDB's spelling.

    >>> kind_of_type("DECIMAL(10, 2)"), kind_of_type("VARCHAR"), kind_of_type("TIMESTAMP")
    ('number', 'text', 'date')
    """
    name = spelling.upper()
    if name.endswith("]"):
        return None
    if name.startswith(_NUMBERS):
        return None if name.startswith("INTERVAL") else "number"
    if name.startswith(("VARCHAR", "TEXT", "CHAR", "BPCHAR", "STRING")):
        return "text"
    return "date" if name.startswith(("DATE", "TIMESTAMP")) else None


def try_cast(node: exp.Expr, to: str) -> exp.Expr:
    """The node as that type, NULL where it can't be."""
    return exp.TryCast(this=node.copy(), to=exp.DataType.build(to, dialect="duckdb"))


def as_text(node: exp.Expr) -> exp.Expr:
    """The node as text."""
    return exp.Cast(this=node.copy(), to=exp.DataType.build("VARCHAR", dialect="duckdb"))


def is_number(text: str) -> bool:
    """Whether DuckDB reads the text as a number.

    >>> is_number("12.5"), is_number("12 km")
    (True, False)
    """
    try:
        float(text)
    except ValueError:
        return False
    return True
