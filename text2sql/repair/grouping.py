"""What a grouped SELECT groups by and what it leaves bare; knows nothing of how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from text2sql.repair.case import Case, spelled
from text2sql.repair.joins import equal_columns
from text2sql.repair.scopes import Scope, Source, owner

_SUMMED_UP = frozenset("std total group_concat string_agg bool_and bool_or product mad".split())
Key = tuple[str, str]
"""A column's source and name, in lower case."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """A SELECT with aggregates, GROUP BY or HAVING."""

    scope: Scope
    by: tuple[exp.Expr, ...]
    aggregates: tuple[exp.Expr, ...]  # in the select list

    @property
    def select(self) -> exp.Select:
        return self.scope.select

    def bare(self, clause: exp.Expr) -> list[exp.Column]:
        """Columns of this SELECT in the clause that are neither grouped nor aggregated."""
        found = []
        for column in clause.find_all(exp.Column):
            if owner(column) is not self.select or isinstance(column.this, exp.Star):
                continue
            if source_in(self.scope, column) is None:
                continue
            named = not column.table and column.name.lower() in self._aliases
            if named and isinstance(clause, (exp.Order, exp.Having)):
                continue
            grouped = key(column, self.scope) in self._keys
            if not grouped and not _covered(column, clause, self._texts):
                found.append(column)
        return found

    @cached_property
    def _keys(self) -> set[Key]:
        return {key(one, self.scope) for one in self.by if isinstance(one, exp.Column)}

    @cached_property
    def _texts(self) -> set[str]:
        return {spelled(one).lower() for one in self.by}

    @cached_property
    def _aliases(self) -> set[str]:
        return set(self.scope.aliases())

    def fixed(self, column: exp.Column) -> bool:
        """Whether the grouped columns hold the whole primary key of the column's table."""
        source = source_in(self.scope, column)
        table = source.table if source else None
        if source is None or table is None or not table.primary_key:
            return False
        same = equal_columns(self.scope)
        grouped = set(self._keys)
        for group in same:
            if group & grouped:
                grouped |= group
        name = source.name.lower()
        return all((name, one.lower()) in grouped for one in table.primary_key)


def groupings(case: Case) -> Iterator[Grouping]:
    """The SELECTs of the statement that group, by a plain GROUP BY or none."""
    for scope in case.scopes:
        select, group = scope.select, scope.select.args.get("group")
        if not scope.known or (group and not _is_plain(group)):
            continue
        listed = [one for item in select.expressions for one in aggregates(item, select)]
        ordered = select.args.get("order")
        later = aggregates(ordered, select) if ordered else []
        if group or listed or later or select.args.get("having"):
            yield Grouping(scope, tuple(_grouped_by(scope)), tuple(listed))


def _is_plain(group: exp.Expr) -> bool:
    if any(group.args.get(name) for name in ("all", "cube", "rollup", "grouping_sets", "totals")):
        return False
    return not any(
        isinstance(one, (exp.Cube, exp.Rollup, exp.GroupingSets)) for one in group.expressions
    )


def _grouped_by(scope: Scope) -> Iterator[exp.Expr]:
    """What GROUP BY names, positions and aliases replaced by what they stand for."""
    group = scope.select.args.get("group")
    items, aliases = scope.select.expressions, scope.aliases()
    for one in group.expressions if group else ():
        if isinstance(one, exp.Literal) and not one.is_string and one.name.isdigit():
            place = int(one.name) - 1
            yield items[place].unalias() if 0 <= place < len(items) else one
        elif isinstance(one, exp.Column) and not one.table and not scope.holders(one.name):
            yield aliases.get(one.name.lower(), one)
        else:
            yield one


def aggregates(node: exp.Expr, select: exp.Expr) -> list[exp.Expr]:
    """The aggregate calls of the SELECT below a node, window functions left out."""
    return [
        one
        for one in node.find_all(exp.AggFunc, exp.Anonymous)
        if is_aggregate(one) and owner(one) is select
    ]


def is_aggregate(node: exp.Expr) -> bool:
    """Whether the node is an aggregate call that is not used as a window function."""
    if isinstance(node, exp.Anonymous):
        if node.name.lower() not in _SUMMED_UP:
            return False
    elif not isinstance(node, exp.AggFunc):
        return False
    parent = node.parent
    while isinstance(parent, (exp.IgnoreNulls, exp.RespectNulls, exp.Filter, exp.WithinGroup)):
        parent = parent.parent
    return not isinstance(parent, exp.Window)


def key(column: exp.Column, scope: Scope) -> Key:
    """What makes two references to one column equal."""
    source = source_in(scope, column)
    return (source.name.lower() if source else column.table.lower(), column.name.lower())


def source_in(scope: Scope, column: exp.Column) -> Source | None:
    """The scope's own source of the column, the first of several."""
    if column.table:
        found = scope.source(column.table)
        return found if found and found.column(column.name) else None
    return next(iter(scope.holders(column.name)), None)


def _covered(column: exp.Column, clause: exp.Expr, grouped: Sequence[str] | set[str]) -> bool:
    """Whether the column is inside an aggregate or a grouped expression."""
    node: exp.Expr | None = column
    while node is not None and node is not clause.parent:
        if is_aggregate(node) or spelled(node).lower() in grouped:
            return True
        node = node.parent
    return False


def keep(select: exp.Select, clause: str, parts: Sequence[exp.Expr]) -> None:
    """Leave only these parts of a WHERE or HAVING."""
    kind = exp.Where if clause == "where" else exp.Having
    copies = [one.copy() for one in parts]
    select.set(clause, kind(this=exp.and_(*copies, copy=False)) if copies else None)
