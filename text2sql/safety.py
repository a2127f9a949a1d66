"""What a statement may do: RULES over its tree, each refusing one way to do more than read.

The sandbox refuses the same once more, by other means; neither relies on the other. Knows nothing
of columns, and of tables only their names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from sqlglot import exp

from text2sql.functions import TABLE_FUNCTIONS, is_refused
from text2sql.parsing import Statement, place
from text2sql.problems import Problem
from text2sql.schema import Schema

MAX_MADE = 10_000_000  # characters, items or rows that numbers in the statement may ask for
MAX_CROSSED = 3  # tables multiplied with each other without any condition
MAX_REPETITIONS = 1_000  # that the counts in one regular expression may multiply to
MAX_TABLES = 60  # in one statement

# Whatever stands for a statement that does not read. A CTE may hold one, and DuckDB runs it.
WRITERS: tuple[type[exp.Expr], ...] = (
    exp.DDL,
    exp.DML,
    exp.Alter,
    exp.Analyze,
    exp.Attach,
    exp.Cache,
    exp.Command,
    exp.Comment,
    exp.Commit,
    exp.Copy,
    exp.Describe,
    exp.Detach,
    exp.Drop,
    exp.Export,
    exp.Grant,
    exp.Install,
    exp.Into,
    exp.Kill,
    exp.LoadData,
    exp.Lock,
    exp.Merge,
    exp.Pragma,
    exp.Refresh,
    exp.Revoke,
    exp.Rollback,
    exp.Set,
    exp.Show,
    exp.Summarize,
    exp.Transaction,
    exp.TruncateTable,
    exp.Uncache,
    exp.Use,
)
READERS = (exp.Select, exp.SetOperation, exp.Subquery, exp.Values)
CATALOGUES = ("information_schema", "pg_", "duckdb_", "sqlite_", "pragma_", "system")
_DIGITS = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
FILE_LIKE = re.compile(r"[/\\*?:~]|\.\w+$|^\s*$|\s*\.\.")

Rule = Callable[[Statement, Schema], Iterator[Problem]]


def only_reads(statement: Statement, schema: Schema) -> Iterator[Problem]:
    """The statement, its CTEs and subqueries read; none of them writes, sets or describes."""
    hint = "Write a SELECT."
    if not isinstance(statement.tree, READERS):
        yield _problem(statement, statement.tree, "Only statements that read can run.", hint)
        return
    for node in statement.tree.find_all(*WRITERS):
        kind = type(node).__name__.upper()
        yield _problem(statement, node, f"Only reading is allowed; this holds {kind}.", hint)
    for cte in statement.tree.find_all(exp.CTE):
        if not isinstance(cte.this, READERS):
            message = f'The part "{cte.alias}" in WITH does not read.'
            yield _problem(statement, cte, message, hint)


def allowed_functions(statement: Statement, schema: Schema) -> Iterator[Problem]:
    """No function that reads files, settings or the catalogue, waits, writes or runs SQL."""
    for node in statement.tree.find_all(exp.Func):
        name = function_name(node)
        if is_refused(name):
            message = f"The function {name.lower()} is not allowed here."
            yield _problem(statement, node, message, "Ask the tables of the database only.")


def allowed_sources(statement: Statement, schema: Schema) -> Iterator[Problem]:
    """FROM holds tables by their plain name, and of functions only those that make rows."""
    hint = "Use a table of the database."
    for table in statement.tree.find_all(exp.Table, exp.Lateral):
        source = table.this
        if isinstance(source, exp.Func):
            name = function_name(source)
            if name.lower() not in TABLE_FUNCTIONS:
                message = f"The function {name.lower()} can't stand in FROM."
                yield _problem(statement, table, message, hint)
        elif isinstance(table, exp.Table) and not _is_plain(table, schema):
            message = f'"{_shown(table)}" is no table of this database; files can\'t be read.'
            yield _problem(statement, table, message, hint)


def no_parameters(statement: Statement, schema: Schema) -> Iterator[Problem]:
    """No placeholder or variable: nobody would give it a value."""
    kinds = (exp.Placeholder, exp.Parameter, exp.SessionParameter)
    for node in statement.tree.find_all(*kinds):
        message = "The statement has a parameter without a value."
        yield _problem(statement, node, message, "Write the value in its place.")


def bounded_sizes(statement: Statement, schema: Schema) -> Iterator[Problem]:
    """Numbers written in the statement ask for no huge texts, lists or series."""
    made = 1.0
    for node in statement.tree.find_all(exp.Func):
        made *= max(1.0, _made_by(node))
        if made > MAX_MADE:
            message = f"The statement would make more than {MAX_MADE:,} characters, items or rows."
            yield _problem(statement, node, message, "Use smaller numbers.")
            return


def bounded_products(statement: Statement, schema: Schema) -> Iterator[Problem]:
    """No long list of tables multiplied with each other without a condition."""
    tables = sum(1 for _ in statement.tree.find_all(exp.Table))
    if tables > MAX_TABLES:
        message = f"The statement names {tables} tables; the most is {MAX_TABLES}."
        yield _problem(statement, statement.tree, message, "Ask for less at once.")
    for select in statement.tree.find_all(exp.Select):
        if _crossed(select) > MAX_CROSSED:
            message = "The query multiplies several tables with each other without a condition."
            yield _problem(statement, select, message, "Say with ON how they belong together.")


def ending_recursion(statement: Statement, schema: Schema) -> Iterator[Problem]:
    """The recursive part of a WITH RECURSIVE has a condition that can end it."""
    for cte in statement.tree.find_all(exp.CTE):
        body = cte.this
        if isinstance(body, exp.SetOperation) and not _can_end(body, cte.alias.lower()):
            message = f'The recursion in "{cte.alias}" has no condition that ends it.'
            yield _problem(statement, cte, message, "Add a WHERE that compares a column.")


def bounded_patterns(statement: Statement, schema: Schema) -> Iterator[Problem]:
    """The repetition counts of a regular expression do not multiply to thousands."""
    for node in statement.tree.find_all(exp.Literal):
        if node.is_string and isinstance(node.parent, exp.Func):
            counts = [int(count) for count in re.findall(r"\{(?:\d+,)?(\d{1,9})\}", node.name)]
            if math.prod(counts) > MAX_REPETITIONS:
                message = "The regular expression repeats too often."
                yield _problem(statement, node, message, "Use smaller counts in { }.")


RULES: tuple[Rule, ...] = (
    only_reads,
    allowed_functions,
    allowed_sources,
    no_parameters,
    bounded_sizes,
    bounded_products,
    ending_recursion,
    bounded_patterns,
)


def function_name(node: exp.Func) -> str:
    """The function's name, as DuckDB or else as the statement spells it."""
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        return str(node.name)
    names = type(node).sql_names()
    return next((name for name in names if is_refused(name)), names[0] if names else "")


