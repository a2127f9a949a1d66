"""The rule for join conditions that name columns which are not there."""

from __future__ import annotations

from sqlglot import exp

from text2sql.problems import Repair
from text2sql.repair.case import Case, identifier, made, spelled
from text2sql.repair.joins import (
    Link,
    between,
    condition,
    conjuncts,
    fresh_name,
    nearest_link,
    shortest,
)
from text2sql.repair.names import SAME, likeness
from text2sql.repair.scopes import Fault, Scope, Source


def join_condition(case: Case) -> Repair | None:
    """A condition on columns that are not there becomes one on the keys that link the tables.

    Sides that were mixed up are exchanged; a table that links the two is joined in between.

    >>> from text2sql.repair.example import mended
    >>> mended(join_condition, "SELECT 1 FROM orders AS o JOIN customers AS c ON c.name = o.name")
    'SELECT 1 FROM orders AS o JOIN customers AS c ON o.customer_id = c.id'
    """
    for fault in case.faults:
        join = fault.column.find_ancestor(exp.Join, exp.Select)
        if fault.kind == "ambiguous" or not isinstance(join, exp.Join) or not join.args.get("on"):
            continue
        test = next((one for one in conjuncts(join.args["on"]) if _holds(one, fault)), None)
        if not isinstance(test, exp.EQ) or not _is_link(test):
            continue
        before = spelled(join)
        if _exchanged(test, fault) or _respelled(test, fault) or _relinked(test, join, fault, case):
            after = spelled(join)
            message = f"The tables are joined on the columns that link them: {after}."
            return made("join_condition", message, before, after)
    return None


def _holds(test: exp.Expr, fault: Fault) -> bool:
    return any(column is fault.column for column in test.find_all(exp.Column))


def _is_link(test: exp.EQ) -> bool:
    return isinstance(test.this, exp.Column) and isinstance(test.expression, exp.Column)


def _has(scope: Scope, table: str, column: str) -> bool:
    source = scope.source(table)
    return source is not None and source.column(column) is not None


def _exchanged(test: exp.EQ, fault: Fault) -> bool:
    """Exchange the two tables if both columns are then there."""
    left, right, scope = test.this, test.expression, fault.scope
    if not (left.table and right.table and left.table.lower() != right.table.lower()):
        return False
    if not (_has(scope, right.table, left.name) and _has(scope, left.table, right.name)):
        return False
    mine, theirs = left.args["table"], right.args["table"]
    left.set("table", theirs.copy())
    right.set("table", mine.copy())
    return True


def _respelled(test: exp.EQ, fault: Fault) -> bool:
    """Give both columns the spelling they have in their own tables, if they are there."""
    names = []
    for column in (test.this, test.expression):
        source = fault.scope.source(column.table)
        found = (
            [one for one in (source.columns or ()) if likeness(one, column.name) >= SAME]
            if (source)
            else []
        )
        if len(found) != 1:
            return False
        names.append(found[0])
    for column, name in zip((test.this, test.expression), names, strict=True):
        column.set("this", identifier(name))
    return True


def _relinked(test: exp.EQ, join: exp.Join, fault: Fault, case: Case) -> bool:
    """Put the keys that link the joined table with those before it in the test's place."""
    scope = fault.scope
    place = next((n for n, one in enumerate(scope.sources) if one.node is join.this), 0)
    joined, before = scope.sources[place], scope.sources[:place]
    if joined.table is None:
        return False
    return _direct(test, joined, before, case) or _through(test, join, joined, before, case)


def _direct(test: exp.EQ, joined: Source, before: tuple[Source, ...], case: Case) -> bool:
    asked = {test.this.table.lower(), test.expression.table.lower()}
    named = [one for one in before if one.name.lower() in asked]
    wanted = [test.this.name, test.expression.name]
    for group in (named, [one for one in before if one not in named]):
        found: dict[Link, Source] = {}
        for source in group:
            for link in between(case.schema, _table(source), _table(joined)):
                found.setdefault(link, source)
        nearest = nearest_link(list(found), wanted)
        if nearest:
            test.replace(condition(nearest, found[nearest].name, joined.name))
            return True
        if found:
            return False
    return False


def _through(
    test: exp.EQ, join: exp.Join, joined: Source, before: tuple[Source, ...], case: Case
) -> bool:
    select = join.parent
    if not isinstance(select, exp.Select) or joined.table is None:
        return False
    scope = Scope(select, before, None, opaque=False)
    paths = shortest(scope, joined.table, case.schema)
    if len(paths) != 1:
        return False
    left, added = paths[0].start.name, list[exp.Join]()
    for link in paths[0].links[:-1]:
        name = fresh_name(case, scope, link.right, [one.alias_or_name for one in added])
        table = exp.Table(this=identifier(link.right))
        if name != link.right:
            table.set("alias", exp.TableAlias(this=identifier(name)))
        added.append(exp.Join(this=table, on=condition(link, left, name)))
        left = name
    test.replace(condition(paths[0].links[-1], left, joined.name))
    kept = [join] if not added or _is_used(joined, join, case) else []
    joins = select.args["joins"]
    place = next(n for n, one in enumerate(joins) if one is join)
    select.set("joins", [*joins[:place], *added, *kept, *joins[place + 1 :]])
    return True


def _is_used(source: Source, join: exp.Join, case: Case) -> bool:
    """Whether anything but the join itself asks the source for a column that it has, or nothing."""
    faulty = {id(fault.column) for fault in case.faults}
    name = source.name.lower()
    asked = [
        column
        for column in case.tree.find_all(exp.Column)
        if column.table.lower() == name and column.find_ancestor(exp.Join) is not join
    ]
    by_name = any(
        not one.table and source.column(one.name) for one in case.tree.find_all(exp.Column)
    )
    return not asked or by_name or any(id(one) not in faulty for one in asked)


def _table(source: Source) -> str:
    return source.table.name if source.table else ""
