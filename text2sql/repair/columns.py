"""Rules about columns: asked of the wrong table of the query, spelled wrong, or not a column."""

from __future__ import annotations

from sqlglot import exp

from text2sql.problems import Repair
from text2sql.repair.case import Case, identifier, made, spelled
from text2sql.repair.joins import equal_columns
from text2sql.repair.names import NEAR, SAME, likeness, words
from text2sql.repair.scopes import Fault, Scope, Source

OWN_TABLE = 0.06  # how much more a name counts in the table it was asked of


def unused_join(case: Case) -> Repair | None:
    """A table joined for nothing but a column that another table has goes, with its join.

    >>> from text2sql.repair.example import mended
    >>> mended(unused_join, "SELECT o.city FROM customers AS c JOIN orders AS o ON o.price = c.id")
    'SELECT c.city FROM customers AS c'
    """
    for fault in case.faults:
        scope, column = fault.scope, fault.column
        source = scope.source(column.table) if fault.kind == "column" else None
        holders = scope.holders(column.name)
        if source is None or len(holders) != 1 or not isinstance(source.node.parent, exp.Join):
            continue
        join, used = source.node.parent, _uses(scope, source)
        if join.side or join.kind or not _all_faulty(used, case):
            continue
        before = spelled(join)
        for one in used:
            holder = scope.holders(one.name)
            if len(holder) != 1:
                break
            one.set("table", identifier(holder[0].name))
        else:
            join.pop()
            message = f"'{source.node.name}' was joined for a column that '{holders[0].name}' has."
            return made("unused_join", message, before, "")
    return None


def _all_faulty(columns: list[exp.Column], case: Case) -> bool:
    faulty = {id(fault.column) for fault in case.faults}
    return all(id(one) in faulty for one in columns)


def _uses(scope: Scope, source: Source) -> list[exp.Column]:
    """References to a joined source outside its own join condition."""
    name, join = source.name.lower(), source.node.parent
    found = []
    for column in scope.select.find_all(exp.Column):
        within = column.find_ancestor(exp.Join)
        by_name = not column.table and source.column(column.name)
        if (column.table.lower() == name or by_name) and within is not join:
            found.append(column)
    return found


def requalified(case: Case) -> Repair | None:
    """A column asked of the wrong table of the query is asked of the one that has it.

    >>> from text2sql.repair.example import mended
    >>> mended(requalified, "SELECT T2.name FROM customers AS T1 JOIN orders AS T2 ON TRUE")
    'SELECT T1.name FROM customers AS T1 JOIN orders AS T2 ON TRUE'
    """
    for fault in case.faults:
        if fault.kind not in ("column", "qualifier"):
            continue
        for scope in fault.scope.chain():
            holders = [one for one in scope.holders(fault.column.name) if not _ties(fault, one)]
            if holders:
                return _requalify(fault, _likeliest(holders, fault))
    return None


def _likeliest(holders: list[Source], fault: Fault) -> Source:
    """The holder whose name or table is most like the qualifier; the first of equals."""
    wanted = fault.column.table
    return max(
        holders,
        key=lambda one: (
            max(likeness(wanted, one.name), likeness(wanted, one.table.name if one.table else "")),
            -holders.index(one),
        ),
    )


def _ties(fault: Fault, source: Source) -> bool:
    """Whether the column would then stand opposite to one of the same table in a condition."""
    test = fault.column.parent
    if not isinstance(test, exp.EQ):
        return False
    other = test.expression if test.this is fault.column else test.this
    if not isinstance(other, exp.Column) or not fault.column.find_ancestor(exp.Join):
        return False
    return other.table.lower() == source.name.lower()


def _requalify(fault: Fault, source: Source) -> Repair:
    before = spelled(fault.column)
    name = source.column(fault.column.name) or fault.column.name
    fault.column.set("table", identifier(source.name))
    message = f"'{fault.column.table}', not '{before.split('.')[0]}', has the column '{name}'."
    return made("requalified", message, before, spelled(fault.column))


def respelled(case: Case) -> Repair | None:
    """A column spelled with other underscores or number gets its stored spelling.

    >>> from text2sql.repair.example import mended
    >>> mended(respelled, "SELECT orderid FROM orders")
    'SELECT order_id FROM orders'
    >>> mended(respelled, "SELECT customer_name FROM customers")
    'SELECT name FROM customers'
    """
    return _renamed_column(case, "respelled", SAME)


def nearest_column(case: Case) -> Repair | None:
    """A column that no table has becomes the one of the query's tables most like it.

    A name that is a column of some other table is no slip of the pen: then they must share a word.

    >>> from text2sql.repair.example import mended
    >>> mended(nearest_column, "SELECT o.prices_paid FROM orders AS o")
    'SELECT o.price FROM orders AS o'
    """
    return _renamed_column(case, "nearest_column", NEAR)


def _renamed_column(case: Case, rule: str, least: float) -> Repair | None:
    for fault in case.faults:
        if fault.kind == "ambiguous" or not fault.scope.known:
            continue
        found = _nearest(fault, least)
        if found and not _is_elsewhere(fault.column.name, found[1], case):
            return _rename(fault, rule, *found)
    return None


