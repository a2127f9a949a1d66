"""Rules about functions: arguments of the wrong kind, names and orders of other dialects."""

from __future__ import annotations

import re
from collections.abc import Callable

import sqlglot
from sqlglot import exp

from text2sql.problems import Repair
from text2sql.repair.case import Case, made, spelled
from text2sql.repair.kinds import Kinds, as_text, kind_of, try_cast

_REFUSED = re.compile(r"(?:argument types '|function call \")(?P<name>[^('\"]+)\((?P<types>.*?)\)")
_NO_FUNCTION = re.compile(r"Function with name (\S+) does not exist")
_SLASHED = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")

_ARITHMETIC = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div, "%": exp.Mod}
_OF_NUMBERS: Kinds = (exp.Sum, exp.Avg, exp.Round, exp.Abs, exp.Neg, exp.Stddev, exp.StddevSamp)
_OF_NUMBERS += (exp.StddevPop, exp.Variance, exp.Median, exp.Ceil, exp.Floor, exp.Sqrt)
_OF_NUMBERS += (exp.PercentileCont, *_ARITHMETIC.values())
_OF_DATES: Kinds = (
    exp.Year,
    exp.Month,
    exp.Day,
    exp.Quarter,
    exp.Week,
    exp.DayOfWeek,
    exp.DayOfYear,
)
_OF_DATES += (exp.Extract, exp.TimestampTrunc, exp.DateTrunc, exp.TimeToStr, exp.DateDiff)
_OF_TEXTS: Kinds = (exp.Like, exp.ILike, exp.Length, exp.Lower, exp.Upper, exp.Substring, exp.Trim)
_OF_TEXTS += (exp.StrPosition, exp.RegexpLike, exp.StartsWith, exp.EndsWith, exp.Contains)


def text_as_number(case: Case) -> Repair | None:
    """Text that is summed, averaged or calculated with is read as numbers.

    >>> from text2sql.repair.example import mended
    >>> error = "No function matches the given name and argument types 'sum(VARCHAR)'."
    >>> mended(text_as_number, "SELECT SUM(weight) FROM items", error)
    'SELECT SUM(TRY_CAST(weight AS DOUBLE)) FROM items'
    """
    refused = _REFUSED.search(case.error)
    if not refused or "VARCHAR" not in refused["types"]:
        return None
    texts = [
        argument
        for call in case.tree.find_all(*_OF_NUMBERS)
        for argument in _arguments(call)
        if kind_of(argument, case) == "text" and not isinstance(argument, exp.Literal)
    ]
    before = ", ".join(map(spelled, texts))
    for one in texts:
        one.replace(try_cast(one, "DOUBLE"))
    message = f"Text was read as numbers: {before}."
    return made("text_as_number", message, before, "DOUBLE") if texts else None


def _arguments(call: exp.Expr) -> list[exp.Expr]:
    found = []
    for one in (call.args.get("this"), call.args.get("expression")):
        if isinstance(one, exp.Distinct):
            found += one.expressions
        elif isinstance(one, exp.Expr):
            found.append(one)
    return found


def text_as_date(case: Case) -> Repair | None:
    """Text that is asked for its year, month or form of a date, or moved by days, is read as dates.

    >>> from text2sql.repair.example import mended
    >>> error = "No function matches the given name and argument types 'year(VARCHAR)'."
    >>> mended(text_as_date, "SELECT YEAR(day) FROM orders", error)
    'SELECT YEAR(TRY_CAST(day AS DATE)) FROM orders'
    """
    if not _REFUSED.search(case.error):
        return None
    done = []
    for call in case.tree.find_all(*_OF_DATES):
        slots = (call.args.get("this"), call.args.get("expression"), call.args.get("format"))
        for one in slots:
            if isinstance(one, exp.Column) and kind_of(one, case) == "text":
                done.append(spelled(one))
                one.replace(_as_date(one, case))
    for moved in case.tree.find_all(exp.Add, exp.Sub, exp.DateAdd, exp.DateSub):
        text = moved.this
        if isinstance(moved.expression, exp.Interval) and kind_of(text, case) == "text":
            done.append(spelled(text))
            text.replace(try_cast(text, "DATE"))
    message = f"Text was read as dates: {', '.join(done)}."
    return made("text_as_date", message, ", ".join(done), "DATE") if done else None


