"""Rules about aggregates and window functions in a clause that can't hold them."""

from __future__ import annotations

from sqlglot import exp

from text2sql.problems import Repair
from text2sql.repair.case import Case, identifier, made, spelled
from text2sql.repair.grouping import aggregates, groupings, keep
from text2sql.repair.joins import conjuncts
from text2sql.repair.scopes import Scope, owner


def aggregate_in_where(case: Case) -> Repair | None:
    """An aggregate in WHERE: compared with a column, it is asked of all rows; else it is HAVING's.

    >>> from text2sql.repair.example import mended
    >>> mended(aggregate_in_where, "SELECT day FROM orders WHERE price = MAX(price)")
    'SELECT day FROM orders WHERE price = (SELECT MAX(price) FROM orders)'
    >>> mended(aggregate_in_where, "SELECT day FROM orders WHERE COUNT(*) > 1 GROUP BY day")
    'SELECT day FROM orders GROUP BY day HAVING COUNT(*) > 1'
    """
    for scope in case.scopes:
        where = scope.select.args.get("where")
        parts = conjuncts(where.this) if where else []
        for part in parts:
            found = _aggregates_of(part, scope)
            if not found:
                continue
            before = spelled(part)
            if _compares_rows(part, scope):
                for one in found:
                    one.replace(_asked_of_all(one, scope))
                message = f"{before}: the aggregate is now taken over all rows."
                return made("aggregate_in_where", message, before, spelled(part))
            keep(scope.select, "where", [one for one in parts if one is not part])
            scope.select.having(_expanded(part, scope), copy=False)
            message = f"{before} speaks of groups; it moved to HAVING."
            return made("aggregate_in_where", message, f"WHERE {before}", f"HAVING {before}")
    return None


def _aggregates_of(part: exp.Expr, scope: Scope) -> list[exp.Expr]:
    """Aggregates in a condition, also those that an alias of the select list stands for."""
    found = aggregates(part, scope.select)
    aliases = scope.aliases()
    for column in part.find_all(exp.Column):
        meant = aliases.get(column.name.lower())
        if owner(column) is not scope.select or meant is None or column.table:
            continue
        if not scope.holders(column.name) and aggregates(meant, scope.select):
            found.append(column)
    return found


def _compares_rows(part: exp.Expr, scope: Scope) -> bool:
    """Whether a column of the rows is compared with an aggregate."""
    inside = {id(c) for one in aggregates(part, scope.select) for c in one.find_all(exp.Column)}
    aliases = scope.aliases()
    return any(
        id(column) not in inside and (column.table or column.name.lower() not in aliases)
        for column in part.find_all(exp.Column)
        if owner(column) is scope.select
    )


def _asked_of_all(aggregate: exp.Expr, scope: Scope) -> exp.Expr:
    query = exp.Select(expressions=[aggregate.copy()])
    for name in ("from_", "joins"):
        found = scope.select.args.get(name)
        if found:
            kept = [one.copy() for one in found] if isinstance(found, list) else found.copy()
            query.set(name, kept)
    return exp.Subquery(this=query)


def _expanded(part: exp.Expr, scope: Scope) -> exp.Expr:
    """The condition with aliases replaced by what they stand for."""
    aliases = scope.aliases()

    def meant(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table and not scope.holders(node.name):
            return aliases.get(node.name.lower(), node).copy()
        return node

    return part.copy().transform(meant)


def aggregate_in_group(case: Case) -> Repair | None:
    """An aggregate in GROUP BY goes: groups come before it.

    >>> from text2sql.repair.example import mended
    >>> mended(aggregate_in_group, "SELECT day, COUNT(*) AS n FROM orders GROUP BY day, n")
    'SELECT day, COUNT(*) AS n FROM orders GROUP BY day'
    """
    for grouping in groupings(case):
        group = grouping.select.args.get("group")
        if group is None:
            continue
        wrong = [bool(aggregates(one, grouping.select)) for one in grouping.by]
        if not any(wrong):
            continue
        before = spelled(group).strip()
        kept = [one for one, bad in zip(group.expressions, wrong, strict=True) if not bad]
        grouping.select.set("group", exp.Group(expressions=kept) if kept else None)
        message = "An aggregate can't be grouped by; it was left out of GROUP BY."
        return made("aggregate_in_group", message, before, ", ".join(map(spelled, kept)))
    return None


def nested_aggregate(case: Case) -> Repair | None:
    """An aggregate of an aggregate: the inner one decides an order, or is made in a subquery.

    >>> from text2sql.repair.example import mended
    >>> mended(nested_aggregate, "SELECT MAX(COUNT(*)) FROM orders GROUP BY day")
    'SELECT MAX(value) FROM (SELECT COUNT(*) AS value FROM orders GROUP BY day) AS counted'
    """
    for scope in case.scopes:
        select = scope.select
        for outer in aggregates(select, select):
            inner = [one for one in aggregates(outer, select) if one is not outer]
            if len(inner) != 1 or outer.this is not inner[0]:
                continue
            before = spelled(outer)
            if outer.find_ancestor(exp.Order, exp.Having, exp.Select) is not select:
                outer.replace(inner[0].copy())
            elif len(select.expressions) == 1 and select.expressions[0].unalias() is outer:
                _count_in_subquery(select, outer, inner[0])
            else:
                continue
            message = f"{before} is an aggregate of an aggregate; it was made in two steps."
            return made("nested_aggregate", message, before, spelled(select))
    return None


def _count_in_subquery(select: exp.Select, outer: exp.Expr, inner: exp.Expr) -> None:
    counted = select.copy()
    counted.set("expressions", [exp.alias_(inner.copy(), "value")])
    counted.set("with_", None)
    item = outer.copy()
    item.set("this", exp.column("value"))
    clause = exp.From(
        this=exp.Subquery(this=counted, alias=exp.TableAlias(this=identifier("counted")))
    )
    for name in list(select.args):
        if name != "with_":
            select.set(name, None)
    select.set("expressions", [item])
    select.set("from_", clause)


def window_in_where(case: Case) -> Repair | None:
    """A condition on a window function moves from WHERE to QUALIFY.

    >>> from text2sql.repair.example import mended
    >>> mended(window_in_where, "SELECT RANK() OVER (ORDER BY day) AS r FROM orders WHERE r = 1")
    'SELECT RANK() OVER (ORDER BY day) AS r FROM orders QUALIFY r = 1'
    """
    for scope in case.scopes:
        where = scope.select.args.get("where")
        parts = conjuncts(where.this) if where else []
        for part in parts:
            if not _has_window(part, scope):
                continue
            keep(scope.select, "where", [one for one in parts if one is not part])
            qualify = scope.select.args.get("qualify")
            test = exp.and_(qualify.this, part.copy()) if qualify else part.copy()
            scope.select.set("qualify", exp.Qualify(this=test))
            message = f"{spelled(part)} asks for a window function; it moved to QUALIFY."
            return made("window_in_where", message, spelled(part), spelled(test))
    return None


def _has_window(part: exp.Expr, scope: Scope) -> bool:
    aliases = scope.aliases()
    meant = [
        aliases.get(one.name.lower())
        for one in part.find_all(exp.Column)
        if owner(one) is scope.select and not one.table and not scope.holders(one.name)
    ]
    nodes = [part, *(one for one in meant if one is not None)]
    return any(owner(one) is scope.select for node in nodes for one in node.find_all(exp.Window))