def _is_elsewhere(wanted: str, name: str, case: Case) -> bool:
    """Whether some table has the column wanted, and `name` shares no word with it."""
    held = any(table.column(wanted) for table in case.schema.tables)
    return held and not words(wanted) & words(name)


def _nearest(fault: Fault, least: float) -> tuple[Source | None, str] | None:
    wanted = fault.column.name
    scored: list[tuple[float, int, Source | None, str]] = []
    scope = fault.scope
    for source in scope.sources:
        bonus = OWN_TABLE if source.name.lower() == fault.column.table.lower() else 0.0
        for name in source.columns or ():
            score = asked_likeness(wanted, source, name)
            if score >= least and not _ties(fault, source):
                scored.append((score + bonus, -len(scored), source, name))
    if not fault.column.table and fault.column.find_ancestor(exp.Order, exp.Having):
        for name in scope.aliases():
            score = likeness(wanted, name)
            if score >= least:
                scored.append((score, -len(scored), None, name))
    if not scored:
        return None
    _, _, where, name = max(scored, key=lambda one: one[:2])
    return where, name


def asked_likeness(wanted: str, source: Source, name: str) -> float:
    """How like a source's column is to the name, the table's name before it or not."""
    table = source.table.name if source.table else source.name
    return max(likeness(wanted, name), likeness(wanted, f"{table}_{name}"))


def _rename(fault: Fault, rule: str, source: Source | None, name: str) -> Repair:
    column, before = fault.column, spelled(fault.column)
    column.set("this", identifier(name))
    unclear = len(fault.scope.holders(name)) > 1
    if source is None:
        column.set("table", None)
    elif column.table or unclear:
        column.set("table", identifier(source.name))
    message = f"There is no column '{before}'; '{spelled(column)}' is the nearest."
    return made(rule, message, before, spelled(column))


def qualified(case: Case) -> Repair | None:
    """A column that several tables of the query have gets the table it most likely means.

    That is the one it is selected from elsewhere in the query, else the first.

    >>> from text2sql.repair.example import mended
    >>> mended(qualified, "SELECT price FROM orders JOIN items ON TRUE")
    'SELECT orders.price FROM orders JOIN items ON TRUE'
    """
    for fault in case.faults:
        if fault.kind != "ambiguous":
            continue
        column = fault.column
        source = _meant(column, _where_ambiguous(fault))
        before = spelled(column)
        column.set("table", identifier(source.name))
        message = f"'{before}' is in several tables; '{source.name}' was taken."
        return made("qualified", message, before, spelled(column))
    return None


def _where_ambiguous(fault: Fault) -> Scope:
    """The fault's own scope, or one around it: a correlated subquery reaches out."""
    return next(level for level in fault.scope.chain() if level.holders(fault.column.name))


def _meant(column: exp.Column, scope: Scope) -> Source:
    name = column.name.lower()
    holders = scope.holders(name)
    listed = [
        scope.source(other.table)
        for item in scope.select.expressions
        if isinstance(other := item.unalias(), exp.Column) and other.name.lower() == name
    ]
    shown = [one for one in holders if one in listed]
    if column.parent is not scope.select:
        holders = shown or holders
    elif len(shown) < len(holders):
        holders = [one for one in holders if one not in shown]
    equal = equal_columns(scope)
    kept = {(one.name.lower(), name) for one in holders}
    if any(kept <= group for group in equal):
        return holders[0]
    return _by_neighbours(column, scope, holders) or holders[0]


def _by_neighbours(column: exp.Column, scope: Scope, holders: list[Source]) -> Source | None:
    """The holder from which alone the other columns of the same clause come."""
    clause = column.find_ancestor(exp.Where, exp.Order, exp.Group, exp.Select)
    if not isinstance(clause, exp.Select):
        return None
    near = []
    for item in clause.expressions:
        for other in item.find_all(exp.Column):
            owners = scope.holders(other.name) if not other.table else []
            near += [one for one in owners if len(owners) == 1 and one in holders]
    return near[0] if near and all(one is near[0] for one in near) else None


def string_for_name(case: Case) -> Repair | None:
    """A word in double quotes that names no column is the string it was meant to be.

    >>> from text2sql.repair.example import mended
    >>> mended(string_for_name, 'SELECT id FROM customers WHERE city = "Rome"')
    "SELECT id FROM customers WHERE city = 'Rome'"
    """
    columns = [one.name for table in case.schema.tables for one in table.columns]
    for fault in case.faults:
        column = fault.column
        if fault.kind != "name" or not column.this.args.get("quoted"):
            continue
        known = any(likeness(column.name, name) >= SAME for name in columns)
        if known and not _is_value(column):
            continue
        before, after = spelled(column), exp.Literal.string(column.name)
        column.replace(after)
        message = f"{before} names no column; it was taken as text."
        return made("string_for_name", message, before, spelled(after))
    return None


def _is_value(column: exp.Column) -> bool:
    """Whether it stands where values stand: compared with a column before it."""
    test = column.parent
    if isinstance(test, exp.In):
        return test.this is not column
    if not isinstance(test, (exp.EQ, exp.NEQ, exp.Like, exp.ILike)):
        return False
    return test.expression is column and isinstance(test.this, exp.Column)