def _as_date(column: exp.Column, case: Case) -> exp.Expr:
    """The column as a date, in the form that its stored values have."""
    source = case.source_of(column)
    table = source.table.name if source and source.table else ""
    stored = case.column_of(column)
    values = case.values.get((table, stored.name), ()) if stored else ()
    if values and all(_SLASHED.match(one) for one in values[:20]):
        form = exp.Literal.string("%m/%d/%Y")
        return exp.Anonymous(this="TRY_STRPTIME", expressions=[column.copy(), form])
    return try_cast(column, "DATE")


def number_as_year(case: Case) -> Repair | None:
    """The year of a number is the number.

    >>> from text2sql.repair.example import mended
    >>> error = "No function matches the given name and argument types 'year(INTEGER)'."
    >>> mended(number_as_year, "SELECT YEAR(price) FROM orders", error)
    'SELECT price FROM orders'
    """
    if not _REFUSED.search(case.error):
        return None
    done = []
    for call in list(case.tree.find_all(exp.Year, exp.Extract)):
        value = call.expression if isinstance(call, exp.Extract) else call.this
        if isinstance(call, exp.Extract) and call.name.upper() != "YEAR":
            continue
        if kind_of(value, case) == "number":
            done.append(spelled(value))
            call.replace(value.copy())
    message = f"Numbers already, not dates: {', '.join(done)}."
    return made("number_as_year", message, "YEAR", ", ".join(done)) if done else None


def number_as_text(case: Case) -> Repair | None:
    """A number or date that is searched or cut like text is read as text.

    >>> from text2sql.repair.example import mended
    >>> error = "No function matches the given name and argument types '~~(DOUBLE, STRING_LITERAL)'"
    >>> mended(number_as_text, "SELECT 1 FROM items WHERE price LIKE '5%'", error)
    "SELECT 1 FROM items WHERE CAST(price AS TEXT) LIKE '5%'"
    """
    if not _REFUSED.search(case.error):
        return None
    done = []
    for call in list(case.tree.find_all(*_OF_TEXTS)):
        if kind_of(call.this, case) in ("number", "date"):
            done.append(spelled(call.this))
            call.this.replace(as_text(call.this))
    message = f"Read as text: {', '.join(done)}."
    return made("number_as_text", message, ", ".join(done), "VARCHAR") if done else None


Rewrite = Callable[[list[exp.Expr]], exp.Expr]


def _renamed(name: str) -> Rewrite:
    return lambda given: exp.Anonymous(this=name, expressions=given)


def _day(given: list[exp.Expr]) -> exp.Expr:
    return exp.Anonymous(this="JULIAN", expressions=[try_cast(given[0], "DATE")])


def _formatted(name: str, dialect: str) -> Rewrite:
    """A function of that dialect that writes dates, its format's letters as DuckDB knows them."""

    def rewrite(given: list[exp.Expr]) -> exp.Expr:
        call = exp.Anonymous(this=name, expressions=given).sql()
        read = sqlglot.parse_one(call, read=dialect).find(exp.TimeToStr)
        form = read.args["format"] if read and given[1].is_string else given[1]
        return exp.TimeToStr(this=given[0].copy(), format=form.copy())

    return rewrite


_DIALECTS: dict[str, tuple[int, Rewrite]] = {
    "julianday": (1, _day),
    "isnull": (2, _renamed("COALESCE")),
    "curdate": (0, lambda given: exp.CurrentDate()),
    "getdate": (0, _renamed("NOW")),
    "sysdate": (0, _renamed("NOW")),
    "date_format": (2, _formatted("DATE_FORMAT", "mysql")),
    "to_char": (2, _formatted("TO_CHAR", "postgres")),
    "std": (1, lambda given: exp.Stddev(this=given[0])),
    "total": (1, lambda given: exp.Sum(this=given[0])),
    "date_sub": (2, lambda given: exp.Sub(this=try_cast(given[0], "DATE"), expression=given[1])),
}


def other_dialect(case: Case) -> Repair | None:
    """A function of another dialect becomes DuckDB's.

    >>> from text2sql.repair.example import mended
    >>> error = "Catalog Error: Scalar Function with name isnull does not exist!"
    >>> mended(other_dialect, "SELECT ISNULL(city, 'none') FROM customers", error)
    "SELECT COALESCE(city, 'none') FROM customers"
    """
    if not (_NO_FUNCTION.search(case.error) or _REFUSED.search(case.error)):
        return None
    for call in case.tree.find_all(exp.Anonymous):
        count, rewrite = _DIALECTS.get(call.name.lower(), (-1, _renamed("")))
        if len(call.expressions) == count:
            before, after = spelled(call), rewrite([one.copy() for one in call.expressions])
            call.replace(after)
            message = f"DuckDB writes {before} as {spelled(after)}."
            return made("other_dialect", message, before, spelled(after))
    return None
