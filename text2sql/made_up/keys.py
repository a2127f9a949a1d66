"""Values that must differ from row to row: primary keys, unique columns, names of things.

Knows nothing of other tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from text2sql.made_up.kinds import Kind, fit

MAX_STEPS = 400
Row = dict[str, object]


@dataclass
class Key:
    """Columns that together differ in every row; those in `free` may be changed to make it so."""

    columns: tuple[str, ...]
    free: tuple[tuple[str, Kind], ...]
    seen: set[tuple[object, ...]] = field(default_factory=set)

    def value(self, row: Row) -> tuple[object, ...]:
        """The row's values in this key."""
        return tuple(_hashable(row[name]) for name in self.columns)

    def clashes(self, row: Row) -> bool:
        """Whether an earlier row has the same values; NULLs never clash."""
        value = self.value(row)
        return None not in value and value in self.seen


def make_distinct(row: Row, keys: Iterable[Key]) -> bool:
    """Change the row so that it clashes with no key, and remember it; False if that can't be."""
    listed = list(keys)
    for key in listed:
        if key.clashes(row) and not _change(row, key, listed):
            return False
    if any(key.clashes(row) for key in listed):
        return False
    for key in listed:
        key.seen.add(key.value(row))
    return True


def _change(row: Row, key: Key, keys: list[Key]) -> bool:
    for name, kind in key.free:
        first = row[name]
        for step in range(1, MAX_STEPS):
            changed = fit(varied(first, step, kind), kind)
            if changed is None:
                continue
            row[name] = changed
            if not any(other.clashes(row) for other in keys if name in other.columns):
                return True
        row[name] = first
    return False


def varied(value: object, step: int, kind: Kind) -> Any:
    """The `step`-th other value like this one.

    >>> varied("ann@x.org", 2, Kind("text")), varied("Ann", 2, Kind("text", length=4))
    ('ann2@x.org', 'Ann2')
    >>> varied(7, 3, Kind("integer", 0, 8)), varied(date(2026, 1, 1), 1, Kind("date"))
    (1, datetime.date(2026, 1, 2))
    """
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return _varied_text(value, step, kind)
    if isinstance(value, int):
        width = min(kind.high - max(kind.low, 0), 10**9) + 1
        return max(kind.low, 0) + (value - max(kind.low, 0) + step) % width
    if isinstance(value, Decimal | float):
        return Decimal(str(value)) + Decimal(step).scaleb(-kind.scale)
    if isinstance(value, datetime):
        return value + timedelta(minutes=step)
    if isinstance(value, date):
        return value + timedelta(days=step)
    if isinstance(value, time):
        minutes = (value.hour * 60 + value.minute + step) % 1440
        return time(minutes // 60, minutes % 60)
    return value + timedelta(days=step) if isinstance(value, timedelta) else None


def _varied_text(text: str, step: int, kind: Kind) -> str | None:
    if kind.allowed:
        start = kind.allowed.index(text) if text in kind.allowed else 0
        return kind.allowed[(start + step) % len(kind.allowed)]
    if kind.family == "uuid":
        return f"{text[:-4]}{step:04x}"
    if kind.family != "text":
        return None
    name, at, host = text.partition("@")
    if at:
        return f"{name[: kind.length - len(host) - len(str(step)) - 1]}{step}@{host}"
    number = _base36(step) if kind.length <= 3 else str(step)
    space = " " if kind.length > 12 and " " in text else ""
    return f"{text[: kind.length - len(number) - len(space)]}{space}{number}"


def _base36(number: int) -> str:
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = digits[digit] + text
    return text


def _hashable(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
