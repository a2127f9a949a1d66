"""A stretch of days as a question names it: in November, after 2015, on a Monday.

Knows nothing of columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from random import Random

RECENT_DAYS = 730
MONTHS = (
    "january february march april may june july august september october november december"
).split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()


@dataclass(frozen=True)
class Days:
    """Days that agree with all that is given; `weekday` counts from Monday, 0."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    since: date | None = None
    until: date | None = None

    def holds(self, one: date) -> bool:
        """Whether that day is one of these."""
        return (
            (self.year is None or one.year == self.year)
            and (self.month is None or one.month == self.month)
            and (self.day is None or one.day == self.day)
            and (self.weekday is None or one.weekday() == self.weekday)
            and (self.since is None or one >= self.since)
            and (self.until is None or one <= self.until)
        )

    def and_also(self, other: Days) -> Days:
        """Both together; where they disagree, this one."""
        mine = {name: value for name, value in vars(self).items() if value is not None}
        return replace(other, **mine)

    def pick(self, rng: Random, today: date) -> date | None:
        """One of these days, of the recent ones if it can be; None if there is no such day."""
        found = _matching(self, today)
        return rng.choice(found) if found else None


@lru_cache(maxsize=256)
def _matching(days: Days, today: date) -> tuple[date, ...]:
    end = today - timedelta(days=1)
    recent = (end - timedelta(days=ago) for ago in range(RECENT_DAYS))
    found = tuple(day for day in recent if days.holds(day))
    if found:
        return found
    first = days.since or date(days.year or (days.until or today).year - 3, 1, 1)
    last = days.until or min(date(days.year or first.year + 3, 12, 31), max(end, first))
    if days.year and days.since is None and days.until is None:
        last = date(days.year, 12, 31)
    span = min((last - first).days + 1, 4_000)
    return tuple(day for ago in range(span) if days.holds(day := last - timedelta(days=ago)))
