"""Rules about values of different kinds compared with each other, told by DuckDB's message."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from text2sql.problems import Repair
from text2sql.repair.case import Case, made, spelled
from text2sql.repair.kinds import as_text, is_number, kind_of, try_cast

_MIXED = re.compile(
    r"Cannot (compare|mix) values of type|Could not convert string|date field format"
    r"|timestamp field|Unimplemented type for cast"
)
_TESTS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_YEAR = re.compile(r"[12]\d{3}")
_MONTH = re.compile(r"\d{4}-\d{2}%?")


def kinds_compared(case: Case) -> Repair | None:
    """Text compared with a number is compared as text if equal or not, else as a number.

    A date compared with a year is asked for its year.

    >>> from text2sql.repair.example import mended
    >>> error = "Cannot compare values of type VARCHAR and type INTEGER_LITERAL"
    >>> mended(kinds_compared, "SELECT 1 FROM items WHERE weight > 5", error)
    'SELECT 1 FROM items WHERE TRY_CAST(weight AS DOUBLE) > 5'
    >>> mended(kinds_compared, "SELECT 1 FROM items WHERE weight = 5", error)
    "SELECT 1 FROM items WHERE weight = '5'"
    """
    if not _MIXED.search(case.error):
        return None
    before = spelled(case.tree)
    changed = [change for test in list(_tests(case.tree)) for change in _mend(test, case)]
    if not changed:
        return None
    message = f"Values of different kinds were compared: {', '.join(changed)}."
    return made("kinds_compared", message, before, spelled(case.tree))


def _tests(tree: exp.Expr) -> Iterator[exp.Expr]:
    yield from tree.find_all(*_TESTS, exp.In, exp.Between)


def _mend(test: exp.Expr, case: Case) -> Iterator[str]:
    if isinstance(test, exp.In):
        done = _mend_in(test, case)
    elif isinstance(test, exp.Between):
        done = _mend_between(test, case)
    else:
        done = _mend_pair(test, test.this, test.expression, case)
    if done:
        yield spelled(test)


def _mend_pair(test: exp.Expr, left: exp.Expr, right: exp.Expr, case: Case) -> bool:
    kinds = (kind_of(left, case), kind_of(right, case))
    if kinds in (("number", "text"), ("date", "number"), ("date", "text")):
        return _pair(left, right, case, equal=isinstance(test, (exp.EQ, exp.NEQ)))
    if kinds in (("text", "number"), ("number", "date"), ("text", "date")):
        return _pair(right, left, case, equal=isinstance(test, (exp.EQ, exp.NEQ)))
    return False


def _pair(strict: exp.Expr, loose: exp.Expr, case: Case, *, equal: bool) -> bool:
    """Bring two sides together; `strict` is the number, or the date, `loose` what is compared."""
    if kind_of(strict, case) == "date":
        return _pair_with_date(strict, loose, equal=equal)
    if isinstance(loose, exp.Literal):
        if is_number(loose.name):
            return False
        strict.replace(as_text(strict))
    elif isinstance(strict, exp.Literal) and equal:
        strict.replace(exp.Literal.string(strict.name))
    else:
        loose.replace(try_cast(loose, "DOUBLE"))
    return True


def _pair_with_date(moment: exp.Expr, other: exp.Expr, *, equal: bool) -> bool:
    if not isinstance(other, exp.Literal):
        other.replace(try_cast(other, "DATE"))
    elif _YEAR.fullmatch(other.name):
        moment.replace(exp.Year(this=moment.copy()))
        other.replace(exp.Literal.number(other.name))
    elif other.is_string:
        if _is_moment(other.name) or not (equal or _MONTH.fullmatch(other.name)):
            return False  # as texts, '01/02/2025' comes before every date
        moment.replace(as_text(moment))
    else:
        return False
    return True


def _is_moment(text: str) -> bool:
    return re.match(r"\d{4}-\d{1,2}-\d{1,2}", text) is not None


def _mend_in(test: exp.In, case: Case) -> bool:
    left = kind_of(test.this, case)
    query = test.args.get("query")
    if query is not None:
        right = kind_of(query, case)
        if (left, right) == ("number", "text"):
            item = query.this.selects[0]
            item.replace(try_cast(item.unalias(), "DOUBLE"))
        elif (left, right) == ("text", "number"):
            test.this.replace(try_cast(test.this, "DOUBLE"))
        else:
            return False
        return True
    values = test.expressions
    if left == "text" and any(kind_of(one, case) == "number" for one in values):
        for one in values:
            if isinstance(one, exp.Literal):
                one.replace(exp.Literal.string(one.name))
        return True
    if left == "number" and any(one.is_string and not is_number(one.name) for one in values):
        test.this.replace(as_text(test.this))
        return True
    return False


def _mend_between(test: exp.Between, case: Case) -> bool:
    left, ends = kind_of(test.this, case), (test.args["low"], test.args["high"])
    kinds = {kind_of(one, case) for one in ends}
    if left == "text" and kinds == {"number"}:
        test.this.replace(try_cast(test.this, "DOUBLE"))
    elif left == "date" and all(_YEAR.fullmatch(one.name) for one in ends):
        test.this.replace(exp.Year(this=test.this.copy()))
        for one in ends:
            one.replace(exp.Literal.number(one.name))
    elif left == "number" and not all(is_number(one.name) for one in ends if one.is_string):
        test.this.replace(as_text(test.this))
    else:
        return False
    return True


def cast_that_fails(case: Case) -> Repair | None:
    """A cast that fails on some stored text gives NULL for it.

    >>> from text2sql.repair.example import mended
    >>> error = "Conversion Error: Could not convert string 'light' to INT32"
    >>> mended(cast_that_fails, "SELECT CAST(weight AS INT) FROM items", error)
    'SELECT TRY_CAST(weight AS INT) FROM items'
    """
    if not _MIXED.search(case.error):
        return None
    casts = [one for one in case.tree.find_all(exp.Cast) if type(one) is exp.Cast]
    casts = [one for one in casts if kind_of(one.this, case) != "number"]
    casts = [one for one in casts if kind_of(one, case) != "text"]
    if not casts:
        return None
    before = ", ".join(map(spelled, casts))
    for one in casts:
        one.replace(exp.TryCast(this=one.this.copy(), to=one.to.copy()))
    message = f"Not every value can be converted: {before} is NULL for those that can't."
    return made("cast_that_fails", message, before, before.replace("CAST", "TRY_CAST"))
