"""Rules about queries beside and inside one another: set operations and subqueries."""

from __future__ import annotations

from sqlglot import exp

from text2sql.problems import Repair
from text2sql.repair.case import Case, column, made, spelled
from text2sql.repair.joins import links
from text2sql.repair.names import best
from text2sql.repair.scopes import outputs


def order_in_arm(case: Case) -> Repair | None:
    """The order of one arm of a set operation goes: only the whole has an order.

    With a LIMIT it decides which rows there are, and stays.

    >>> from text2sql.repair.example import mended
    >>> mended(order_in_arm, "SELECT id FROM customers ORDER BY id UNION SELECT price FROM orders")
    'SELECT id FROM customers UNION SELECT price FROM orders'
    """
    for operation in case.tree.find_all(exp.SetOperation):
        for arm in (operation.this, operation.expression):
            order = arm.args.get("order")
            if isinstance(arm, exp.Select) and order and not arm.args.get("limit"):
                order.pop()
                message = "One part of a set operation can't be ordered by itself."
                return made("order_in_arm", message, spelled(order).strip(), "")
    return None


def order_of_whole(case: Case) -> Repair | None:
    """A set operation is ordered by one of its columns, or not at all.

    >>> from text2sql.repair.example import mended
    >>> sql = "SELECT name FROM customers AS c UNION SELECT day FROM orders ORDER BY c.name"
    >>> mended(order_of_whole, sql)
    'SELECT name FROM customers AS c UNION SELECT day FROM orders ORDER BY name'
    """
    for operation in case.tree.find_all(exp.SetOperation):
        order, names = operation.args.get("order"), outputs(operation, {}, case.schema)
        if order is None or names is None:
            continue
        before, lower = spelled(order).strip(), {one.lower() for one in names}
        for one in list(order.expressions):
            term = one.this
            if isinstance(term, exp.Column):
                found = best(term.name, names)
                if term.name.lower() in lower and not term.table:
                    continue
                if found:
                    term.replace(column(found))
                    continue
            elif isinstance(term, exp.Literal):
                continue
            one.pop()
        if not order.expressions:
            order.pop()
        after = spelled(order).strip() if order.expressions else ""
        if after != before:
            message = "A set operation is ordered by the columns it gives."
            return made("order_of_whole", message, before, after)
    return None


def arms_of_one_width(case: Case) -> Repair | None:
    """INTERSECT or EXCEPT with one column of several becomes a test on that column.

    UNION keeps the columns that both parts have in number.

    >>> from text2sql.repair.example import mended
    >>> sql = "SELECT id, name FROM customers EXCEPT SELECT customer_id FROM orders"
    >>> mended(arms_of_one_width, sql)
    'SELECT id, name FROM customers WHERE NOT id IN (SELECT customer_id FROM orders)'
    """
    for operation in list(case.tree.find_all(exp.SetOperation)):
        left, right = operation.this, operation.expression
        if not (isinstance(left, exp.Select) and isinstance(right, exp.Select)):
            continue
        names = [outputs(one, {}, case.schema) for one in (left, right)]
        if None in names or len(names[0] or ()) == len(names[1] or ()):
            continue
        before = spelled(operation)
        if not _as_test(operation, left, right):
            _cut(left, right)
        message = "The two parts of the set operation had different numbers of columns."
        return made("arms_of_one_width", message, before, spelled(case.tree))
    return None


def _as_test(operation: exp.SetOperation, left: exp.Select, right: exp.Select) -> bool:
    """Write the operation as a WHERE test, if the right part is one column that the left has."""
    if not isinstance(operation, (exp.Intersect, exp.Except)) or len(right.selects) != 1:
        return False
    if left.args.get("group") or right.is_star or left.is_star:
        return False
    columns = [one for one in left.selects if isinstance(one.unalias(), exp.Column)]
    wanted = best(right.selects[0].alias_or_name, [one.alias_or_name for one in columns], 0.0)
    chosen = next((one for one in columns if one.alias_or_name == wanted), None)
    if chosen is None:
        return False
    test: exp.Expr = exp.In(this=chosen.unalias().copy(), query=exp.Subquery(this=right.copy()))
    if isinstance(operation, exp.Except):
        test = exp.Not(this=test)
    query = left.copy().where(test, copy=False)
    for name in ("order", "limit", "offset", "with_"):
        if operation.args.get(name):
            query.set(name, operation.args[name].copy())
    operation.replace(query)
    return True


