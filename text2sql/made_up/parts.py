"""Which rows of a table answer the question, and what each of them shows of it.

A question that names two fruits and three cities has six cases; hot rows go through them in
turn, and children through those of their parents, so that each case has rows all the way down.
Knows nothing of values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from math import prod
from random import Random

from text2sql.made_up.parents import Parents
from text2sql.made_up.plans import TablePlan

HOT_ROWS = 6
CASE_ROWS = 3  # at least, of each case
MOST_HOT_ROWS = 16
MOST_SPARE_ROWS = 8
HOT_SHARE = 0.6  # of a table's rows, at most
SPRINKLED = 0.1  # of the other rows that hold one of the values named


@dataclass(frozen=True)
class Part:
    """What one row shows: `picks` says which of the things wanted in a column it gets.

    `hot` is its place among the rows that answer the question; `parents` are, for each link, the
    places of those that it points to. A `doubtful` row answers it if it means something else; then
    `spare` may be a column and what it shows.
    """

    hot: int | None = None
    picks: dict[str, int] = field(default_factory=dict)
    parents: tuple[int | None, ...] = ()
    doubtful: bool = False
    spare: tuple[str, str] | None = None


def cases_of(plan: TablePlan, parents: Sequence[Parents]) -> int:
    """How many combinations there are of what the question names, here and above."""
    own = prod(max(1, column.wish.options) for column in plan.columns.values() if column.wish)
    return own * prod(parent.cases for parent in parents)


def parts_of(plan: TablePlan, parents: Sequence[Parents], count: int, rng: Random) -> list[Part]:
    """The part of each of a table's rows."""
    cases = cases_of(plan, parents)
    most = max(1, int(count * HOT_SHARE))
    wanted = min(MOST_HOT_ROWS, max(HOT_ROWS, CASE_ROWS * cases))
    special = [_hot(order, plan, parents) for order in range(min(wanted, most))]
    room = min(MOST_SPARE_ROWS, most - len(special))
    special += list(islice(_doubtful(plan, parents), max(room, 0)))
    places = dict(zip(rng.sample(range(count), len(special)), special, strict=True))
    return [places.get(place) or _cold(plan, len(parents), rng) for place in range(count)]


def _doubtful(plan: TablePlan, parents: Sequence[Parents]) -> Iterator[Part]:
    """Rows that show a thing where it may be meant, or point to rows that do."""
    spare = [
        (name, text)
        for name, column in plan.columns.items()
        for text in (column.wish.spare if column.wish else ())
    ]
    for order, shown in enumerate([*spare, *spare]):
        yield replace(_hot(order, plan, parents), hot=None, doubtful=True, spare=shown)
    for number, parent in enumerate(parents):
        for order in range(HOT_ROWS):
            place = parent.doubtful_place(order)
            if place is None:
                break
            part = _hot(order, plan, parents)
            above = tuple(place if n == number else p for n, p in enumerate(part.parents))
            yield replace(part, hot=None, doubtful=True, parents=above)


def _hot(order: int, plan: TablePlan, parents: Sequence[Parents]) -> Part:
    picks: dict[str, int] = {}
    rest = order
    for name, column in plan.columns.items():
        if column.wish and column.wish.options:
            rest, picks[name] = divmod(rest, column.wish.options)
    cases = []
    for parent in parents:
        rest, case = divmod(rest, parent.cases)
        cases.append(case)
    above = [p.hot_place(case, rest) for p, case in zip(parents, cases, strict=True)]
    for number, parent in enumerate(parents):
        twins = [n for n, p in enumerate(parents) if p.link.parent == parent.link.parent]
        if parent.cases == 1 and twins[order % len(twins)] != number:
            above[number] = None  # one of two links to a table is about what is asked
    return Part(order, picks, tuple(above))


def _cold(plan: TablePlan, parents: int, rng: Random) -> Part:
    picks = {
        name: rng.randrange(column.wish.options)
        for name, column in plan.columns.items()
        if column.wish and column.wish.options and rng.random() < SPRINKLED
    }
    return Part(None, picks, (None,) * parents)
