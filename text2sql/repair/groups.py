"""Rules about the columns of a grouped query that are neither grouped nor aggregated."""

from __future__ import annotations

from sqlglot import exp

from text2sql.problems import Repair
from text2sql.repair.case import Case, identifier, made, spelled
from text2sql.repair.grouping import Grouping, aggregates, groupings, is_aggregate, keep
from text2sql.repair.joins import conjuncts, protect


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
            _put(column, kind(this=column.copy(), expression=extreme.this.copy()))
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
        after = _put(bare[0], exp.AnyValue(this=bare[0].copy()))
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
        after = _put(bare[0], kind(this=bare[0].copy()))
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
        if having is None or not bare:
            continue
        parts = conjuncts(having.this)
        part = next(one for one in parts if any(bare[0] is c for c in one.find_all(exp.Column)))
        before = spelled(part)
        if aggregates(part, select):
            _put(bare[0], exp.AnyValue(this=bare[0].copy()))
            message = f"'{spelled(bare[0])}' was not grouped; any value of the group counts."
            return made("bare_having", message, before, spelled(part))
        keep(select, "having", [one for one in parts if one is not part])
        select.where(part.copy(), copy=False)
        message = f"{before} speaks of rows, not of groups; it moved to WHERE."
        return made("bare_having", message, f"HAVING {before}", f"WHERE {before}")
    return None


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


def _put(column: exp.Column, call: exp.Expr) -> str:
    """Put the call in the column's place; a select item keeps the column's name."""
    listed = isinstance(column.parent, exp.Select)
    column.replace(exp.alias_(call, identifier(column.name)) if listed else call)
    return spelled(call)
