"""What a row is drawn from, and what a column is: the two things that a value depends on.

Knows nothing of how values are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from text2sql.made_up.bounds import Bounds
from text2sql.made_up.kinds import Kind
from text2sql.made_up.moments import draw_gaps, first_moment
from text2sql.made_up.people import (
    Person,
    Place,
    Pools,
    Product,
    draw_person,
    draw_place,
    draw_product,
)
from text2sql.made_up.topics import column_words, topic_of


class Sketch:
    """The people, places, things and dates of one row, so that its columns agree.

    `wanted` fixes some of them by topic; `begin` fixes the row's first date.
    """

    def __init__(
        self,
        pool: Pools,
        rng: Random,
        today: date,
        *,
        wanted: dict[str, str] | None = None,
        begin: datetime | None = None,
    ) -> None:
        self.pool = pool
        self.today = today
        self._rng = rng
        self._wanted = wanted or {}
        self.begin = begin or first_moment(rng, today)
        self.gaps = draw_gaps(rng)
        self.product: Product = draw_product(rng, self._wanted)
        self._people: dict[str, Person] = {}
        self._places: dict[str, Place] = {}

    def person(self, part: str = "") -> Person:
        """Who plays this part in the row: its customer, its director."""
        if part not in self._people:
            self._people[part] = draw_person(self.pool, self._rng, self._wanted)
        return self._people[part]

    def place(self, part: str = "") -> Place:
        """Where: at home, from, to."""
        if part not in self._places:
            wanted = self._wanted if not self._places else {}
            self._places[part] = draw_place(self._rng, wanted)
        return self._places[part]


@dataclass(frozen=True)
class Subject:
    """What a column is: where it stands, its words, topic, kind and bounds."""

    table: str
    name: str
    words: tuple[str, ...]
    topic: str
    kind: Kind
    bounds: Bounds


def subject_of(table: str, column: str, kind: Kind, bounds: Bounds | None = None) -> Subject:
    """The subject of a column."""
    words, topic = column_words(table, column), topic_of(table, column)
    return Subject(table, column, words, topic, kind, bounds or Bounds())
