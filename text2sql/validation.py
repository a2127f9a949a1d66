"""Is this text one statement that only reads, of tables and columns that exist?

Three layers: `parsing` (is it SQL), `safety` (may it run), `names` (does it fit the schema). What
runs is never the text but the SQL written anew from the checked tree. DuckDB's binder is asked
after this, by whoever holds the database. Knows nothing of rows or models.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlglot import exp

from text2sql import names, safety
from text2sql.parsing import MAX_DEPTH, Statement, Unparsable, parse_statement, to_sql
from text2sql.problems import Problem
from text2sql.schema import Schema

log = logging.getLogger(__name__)

MAX_PROBLEMS = 20


@dataclass(frozen=True)
class Checked:
    """A statement after its checks; without a tree, `sql` is the text as it came."""

    tree: exp.Expr | None
    sql: str
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it may run."""
        return self.tree is not None and not self.problems


def validate(sql: str, schema: Schema) -> Checked:
    """The statement checked against the schema; problems tell line and column in `sql`.

    A statement that is unsafe is not looked at further; one whose names do not fit has a tree,
    which may be repaired.
    """
    try:
        statement = parse_statement(sql)
        return check(statement, schema)
    except Unparsable as error:
        return Checked(None, sql, (error.problem,))
    except RecursionError:
        message = f"The statement is nested too deeply; the most is {MAX_DEPTH} brackets."
        return Checked(None, sql, (Problem("parse", message),))
    except Exception:  # sqlglot's generator, on calls that DuckDB has no form for
        log.debug("A statement could not be written anew.", exc_info=True)
        message = "The statement can't be written as DuckDB's SQL."
        return Checked(None, sql, (Problem("parse", message),))


def check(statement: Statement, schema: Schema) -> Checked:
    """The layers after parsing; for a tree that was changed, too. Raises RecursionError."""
    unsafe = [problem for rule in safety.RULES for problem in rule(statement, schema)]
    problems = unsafe or names.find_problems(statement, schema)
    return Checked(statement.tree, to_sql(statement.tree), tuple(problems[:MAX_PROBLEMS]))
