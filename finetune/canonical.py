"""SQL rewritten into one short form of DuckDB's dialect, so that a model learns one way to write.

    SELECT T1.name FROM Singer AS T1 WHERE T1.age >= 30 ORDER BY T1.name ASC NULLS FIRST
    SELECT name FROM singer WHERE age >= 30 ORDER BY name

Table aliases go where a table's own name says as much, columns lose qualifiers that nothing needs,
names take the schema's case. Meant to keep the meaning; who has rows to run both statements on
should compare (`finetune.targets` does). Knows nothing of examples, files or databases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import OptimizeError
from sqlglot.generators.duckdb import DuckDBGenerator
from sqlglot.optimizer.scope import Scope, traverse_scope

from text2sql.schema import Schema

_NEGATED = (exp.In, exp.Like, exp.ILike, exp.Between)


def canonical(sql: str, schema: Schema, dialect: str = "duckdb") -> str:
    """The statement in its short form; raises sqlglot's errors if it can't be read or shortened.

    >>> from text2sql.schema import Column, Table
    >>> singer = Table("singer", (Column("name", "VARCHAR"), Column("age", "INTEGER")))
    >>> canonical("select T1.NAME from Singer T1 where not T1.Age in (3, 4)", Schema((singer,)))
    'SELECT name FROM singer WHERE age NOT IN (3, 4)'
    """
    return shorten(sqlglot.parse_one(sql, read=dialect), schema)


def shorten(tree: exp.Expr, schema: Schema) -> str:
    """The short text of a statement's tree, which is changed on the way."""
    names = _Names.of(schema)
    for view in [_View.of(scope, names) for scope in traverse_scope(tree)]:
        _put_conditions_to_their_joins(view)
        for column in view.scope.columns:
            if _would_be_captured(column, view):
                raise OptimizeError(f"{column.sql()} can't lose its qualifier")
            _shorten_column(column, view)
        _drop_table_aliases(view)
    for ordered in tree.find_all(exp.Ordered):
        _plain_order(ordered)
    for join in tree.find_all(exp.Join):
        if join.args.get("kind") == "INNER":
            join.set("kind", None)
    for alias in _selected_aliases(tree):
        _drop_column_alias(alias)
    return _ShortGenerator(dialect=DuckDB()).generate(tree)


@dataclass(frozen=True)
class _Names:
    """The schema's spelling of tables and of each table's columns, by their lower case."""

    tables: Mapping[str, str]
    columns: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, schema: Schema) -> _Names:
        return cls(
            {t.name.lower(): t.name for t in schema.tables},
            {t.name.lower(): {c.name.lower(): c.name for c in t.columns} for t in schema.tables},
        )


@dataclass(frozen=True)
class _View:
    """One SELECT: its sources (alias -> table in lower case, None for a subquery), new names."""

    scope: Scope
    sources: Mapping[str, str | None]
    renamed: Mapping[str, str]
    names: _Names

    @classmethod
    def of(cls, scope: Scope, names: _Names) -> _View:
        sources = {
            alias.lower(): source.name.lower() if isinstance(source, exp.Table) else None
            for alias, (_, source) in scope.selected_sources.items()
        }
        return cls(scope, sources, _new_names(scope, sources, names), names)

    def holders(self, column: str) -> list[str]:
        """Aliases of the tables that have a column of that lower-case name."""
        return [a for a, t in self.sources.items() if t and column in self.names.columns.get(t, {})]

    def spelling(self, alias: str, column: str) -> exp.Identifier | None:
        """The schema's spelling of a column of the table behind an alias."""
        name = self.names.columns.get(self.sources[alias] or "", {}).get(column)
        return exp.to_identifier(name) if name else None

    @property
    def unqualified(self) -> bool:
        """Whether a bare name could only mean a table of this very SELECT."""
        return None not in self.sources.values() and not self.scope.is_correlated_subquery


def _new_names(scope: Scope, sources: Mapping[str, str | None], names: _Names) -> dict[str, str]:
    """Alias -> the own name of a table that occurs once; none near a correlated subquery."""
    if scope.is_correlated_subquery or any(s.is_correlated_subquery for s in scope.subquery_scopes):
        return {}
    tables = list(sources.values())
    return {
        alias: names.tables[table]
        for alias, table in sources.items()
        if table and table in names.tables and tables.count(table) == 1
    }


