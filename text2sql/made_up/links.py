"""Which columns point to which table's rows, and the order in which tables can be filled.

Foreign keys as declared, and those that a pasted schema only means: `orders.customer_id` beside
a table `customers`. Knows nothing of values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from text2sql.made_up.kinds import column_kind
from text2sql.made_up.topics import column_words, singular, split_name, table_nouns
from text2sql.schema import Column, ForeignKey, Schema, Table

_UPWARDS = frozenset("parent manager supervisor boss mentor superior".split())
_KEY_WORDS = frozenset("id code key number sid uid pk".split())


@dataclass(frozen=True)
class Link:
    """`columns` of `table` repeat a row's `references` of `parent`; names in small letters.

    `optional`: all may be NULL. `exclusive`: no two rows may point to the same one. `deferred`:
    the parent is filled later, because tables point to each other.
    """

    table: str
    columns: tuple[str, ...]
    parent: str
    references: tuple[str, ...]
    optional: bool
    exclusive: bool
    deferred: bool = False

    @property
    def to_itself(self) -> bool:
        """Whether parent and child are one table."""
        return self.table == self.parent

    @property
    def repeated(self) -> tuple[str, ...]:
        """The columns that get their values from the parent: not those that are the row's own."""
        own = self.references if self.to_itself else ()
        return tuple(name for name in self.columns if name not in own)


def key_of(table: Table) -> tuple[str, ...]:
    """The primary key; where none is declared, a first column called id or <table>_id."""
    if table.primary_key:
        return tuple(name.lower() for name in table.primary_key)
    if not table.columns or any(table.unique):
        return ()
    first = table.columns[0].name
    if column_words(table.name, first) == ("id",) or split_name(first) == ("id",):
        return (first.lower(),)
    return ()


def links_of(schema: Schema) -> dict[str, tuple[Link, ...]]:
    """Table name -> its links, those of most columns first."""
    found = {
        table.name: [link for key in table.foreign_keys if (link := _declared(table, key, schema))]
        for table in schema.tables
    }
    keyed = any(found.values())
    for table in schema.tables:
        taken = {name for link in found[table.name] for name in link.columns}
        for column in table.columns:
            own = key_of(table) == (column.name.lower(),)
            if column.name.lower() in taken or (own and keyed):
                continue
            link = _meant(table, column, schema)
            if link and (link.to_itself or not _leads_to(table.name, link.parent, found)):
                found[table.name].append(link)
    return {
        name: tuple(sorted(links, key=lambda link: -len(link.columns)))
        for name, links in found.items()
    }


def _leads_to(target: str, start: str, links: Mapping[str, Sequence[Link]]) -> bool:
    """Whether a table's links, or its parents', lead to the target."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name == target:
            return True
        if name not in seen:
            seen.add(name)
            waiting += [link.parent for link in links[name]]
    return False


def _declared(table: Table, key: ForeignKey, schema: Schema) -> Link | None:
    parent = schema.table(key.table)
    if parent is None:
        return None
    references = key.references or parent.primary_key
    known = all(parent.column(name) for name in references) and all(map(table.column, key.columns))
    if not known or not references or len(references) != len(key.columns):
        return None
    return _link(table, key.columns, parent, tuple(references))


def _link(
    table: Table, columns: Sequence[str], parent: Table, references: tuple[str, ...]
) -> Link | None:
    names = tuple(name.lower() for name in columns)
    targets = tuple(name.lower() for name in references)
    if table.name == parent.name and names == targets:
        return None
    keys = [key_of(table), *(tuple(n.lower() for n in unique) for unique in table.unique)]
    inside = set(key_of(table))
    own = inside if table.name == parent.name else set()  # drawn, not repeated from a parent
    empty = [
        column.nullable and column.name.lower() not in inside
        for name in columns
        if (column := table.column(name)) and column.name.lower() not in own
    ]
    optional = bool(empty) and all(empty)
    exclusive = any(key and set(key) <= set(names) for key in keys)
    return Link(table.name, names, parent.name, targets, optional, exclusive)


def _meant(table: Table, column: Column, schema: Schema) -> Link | None:
    """The link that a column's name implies."""
    if _upwards(table, column):
        return _link(table, [column.name], table, key_of(table))
    if key_of(table) == (column.name.lower(),) and _names_row_of(column, table):
        return None
    for parent in schema.tables:
        key = key_of(parent)
        if parent.name == table.name or len(key) != 1:
            continue
        target = parent.column(key[0])
        if target and _same_family(target, column) and _points_to(column, table, parent, target):
            return _link(table, [column.name], parent, key)
    return _shared(table, column, schema)