def _cut(left: exp.Select, right: exp.Select) -> None:
    width = min(len(left.selects), len(right.selects))
    for arm in (left, right):
        arm.set("expressions", arm.expressions[:width])


def one_column(case: Case) -> Repair | None:
    """A subquery that must give one column gives the one it is compared with, or its first.

    >>> from text2sql.repair.example import mended
    >>> sql = "SELECT day FROM orders WHERE order_id IN (SELECT article, order_id FROM items)"
    >>> mended(one_column, sql, "Subquery returns 2 columns - expected 1")
    'SELECT day FROM orders WHERE order_id IN (SELECT order_id FROM items)'
    """
    if "- expected 1" not in case.error:
        return None
    for subquery in case.tree.find_all(exp.Subquery):
        query, test = subquery.this, subquery.parent
        names = outputs(query, {}, case.schema) if isinstance(query, exp.Select) else None
        if not names or len(names) == 1 or isinstance(test, (exp.From, exp.Join, exp.Exists)):
            continue
        compared = test.this if test is not None and test.this is not subquery else None
        wanted = compared.name if isinstance(compared, exp.Column) else ""
        chosen = _key_to(compared, query, case) or best(wanted, names) or names[0]
        before = ", ".join(map(spelled, query.expressions))
        kept = [one for one in query.expressions if one.alias_or_name.lower() == chosen.lower()]
        query.set("expressions", kept[:1] or [column(chosen)])
        message = f"The subquery must give one column: '{chosen}' was kept."
        return made("one_column", message, before, chosen)
    return None


def _key_to(compared: exp.Expr | None, query: exp.Select, case: Case) -> str | None:
    """The query's column that a key links with the one compared, if there is one only."""
    source = case.source_of(compared) if isinstance(compared, exp.Column) else None
    if compared is None or source is None or source.table is None:
        return None
    names = {one.lower() for one in outputs(query, {}, case.schema) or ()}
    read = {one.name.lower() for one in query.find_all(exp.Table)}
    keys = {
        link.right_columns[0]
        for link in links(case.schema)
        if link.left == source.table.name and link.right.lower() in read
        if [one.lower() for one in link.left_columns] == [compared.name.lower()]
        if link.right_columns[0].lower() in names
    }
    return keys.pop() if len(keys) == 1 else None


def many_rows(case: Case) -> Repair | None:
    """Compared with a subquery of many rows: equal becomes one of them, unequal none of them.

    >>> from text2sql.repair.example import mended
    >>> sql = "SELECT name FROM customers WHERE id = (SELECT customer_id FROM orders)"
    >>> mended(many_rows, sql, "More than one row returned by a subquery used as an expression")
    'SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders)'
    """
    if "More than one row returned by a subquery" not in case.error:
        return None
    for test in list(case.tree.find_all(exp.EQ, exp.NEQ)):
        left, right = test.this, test.expression
        if isinstance(left, exp.Subquery):
            left, right = right, left
        if not isinstance(right, exp.Subquery) or _is_one_row(right.this):
            continue
        before = spelled(test)
        inside: exp.Expr = exp.In(this=left.copy(), query=right.copy())
        after = exp.Not(this=inside) if isinstance(test, exp.NEQ) else inside
        test.replace(after)
        message = f"The subquery gives many rows; {spelled(after)} compares with each."
        return made("many_rows", message, before, spelled(after))
    return None


def _is_one_row(query: exp.Expr) -> bool:
    limit = query.args.get("limit")
    if limit is not None and limit.expression is not None and limit.expression.name == "1":
        return True
    if not isinstance(query, exp.Select) or query.args.get("group"):
        return False
    return all(isinstance(one.unalias(), exp.AggFunc) for one in query.selects)