def _would_be_captured(column: exp.Column, view: _View) -> bool:
    """Whether a query within this one refers to its table by a name that it has itself, too."""
    inner = column.parent_select
    if inner is None or inner is view.scope.expression or column.table.lower() not in view.sources:
        return False
    tables = [table.name.lower() for table in inner.find_all(exp.Table)]
    return any(column.name.lower() in view.names.columns.get(table, {}) for table in tables)


def _shorten_column(column: exp.Column, view: _View) -> None:
    name, alias = column.name.lower(), column.table.lower()
    if isinstance(column.this, exp.Star):
        if alias in view.renamed:
            column.set("table", exp.to_identifier(view.renamed[alias]))
        return
    holders = view.holders(name)
    if alias and view.sources.get(alias):
        if spelling := view.spelling(alias, name):
            column.set("this", spelling)
        if len(holders) == 1 and view.unqualified and not _in_join_condition(column):
            column.set("table", None)
        elif alias in view.renamed:
            column.set("table", exp.to_identifier(view.renamed[alias]))
    elif not alias and len(holders) == 1:
        column.set("this", view.spelling(holders[0], name))
        if _in_join_condition(column):
            own = view.renamed.get(holders[0], holders[0])
            column.set("table", exp.to_identifier(own))


def _in_join_condition(column: exp.Column) -> bool:
    return isinstance(column.find_ancestor(exp.Join, exp.Select), exp.Join)


def _drop_table_aliases(view: _View) -> None:
    for alias, (_, source) in view.scope.selected_sources.items():
        if isinstance(source, exp.Table) and alias.lower() in view.renamed:
            source.set("alias", None)
            source.set("this", exp.to_identifier(view.renamed[alias.lower()]))


def _put_conditions_to_their_joins(view: _View) -> None:
    """`a JOIN b ON TRUE JOIN c ON a.x = b.x AND b.y = c.y`: each condition as early as it can.

    Left as it is where a join is an outer one, or would be left without a condition.
    """
    select = view.scope.expression
    joins = select.args.get("joins") or [] if isinstance(select, exp.Select) else []
    if not any(isinstance(join.args.get("on"), exp.Boolean) for join in joins):
        return
    if any(join.args.get("on") is None or join.args.get("side") for join in joins):
        return
    waiting = [part for join in joins for part in _conjuncts(join.args["on"])]
    start = select.args.get("from_") or select.args["from"]
    known = {start.this.alias_or_name.lower()}
    placed: list[list[exp.Expr]] = []
    for join in joins:
        known.add(join.this.alias_or_name.lower())
        placed.append([part for part in waiting if _speaks_of(part, known)])
        waiting = [part for part in waiting if part not in placed[-1]]
    if all(placed) and not waiting:
        for join, parts in zip(joins, placed, strict=True):
            join.set("on", exp.and_(*[part.pop() for part in parts], copy=False))


def _conjuncts(condition: exp.Expr) -> list[exp.Expr]:
    if isinstance(condition, exp.Boolean):
        return []
    return list(condition.flatten()) if isinstance(condition, exp.And) else [condition]


def _speaks_of(condition: exp.Expr, tables: set[str]) -> bool:
    return all(c.table and c.table.lower() in tables for c in condition.find_all(exp.Column))


def _plain_order(ordered: exp.Ordered) -> None:
    """`ORDER BY a ASC NULLS FIRST` as `ORDER BY a`: where NULLs stand is no part of a question."""
    if not ordered.args.get("desc"):
        ordered.set("desc", None)
    ordered.set("nulls_first", False)


def _selected_aliases(tree: exp.Expr) -> Iterator[exp.Alias]:
    for select in tree.find_all(exp.Select):
        yield from [one for one in select.expressions if isinstance(one, exp.Alias)]


def _drop_column_alias(alias: exp.Alias) -> None:
    """`ANY_VALUE(name) AS name` as `ANY_VALUE(name)`."""
    inner = alias.this.this if isinstance(alias.this, exp.IgnoreNulls) else alias.this
    if isinstance(inner, exp.AnyValue) and inner.this.name.lower() == alias.alias.lower():
        alias.replace(alias.this)


class _ShortGenerator(DuckDBGenerator):
    """DuckDB's dialect with `x NOT IN (…)` in place of `NOT x IN (…)`."""

    def not_sql(self, expression: exp.Not) -> str:
        negated = expression.this
        if isinstance(negated, _NEGATED) and isinstance(negated.this, exp.Column):
            subject, text = self.sql(negated, "this"), self.sql(negated)
            if text.startswith(f"{subject} "):
                return f"{subject} NOT{text[len(subject) :]}"
        return super().not_sql(expression)
