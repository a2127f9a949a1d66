"""What every kind of question is written with: a database's facts, dice, and small choices.

Knows nothing of which questions there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from finetune.synthesis.facts import ColumnFacts, Facts, Kind, Link, TableFacts
from finetune.synthesis.filter_choice import make_filter
from finetune.synthesis.filters import Filter, described
from finetune.synthesis.phrasing import say
from finetune.synthesis.words import attribute, entity, is_person, joined, plural
from text2sql.database import Database

MOST_SHOWN = 3
FUNCTIONS = {
    "AVG": ("average", "mean", "average"),
    "SUM": ("total", "combined", "total", "summed up"),
    "MAX": ("highest", "maximum", "largest", "greatest"),
    "MIN": ("lowest", "minimum", "smallest"),
}
MOST = {
    True: ("the most", "the largest number of"), False: ("the fewest", "the smallest number of"),
}  # fmt: skip
HIGHEST = {True: ("highest", "largest", "greatest"), False: ("lowest", "smallest")}
T = TypeVar("T")


class CannotAsk(Exception):
    """The dice fell on what can't be asked of this database."""


def need(found: T | None) -> T:
    """What was found, if it holds anything; without it there is no question."""
    if not found:
        raise CannotAsk
    return found


@dataclass(frozen=True)
class Pair:
    """A question and its SQL, as written."""

    question: str
    sql: str


@dataclass(frozen=True)
class Shown:
    """Columns asked for: in SQL, and in words for one row and for many."""

    sql: str
    one: str
    many: str
    chosen: tuple[ColumnFacts, ...]


@dataclass(frozen=True)
class Author:
    """Dice over one database; each choice is made with `rng` and nothing else.

    `table`, `link` and what names two things raise CannotAsk where there is no such thing; the rest
    say None, which `need` turns into the same.
    """

    facts: Facts
    database: Database
    rng: Random

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def say(self, templates: Sequence[str], **slots: object) -> str:
        return say(self.rng, templates, **slots)

    def one_of(self, found: Sequence[T]) -> T | None:
        """Any of them, each as likely; None of nothing."""
        return self.rng.choice(found) if found else None

    def two_of(self, found: Sequence[T]) -> list[T]:
        """Two different ones."""
        need(len(found) > 1)
        return self.rng.sample(found, 2)

    def table(self, *kinds: Kind, labelled: bool = False) -> TableFacts:
        """A table of some rows that has a column of one of these kinds, if any is asked for."""
        fit = [
            t
            for t in self.facts.tables
            if t.rows > 2
            and t.speakable
            and (not kinds or t.of_kind(*kinds))
            and (t.labels or not labelled)
        ]
        return need(self.one_of(fit))

    def noun(self, table: TableFacts) -> str:
        return entity(table.name, self.rng)

    def attribute(self, column: ColumnFacts) -> str:
        said = attribute(column.words, self.rng)
        own = next(t for t in self.facts.tables if t.name == column.table)
        taken = any(said in c.words and c is not column for c in own.columns)
        return column.words if taken else said  # a synonym that means another column misleads

    def filters(
        self, table: TableFacts, count: int, avoid: Sequence[ColumnFacts] = ()
    ) -> list[Filter]:
        """At most so many conditions, each on another column."""
        found: list[Filter] = []
        for _ in range(count):
            taken = frozenset(f.column for f in found) | {c.name for c in avoid}
            if one := make_filter(table, self.database, self.rng, avoid=taken):
                found.append(one)
        return found

    def described(self, table: TableFacts, filters: list[Filter], *, noun: str = "") -> str:
        """The table's noun in the plural with the conditions on it."""
        return described(noun or self.noun(table), filters)

    def shown(self, table: TableFacts, *, avoid: Sequence[ColumnFacts] = ()) -> Shown | None:
        """One to three columns to ask for, the label among them more often than not."""
        usable = [c for c in table.columns if c.kind != "key" and c not in avoid]
        chosen = list(table.labels) if table.labels and self.chance(0.7) else []
        chosen = [c for c in chosen if c not in avoid]
        others = [c for c in usable if c not in chosen]
        extra = self.rng.choice((0, 1, 1, 2)) if chosen else self.rng.choice((1, 1, 2))
        chosen += self.rng.sample(others, min(extra, len(others), MOST_SHOWN - len(chosen) or 1))
        return self.columns(chosen) if chosen else None

    def columns(self, chosen: Sequence[ColumnFacts]) -> Shown:
        names = [self.attribute(c) for c in chosen]
        if [c.words for c in chosen[:2]] == ["first name", "last name"] and self.chance(0.4):
            names = ["full name", *names[2:]]
        return Shown(
            ", ".join(c.sql for c in chosen),
            joined(names),
            joined([plural(n) for n in names]),
            tuple(chosen),
        )

    def labels(self, table: TableFacts) -> str:
        """The SQL of the columns that name a row."""
        return ", ".join(column.sql for column in table.labels)

    def number(self, table: TableFacts) -> ColumnFacts | None:
        """A numeric column worth a comparison."""
        return self.one_of([c for c in table.of_kind("number") if c.distinct > 3])

    def category(self, table: TableFacts) -> ColumnFacts | None:
        return self.one_of([c for c in table.of_kind("category") if c.distinct > 1])

    def category_and_number(self, table: TableFacts) -> tuple[ColumnFacts, ColumnFacts]:
        column, number = self.category(table), self.number(table)
        return need(column), need(number)

    def function(self, column: ColumnFacts, *names: str) -> str:
        """One of the aggregate functions, sums only where a sum says something."""
        return self.rng.choice([n for n in names if n != "SUM" or column.summable])

    def spoken_function(self, name: str) -> str:
        return self.rng.choice(FUNCTIONS[name])

    def link(self, *, labelled_parent: bool = False) -> Link:
        """A foreign key between two tables that no other links."""
        fit = [
            link
            for link in self.facts.links
            if self.facts.alone(link)
            and link.child.key != link.column
            and link.child.speakable
            and link.parent.speakable
            and (link.parent.labels or not labelled_parent)
        ]
        return need(self.one_of(fit))

    def who(self, noun: str) -> str:
        return "who" if is_person(noun) else "that"
