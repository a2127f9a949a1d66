"""Rules about grouping: bare columns, aggregates in the wrong clause, aggregates of aggregates."""

from __future__ import annotations

from sqlglot import exp

from text2sql.problems import Repair
from text2sql.repair.case import Case, identifier, made, spelled
from text2sql.repair.grouping import Grouping, aggregates, groupings, is_aggregate
from text2sql.repair.joins import conjuncts, protect
from text2sql.repair.scopes import Scope, owner


def star_spelled_out(case: Case) -> Repair | None:
    """A star beside an aggregate becomes the columns it stands for.

    >>> from text2sql.repair.example import mended
    >>> mended(star_spelled_out, "SELECT * FROM customers GROUP BY id")
    'SELECT customers.id, customers.name, customers.city FROM customers GROUP BY id'
    """
    for grouping in groupings(case):
        scope, select = grouping.scope, grouping.select
        if not any(one.is_star and not is_aggregate(one) for one in select.expressions):
            continue
        protect(scope, ())
        items: list[exp.Expr] = []
        for item in select.expressions:
            source = scope.source(item.table) if item.is_star and _is_column(item) else None
            names = (source.columns if source else None) or ()
            items += [_column(name, item.table) for name in names] if source else [item]
        select.set("expressions", items)
        message = "'*' can't stand in a grouped query; it was spelled out."
        return made("star_spelled_out", message, "*", ", ".join(map(spelled, items)))
    return None


def _is_column(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column)


def _column(name: str, table: str) -> exp.Column:
    return exp.Column(this=identifier(name), table=identifier(table))


def order_of_one_row(case: Case) -> Repair | None:
    """The order of a result that is a single row goes.

    >>> from text2sql.repair.example import mended
    >>> mended(order_of_one_row, "SELECT SUM(price) FROM orders ORDER BY price")
    'SELECT SUM(price) FROM orders'
    """
    for grouping in groupings(case):
        select = grouping.select
        order = select.args.get("order")
        if order is None or select.args.get("group") or not grouping.aggregates:
            continue
        if _bare_items(grouping) or not grouping.bare(order):
            continue
        order.pop()
        message = "The query gives one row; there is nothing to order."
        return made("order_of_one_row", message, spelled(order).strip(), "")
    return None


def row_of_extreme(case: Case) -> Repair | None:
    """Columns beside a lone MAX or MIN come from the row that holds it.

    >>> from text2sql.repair.example import mended
    >>> mended(row_of_extreme, "SELECT day, MAX(price) FROM orders")
    'SELECT ARG_MAX(day, price) AS day, MAX(price) FROM orders'
    """
    for grouping in groupings(case):
        extreme = grouping.aggregates[0] if len(grouping.aggregates) == 1 else None
        if not isinstance(extreme, (exp.Max, exp.Min)) or extreme.expressions:
            continue
        if not grouping.by and grouping.select.args.get("having"):
            continue
        ordered = grouping.select.args.get("order")
        if ordered and aggregates(ordered, grouping.select):
            continue
        bare = [one for one in _bare_items(grouping) if not grouping.fixed(one)]
        if not bare:
            continue
        kind = exp.ArgMax if isinstance(extreme, exp.Max) else exp.ArgMin
        before, names = spelled(grouping.select), ", ".join(map(spelled, bare))
        for column in bare:
            _wrap(column, lambda one: kind(this=one, expression=extreme.this.copy()))
        message = f"{names}: taken from the row with {spelled(extreme)}."
        return made("row_of_extreme", message, before, spelled(grouping.select))
    return None


def grouped_by_selected(case: Case) -> Repair | None:
    """A query with aggregates and no GROUP BY groups by the columns it selects.

    >>> from text2sql.repair.example import mended
    >>> mended(grouped_by_selected, "SELECT city FROM customers ORDER BY COUNT(*) DESC LIMIT 1")
    'SELECT city FROM customers GROUP BY city ORDER BY COUNT(*) DESC LIMIT 1'
    """
    for grouping in groupings(case):
        bare = _bare_items(grouping)
        if grouping.select.args.get("group") or not bare:
            continue
        _group_by(grouping, bare)
        names = ", ".join(map(spelled, bare))
        message = f"The query was not grouped; it is now, by {names}."
        return made("grouped_by_selected", message, "", f"GROUP BY {names}")
    return None


