"""One table's rows: columns drawn, links drawn from the parents' rows, keys and CHECKs kept.

The few rows with which a question is answered are *hot*: they hold the values it names, and they
point to hot rows, so that what it names together occurs together. Knows nothing of questions'
text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import prod
from random import Random

from text2sql.made_up.checks import Check
from text2sql.made_up.keys import Key, Row, make_distinct
from text2sql.made_up.kinds import fit
from text2sql.made_up.moments import first_moment, stage
from text2sql.made_up.numbers import Range, draw
from text2sql.made_up.parents import Filled, Parents
from text2sql.made_up.people import Pools
from text2sql.made_up.plans import ColumnPlan, TablePlan
from text2sql.made_up.sketches import Sketch
from text2sql.made_up.topics import table_nouns
from text2sql.made_up.wishes import granted

HOT_ROWS = 6
MOST_HOT_ROWS = 12
TRIES = 12
SPRINKLED = 0.1  # of the other rows that hold one of the values named
ROUNDS = 5  # of mending a row that breaks its CHECKs
_PLAIN = Range(1, 100)


@dataclass(frozen=True)
class Source:
    """What all tables draw from."""

    pool: Pools
    today: date
    seed: int


def fill(plan: TablePlan, made: Mapping[str, Filled], count: int, source: Source) -> Filled:
    """Up to `count` rows of a table; fewer where its keys allow no more."""
    filler = _Filler(plan, made, source)
    options = prod(column.wish.options for column in plan.columns.values() if column.wish)
    hot_rows = min(count, MOST_HOT_ROWS, max(HOT_ROWS, options))
    hot = {place: order for order, place in enumerate(filler.rng.sample(range(count), hot_rows))}
    for place in range(count):
        filler.add(hot.get(place))
    return filler.done


def close_circles(filled: Filled, plan: TablePlan, made: Mapping[str, Filled], seed: int) -> None:
    """Fill the links that had to wait for a table that points back."""
    rng = Random(f"{seed}/{plan.table.name}/later")
    for link in plan.links:
        if link.deferred:
            parents = Parents(link, made[link.parent], rng)
            for place, row in enumerate(filled.rows):
                hot = filled.hot.index(place) if place in filled.hot else None
                parents.link_row(row, hot)


class _Filler:
    """A table in the making."""

    def __init__(self, plan: TablePlan, made: Mapping[str, Filled], source: Source) -> None:
        self.plan = plan
        self.source = source
        self.rng = Random(f"{source.seed}/{plan.table.name}")
        self.done = Filled(plan.table)
        self.granted_once: set[tuple[str, int]] = set()
        self.parents = [
            Parents(link, self.done if link.to_itself else made[link.parent], self.rng)
            for link in plan.links
            if not link.deferred
        ]
        self.keys = [
            Key(names, tuple((n, c.kind) for n in names if not (c := plan.columns[n]).linked))
            for names in plan.keys
        ]
        if plan.named and (plan.named,) not in plan.keys:
            self.keys.append(Key((plan.named,), ()))

    def add(self, hot: int | None) -> None:
        """Make one more row, if the keys have room for it."""
        for turn in range(TRIES):
            picks = self._picks(hot)
            row = self._draw(picks, whole=hot is not None)
            linked = all(
                parent.link_row(row, None if hot is None else hot + turn * place)
                for place, parent in enumerate(self.parents)
            )
            if linked and self._settle(row) and make_distinct(row, self.keys):
                self._keep(row, picks, hot)
                return

    def _keep(self, row: Row, picks: Mapping[str, int], hot: int | None) -> None:
        wishes = {name for name, column in self.plan.columns.items() if column.wish}
        if hot is not None and wishes <= set(picks):
            self.done.hot.append(len(self.done.rows))
        self.granted_once |= set(picks.items())
        self.done.rows.append(row)

    def _picks(self, hot: int | None) -> dict[str, int]:
        """Column -> which of the things that the question wants in it this row gets."""
        picks: dict[str, int] = {}
        divisor = 1
        for name, column in self.plan.columns.items():
            wish = column.wish
            if wish is None:
                continue
            pick = self.rng.randrange(wish.options) if hot is None else hot // divisor
            divisor *= wish.options
            pick %= wish.options
            spent = self._only_once(column) and (name, pick) in self.granted_once
            if not spent and (hot is not None or self.rng.random() < SPRINKLED):
                picks[name] = pick
        return picks

    def _only_once(self, column: ColumnPlan) -> bool:
        return column.name == self.plan.named or (column.name,) in self.plan.keys

    def _draw(self, picks: Mapping[str, int], *, whole: bool) -> Row:
        """A row without its links; `whole` rows have no NULLs."""
        columns = self.plan.columns
        row: Row = {}
        sketch = self._sketch(picks)
        for name, column in columns.items():
            if column.linked:
                row[name] = None
                continue
            row[name] = self._number(column) if column.numbered else column.make(sketch, self.rng)
            if column.nulls and not whole and self.rng.random() < column.nulls:
                row[name] = None
            elif row[name] is None and not column.nullable:
                row[name] = self._anything(column)
        self._compute_total(row)
        for name, pick in picks.items():
            value = self._grant(columns[name], pick)
            row[name] = row[name] if value is None else value
        return row

    def _grant(self, column: ColumnPlan, pick: int) -> object:
        if column.wish is None or (column.wish.days and stage(column.subject.words)):
            return None  # its date came with the sketch
        return granted(column.wish, column.subject, pick, self.rng, self.source.today)

    def _sketch(self, picks: Mapping[str, int]) -> Sketch:
        wanted: dict[str, str] = {}
        begin: datetime | None = None
        for name, pick in picks.items():
            column = self.plan.columns[name]
            if column.wish and column.wish.texts:
                wanted[column.subject.topic] = column.wish.texts[pick % len(column.wish.texts)]
            elif column.wish and column.wish.days and stage(column.subject.words):
                day = granted(column.wish, column.subject, pick, self.rng, self.source.today)
                begin = self._moment(day)
        sketch = Sketch(self.source.pool, self.rng, self.source.today, wanted=wanted, begin=begin)
        if begin is not None:
            stages = [stage(self.plan.columns[name].subject.words) for name in picks]
            sketch.begin -= sum(sketch.gaps[: max(stages) - 1], timedelta())
        return sketch

    def _moment(self, day: object) -> datetime | None:
        if not isinstance(day, date):
            return None
        clock = first_moment(self.rng, self.source.today).time()
        return datetime.combine(day, time(clock.hour, clock.minute))

    def _number(self, column: ColumnPlan) -> object:
        """The next value of a key that counts."""
        count = len(self.done.rows) + 1
        if column.kind.family == "integer":
            low = column.subject.bounds.low or 1
            return fit(count + int(max(low, 1)) - 1, column.kind)
        letter = table_nouns(self.plan.table.name)[-1][:1].upper()
        text = f"{letter}{1000 + count}" if column.kind.length >= 5 else f"{count}"
        return fit(text, column.kind)

    def _anything(self, column: ColumnPlan) -> object:
        """Some value of a type that the column's own way of drawing did not fit."""
        span = Range(max(_PLAIN.low, column.kind.low), min(_PLAIN.high, column.kind.high))
        return fit(draw(span, self.rng, whole=True), column.kind)

    def _compute_total(self, row: Row) -> None:
        """A line's total is its quantity times its price."""
        named = {c.subject.words[-1]: n for n, c in self.plan.columns.items() if c.kind.is_number}
        total = next((named[w] for w in ("total", "subtotal", "amount") if w in named), None)
        quantity, price = row.get(named.get("quantity", "")), row.get(named.get("price", ""))
        if total is None or quantity is None or price is None or row[total] is None:
            return
        product = float(str(quantity)) * float(str(price))
        row[total] = fit(round(product, 2), self.plan.columns[total].kind) or row[total]

    def _settle(self, row: Row) -> bool:
        """Change what breaks a CHECK, a column at a time; False if that did not help."""
        for _ in range(ROUNDS):
            broken = [check for check in self.plan.checks if not check.holds(row)]
            if not broken:
                return True
            if not any(self._mend(row, check, len(broken)) for check in broken):
                return False
        return all(check.holds(row) for check in self.plan.checks)

    def _mend(self, row: Row, check: Check, broken: int) -> bool:
        """Find one value with which fewer conditions are broken."""
        for name in reversed(check.columns):
            column = self.plan.columns.get(name)
            if column is None or column.linked or column.numbered:
                continue
            before = row[name]
            for suggested in check.suggestions(name, row):
                row[name] = fit(suggested, column.kind)
                if row[name] is None and not column.nullable:
                    continue
                if sum(not other.holds(row) for other in self.plan.checks) < broken:
                    return True
            row[name] = before
        return False