def _upwards(table: Table, column: Column) -> bool:
    words = set(split_name(column.name))
    key = table.column(key_of(table)[0]) if len(key_of(table)) == 1 else None
    if key is None or key.name == column.name or not _same_family(key, column):
        return False
    return "reports" in words or bool(words & _UPWARDS and words & {"id", *_KEY_WORDS})


def _same_family(one: Column, other: Column) -> bool:
    return column_kind(one).family == column_kind(other).family


def _names_row_of(column: Column, table: Table) -> bool:
    """Whether the column's name means its own table's rows: `id`, `student_id` in `students`."""
    return column_words(table.name, column.name)[-1:] in (("id",), ("code",)) and (
        len(column_words(table.name, column.name)) == 1
    )


def _points_to(column: Column, table: Table, parent: Table, target: Column) -> bool:
    if column.name.lower() == target.name.lower() and len(split_name(column.name)) > 1:
        return _names_row_of(target, parent) or not _names_row_of(column, table)
    words = tuple(singular(word) for word in split_name(column.name))
    if len(words) < 2 or words[-1] not in ("id", "key", "code"):
        return False
    nouns = table_nouns(parent.name)
    stem = words[:-1]
    return stem[-len(nouns) :] == nouns or (len(nouns) > 1 and stem[-1:] == nouns[-1:])


def _shared(table: Table, column: Column, schema: Schema) -> Link | None:
    """A key-like name that several tables without declared keys have: one of them owns it."""
    name = column.name.lower()
    if not name.endswith(("id", "code", "key")) or len(name) < 4 or table.primary_key:
        return None
    holders = [t for t in schema.tables if (own := t.column(name)) and _same_family(own, column)]
    owner = min(holders, key=lambda t: (_key_like(t), schema.tables.index(t)))
    return None if owner.name == table.name else _link(table, [column.name], owner, (name,))


def _key_like(table: Table) -> int:
    return sum(column.name.lower().endswith(("id", "code", "key")) for column in table.columns)


def filling_order(
    schema: Schema, links: Mapping[str, Sequence[Link]]
) -> list[tuple[Table, tuple[Link, ...]]]:
    """Tables with their links, parents first; a link that closes a circle is deferred.

    Where such a link is part of the key, it is left out: two keys that count their rows meet.
    """
    waiting = {table.name: table for table in schema.tables}
    placed: list[tuple[Table, tuple[Link, ...]]] = []
    while waiting:
        ready = [name for name in waiting if not _blocking(links[name], waiting)]
        for name in ready or [min(waiting, key=lambda n: _cost(links[n], waiting))]:
            table = waiting.pop(name)
            later = _blocking(links[name], waiting)
            kept = [replace(link, deferred=link in later) for link in links[name]]
            key = set(key_of(table))
            placed.append(
                (table, tuple(x for x in kept if not (x.deferred and key & set(x.columns))))
            )
    return placed


def _blocking(links: Sequence[Link], waiting: Mapping[str, Table]) -> list[Link]:
    return [link for link in links if link.parent in waiting and not link.to_itself]


def _cost(links: Sequence[Link], waiting: Mapping[str, Table]) -> tuple[int, int]:
    """How bad it is to fill a table before its parents: links that can't be NULL weigh most."""
    blocking = _blocking(links, waiting)
    return (sum(not link.optional for link in blocking), len(blocking))
