"""The keys that link tables: shortest paths between them, and joins completed along a path.

Knows nothing of why a join is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp

from text2sql.repair.case import Case, column, identifier
from text2sql.repair.names import NEAR, SAME, likeness, singular, squeezed
from text2sql.repair.scopes import Scope, Source, entries
from text2sql.schema import Column, Schema, Table

MAX_HOPS = 4
_NUMBERED = re.compile(r"([tT])(\d+)")


@dataclass(frozen=True)
class Link:
    """Columns of `left` that equal columns of `right` in a join."""

    left: str
    left_columns: tuple[str, ...]
    right: str
    right_columns: tuple[str, ...]

    def turned(self) -> Link:
        """The same link read from the other side."""
        return Link(self.right, self.right_columns, self.left, self.left_columns)


@dataclass(frozen=True)
class Path:
    """A way from a source of the statement to a table outside it."""

    start: Source
    links: tuple[Link, ...]

    @property
    def target(self) -> str:
        return self.links[-1].right


@lru_cache(maxsize=64)  # asked again and again for one statement, and quadratic in the tables
def links(schema: Schema) -> tuple[Link, ...]:
    """All links of a schema, both ways: its foreign keys, and likely ones of tables without any.

    >>> from text2sql.repair.example import SHOP
    >>> [(one.left, one.left_columns, one.right) for one in links(SHOP)][:2]
    [('orders', ('customer_id',), 'customers'), ('customers', ('id',), 'orders')]
    """
    declared = [
        Link(table.name, key.columns, other.name, key.references or other.primary_key)
        for table in schema.tables
        for key in table.foreign_keys
        if (other := schema.table(key.table)) is not None
    ]
    keyed = {one.left for one in declared} | {one.right for one in declared}
    likely = [
        link
        for table in schema.tables
        if table.name not in keyed
        for other in schema.tables
        if other is not table
        for link in _likely(table, other)
    ]
    found: dict[Link, None] = {}
    for link in declared + likely:
        if len(link.left_columns) == len(link.right_columns) > 0:
            found.update({link: None, link.turned(): None})
    return tuple(found)


def _likely(table: Table, other: Table) -> Iterator[Link]:
    """Keys between two tables that declare none: `x_id` with `x_id`, or with the id of x."""
    theirs_by_name: dict[str, list[Column]] = {}
    for theirs in other.columns:
        theirs_by_name.setdefault(squeezed(theirs.name), []).append(theirs)
    ids = {f"{singular(squeezed(one.name))}id" for one in (table, other)}
    for mine in table.columns:
        name = squeezed(mine.name)
        if not name.endswith("id"):
            continue
        wanted = sorted(ids) if name == "id" else [name, "id"] if name in ids else [name]
        for theirs in (one for key in wanted for one in theirs_by_name.get(key, ())):
            if mine.type == theirs.type:
                yield Link(table.name, (mine.name,), other.name, (theirs.name,))


def between(schema: Schema, left: str, right: str) -> list[Link]:
    """The links from one table to another."""
    return [one for one in links(schema) if one.left == left and one.right == right]


def shortest(scope: Scope, target: Table, schema: Schema) -> list[Path]:
    """The shortest paths from the scope's tables to one outside; equal ones count once.

    Two paths are equal when they differ only in which of two columns made equal by a join
    they start from.
    """
    ways = links(schema)
    fronts = [Path(one, ()) for one in scope.sources if one.table]
    same = equal_columns(scope)
    seen = {one.start.table.name for one in fronts if one.start.table}
    for _ in range(MAX_HOPS):
        fronts = [
            Path(path.start, (*path.links, link))
            for path in fronts
            for link in ways
            if link.left == _end(path) and link.right not in seen
        ]
        arrived = [path for path in fronts if path.target == target.name]
        if arrived:
            return list({_identity(path, same): path for path in reversed(arrived)}.values())
        seen |= {path.target for path in fronts}
    return []


def _end(path: Path) -> str:
    if path.links:
        return path.target
    return path.start.table.name if path.start.table else ""


def _identity(path: Path, same: Sequence[frozenset[tuple[str, str]]]) -> tuple[object, ...]:
    first = path.links[0]
    starts = []
    for name in first.left_columns:
        key = (path.start.name.lower(), name.lower())
        starts.append(next((group for group in same if key in group), frozenset([key])))
    return (*starts, first.right, first.right_columns, path.links[1:])


def equal_columns(scope: Scope) -> list[frozenset[tuple[str, str]]]:
    """Groups of (source, column), in lower case, that the inner joins of a scope make equal."""
    groups: list[frozenset[tuple[str, str]]] = []
    for join in scope.select.args.get("joins") or ():
        if join.side or join.args.get("on") is None:
            continue
        for test in conjuncts(join.args["on"]):
            pair = frozenset(
                (one.table.lower(), one.name.lower())
                for one in (test.args.get("this"), test.args.get("expression"))
                if isinstance(test, exp.EQ) and isinstance(one, exp.Column) and one.table
            )
            if len(pair) == 2:
                touching = [group for group in groups if group & pair]
                groups = [group for group in groups if group not in touching]
                groups.append(pair.union(*touching))
    return groups


def conjuncts(condition: exp.Expr) -> list[exp.Expr]:
    """The parts of a condition that AND holds together."""
    inner = condition.unnest()
    if isinstance(inner, exp.And):
        return conjuncts(inner.this) + conjuncts(inner.expression)
    return [condition]


def complete(case: Case, scope: Scope, path: Path, alias: str = "") -> str:
    """Join the tables of a path to the scope, in place; the name given to the last of them.

    Columns of the statement that the new tables would make ambiguous are qualified, and a star
    keeps meaning the tables it meant.
    """
    added = [case.schema.table(link.right) for link in path.links]
    protect(scope, [table for table in added if table])
    for join in scope.select.args.get("joins") or ():
        if not join.args.get("on") and not join.args.get("using") and not join.args.get("method"):
            join.set("kind", "CROSS")
    left = path.start.name
    for number, link in enumerate(path.links):
        last = number == len(path.links) - 1
        name = alias if alias and last else fresh_name(case, scope, link.right)
        append(scope, link, left, name)
        left = name
    return left


def append(scope: Scope, link: Link, left: str, name: str) -> None:
    """Add one join along a link, from the source called `left` to a new one called `name`."""
    join = exp.Join(this=_aliased(link.right, name), on=condition(link, left, name))
    scope.select.append("joins", join)


def _aliased(table: str, name: str) -> exp.Table:
    alias = exp.TableAlias(this=identifier(name)) if name != table else None
    return exp.Table(this=identifier(table), alias=alias)


def condition(link: Link, left: str, right: str) -> exp.Expr:
    """The join condition of a link between two named sources."""
    tests = [
        exp.EQ(this=column(mine, left), expression=column(theirs, right))
        for mine, theirs in zip(link.left_columns, link.right_columns, strict=True)
    ]
    return exp.and_(*tests, copy=False) if len(tests) > 1 else tests[0]


def fresh_name(case: Case, scope: Scope, table: str, taken: Iterable[str] = ()) -> str:
    """A name for one more table: T3 after T1 and T2, else the table's own, else one of that form.

    A name is fresh if nothing in the statement is called so, and it is not in `taken`.
    """
    used = case.names_used() | {one.lower() for one in taken}
    numbered = [_NUMBERED.fullmatch(one.name) for one in scope.sources]
    letter = next((match.group(1) for match in numbered if match), "")
    if not letter and table.lower() not in used:
        return table
    names = (f"{letter or 'T'}{number}" for number in range(1, 1000))
    return next(name for name in names if name.lower() not in used)


def protect(scope: Scope, added: Iterable[Table]) -> None:
    """Qualify what tables yet to be joined would make ambiguous, and bind stars to their tables."""
    names = {one.name.lower() for table in added for one in table.columns}
    for reference in list(scope.columns()):
        holders = scope.holders(reference.name)
        if not reference.table and len(holders) == 1 and reference.name.lower() in names:
            reference.set("table", identifier(holders[0].name))
    items = []
    for item in scope.select.expressions:
        if isinstance(item, exp.Star):
            own = [node.alias_or_name for node in entries(scope.select)]
            stars = [exp.Column(this=item.copy(), table=identifier(name)) for name in own]
            items.extend(stars)
        else:
            items.append(item)
    scope.select.set("expressions", items)


def nearest_link(found: Sequence[Link], wanted: Iterable[str]) -> Link | None:
    """The link whose columns are most like the names wanted; None if two are equally so.

    >>> home, away = Link("a", ("home_id",), "b", ("id",)), Link("a", ("away_id",), "b", ("id",))
    >>> nearest_link([home, away], ["away"]) == away, nearest_link([home, away], ["id"])
    (True, None)
    """
    names = list(wanted)
    scored = [(sum(_nearness(name, link) for name in names), link) for link in found]
    scored.sort(key=lambda pair: -pair[0])
    if len(scored) > 1 and scored[0][0] - scored[1][0] < 1 - SAME:
        return None
    return scored[0][1] if scored else None


def _nearness(name: str, link: Link) -> float:
    """How like a name is to the columns of both ends; chance counts nothing."""
    ends = (link.left_columns, link.right_columns)
    scores = (max((likeness(name, one) for one in end), default=0.0) for end in ends)
    return sum(score for score in scores if score >= NEAR)
