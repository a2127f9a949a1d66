"""Who can see what: the sources of each SELECT of a statement, and the names that resolve nowhere.

Follows DuckDB: a subquery sees the columns around it, a select list's aliases are seen in every
clause. Where a source's columns are not known (a table function, a pivot), nothing is called a
fault. Knows nothing of repairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from text2sql.schema import Schema, Table

Columns = tuple[str, ...]
_NESTED_TYPES = ("STRUCT", "MAP", "JSON", "UNION", "VARIANT")


@dataclass(frozen=True, eq=False)
class Source:
    """One entry of a FROM clause; `columns` is None where they are not known."""

    name: str
    node: exp.Expr
    columns: Columns | None
    table: Table | None = None
    missing: bool = False  # named like a table, and there is none of that name

    def column(self, name: str) -> str | None:
        """The column's own spelling, whatever the case of `name`."""
        wanted = name.lower()
        return next((one for one in self.columns or () if one.lower() == wanted), None)


@dataclass(frozen=True, eq=False)
class Scope:
    """One SELECT with what it can see; `outer` is the SELECT around it."""

    select: exp.Select
    sources: tuple[Source, ...]
    outer: Scope | None
    opaque: bool  # something in FROM is not understood

    @property
    def known(self) -> bool:
        """Whether the columns of every source are known."""
        return not self.opaque and all(one.columns is not None for one in self.sources)

    def source(self, name: str) -> Source | None:
        """The source of that name in this FROM."""
        wanted = name.lower()
        return next((one for one in self.sources if one.name.lower() == wanted), None)

    def holders(self, column: str) -> list[Source]:
        """The sources of this FROM that have such a column."""
        return [one for one in self.sources if one.column(column)]

    def aliases(self) -> dict[str, exp.Expr]:
        """The select list's aliases in lower case, each with its expression."""
        items = self.select.expressions
        return {one.alias.lower(): one.this for one in items if isinstance(one, exp.Alias)}

    def columns(self) -> Iterator[exp.Column]:
        """The column references of this SELECT, those of nested ones left out."""
        for column in self.select.find_all(exp.Column):
            if owner(column) is self.select:
                yield column

    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, inside out."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer


FaultKind = Literal["qualifier", "column", "name", "ambiguous"]


@dataclass(frozen=True, eq=False)
class Fault:
    """A column reference that does not resolve in its scope.

    qualifier: no source has that name; column: the source lacks it; name: no source has it;
    ambiguous: several have it.
    """

    kind: FaultKind
    column: exp.Column
    scope: Scope


def owner(node: exp.Expr) -> exp.Expr | None:
    """The SELECT or set operation that the node stands in."""
    return node.find_ancestor(exp.Select, exp.SetOperation)


def scopes(tree: exp.Expr, schema: Schema) -> list[Scope]:
    """All SELECTs of a statement, outer ones first."""
    found: list[Scope] = []
    _visit(tree, None, {}, schema, found)
    return found


def faults(all_scopes: Sequence[Scope]) -> list[Fault]:
    """The column references that resolve nowhere, or to several sources, in reading order."""
    found = []
    for scope in all_scopes:
        for column in scope.columns():
            kind = _fault(column, scope)
            if kind:
                found.append(Fault(kind, column, scope))
    return found


def _visit(
    query: exp.Expr,
    outer: Scope | None,
    ctes: Mapping[str, Columns | None],
    schema: Schema,
    found: list[Scope],
) -> None:
    ctes = _with(query, outer, ctes, schema, found)
    if isinstance(query, exp.Select):
        outer = _scope(query, outer, ctes, schema)
        found.append(outer)
    for child in _children(query):
        _visit(child, outer, ctes, schema, found)


def _with(
    query: exp.Expr,
    outer: Scope | None,
    ctes: Mapping[str, Columns | None],
    schema: Schema,
    found: list[Scope],
) -> Mapping[str, Columns | None]:
    """The CTEs that the query sees, its own included."""
    clause = query.args.get("with_")
    if clause is None:
        return ctes
    seen = dict(ctes)
    for cte in clause.expressions:
        named = tuple(one.name for one in cte.args["alias"].args.get("columns") or ())
        if clause.recursive:
            seen[cte.alias.lower()] = named or outputs(cte.this, seen, schema, own=cte.alias)
        _visit(cte.this, outer, seen, schema, found)
        seen[cte.alias.lower()] = named or outputs(cte.this, seen, schema)
    return seen


def _children(query: exp.Expr) -> list[exp.Expr]:
    """The nearest queries inside one, its WITH left out."""
    stop = (exp.Select, exp.SetOperation, exp.With)
    walk = query.walk(prune=lambda node: node is not query and isinstance(node, stop))
    return [
        node
        for node in walk
        if node is not query and isinstance(node, (exp.Select, exp.SetOperation))
    ]


