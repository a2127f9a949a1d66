"""Dates in a row's own order: ordered, then shipped, then delivered; born long before.

Knows nothing of tables or questions.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

RECENT_DAYS = 730
_BORN = frozenset("birthdate birth born".split())
_OLD = frozenset("founded built established opened published release released hire hired".split())
_LATER = frozenset("ship shipped due sent paid payment approved processed checkin".split())
_LAST = frozenset(
    "end ends to until delivered delivery returned return closed close finish finished completed "
    "updated update modified last expires expiry expiration checkout left cancelled deleted "
    "resolved settled termination terminated discharge arrival valid deadline".split()
)
_OPEN = frozenset("end until returned return closed deleted cancelled terminated left".split())


def stage(words: tuple[str, ...]) -> int:
    """When in a row's life a date stands: 0 long before, 1 first, 2 later, 3 last.

    >>> stage(("birthdate",)), stage(("order", "date")), stage(("shipped", "date")), stage(("end",))
    (0, 1, 2, 3)
    """
    found = set(words)
    if found & (_BORN | _OLD):
        return 0
    if found & _LAST:
        return 3
    return 2 if found & _LATER else 1


def stays_open(words: tuple[str, ...]) -> bool:
    """Whether many rows have no such date yet."""
    return bool(_OPEN & set(words))


def first_moment(rng: Random, today: date) -> datetime:
    """When a row begins: in the last two years, by day, at a full minute."""
    day = today - timedelta(days=1 + int(rng.random() ** 1.2 * RECENT_DAYS))
    return datetime.combine(day, time(rng.randrange(7, 21), rng.randrange(60)))


def draw_gaps(rng: Random) -> tuple[timedelta, timedelta]:
    """From a row's first date to its later one, and from there to its last."""
    return timedelta(days=rng.randrange(0, 5)), timedelta(days=rng.randrange(1, 9))


def moment(
    words: tuple[str, ...],
    begin: datetime,
    gaps: tuple[timedelta, timedelta],
    rng: Random,
    today: date,
) -> datetime:
    """A date of the row that begins at `begin`."""
    found = set(words)
    if found & _BORN:
        return _years_before(today, rng, 18, 70)
    if found & _OLD:
        return _years_before(today, rng, 1, 12 if found & {"hire", "hired"} else 40)
    later = stage(words) - 1
    return begin + sum(gaps[:later], timedelta(hours=2 * later))


def _years_before(today: date, rng: Random, least: int, most: int) -> datetime:
    days = rng.randrange(least * 365, most * 365)
    return datetime.combine(today - timedelta(days=days), time(rng.randrange(24)))


def year(words: tuple[str, ...], rng: Random, today: date) -> int:
    """A year for a column of years: old for births and foundations, else mostly recent."""
    found = set(words)
    if found & (_BORN | _OLD | {"model"}):
        return today.year - rng.randrange(1, 60)
    return today.year - int(rng.random() ** 2 * 25)
