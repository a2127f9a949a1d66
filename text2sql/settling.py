"""From a statement's text to rows: validate, let DuckDB judge, repair, run.

The text itself never runs: what runs is written anew from the checked tree. Knows nothing of
models.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from text2sql.database import Database
from text2sql.errors import ExecutionError, QueryError
from text2sql.parsing import Statement, parse_statement, to_sql
from text2sql.problems import Problem, QueryResult, Repair, Stage
from text2sql.repair import ALL_RULES, ALWAYS, Rule, repair
from text2sql.validation import Checked, check, validate

log = logging.getLogger(__name__)

ROUNDS = 4  # of repair: DuckDB names one fault at a time
MAX_REPAIRED = 2_000  # characters: what is longer is a model in a loop, or meant to take long
SHOWN = 2  # problems that make up the one message


@dataclass(frozen=True)
class Settled:
    """What came of a statement; `valid` says that it passed every check, the binder's too.

    `sql` is what DuckDB accepted; of a statement that it did not, the text as it was written,
    which is where the problems' lines and columns are.
    """

    sql: str
    valid: bool = False
    problems: tuple[Problem, ...] = ()
    repairs: tuple[Repair, ...] = ()
    result: QueryResult | None = None
    validate_ms: float = 0.0
    execute_ms: float = 0.0

    @property
    def found_nothing(self) -> bool:
        """Whether there are no rows, or one that holds nothing but zeros and NULLs."""
        rows = self.result.rows if self.result is not None else ()
        return len(rows) < 2 and not any(value for row in rows for value in row)

    @property
    def error(self) -> str | None:
        """Why there are no rows, in a few sentences; None if there are."""
        if self.result is not None:
            return None
        first = [one for one in self.problems if one.stage == self.problems[0].stage]
        told = [f"{one.message} {one.suggestion}".strip() for one in first[:SHOWN]]
        return " ".join(told) or "The statement could not be run."


def settle(text: str, database: Database, *, rules: Sequence[Rule] = ALL_RULES) -> Settled:
    """The statement's rows, after the repairs that `rules` make; never raises for bad SQL."""
    began = time.perf_counter()
    checked = validate(text, database.schema)
    first = _tried(checked, text, database, rules)
    settled = _outcome(first, _mended(first, text, database, rules), checked, text)
    spent = (time.perf_counter() - began) * 1e3
    return replace(settled, validate_ms=max(0.0, spent - settled.execute_ms))


def canonical(text: str) -> str:
    """The statement written anew, so that equal ones are equal texts; as it is if it is no SQL.

    >>> canonical("select  1 -- one") == canonical("SELECT 1")
    True
    """
    try:
        return to_sql(parse_statement(text).tree)
    except Exception:  # whatever sqlglot makes of it, it is no SQL that could run
        return " ".join(text.split())


@dataclass(frozen=True)
class _Trial:
    """One form of the statement and what DuckDB made of it."""

    checked: Checked
    repairs: tuple[Repair, ...] = ()
    bound: bool = False
    refusal: Problem | None = None
    mendable: bool = False
    result: QueryResult | None = None
    execute_ms: float = 0.0


def _tried(
    checked: Checked,
    text: str,
    database: Database,
    rules: Sequence[Rule],
    repairs: tuple[Repair, ...] = (),
) -> _Trial:
    """The checked statement with its texts as they are stored, bound and run."""
    if checked.tree is None or _unsafe(checked):
        return _Trial(checked, repairs)
    always = [rule for rule in rules if rule in ALWAYS]
    seen, noticed = _repaired(checked, text, database, always)
    return _judged(_Trial(seen, (*repairs, *noticed), mendable=True), database)


def _judged(trial: _Trial, database: Database) -> _Trial:
    """The trial with DuckDB's judgement; what names that do not exist refuse is not run."""
    sql, began = trial.checked.sql, time.perf_counter()
    try:
        database.bind(sql)
        if not trial.checked.ok:
            return trial
        trial = replace(trial, bound=True)
        began = time.perf_counter()
        return replace(trial, result=database.run(sql), execute_ms=_ms_since(began))
    except ExecutionError as error:
        refused = isinstance(error, QueryError)  # else it took too long: no repair helps
        stage: Stage = "bind" if refused and not trial.bound else "run"
        return replace(
            trial,
            refusal=Problem(stage, error.message, suggestion=error.hint),
            mendable=refused,
            execute_ms=_ms_since(began) if trial.bound else 0.0,
        )


def _mended(first: _Trial, text: str, database: Database, rules: Sequence[Rule]) -> _Trial:
    """The last of the trials that repairs lead to; `first` itself if there is nothing to do."""
    mending = [rule for rule in rules if rule not in ALWAYS]
    trial = first
    for _ in range(ROUNDS):
        if trial.result is not None or not trial.mendable:
            break
        words = trial.refusal.message if trial.refusal else ""
        checked, repairs = _repaired(trial.checked, text, database, mending, words)
        if checked.sql == trial.checked.sql:
            break
        spent = trial.execute_ms
        trial = _tried(checked, text, database, rules, (*trial.repairs, *repairs))
        trial = replace(trial, execute_ms=trial.execute_ms + spent)
    return trial


def _outcome(first: _Trial, last: _Trial, checked: Checked, text: str) -> Settled:
    """The repaired statement if repairs made it run, else what was written, with its problems.

    Half a repair helps nobody.
    """
    spent = last.execute_ms
    shown = last if last.result is not None or (last.bound and not first.bound) else first
    problems = (shown.refusal,) if shown.refusal else ()
    if not shown.bound:
        return Settled(text, problems=(*checked.problems, *problems), execute_ms=spent)
    return Settled(
        shown.checked.sql,
        valid=True,
        problems=problems,
        repairs=shown.repairs,
        result=shown.result,
        execute_ms=spent,
    )


def _repaired(
    checked: Checked, text: str, database: Database, rules: Sequence[Rule], words: str = ""
) -> tuple[Checked, tuple[Repair, ...]]:
    """The statement after these rules, checked again; itself if they leave it as it is."""
    if checked.tree is None or not rules or len(checked.sql) > MAX_REPAIRED:
        return checked, ()
    try:
        tree, repairs = repair(checked.tree, database.schema, words, rules, database.values())
        if not repairs or to_sql(tree) == checked.sql:
            return checked, ()
        again = check(Statement(tree, text), database.schema)
    except Exception:  # a rule that fails costs the repair, not the answer
        log.exception("A statement could not be repaired: %s", checked.sql)
        return checked, ()
    return again, repairs


def _unsafe(checked: Checked) -> bool:
    return any(problem.stage in ("parse", "safety") for problem in checked.problems)


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1e3