def entries(select: exp.Expr) -> list[exp.Expr]:
    """What stands in FROM and its joins, in order."""
    clause = select.args.get("from_")
    first = [clause.this] if clause is not None else []
    return first + [join.this for join in select.args.get("joins") or ()]


def _scope(
    select: exp.Select, outer: Scope | None, ctes: Mapping[str, Columns | None], schema: Schema
) -> Scope:
    nodes = entries(select)
    found = tuple(_source(node, ctes, schema) for node in nodes)
    opaque = bool(select.args.get("laterals")) or any(
        not one.name or one.node.args.get("joins") for one in found
    )
    return Scope(select, found, outer, opaque)


def _source(node: exp.Expr, ctes: Mapping[str, Columns | None], schema: Schema) -> Source:
    alias = node.args.get("alias")
    renamed = tuple(one.name for one in (alias.args.get("columns") or ())) if alias else ()
    columns: Columns | None = None
    table, missing = None, False
    if node.args.get("pivots"):
        pass
    elif isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
        key = node.name.lower()
        if key in ctes and not node.db:
            columns = ctes[key]
        else:
            table = schema.table(node.name)
            missing = table is None and not node.db
            columns = tuple(one.name for one in table.columns) if table else None
    elif isinstance(node, exp.Subquery):
        columns = outputs(node.this, ctes, schema)
    if columns is not None and renamed:
        columns = renamed + columns[len(renamed) :]
    return Source(node.alias_or_name, node, columns, table, missing)


def outputs(
    query: exp.Expr, ctes: Mapping[str, Columns | None], schema: Schema, own: str = ""
) -> Columns | None:
    """The names of a query's columns, or None if they can't be told."""
    while isinstance(query, (exp.SetOperation, exp.Subquery)):
        query = query.this
    if not isinstance(query, exp.Select):
        return None
    found: list[str] = []
    for item in query.expressions:
        star = item if isinstance(item, exp.Star) else item.this
        if not isinstance(star, exp.Star):
            found.append(item.alias_or_name)
            continue
        if star.args.get("replace") or star.args.get("rename") or star.args.get("except_"):
            return None
        for node in entries(query):
            if isinstance(item, exp.Column) and item.table.lower() != node.alias_or_name.lower():
                continue
            if own and node.name.lower() == own.lower():
                return None
            columns = _source(node, ctes, schema).columns
            if columns is None:
                return None
            found.extend(columns)
    return tuple(found)


def _fault(column: exp.Column, scope: Scope) -> FaultKind | None:
    if column.args.get("db") or _is_parameter(column):
        return None
    if column.table:
        return _qualified_fault(column, scope)
    if isinstance(column.this, exp.Star):
        return None
    return _unqualified_fault(column, scope)


def _is_parameter(column: exp.Column) -> bool:
    """Whether the name is a parameter of a lambda around it."""
    around = column.find_ancestor(exp.Lambda)
    return around is not None and any(one.name == column.name for one in around.expressions)


def _qualified_fault(column: exp.Column, scope: Scope) -> FaultKind | None:
    for level in scope.chain():
        source = level.source(column.table)
        if source is not None:
            if source.columns is None or isinstance(column.this, exp.Star):
                return None
            found = source.column(column.name) or column.name.lower() == "rowid"
            return None if found else "column"
        if level.opaque or _is_nested(column.table, level):
            return None
    return "qualifier"


def _is_nested(name: str, scope: Scope) -> bool:
    """Whether the name is a column that has fields, or one of which nothing is known."""
    for source in scope.sources:
        if source.table is None:
            if source.column(name):
                return True
        elif (column := source.table.column(name)) and column.type.upper().startswith(
            _NESTED_TYPES
        ):
            return True
    return False


def _unqualified_fault(column: exp.Column, scope: Scope) -> FaultKind | None:
    name = column.name.lower()
    for level in scope.chain():
        holders = level.holders(name)
        if len(holders) > 1 and level.known:
            return "ambiguous" if not _merged(name, level, column) else None
        if holders or not level.known or name == "rowid":
            return None
        defined = level.aliases().get(name)
        if defined is not None and not _inside(column, defined):
            return None
    return "name"


def _inside(node: exp.Expr, outer: exp.Expr) -> bool:
    walk: exp.Expr | None = node
    while walk is not None:
        if walk is outer:
            return True
        walk = walk.parent
    return False


def _merged(name: str, scope: Scope, column: exp.Column) -> bool:
    """Whether USING or a natural join makes one column of several, or an alias takes the name."""
    for join in scope.select.args.get("joins") or ():
        if any(one.name.lower() == name for one in join.args.get("using") or ()):
            return True
        if join.args.get("method"):
            return True
    ordered = column.find_ancestor(exp.Order, exp.Select)
    if isinstance(ordered, exp.Order):
        return any(item.alias_or_name.lower() == name for item in scope.select.expressions)
    return False
