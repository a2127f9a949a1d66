"""What a question wants in a column, and a value that grants it.

Knows nothing of questions' words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from random import Random

from text2sql.made_up import numbers
from text2sql.made_up.days import Days
from text2sql.made_up.kinds import fit
from text2sql.made_up.makers import narrowed
from text2sql.made_up.numbers import Range
from text2sql.made_up.sketches import Subject

MOST_OPTIONS = 4  # things named for one column


@dataclass(frozen=True)
class Wish:
    """Any of these texts, or of these numbers' spans, or of these days; or that it is true.

    `spare` texts may stand here if the question means something else than it seems to.
    """

    texts: tuple[str, ...] = ()
    spans: tuple[tuple[float, float], ...] = ()
    days: Days | None = None
    truth: bool = False
    spare: tuple[str, ...] = ()

    @property
    def options(self) -> int:
        """How many different things are wanted; 0 if there are only spare ones."""
        return len(self.texts) or len(self.spans) or int(self.days is not None or self.truth)


def granted(wish: Wish, subject: Subject, pick: int, rng: Random, today: date) -> object:
    """A value that the wish asks for, as the column can hold it; None if it can't."""
    kind = subject.kind
    if wish.texts:
        return fit(wish.texts[pick % len(wish.texts)], kind)
    if wish.spans:
        return _number(wish.spans[pick % len(wish.spans)], subject, rng)
    if wish.days:
        day = wish.days.pick(rng, today)
        if day is None or kind.family == "text":
            return fit(day and day.isoformat(), kind)
        return fit(datetime.combine(day, time(9 + rng.randrange(9))), kind)
    return fit(1 if kind.is_number else "true", kind) if wish.truth else None


def _number(span: tuple[float, float], subject: Subject, rng: Random) -> object:
    kind = subject.kind
    low, high = span
    wanted = Range(low, high, digits=max(kind.scale, 2))
    if kind.is_number:
        wanted = narrowed(wanted, subject)
    whole = kind.family in ("integer", "text") and low == int(low)
    number = numbers.draw(wanted, rng, whole=whole)
    return fit(f"{number:g}" if kind.family == "text" else number, kind)
