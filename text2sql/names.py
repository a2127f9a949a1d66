"""Whether the tables, columns and functions that a statement names exist, and what was meant.

It errs on the side of letting pass: DuckDB's binder has the last word, but does not know, for
instance, that a missing column lives in a table that the query forgot. Knows nothing of rows.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from itertools import islice

from sqlglot import exp

from text2sql.functions import ALLOWED, TABLE_FUNCTIONS
from text2sql.parsing import Statement, place
from text2sql.problems import Problem
from text2sql.schema import Schema
from text2sql.scopes import Scopes, Source, visible_cte

LISTED = 8  # names listed where no single one is near
MAX_FOUND = 100  # repeats counted; to look for a near name among many takes time
PSEUDO_COLUMNS = {"rowid"}

Rule = Callable[[Statement, Schema, Scopes], Iterator[Problem]]


def known_tables(statement: Statement, schema: Schema, scopes: Scopes) -> Iterator[Problem]:
    """Every table is one of the schema or of a WITH that its place can see."""
    for table in statement.tree.find_all(exp.Table):
        name = table.name
        if not isinstance(table.this, exp.Identifier) or schema.table(name) is not None:
            continue
        if table.db or visible_cte(table, name) is None:
            known = [t.name for t in schema.tables]
            hint = _near(name, known) or _all(known)
            yield _problem(statement, table, f'There is no table "{name}".', hint)


def known_columns(statement: Statement, schema: Schema, scopes: Scopes) -> Iterator[Problem]:
    """Every column is one of a table of its query, of one around it, or an alias."""
    for column in statement.tree.find_all(exp.Column):
        if len(column.parts) > 2 or scopes.is_alias(column):
            continue
        sources = scopes.sources_around(column)
        if isinstance(column.this, exp.Star):
            found = _unknown_qualifier(column, sources, schema)
        elif column.table:
            found = _unknown_qualified(column, sources, schema)
        else:
            found = _unknown_bare(column, sources, schema)
        if found is not None:
            yield _problem(statement, column, *found)


def known_functions(statement: Statement, schema: Schema, scopes: Scopes) -> Iterator[Problem]:
    """Every function is one of DuckDB's."""
    for node in statement.tree.find_all(exp.Anonymous):
        name = node.name.lower()
        if name not in ALLOWED and name not in TABLE_FUNCTIONS:
            hint = _near(name, list(ALLOWED))
            yield _problem(statement, node, f"DuckDB has no function {name}.", hint)


RULES: tuple[Rule, ...] = (known_tables, known_columns, known_functions)


def find_problems(statement: Statement, schema: Schema) -> list[Problem]:
    """What the statement names and does not exist, in order of its place in the text."""
    scopes = Scopes(schema)
    all_found = (p for rule in RULES for p in rule(statement, schema, scopes))
    found: dict[str, Problem] = {}
    for problem in islice(all_found, MAX_FOUND):
        found.setdefault(problem.message, problem)
    return sorted(found.values(), key=lambda p: (p.line or 0, p.column or 0))


def _unknown_qualified(
    column: exp.Column, sources: list[Source], schema: Schema
) -> tuple[str, str] | None:
    """What is wrong with `table.column` and what to do; None if nothing is."""
    name, qualifier = column.name, column.table
    meant = [source for source in sources if source.alias.lower() == qualifier.lower()]
    if any(source.has(name) for source in meant) or name.lower() in PSEUDO_COLUMNS:
        return None
    if meant:
        message = f'{meant[0].shown} has no column "{name}".'
        known = _listed(meant)
        return message, _owner_hint(name, sources, schema) or _near(name, known) or _all(known)
    return _unknown_qualifier(column, sources, schema)


def _unknown_qualifier(
    column: exp.Column, sources: list[Source], schema: Schema
) -> tuple[str, str] | None:
    """What is wrong with the name before the dot; None if nothing is."""
    name, qualifier = column.name, column.table
    if any(source.alias.lower() == qualifier.lower() for source in sources):
        return None
    if any(source.has(qualifier) for source in sources):  # a field of a struct
        return None
    message = f'There is no table or alias "{qualifier}" in this part of the query.'
    aliases = [s.alias for s in sources if s.table.lower() == qualifier.lower()]
    if aliases:
        return message, f'Use its alias: "{aliases[0]}".'
    if schema.table(qualifier) is not None:
        return message, f"Add {qualifier} to FROM with a JOIN."
    aliases = [source.alias for source in sources]
    return message, _owner_hint(name, sources, schema) or _near(qualifier, aliases) or _all(aliases)


def _unknown_bare(
    column: exp.Column, sources: list[Source], schema: Schema
) -> tuple[str, str] | None:
    """What is wrong with an unqualified column and what to do; None if nothing is."""
    name = column.name
    if name.lower() in PSEUDO_COLUMNS or any(source.has(name) for source in sources):
        return None
    if any(source.alias.lower() == name.lower() for source in sources):  # a whole row
        return None
    message = f'No table of this query has a column "{name}".'
    if not sources:
        message = f'There is no table in this query to take the column "{name}" from.'
    quoted = isinstance(column.this, exp.Identifier) and column.this.quoted
    text = f"If it is a text, write '{name}'." if quoted else ""
    known = _listed(sources)
    hint = _owner_hint(name, sources, schema) or _near(name, known) or text or _all(known)
    return message, hint


def _owner_hint(name: str, sources: list[Source], schema: Schema) -> str:
    """Where a column of that very name lives."""
    here = sorted({source.alias for source in sources if source.lists(name)})
    if here:
        return f"Use {' or '.join(f'{alias}.{name}' for alias in here)}."
    owners = [table.name for table in schema.tables if table.column(name) is not None]
    if not owners:
        return ""
    return f'"{name}" is a column of {" and ".join(owners[:LISTED])}: join that table.'


def _listed(sources: list[Source]) -> list[str]:
    return sorted({column for source in sources for column in source.columns or ()})


def _near(name: str, names: list[str]) -> str:
    by_lower = {known.lower(): known for known in names}
    near = difflib.get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.6)
    return f'Did you mean "{by_lower[near[0]]}"?' if near else ""


def _all(names: list[str]) -> str:
    return f"There are: {', '.join(names)}." if 0 < len(names) <= LISTED else ""


def _problem(statement: Statement, node: exp.Expr, message: str, hint: str) -> Problem:
    return Problem("names", message, *place(node, statement.text), hint)
