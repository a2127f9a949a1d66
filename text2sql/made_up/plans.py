"""How each column of one table gets its values, decided once before its rows are made.

Knows nothing of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from text2sql.made_up.bounds import Bounds, bounds_of
from text2sql.made_up.checks import Check, parse_checks
from text2sql.made_up.kinds import Kind, column_kind
from text2sql.made_up.links import Link, key_of
from text2sql.made_up.makers import Maker, maker_of
from text2sql.made_up.moments import stays_open
from text2sql.made_up.sketches import Subject, subject_of
from text2sql.made_up.topics import PERSON_TOPICS
from text2sql.made_up.wish import Wish
from text2sql.schema import Column, Table

NULLS = 0.1  # of what people often leave out
OPEN_NULLS = 0.3  # of the dates that have yet to come
_LEFT_OUT = frozenset("sentence phone middle url image timezone file".split())
_EXTRAS = frozenset("2 optional alternative nickname suffix fax extension commission".split())
_CODES = frozenset("id code number key no".split())


@dataclass(frozen=True)
class ColumnPlan:
    """One column: how to draw it, how often it is missing, and what the question wants in it.

    `numbered` columns count their rows; `linked` ones repeat a parent's key.
    """

    name: str
    subject: Subject
    make: Maker
    nulls: float
    nullable: bool
    numbered: bool
    linked: bool
    wish: Wish | None

    @property
    def kind(self) -> Kind:
        """The column's type."""
        return self.subject.kind


@dataclass(frozen=True)
class TablePlan:
    """One table; column names are in small letters. `named` is a column that names things."""

    table: Table
    columns: Mapping[str, ColumnPlan]
    links: tuple[Link, ...]
    keys: tuple[tuple[str, ...], ...]
    named: str
    checks: tuple[Check, ...]


def plan_table(
    table: Table, links: Sequence[Link], wishes: Mapping[tuple[str, str], Wish], *, shared: bool
) -> TablePlan:
    """The plan of a table; `shared` says that other tables point to it."""
    checks = parse_checks(table.checks)
    bounds = bounds_of(checks)
    key = key_of(table)
    unique = [tuple(name.lower() for name in names) for names in table.unique]
    keys = tuple(dict.fromkeys(names for names in [key, *unique] if names))
    linked = {name for link in links for name in link.repeated}
    columns = {
        column.name.lower(): _plan_column(
            table,
            column,
            bounds.get(column.name.lower()),
            key=key,
            linked=column.name.lower() in linked,
            wish=wishes.get((table.name, column.name)),
        )
        for column in table.columns
    }
    named = next((n for n, plan in columns.items() if shared and names_things(plan.subject)), "")
    return TablePlan(table, columns, tuple(links), keys, named, checks)


def _plan_column(
    table: Table,
    column: Column,
    bounds: Bounds | None,
    *,
    key: tuple[str, ...],
    linked: bool,
    wish: Wish | None,
) -> ColumnPlan:
    name = column.name.lower()
    subject = subject_of(table.name, column.name, column_kind(column), bounds)
    nullable = column.nullable and name not in key
    coded = subject.kind.family == "text" and subject.words[-1] in _CODES
    numbered = key == (name,) and not linked and (subject.kind.family == "integer" or coded)
    return ColumnPlan(
        name,
        subject,
        maker_of(subject),
        _null_share(subject) if nullable else 0.0,
        nullable,
        numbered and not subject.kind.allowed and not subject.bounds.choices,
        linked,
        wish,
    )


def _null_share(subject: Subject) -> float:
    """Of values that may be missing most are there: only some columns are left out in life."""
    if subject.kind.is_moment and stays_open(subject.words):
        return OPEN_NULLS
    left_out = subject.topic in _LEFT_OUT or bool(_EXTRAS & set(subject.words))
    return NULLS if left_out and not subject.bounds.choices else 0.0


def names_things(subject: Subject) -> bool:
    """Whether the column is what a thing is called by: name, title, product_name of products."""
    if subject.kind.family != "text" or subject.topic in PERSON_TOPICS:
        return False
    return subject.words in (("name",), ("title",), ("label",), (subject.table.lower(),))
