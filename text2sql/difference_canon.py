"""A statement's tree in one form, so that trees which say the same are equal.

Made for comparing only: the result is not meant to run. Nodes keep their `meta`, so that what is
found here can be shown in the statement it came from. Knows nothing of differences.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, ScopeType, traverse_scope

from text2sql.parsing import to_sql
from text2sql.schema import Schema

Names = dict[str, str]


def canonical(tree: exp.Expr, schema: Schema | None = None) -> exp.Expr:
    """A copy of the tree without what is only writing; raises SqlglotError, RecursionError."""
    copy = tree.copy()
    for step in (_plain_names, _inline_outputs):
        step(copy)
    if isinstance(copy, exp.Query):
        _rename_sources(copy, schema)
    for rewrite in (_without_brackets, _plain_joins, _plain_order, _sorted_operands):
        copy = rewrite(copy)
    return copy


def _plain_names(tree: exp.Expr) -> None:
    """Names as DuckDB takes them: without quotes, in lower case."""
    for node in list(tree.find_all(exp.Identifier, exp.Anonymous)):
        if isinstance(node, exp.Identifier):
            node.set("this", node.name.lower())
            node.set("quoted", False)
        else:
            node.set("this", node.name.upper())


def _inline_outputs(tree: exp.Expr) -> None:
    """Output names used in later clauses, and places (ORDER BY 1), as what they stand for."""
    for select in list(tree.find_all(exp.Select)):
        outputs = {one.alias: one.this for one in select.expressions if isinstance(one, exp.Alias)}
        for clause in ("group", "having", "qualify", "order"):
            part = select.args.get(clause)
            if part is None:
                continue
            for column in list(part.find_all(exp.Column)):
                if not column.table and column.name in outputs:
                    column.replace(outputs[column.name].copy())
            if clause in ("group", "order"):
                _inline_places(select, part)


def _inline_places(select: exp.Select, part: exp.Expr) -> None:
    for item in list(part.expressions):
        place = item.this if isinstance(item, exp.Ordered) else item
        if isinstance(place, exp.Literal) and place.is_int:
            number = int(place.name) - 1
            if 0 <= number < len(select.expressions):
                place.replace(select.expressions[number].unalias().copy())


def _rename_sources(tree: exp.Query, schema: Schema | None) -> None:
    """Tables and subqueries under one name each, columns with the table they come from.

    Outer scopes first, since an inner one may name what an outer one brought.
    """
    scopes = list(traverse_scope(tree))
    number = {id(scope): place for place, scope in enumerate(scopes, 1)}
    named: dict[int, Names] = {}
    columns = {
        id(scope): [c for c in scope.columns if isinstance(c, exp.Column)] for scope in scopes
    }
    outputs = {id(scope): _positions(scope) for scope in scopes}
    for scope in reversed(scopes):
        own = _own_names(scope, number)
        above = named.get(id(scope.parent), {}) if scope.parent else {}
        named[id(scope)] = {**above, **own}
        for column in columns[id(scope)]:
            _rename_column(column, scope, own, named[id(scope)], outputs, schema)
    for scope in scopes:
        _rename_outputs(scope, outputs[id(scope)])
    for scope in scopes:
        _rename_tables(scope, named[id(scope)], number)


def _own_names(scope: Scope, number: dict[int, int]) -> Names:
    """Each source's name here -> its canonical one; a table's second use is numbered."""
    found: Names = {}
    used: dict[str, int] = {}
    for alias, source in scope.selected_sources.items():
        node, origin = source
        if isinstance(origin, Scope):
            stem = f"query_{number.get(id(origin), 0)}"
        else:
            stem = node.name if isinstance(node, exp.Table) else alias
        used[stem] = used.get(stem, 0) + 1
        found[alias] = stem if used[stem] == 1 else f"{stem}_{used[stem]}"
    return found


def _rename_column(
    column: exp.Column,
    scope: Scope,
    own: Names,
    known: Names,
    outputs: dict[int, Names],
    schema: Schema | None,
) -> None:
    """The column under its source's canonical name, or under none where only one is read."""
    source = column.table or _home(column.name, scope, outputs, schema)
    origin = scope.sources.get(source) if source else None
    if isinstance(origin, Scope) and column.name in outputs.get(id(origin), {}):
        column.this.set("this", outputs[id(origin)][column.name])
    if source in own and len(own) == 1:
        column.set("table", None)
    elif source in known:
        column.set("table", exp.to_identifier(known[source]))


