"""From a statement's text to rows: validate, let DuckDB judge, repair, run.

The text itself never runs: what runs is written anew from the checked tree. Knows nothing of
models.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from sqlglot import exp

from text2sql.database import Database
from text2sql.errors import ExecutionError, QueryError
from text2sql.parsing import Statement, to_sql
from text2sql.problems import Problem, QueryResult, Repair
from text2sql.repair import repair
from text2sql.repair.stored import stored_value
from text2sql.validation import Checked, check, validate

ROUNDS = 4  # of repair: DuckDB names one fault at a time


@dataclass(frozen=True)
class Settled:
    """What came of a statement; `valid` says that it passed every check, the binder's too."""

    sql: str
    valid: bool = False
    problems: tuple[Problem, ...] = ()
    repairs: tuple[Repair, ...] = ()
    result: QueryResult | None = None
    validate_ms: float = 0.0
    execute_ms: float = 0.0

    @property
    def error(self) -> str | None:
        """Why there are no rows, in one or two sentences; None if there are."""
        if self.result is not None:
            return None
        told = [f"{p.message} {p.suggestion}".strip() for p in self.problems]
        return " ".join(told[:2]) or "The statement could not be run."


def settle(text: str, database: Database, *, mend: bool = True) -> Settled:
    """The statement's rows, after repairs where `mend` allows them; never raises for bad SQL."""
    began = time.perf_counter()
    checked = validate(text, database.schema)
    if mend and checked.tree is not None and not _unsafe(checked):
        checked, noticed = _with_stored_values(checked, text, database)
    else:
        noticed = ()
    found = _judged(checked, database, _ms_since(began))
    if not mend:
        return found
    return _mended(replace(found, repairs=noticed), checked, text, database)


def _mended(found: Settled, checked: Checked, text: str, database: Database) -> Settled:
    """The best that repairs make of a statement that was refused; `found` itself if nothing."""
    first = found
    for _ in range(ROUNDS):
        if found.result is not None or checked.tree is None or _unsafe(checked):
            break
        began = time.perf_counter()
        message = _said(found)
        tree, repairs = repair(checked.tree, database.schema, message, values=database.values())
        if not repairs or to_sql(tree) == checked.sql:
            break
        checked = _checked_again(tree, text, database)
        spent = found.validate_ms + _ms_since(began)
        judged = _judged(checked, database, spent)
        found = replace(
            judged,
            repairs=(*found.repairs, *repairs),
            execute_ms=found.execute_ms + judged.execute_ms,
        )
    if found.result is None and not found.valid:
        # Half a repair helps nobody: show the statement as it was written, with its problems.
        return replace(first, validate_ms=found.validate_ms, execute_ms=found.execute_ms)
    return found


def _judged(checked: Checked, database: Database, validate_ms: float) -> Settled:
    """The checked statement bound and run."""
    if not checked.ok:
        problems = checked.problems
        if checked.tree is not None and not _unsafe(checked):
            problems = (*problems, *_refusal(checked, database))
        return Settled(checked.sql, problems=problems, validate_ms=validate_ms)
    began = time.perf_counter()
    refused = _refusal(checked, database)
    validate_ms += _ms_since(began)
    if refused:
        return Settled(checked.sql, problems=refused, validate_ms=validate_ms)
    began = time.perf_counter()
    settled = Settled(checked.sql, valid=True, validate_ms=validate_ms)
    try:
        settled = replace(settled, result=database.run(checked.sql))
    except ExecutionError as error:
        problem = Problem("run", error.message, suggestion=error.hint)
        settled = replace(settled, problems=(problem,))
    return replace(settled, execute_ms=_ms_since(began))


def _refusal(checked: Checked, database: Database) -> tuple[Problem, ...]:
    """What DuckDB's binder says against the statement."""
    try:
        database.bind(checked.sql)
    except QueryError as error:
        return (Problem("bind", error.message, suggestion=error.hint),)
    except ExecutionError as error:
        return (Problem("run", error.message, suggestion=error.hint),)
    return ()


def _with_stored_values(
    checked: Checked, text: str, database: Database
) -> tuple[Checked, tuple[Repair, ...]]:
    """Texts compared with a column as they are stored there, where only case differs."""
    assert checked.tree is not None
    tree, repairs = repair(
        checked.tree, database.schema, "", rules=(stored_value,), values=database.values()
    )
    if not repairs:
        return checked, ()
    return _checked_again(tree, text, database), repairs


def _checked_again(tree: exp.Expr, text: str, database: Database) -> Checked:
    """The changed tree through the layers of checks after parsing; places are of no text now."""
    try:
        again = check(Statement(tree, text), database.schema)
    except RecursionError:
        return Checked(None, to_sql(tree), (Problem("parse", "It is nested too deeply."),))
    moved = tuple(replace(p, line=None, column=None) for p in again.problems)
    return replace(again, problems=moved)


def _said(found: Settled) -> str:
    """DuckDB's own words about the statement, if it said anything."""
    return next((p.message for p in found.problems if p.stage in ("bind", "run")), "")


def _unsafe(checked: Checked) -> bool:
    return any(problem.stage in ("parse", "safety") for problem in checked.problems)


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1e3
