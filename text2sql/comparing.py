"""Values in a form in which equal means equal: for scoring answers and for votes on them.

Knows nothing of statements or of where rows come from.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any
from uuid import UUID

# Two sums of the same floats in another order may fall on either side of a tie of the 7th digit:
# the first rounding brings them together before the second decides.
_EXACT = Context(prec=12, rounding=ROUND_HALF_EVEN)
_SEVEN = Context(prec=7, rounding=ROUND_HALF_EVEN)


def comparable(value: Any) -> Hashable:
    """The value in a form in which equal means equal for scoring.

    Numbers of any type to 7 significant digits; a date is its midnight; an aware timestamp is
    taken to UTC; text is text: `'1'` is not `1`, and `TRUE` is not `1`.

    >>> comparable(1) == comparable(1.00000001) == comparable(Decimal("1.0"))
    True
    >>> comparable(date(2026, 11, 1)) == comparable(datetime(2026, 11, 1))
    True
    >>> comparable(True) == comparable(1)
    False
    """
    match value:
        case None | str():
            return value
        case bool():
            return ("bool", value)
        case int() | float() | Decimal():
            return ("number", _seven_digits(value))
        case datetime():
            moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return ("time", moment)
        case date():
            return ("time", datetime.combine(value, time.min))
        case time() | timedelta():
            return (type(value).__name__, value)
        case UUID():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return ("bytes", bytes(value))
        case Mapping():
            return ("struct", tuple((comparable(k), comparable(v)) for k, v in value.items()))
        case Set():
            return ("set", frozenset(map(comparable, value)))
        case Sequence():
            return ("list", tuple(map(comparable, value)))
    return (type(value).__name__, str(value))


def _seven_digits(number: int | float | Decimal) -> Hashable:
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    if not exact.is_finite():
        return "nan" if exact.is_nan() else str(exact)
    return _SEVEN.plus(_EXACT.plus(exact))