def _home(name: str, scope: Scope, outputs: dict[int, Names], schema: Schema | None) -> str:
    """The one source that has a column of that name; empty if none or several have it."""
    found = []
    for alias, (_, origin) in scope.selected_sources.items():
        if isinstance(origin, Scope):
            has = name in outputs.get(id(origin), {})
        else:
            table = schema.table(origin.name) if schema else None
            has = table is not None and table.column(name) is not None
        if has:
            found.append(alias)
    if not found and len(scope.selected_sources) == 1 and schema is None:
        return next(iter(scope.selected_sources))
    return found[0] if len(found) == 1 else ""


def _positions(scope: Scope) -> Names:
    """Output name -> its place, for a query that others read from; empty where names must stay."""
    select = scope.expression
    while isinstance(select, exp.SetOperation):
        select = select.this
    if not isinstance(select, exp.Select) or select.is_star or not _is_read(scope):
        return {}
    return {one.alias_or_name: f"column_{n}" for n, one in enumerate(select.expressions, 1)}


def _is_read(scope: Scope | None) -> bool:
    while scope is not None and scope.scope_type is ScopeType.SET_OPERATION:
        scope = scope.parent
    return scope is not None and (scope.is_cte or scope.is_derived_table)


def _rename_outputs(scope: Scope, positions: Names) -> None:
    """Output names by place where they are read, and none where they are only shown."""
    select = scope.expression
    if not isinstance(select, exp.Select):
        return
    items = select.expressions
    if not positions:
        if not _is_read(scope):
            select.set("expressions", [one.unalias() for one in items])
        return
    renamed = [exp.alias_(one.unalias(), f"column_{n}") for n, one in enumerate(items, 1)]
    select.set("expressions", renamed)


def _rename_tables(scope: Scope, names: Names, number: dict[int, int]) -> None:
    for alias, (node, origin) in scope.selected_sources.items():
        name = names[alias]
        if isinstance(node, exp.Table):
            if isinstance(origin, Scope):
                node.set("this", exp.to_identifier(f"query_{number.get(id(origin), 0)}"))
            node.set("alias", None if name == node.name else _alias(name))
        elif isinstance(node.parent, exp.Subquery):
            node.parent.set("alias", _alias(name))
    for source in scope.cte_sources.values():
        with_name = source.expression.parent
        if isinstance(with_name, exp.CTE):
            with_name.set("alias", _alias(f"query_{number.get(id(source), 0)}"))


def _alias(name: str) -> exp.TableAlias:
    return exp.TableAlias(this=exp.to_identifier(name))


def _without_brackets(tree: exp.Expr) -> exp.Expr:
    """Brackets say nothing that the tree does not."""
    return tree.transform(lambda node: node.unnest() if isinstance(node, exp.Paren) else node)


def _plain_joins(tree: exp.Expr) -> exp.Expr:
    """INNER and OUTER are noise words, but for FULL."""
    for join in tree.find_all(exp.Join):
        if join.kind in ("INNER", "OUTER"):
            join.set("kind", None)
    return tree


def _plain_order(tree: exp.Expr) -> exp.Expr:
    for ordered in tree.find_all(exp.Ordered):
        ordered.set("desc", ordered.args.get("desc") or None)
    return tree


def _sorted_operands(tree: exp.Expr) -> exp.Expr:
    """What may stand in any order, sorted by its text; inner parts first."""
    kinds = (exp.And, exp.Or, exp.EQ, exp.NEQ, exp.In)
    for node in reversed(list(tree.find_all(*kinds))):
        if isinstance(node, exp.In):
            node.set("expressions", sorted(node.expressions, key=to_sql))
        elif isinstance(node, exp.And | exp.Or):
            if type(node.parent) is not type(node):  # the top of a chain sorts all of it
                tree = _sorted_chain(node, tree)
        elif _later(node.this) > _later(node.expression):
            left, right = node.this.copy(), node.expression.copy()
            node.set("this", right)
            node.set("expression", left)
    return tree


def _later(operand: exp.Expr) -> tuple[bool, str]:
    """A column stands before the value it is compared with."""
    return not isinstance(operand, exp.Column), to_sql(operand)


def _sorted_chain(node: exp.Connector, tree: exp.Expr) -> exp.Expr:
    operands = sorted((one.copy() for one in node.flatten()), key=to_sql)
    build: Callable[..., exp.Expr] = type(node)
    chain = operands[0]
    for operand in operands[1:]:
        chain = build(this=chain, expression=operand)
    if node is tree:
        return chain
    node.replace(chain)
    return tree
