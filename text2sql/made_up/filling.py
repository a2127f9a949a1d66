"""One table's rows: columns drawn, links drawn from the parents' rows, keys and CHECKs kept.

Knows nothing of questions' text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from text2sql.made_up.keys import Key, Row, make_distinct
from text2sql.made_up.kinds import fit
from text2sql.made_up.moments import first_moment, stage
from text2sql.made_up.numbers import Range, draw
from text2sql.made_up.parents import Filled, Parents
from text2sql.made_up.parts import Part, cases_of, parts_of
from text2sql.made_up.people import Pools
from text2sql.made_up.plans import ColumnPlan, TablePlan
from text2sql.made_up.settling import settle
from text2sql.made_up.sketches import Sketch
from text2sql.made_up.topics import table_nouns
from text2sql.made_up.wish import granted

TRIES = 12
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
    for part in parts_of(plan, filler.parents, count, filler.rng):
        filler.add(part)
    return filler.finish()


def close_circles(filled: Filled, plan: TablePlan, made: Mapping[str, Filled], seed: int) -> None:
    """Fill the links that had to wait for a table that points back."""
    rng = Random(f"{seed}/{plan.table.name}/later")
    for link in plan.links:
        if link.deferred:
            parents = Parents(link, made[link.parent], rng)
            for order, row in enumerate(filled.rows):
                hot = filled.hot.index(order) if order in filled.hot else None
                parents.link_row(row, None if hot is None else parents.hot_place(0, hot))


class _Filler:
    """A table in the making."""

    def __init__(self, plan: TablePlan, made: Mapping[str, Filled], source: Source) -> None:
        self.plan = plan
        self.source = source
        self.rng = Random(f"{source.seed}/{plan.table.name}")
        self.done = Filled(plan.table)
        self.hot: dict[int, int] = {}
        self.shown: set[tuple[str, int]] = set()
        self.parents = [
            Parents(link, self.done if link.to_itself else made[link.parent], self.rng)
            for link in plan.links
            if not link.deferred
        ]
        bound = {name for link in plan.links for name in link.columns}
        self.keys = [
            Key(names, tuple((n, plan.columns[n].kind) for n in names if n not in bound))
            for names in plan.keys
        ]
        self.once = {
            name: {text.lower() for text in column.wish.texts}
            for name, column in plan.columns.items()
            if column.wish and (name == plan.named or (name,) in plan.keys)
        }
        if plan.named and (plan.named,) not in plan.keys:
            self.keys.append(Key((plan.named,), ()))

    def finish(self) -> Filled:
        """The table, its hot rows in the order of their cases."""
        self.done.hot = [self.hot[order] for order in sorted(self.hot)]
        self.done.cases = cases_of(self.plan, self.parents)
        return self.done

    def add(self, part: Part) -> None:
        """Make one more row, if the keys have room for it."""
        picks = {name: pick for name, pick in part.picks.items() if self._may_show(name, part)}
        for turn in range(TRIES):
            row = self._draw(picks, part)
            if self._anticipates(row, picks):
                continue
            sound = self._link(row, part, turn) and settle(row, self.plan, picks, self.rng)
            if sound and make_distinct(row, self.keys):
                self._keep(row, picks, part)
                return

    def _may_show(self, name: str, part: Part) -> bool:
        """A name is given to one row only, and that one answers the question."""
        if name not in self.once:
            return True
        return part.hot is not None and (name, part.picks[name]) not in self.shown

    def _anticipates(self, row: Row, picks: Mapping[str, int]) -> bool:
        """Whether the row has by chance a name that is kept for another."""
        return any(
            str(row[name]).lower() in texts
            for name, texts in self.once.items()
            if name not in picks
        )

    def _keep(self, row: Row, picks: Mapping[str, int], part: Part) -> None:
        if part.hot is not None and len(picks) == len(part.picks):
            self.hot[part.hot] = len(self.done.rows)
        if part.doubtful:
            self.done.doubtful.append(len(self.done.rows))
        self.shown |= set(picks.items())
        self.done.rows.append(row)

    def _link(self, row: Row, part: Part, turn: int) -> bool:
        """Point the row to its parents; after some tries, to any."""
        strict = turn < TRIES // 2
        return all(
            parent.link_row(row, place if strict or order else None)
            for order, (parent, place) in enumerate(zip(self.parents, part.parents, strict=True))
        )

    def _draw(self, picks: Mapping[str, int], part: Part) -> Row:
        """A row without its links; those that answer the question have no NULLs."""
        columns = self.plan.columns
        sketch = self._sketch(picks)
        row: Row = {}
        for name, column in columns.items():
            row[name] = None if column.linked else self._draw_value(column, sketch)
            cold = part.hot is None and not part.doubtful
            if cold and column.nulls and self.rng.random() < column.nulls:
                row[name] = None
        self._compute_total(row)
        for name, pick in picks.items():
            value = self._grant(columns[name], pick)
            row[name] = row[name] if value is None else value
        if part.spare:
            name, text = part.spare
            row[name] = fit(text, columns[name].kind) or row[name]
        return row

    def _draw_value(self, column: ColumnPlan, sketch: Sketch) -> object:
        if column.numbered:
            return self._number(column)
        value = column.make(sketch, self.rng)
        return self._anything(column) if value is None and not column.nullable else value

    def _grant(self, column: ColumnPlan, pick: int) -> object:
        if column.wish is None or self._is_begin(column):
            return None  # its date came with the sketch
        return granted(column.wish, column.subject, pick, self.rng, self.source.today)

    def _is_begin(self, column: ColumnPlan) -> bool:
        """Whether the question's days set the dates of the whole row."""
        dated = column.wish and column.wish.days and column.kind.is_moment
        return bool(dated and stage(column.subject.words))

    def _sketch(self, picks: Mapping[str, int]) -> Sketch:
        wanted: dict[str, str] = {}
        begin: datetime | None = None
        latest = 1
        for name, pick in picks.items():
            column = self.plan.columns[name]
            if column.wish and column.wish.texts:
                wanted[column.subject.topic] = column.wish.texts[pick % len(column.wish.texts)]
            elif column.wish and column.wish.days and self._is_begin(column):
                day = column.wish.days.pick(self.rng, self.source.today)
                clock = first_moment(self.rng, self.source.today).time()
                begin = datetime.combine(day, clock) if day else begin
                latest = max(latest, stage(column.subject.words))
        sketch = Sketch(self.source.pool, self.rng, self.source.today, wanted=wanted, begin=begin)
        if begin is not None:
            sketch.begin -= sum(sketch.gaps[: latest - 1], timedelta(hours=2 * (latest - 1)))
        return sketch

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
        if not column.kind.is_number:
            return None
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
