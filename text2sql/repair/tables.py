"""Rules about the tables of a statement: names that are none, aliases, the wrong table chosen."""

from __future__ import annotations

from sqlglot import exp

from text2sql.problems import Repair
from text2sql.repair.case import Case, identifier, made
from text2sql.repair.joins import links, shortest
from text2sql.repair.names import NEAR, SAME, likeness
from text2sql.repair.scopes import Scope, Source
from text2sql.schema import Table

MISSPELT = 0.9  # a table this near is meant whatever columns it has
FAIR = 0.45  # a table this near is taken if it has every column asked of it


def nearest_table(case: Case) -> Repair | None:
    """A table that does not exist becomes the one most like it, by name and by columns asked.

    >>> from text2sql.repair.example import mended
    >>> mended(nearest_table, "SELECT name FROM Customer")
    'SELECT name FROM customers'
    """
    for scope in case.scopes:
        for source in scope.sources:
            if source.missing and isinstance(source.node, exp.Table):
                table = _nearest(source, scope, case)
                if table:
                    return _renamed(source.node, scope, table)
    return None


def _nearest(source: Source, scope: Scope, case: Case) -> Table | None:
    wanted = {
        one.name
        for one in scope.columns()
        if one.table.lower() == source.name.lower() or (not one.table and len(scope.sources) == 1)
    }
    scored = []
    for place, table in enumerate(case.schema.tables):
        near = likeness(source.node.name, table.name)
        share = sum(table.column(name) is not None for name in wanted) / max(1, len(wanted))
        if near >= NEAR or (near >= FAIR and share == 1 and wanted):
            scored.append((near >= MISSPELT, near + share, -place, table))
    return max(scored, key=lambda one: one[:3])[3] if scored else None


def _renamed(node: exp.Table, scope: Scope, table: Table) -> Repair:
    before = node.name
    if not node.alias:
        for column in scope.select.find_all(exp.Column):
            if column.table.lower() == before.lower():
                column.set("table", identifier(table.name))
    node.set("this", identifier(table.name))
    message = f"There is no table '{before}'; '{table.name}' is the nearest."
    return made("nearest_table", message, before, table.name)


def distinct_aliases(case: Case) -> Repair | None:
    """Two tables under one alias: the second gets an alias of its own.

    >>> from text2sql.repair.example import mended
    >>> mended(distinct_aliases, "SELECT 1 FROM orders AS o JOIN items AS o ON TRUE")
    'SELECT 1 FROM orders AS o JOIN items AS o2 ON TRUE'
    """
    for scope in case.scopes:
        taken: dict[str, Source] = {}
        for source in scope.sources:
            key = source.name.lower()
            if key not in taken:
                taken[key] = source
                continue
            used = case.names_used()
            name = next(f"{source.name}{n}" for n in range(2, 999) if f"{key}{n}" not in used)
            source.node.set("alias", exp.TableAlias(this=identifier(name)))
            _share_out(scope, taken[key], source, name)
            message = f"Two tables were called '{source.name}'; the second is now '{name}'."
            return made("distinct_aliases", message, source.name, name)
    return None


def _share_out(scope: Scope, first: Source, second: Source, name: str) -> None:
    """Give the second table the columns that only it has, and one side of its own condition."""
    for column in scope.columns():
        if column.table.lower() != first.name.lower():
            continue
        if second.column(column.name) and not first.column(column.name):
            column.set("table", identifier(name))
    join = second.node.parent
    condition = join.args.get("on") if isinstance(join, exp.Join) else None
    if isinstance(condition, exp.EQ) and _sides(condition) == {first.name.lower()}:
        condition.expression.set("table", identifier(name))


def _sides(condition: exp.EQ) -> set[str]:
    sides = (condition.this, condition.expression)
    return {one.table.lower() if isinstance(one, exp.Column) else "" for one in sides}


def alias_for_table(case: Case) -> Repair | None:
    """A table's name where its alias must stand becomes the alias.

    >>> from text2sql.repair.example import mended
    >>> mended(alias_for_table, "SELECT customers.name FROM customers AS T1")
    'SELECT T1.name FROM customers AS T1'
    """
    for fault in case.faults:
        if fault.kind != "qualifier":
            continue
        name = fault.column.table
        for scope in fault.scope.chain():
            called = [one for one in scope.sources if one.table and _is_called(one.table, name)]
            fitting = [one for one in called if one.column(fault.column.name)] or called
            if fitting:
                fault.column.set("table", identifier(fitting[0].name))
                message = f"'{name}' is called '{fitting[0].name}' in this query."
                return made("alias_for_table", message, name, fitting[0].name)
    return None


def _is_called(table: Table, name: str) -> bool:
    return likeness(table.name, name) >= SAME


def replaced_table(case: Case) -> Repair | None:
    """A lone table that gives nothing but keys makes way for the one that has every column asked.

    >>> from text2sql.repair.example import mended
    >>> mended(replaced_table, "SELECT order_id, MAX(weight) FROM orders GROUP BY order_id")
    'SELECT order_id, MAX(weight) FROM items GROUP BY order_id'
    """
    for scope in {id(fault.scope): fault.scope for fault in case.faults}.values():
        source = scope.sources[0] if len(scope.sources) == 1 else None
        if source is None or source.table is None or not isinstance(source.node, exp.Table):
            continue
        table = _replacement(scope, source, case)
        if table:
            before = source.node.name
            _renamed(source.node, scope, table)
            message = f"'{before}' lacks the columns asked for; '{table.name}' has them all."
            return made("replaced_table", message, before, table.name)
    return None


def _replacement(scope: Scope, source: Source, case: Case) -> Table | None:
    names = _asked(scope, source)
    own = {name for name in names if source.column(name)}
    table = source.table
    if not names or table is None or own - _keys(table, case) or own == names:
        return None
    if not own and len(table.primary_key) == 1 and _refers(table, names, case):
        return None  # its rows are meant, and what they refer to: that is a join
    found = [
        other
        for other in case.schema.tables
        if other is not table and all(other.column(name) for name in names)
    ]
    if len(found) != 1:
        return None
    counted = any(isinstance(one.this, exp.Star) for one in scope.select.find_all(exp.Count))
    starred = any(one.is_star for one in scope.select.expressions)
    if not (counted or starred):
        return found[0]
    paths = shortest(scope, found[0], case.schema)
    near = len(paths) == 1 or any(len(path.links) == 1 for path in paths)
    return None if near else found[0]


def _refers(table: Table, names: set[str], case: Case) -> bool:
    """Whether a key of the table leads to one that has all these columns."""
    found = [case.schema.table(key.table) for key in table.foreign_keys]
    return any(one is not None and all(map(one.column, names)) for one in found)


def _asked(scope: Scope, source: Source) -> set[str]:
    """The columns asked of the lone source of a scope, in lower case."""
    name, aliases = source.name.lower(), scope.aliases()
    asked = set()
    for column in scope.select.find_all(exp.Column):
        if column.table.lower() == name:
            asked.add(column.name.lower())
    for column in scope.columns():
        if not column.table and column.name.lower() not in aliases:
            outer = scope.outer
            if source.column(column.name) or outer is None or not outer.holders(column.name):
                asked.add(column.name.lower())
    return asked


def _keys(table: Table, case: Case) -> set[str]:
    found = {one.lower() for one in table.primary_key}
    for link in links(case.schema):
        if link.left == table.name:
            found |= {one.lower() for one in link.left_columns}
    return found
