"""What a rule is given: the statement, which it may change in place, the schema, the message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlglot import exp

from text2sql.problems import Repair
from text2sql.repair.scopes import Fault, Scope, Source, faults, scopes
from text2sql.schema import Column, Schema

Values = Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True)
class Case:
    """One statement in need of repair; a rule that changes it makes the rest stale.

    It hangs on `holder`, so that a rule can put another statement in its place.
    """

    holder: exp.Paren
    schema: Schema
    error: str = ""
    values: Values = field(default_factory=dict)

    @property
    def tree(self) -> exp.Expr:
        """The statement."""
        found: exp.Expr = self.holder.this
        return found

    @cached_property
    def scopes(self) -> list[Scope]:
        """The SELECTs of the statement, outer ones first."""
        return scopes(self.tree, self.schema)

    @cached_property
    def faults(self) -> list[Fault]:
        """Names that do not resolve, in reading order."""
        return faults(self.scopes)

    def scope_of(self, node: exp.Expr) -> Scope | None:
        """The scope that the node stands in."""
        select = node.find_ancestor(exp.Select)
        return next((one for one in self.scopes if one.select is select), None)

    def source_of(self, column: exp.Column) -> Source | None:
        """The one source that the column comes from, looking outwards."""
        scope = self.scope_of(column)
        for level in scope.chain() if scope else ():
            if column.table:
                found = level.source(column.table)
                if found:
                    return found
            else:
                holders = level.holders(column.name)
                if holders:
                    return holders[0] if len(holders) == 1 else None
        return None

    def column_of(self, node: exp.Expr) -> Column | None:
        """The schema's column that the node is, or None if it is no plain column of a table."""
        if not isinstance(node, exp.Column):
            return None
        source = self.source_of(node)
        return source.table.column(node.name) if source and source.table else None

    def names_used(self) -> set[str]:
        """Every table name, alias and qualifier of the statement, in lower case."""
        used = {one.alias_or_name.lower() for one in self.tree.find_all(exp.Table, exp.Subquery)}
        used |= {one.name.lower() for one in self.tree.find_all(exp.Table)}
        used |= {one.table.lower() for one in self.tree.find_all(exp.Column)}
        return used | {one.alias.lower() for one in self.tree.find_all(exp.CTE)}


Rule = Callable[[Case], Repair | None]
"""Makes one repair in `case.tree`, in place, and tells it; None if it has nothing to do."""


def spelled(node: exp.Expr) -> str:
    """The node as DuckDB's SQL."""
    return node.sql(dialect="duckdb")


def made(rule: str, message: str, before: str, after: str) -> Repair:
    """A repair with its texts cut to what a reader takes in."""
    return Repair(rule, message, _short(before), _short(after))


def _short(text: str, most: int = 300) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def identifier(name: str) -> exp.Identifier:
    """The name as an identifier, quoted where DuckDB needs it.

    >>> spelled(identifier("age")), spelled(identifier("Share in %"))
    ('age', '"Share in %"')
    """
    return exp.to_identifier(name)


def column(name: str, table: str = "") -> exp.Column:
    """A column reference."""
    return exp.Column(this=identifier(name), table=identifier(table) if table else None)
