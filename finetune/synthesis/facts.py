"""What a generator of questions must know of a database: kinds of columns, values, links.

A column is a key, a category (few distinct texts), a text, a number, a year, a date or a flag; a
table has a label (the column that names its rows) and links to others. Knows nothing of questions,
nor of how the facts are found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from finetune.synthesis.words import column_words, is_noun, moment, singular, words

Kind = Literal["key", "category", "text", "number", "year", "date", "flag"]

WHOLE_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UINTEGER", "UBIGINT")
_NO_SUM = re.compile(
    r"\b(age|rank|ranking|position|season|percent|percentage|rate|rating|score|stars|level|grade|"
    r"average|height|speed|temperature|week|day|month|hour|order|share|version|gpa|latitude|per)\b"
)
_NAMES = ("name", "full name", "title", "label", "model", "product", "item")


@dataclass(frozen=True)
class ColumnFacts:
    """One column: `values` are texts by frequency, or quantiles in rising order."""

    table: str
    name: str
    kind: Kind
    type: str
    values: tuple[Any, ...]
    rows: int
    filled: int
    distinct: int

    @property
    def sql(self) -> str:
        """Its qualified name."""
        return f"{quoted(self.table)}.{quoted(self.name)}"

    @property
    def nulls(self) -> int:
        return self.rows - self.filled

    @property
    def words(self) -> str:
        phrase = column_words(self.name, self.table)
        if self.kind != "date":
            return phrase
        return moment(phrase, timed=self.type.upper().startswith("TIMESTAMP"))

    @property
    def whole(self) -> bool:
        """Whether its numbers have no fraction."""
        return self.type.upper().startswith(WHOLE_TYPES)

    @property
    def summable(self) -> bool:
        """Whether a sum of it says anything: not of ages, ranks or prices of one piece."""
        return not _NO_SUM.search(self.words)


@dataclass(frozen=True)
class TableFacts:
    """One table that has rows."""

    name: str
    rows: int
    columns: tuple[ColumnFacts, ...]
    key: str | None

    def of_kind(self, *kinds: Kind) -> list[ColumnFacts]:
        return [column for column in self.columns if column.kind in kinds]

    def column(self, name: str) -> ColumnFacts | None:
        return next((c for c in self.columns if c.name.lower() == name.lower()), None)

    @property
    def sql(self) -> str:
        return quoted(self.name)

    @property
    def speakable(self) -> bool:
        """Whether its name is a noun: `on_call` and `trained_in` are not."""
        return is_noun(self.name)

    @cached_property
    def labels(self) -> tuple[ColumnFacts, ...]:
        """The columns that name a row to people: one, or first and last name; maybe none."""
        texts = [c for c in self.columns if c.kind in ("text", "category") and c.distinct > 2]
        by_words = {c.words: c for c in texts}
        if "first name" in by_words and "last name" in by_words:
            return by_words["first name"], by_words["last name"]
        for wanted in (*_NAMES, words(self.name), singular(words(self.name))):
            if wanted in by_words:
                return (by_words[wanted],)
        ending = [c for c in texts if c.words.endswith(("name", "title"))]
        return tuple(ending[:1])

    @property
    def label(self) -> ColumnFacts | None:
        """The one column that names a row, if one is enough."""
        return self.labels[0] if len(self.labels) == 1 else None


@dataclass(frozen=True)
class Link:
    """`child.column` refers to `parent.reference`."""

    child: TableFacts
    column: str
    parent: TableFacts
    reference: str

    @property
    def up(self) -> str:
        """What joins the parent to a FROM that has the child."""
        return f"JOIN {self.parent.sql} ON {self.condition}"

    @property
    def tables(self) -> str:
        """The FROM of the two, the table that refers first."""
        return f"{self.child.sql} {self.up}"

    @property
    def condition(self) -> str:
        return f"{self.child_key} = {self.parent_key}"

    @property
    def child_key(self) -> str:
        return f"{self.child.sql}.{quoted(self.column)}"

    @property
    def parent_key(self) -> str:
        return f"{self.parent.sql}.{quoted(self.reference)}"


@dataclass(frozen=True)
class Facts:
    """All of a database that questions can be about."""

    tables: tuple[TableFacts, ...]
    links: tuple[Link, ...]

    def alone(self, link: Link) -> bool:
        """Whether the two tables have no second link, so that a join needs no explanation."""
        pair = {link.child.name, link.parent.name}
        return sum({other.child.name, other.parent.name} == pair for other in self.links) == 1


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
