"""A draft made whole: names without qualifiers, keys that meet, conditions in DuckDB's words.

What can't be kept is noted on the draft. Knows nothing of DDL text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from text2sql.ddl.checks import MAX_ALL_CHECKS, Check, Columns, Unfit, convert
from text2sql.ddl.column_types import Type
from text2sql.ddl.draft import Draft, DraftCheck, DraftKey, DraftTable
from text2sql.ddl.source import shown

NO_INDEX = ("STRUCT(", "MAP(", "UNION(", "INTERVAL")  # types that can't be in a key, nor lists
MAX_CHAIN = 20  # foreign keys in a row that pass a type on


@dataclass(frozen=True)
class Link:
    """A foreign key that leads somewhere."""

    columns: tuple[str, ...]
    target: DraftTable
    references: tuple[str, ...]


def table_names(draft: Draft) -> dict[int, str]:
    """Each draft table's final name by its id: qualified only where two would clash."""
    counts = Counter(table.name.lower() for table in draft.tables.values())
    taken = {name for name, count in counts.items() if count == 1}
    names: dict[int, str] = {}
    for table in draft.tables.values():
        name = table.name
        if counts[name.lower()] > 1 and len(table.path) > 1:
            name = _free("_".join(table.path[-2:]), taken)
            draft.note(f"The table {'.'.join(table.path)} is called {name} here.")
        taken.add(name.lower())
        names[id(table)] = name
    return names


def _free(name: str, taken: set[str]) -> str:
    free, number = name, 2
    while free.lower() in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def links(draft: Draft) -> dict[int, list[Link]]:
    """Each table's foreign keys by its id; those that lead nowhere are noted."""
    return {id(table): list(_links(draft, table)) for table in draft.tables.values()}


def _links(draft: Draft, table: DraftTable) -> Iterator[Link]:
    for key in dict.fromkeys(table.foreign_keys):
        target = draft.find(key.path, near=table.path)
        written = f"The foreign key {table.name} ({', '.join(key.columns)})"
        if target is None:
            draft.note(f"{written} was left out: there is no table {shown('.'.join(key.path))}.")
        elif references := _references(key, target):
            yield _in_key_order(Link(key.columns, target, references))
        else:
            draft.note(f"{written} was left out: {target.name} has no such columns to refer to.")


def _references(key: DraftKey, target: DraftTable) -> tuple[str, ...]:
    """The target's columns as it spells them; empty if they are not there."""
    names = key.references or target.primary_key
    if not names and all(name.lower() in target.columns for name in key.columns):
        names = key.columns
    if len(names) != len(key.columns) or any(n.lower() not in target.columns for n in names):
        return ()
    return tuple(target.columns[name.lower()].name for name in names)


def _in_key_order(link: Link) -> Link:
    """The same link in the order of the key it refers to, which DuckDB insists on."""
    for key in (link.target.primary_key, *link.target.unique):
        if key != link.references and sorted(key) == sorted(link.references):
            pairs = dict(zip(link.references, link.columns, strict=True))
            return Link(tuple(pairs[name] for name in key), link.target, key)
    return link


def settle_types(draft: Draft, found: dict[int, list[Link]]) -> None:
    """Both sides of a foreign key get one type, the target's: DuckDB demands it."""
    for table in draft.tables.values():
        _settle_loose(table, found[id(table)])
    for _ in range(MAX_CHAIN):
        changed = [_adopt(draft, t, link) for t in draft.tables.values() for link in found[id(t)]]
        if not any(changed):
            return


def _settle_loose(table: DraftTable, found: list[Link]) -> None:
    """A bare NUMBER in a key is a whole number."""
    keyed = {name for link in found for name in link.columns} | set(table.primary_key)
    for column in table.columns.values():
        if column.type.loose and column.name in keyed:
            column.type = Type("BIGINT")


def _adopt(draft: Draft, table: DraftTable, link: Link) -> bool:
    changed = False
    for name, reference in zip(link.columns, link.references, strict=True):
        column, other = table.columns[name.lower()], link.target.columns[reference.lower()]
        if column.type.text == other.type.text or column is other:
            continue
        if not _alike(column.type.text, other.type.text):
            draft.note(
                f"Column {table.name}.{name} became {other.type.text}, "
                f"as {link.target.name}.{reference}, which it refers to."
            )
        column.type = replace(column.type, text=other.type.text, unknown="")
        changed = True
    return changed


def _alike(one: str, other: str) -> bool:
    """Whether both are numbers: then nothing is worth a note."""
    return all("INT" in text or text.startswith(("DECIMAL", "DOUBLE")) for text in (one, other))


def drop_unindexable(draft: Draft) -> None:
    """Keys over lists, structs and the like are no keys in DuckDB."""
    for table in draft.tables.values():
        bad = {c.name for c in table.columns.values() if not _indexable(c.type.text)}
        if bad.intersection(table.primary_key):
            table.primary_key = ()
            draft.note(f"The primary key of {table.name} was left out: its type can't be a key.")
        table.unique = [key for key in table.unique if not bad.intersection(key)]


def _indexable(type_: str) -> bool:
    return not type_.endswith("]") and not type_.startswith(NO_INDEX)


def conditions(draft: Draft) -> dict[int, tuple[Check, ...]]:
    """Each table's CHECK conditions by its id; those that DuckDB can't take are noted."""
    reader = _Conditions(draft)
    return {id(table): tuple(reader.read(table)) for table in draft.tables.values()}


class _Conditions:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.budget = MAX_ALL_CHECKS

    def read(self, table: DraftTable) -> Iterator[Check]:
        columns = {name: (column.name, column.type.text) for name, column in table.columns.items()}
        for check in table.checks:
            if found := self._converted(check, columns):
                yield found
            else:
                self.draft.note(
                    f"A CHECK of {table.name} was left out: {shown(check.text)} "
                    "has no counterpart in DuckDB."
                )

    def _converted(self, check: DraftCheck, columns: Columns) -> Check | None:
        self.budget -= len(check.text)
        if self.budget < 0:
            return None
        try:
            return convert(check.text, self.draft.dialect, columns, value=check.column)
        except Unfit:
            return None