def bare_column(case: Case) -> Repair | None:
    """A column that is neither grouped nor aggregated: grouped if the group fixes it, else any one.

    >>> from text2sql.repair.example import mended
    >>> mended(bare_column, "SELECT name, COUNT(*) FROM customers GROUP BY id")
    'SELECT name, COUNT(*) FROM customers GROUP BY id, name'
    >>> mended(bare_column, "SELECT name, COUNT(*) FROM customers GROUP BY city")
    'SELECT ANY_VALUE(name) AS name, COUNT(*) FROM customers GROUP BY city'
    """
    for grouping in groupings(case):
        bare = _bare_items(grouping)
        if not grouping.select.args.get("group") or not bare:
            continue
        before = spelled(bare[0])
        if grouping.fixed(bare[0]):
            _group_by(grouping, bare[:1])
            message = f"'{before}' was not grouped; the grouped key fixes it."
            return made("bare_column", message, before, f"GROUP BY {before}")
        after = _wrap(bare[0], lambda one: exp.AnyValue(this=one))
        message = f"'{before}' was not grouped; any value of the group is shown."
        return made("bare_column", message, before, after)
    return None


def bare_order(case: Case) -> Repair | None:
    """A grouped query ordered by a bare column: by its largest value if descending, else smallest.

    >>> from text2sql.repair.example import mended
    >>> mended(bare_order, "SELECT day FROM orders GROUP BY day ORDER BY price DESC")
    'SELECT day FROM orders GROUP BY day ORDER BY MAX(price) DESC'
    """
    for grouping in groupings(case):
        order = grouping.select.args.get("order")
        bare = grouping.bare(order) if order else []
        if not bare or _bare_items(grouping):
            continue
        before = spelled(bare[0])
        ordered = bare[0].find_ancestor(exp.Ordered)
        kind = exp.Max if ordered is not None and ordered.args.get("desc") else exp.Min
        after = _wrap(bare[0], lambda one: kind(this=one))
        message = f"A group has many values of '{before}'; it is ordered by {after}."
        return made("bare_order", message, before, after)
    return None


def bare_having(case: Case) -> Repair | None:
    """A condition on rows in HAVING moves to WHERE, where rows are chosen.

    >>> from text2sql.repair.example import mended
    >>> mended(bare_having, "SELECT day FROM orders GROUP BY day HAVING COUNT(*) > 1 AND price > 2")
    'SELECT day FROM orders WHERE price > 2 GROUP BY day HAVING COUNT(*) > 1'
    """
    for grouping in groupings(case):
        select, having = grouping.select, grouping.select.args.get("having")
        bare = grouping.bare(having) if having else []
        if not bare:
            continue
        parts = conjuncts(having.this)
        part = next(one for one in parts if any(bare[0] is c for c in one.find_all(exp.Column)))
        before = spelled(part)
        if aggregates(part, select):
            _wrap(bare[0], lambda one: exp.AnyValue(this=one))
            message = f"'{spelled(bare[0])}' was not grouped; any value of the group counts."
            return made("bare_having", message, before, spelled(part))
        _keep(select, "having", [one for one in parts if one is not part])
        select.where(part.copy(), copy=False)
        message = f"{before} speaks of rows, not of groups; it moved to WHERE."
        return made("bare_having", message, f"HAVING {before}", f"WHERE {before}")
    return None


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
        for part in conjuncts(where.this) if where else ():
            found = _aggregates_of(part, scope)
            if not found:
                continue
            before = spelled(part)
            if _compares_rows(part, scope):
                for one in found:
                    one.replace(_asked_of_all(one, scope))
                message = f"{before}: the aggregate is now taken over all rows."
                return made("aggregate_in_where", message, before, spelled(part))
            _keep(scope.select, "where", [one for one in conjuncts(where.this) if one is not part])
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
        if owner(column) is scope.select and meant is not None and not column.table:
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


def _bare_items(grouping: Grouping) -> list[exp.Column]:
    """Bare columns of the select list, each once, in order."""
    found: dict[str, exp.Column] = {}
    for item in grouping.select.expressions:
        for column in grouping.bare(item):
            found.setdefault(spelled(column).lower(), column)
    return list(found.values())


def _group_by(grouping: Grouping, columns: list[exp.Column]) -> None:
    group = grouping.select.args.get("group")
    before = group.expressions if group else []
    added = [one.copy() for one in columns]
    grouping.select.set("group", exp.Group(expressions=[*before, *added]))


def _wrap(column: exp.Column, call: object) -> str:
    """Put the call in the column's place; a select item keeps the column's name."""
    assert callable(call)
    name, listed = column.name, isinstance(column.parent, exp.Select)
    wrapped: exp.Expr = call(column.copy())
    column.replace(exp.alias_(wrapped, identifier(name)) if listed else wrapped)
    return spelled(wrapped)


def _keep(select: exp.Select, clause: str, parts: list[exp.Expr]) -> None:
    """Leave only these parts of a WHERE or HAVING."""
    kind = exp.Where if clause == "where" else exp.Having
    copies = [one.copy() for one in parts]
    select.set(clause, kind(this=exp.and_(*copies, copy=False)) if copies else None)
