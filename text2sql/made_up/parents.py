"""The rows that a foreign key may point to: many children for some, none for others.

Knows nothing of columns that are no keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from text2sql.made_up.keys import Row
from text2sql.made_up.links import Link
from text2sql.schema import Table

CHILDLESS = 0.15  # of a table's rows nothing points to
ROOTS = 0.12  # of the rows that could have a parent in their own table have none


@dataclass
class Filled:
    """A table's rows, each a value for every column name in small letters.

    `hot` are the places of the rows with which the question is answered; they go in turn through
    so many `cases`. `doubtful` rows answer it if it means something else than it seems to.
    """

    table: Table
    rows: list[Row] = field(default_factory=list)
    hot: list[int] = field(default_factory=list)
    cases: int = 1
    doubtful: list[int] = field(default_factory=list)

    def values(self) -> list[tuple[object, ...]]:
        """The rows in the order of the table's columns."""
        names = [column.name.lower() for column in self.table.columns]
        return [tuple(row[name] for name in names) for row in self.rows]


class Parents:
    """Draws the parent of a row; for a self-reference, from a table that still grows."""

    def __init__(self, link: Link, filled: Filled, rng: Random) -> None:
        self.link = link
        self._filled = filled
        self._rng = rng
        count = len(filled.rows)
        self._order = rng.sample(range(count), count)
        wanted = count if count < 5 else count - int(count * CHILDLESS)
        self._weights = list(accumulate(1 / (rank + 2) ** 0.6 for rank in range(wanted)))
        cold = [place for place in self._order if place not in filled.hot]
        spared = count - wanted if link.optional else 0
        self._deck = [*cold[spared:], *filled.hot[::-1]]  # drawn from its end

    @property
    def cases(self) -> int:
        """The cases that the parents' hot rows go through."""
        return 1 if self.link.to_itself else max(1, min(self._filled.cases, self.hot_rows))

    @property
    def hot_rows(self) -> int:
        """How many parents answer the question."""
        return 0 if self.link.to_itself else len(self._filled.hot)

    def hot_place(self, case: int, rank: int) -> int | None:
        """The `rank`-th of the hot parents of a case."""
        if not self.hot_rows:
            return None
        rounds = max(1, self.hot_rows // self.cases)
        return self._filled.hot[(case + self.cases * (rank % rounds)) % self.hot_rows]

    def doubtful_place(self, rank: int) -> int | None:
        """The `rank`-th parent that may answer the question."""
        places = [] if self.link.to_itself else self._filled.doubtful
        return places[rank % len(places)] if places else None

    def link_row(self, row: Row, place: int | None) -> bool:
        """Point the row to the parent at that place, or to any, or to none.

        False if it must have one and there is none.
        """
        if self.link.optional and self.link.to_itself and self._rng.random() < ROOTS:
            return self._unlink(row)
        parent = self._choose(row, place)
        if parent is None:
            return self._unlink(row) if self.link.optional else self._point_to_itself(row)
        for name, reference in zip(self.link.columns, self.link.references, strict=True):
            row[name] = parent[reference]
        return True

    def _unlink(self, row: Row) -> bool:
        for name in self.link.columns:
            row.setdefault(name, None)
        return True

    def _point_to_itself(self, row: Row) -> bool:
        """A root that can't be NULL is its own parent."""
        if not self.link.to_itself or self._filled.rows:
            return False
        for name, reference in zip(self.link.columns, self.link.references, strict=True):
            row[name] = row[reference]
        return True

    def _choose(self, row: Row, place: int | None) -> Row | None:
        rows = self._filled.rows
        shared = [name for name in self.link.columns if row.get(name) is not None]
        if shared:
            fits = [parent for parent in rows if self._agrees(parent, row, shared)]
            return self._rng.choice(fits) if fits else None
        if self.link.to_itself:
            return self._rng.choice(rows[: max(1, len(rows) // 2)]) if rows else None
        if self.link.exclusive:
            return rows[self._deck.pop()] if self._deck else None
        if place is not None:
            return rows[place]
        if not self._weights:
            return None
        (drawn,) = self._rng.choices(range(len(self._weights)), cum_weights=self._weights)
        return rows[self._order[drawn]]

    def _agrees(self, parent: Row, row: Row, names: Sequence[str]) -> bool:
        pairs = dict(zip(self.link.columns, self.link.references, strict=True))
        return all(parent[pairs[name]] == row[name] for name in names)