def _problem(statement: Statement, node: exp.Expr, message: str, hint: str) -> Problem:
    return Problem("safety", message, *place(node, statement.text), hint)


def _is_plain(table: exp.Table, schema: Schema) -> bool:
    """Whether the table is named as tables are, though there may be none of that name."""
    name = table.name
    if not isinstance(table.this, exp.Identifier) or table.catalog:
        return False
    if table.db and table.db.lower() != "main":
        return False
    if schema.table(name) is not None:
        return True
    return not FILE_LIKE.search(name) and not name.lower().startswith(CATALOGUES)


def _shown(table: exp.Table) -> str:
    return ".".join(part.name for part in table.parts) or table.sql(dialect="duckdb")


def _made_by(node: exp.Func) -> float:
    """How many characters, items or rows a call makes, as far as numbers in it say so."""
    if isinstance(node, exp.GenerateSeries):
        start, end, step = (node.args.get(key) for key in ("start", "end", "step"))
        return abs(_number(end) - _number(start)) / max(abs(_number(step)), 1e-9 if step else 1.0)
    if isinstance(node, exp.Repeat):
        return _number(node.args.get("times"))
    if isinstance(node, exp.Pad):
        return _number(node.expression)
    if isinstance(node, exp.Anonymous) and node.name.lower() in _SIZED:
        return max((_number(argument) for argument in node.expressions[1:]), default=0.0)
    return 0.0


_SIZED = {"list_resize", "array_resize", "to_base", "repeat", "lpad", "rpad", "bar"}
_ARITHMETIC: dict[type[exp.Expr], Callable[[float, float], float]] = {
    exp.Add: lambda a, b: a + b,
    exp.Sub: lambda a, b: a - b,
    exp.Mul: lambda a, b: a * b,
    exp.Div: lambda a, b: a / b if b else 0.0,
    exp.IntDiv: lambda a, b: a // b if b else 0.0,
    exp.BitwiseLeftShift: lambda a, b: a * 2.0 ** min(max(b, 0.0), 64.0),
    exp.Pow: lambda a, b: math.inf if b * math.log10(max(abs(a), 1.0)) > 15 else abs(a) ** b,
}


def _number(node: exp.Expr | None) -> float:
    """The value of an expression of plain numbers; 0 for what is not known before it runs."""
    if isinstance(node, exp.Literal):
        return float(node.name) if _DIGITS.fullmatch(node.name) else 0.0
    if isinstance(node, exp.Neg):
        return -_number(node.this)
    if isinstance(node, exp.Paren | exp.Cast):
        return _number(node.this)
    combine = _ARITHMETIC.get(type(node)) if node is not None else None
    if node is None or combine is None:
        return 0.0
    return combine(_number(node.this), _number(node.expression))


def _crossed(select: exp.Select) -> int:
    """Tables of one SELECT beyond the first that no condition ties to another."""
    joins = select.args.get("joins") or ()
    loose = sum(1 for join in joins if _is_loose(join))
    where = select.args.get("where")
    ties = sum(1 for _ in _ties(where.this)) if where is not None else 0
    return loose - ties + 1


def _is_loose(join: exp.Join) -> bool:
    condition = join.args.get("on")
    tied = join.args.get("using") or join.method or (condition and condition.find(exp.Column))
    return not tied and isinstance(join.this, exp.Table) and not join.this.args.get("joins")


def _ties(condition: exp.Expr) -> Iterator[exp.Expr]:
    """Predicates that speak of more than one column."""
    for node in condition.find_all(exp.Predicate):
        if len({column.sql() for column in node.find_all(exp.Column)}) > 1:
            yield node


def _can_end(body: exp.SetOperation, name: str) -> bool:
    for select in body.expression.find_all(exp.Select):
        sources = [select.args.get("from_"), *(select.args.get("joins") or ())]
        reads = any(s is not None and s.this.name.lower() == name for s in sources)
        conditions = [select.args.get(key) for key in ("where", "limit", "qualify")]
        conditions += [join.args.get("on") for join in sources[1:] if join is not None]
        named = [c for c in conditions if c is not None and c.find(exp.Column, exp.Limit)]
        using = any(join.args.get("using") for join in sources[1:] if join is not None)
        if reads and not named and not using:
            return False
    return True
