"""Numbers of a plausible size for what a column's name speaks of.

Knows nothing of types or dates.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class Range(NamedTuple):
    """Values from `low` to `high`; `shape` is flat, low (most are small) or middle.

    `digits` are those after the point, for types that have any.
    """

    low: float
    high: float
    shape: str = "flat"
    digits: int = 2


_RANGES = {
    Range(18, 79, "middle", 0): "age",
    Range(1, 12, "low", 0): "quantity count copies pieces guests adults children nights items qty",
    Range(1, 5, "flat", 1): "rating stars rank stage floor level priority grade",
    Range(0, 100, "middle", 1): "score percent ratio share humidity mark points completion",
    Range(2, 400, "low", 2): "price cost fee amount charge msrp fare premium payment paid value",
    Range(20, 3000, "low", 2): "total subtotal revenue sales balance spend spent invoice turnover",
    Range(0, 0.3, "low", 2): "discount tax rate commission probability margin interest",
    Range(28000, 140000, "low", 0): "salary income wage earnings compensation pay",
    Range(10000, 5000000, "low", 0): "budget loan mortgage funding assets profit gdp billion",
    Range(0, 500, "low", 0): "stock inventory available units reorder onhand",
    Range(20000, 9000000, "low", 0): "population inhabitants",
    Range(20, 5000, "low", 0): "capacity seats attendance crowd enrollment participants",
    Range(5, 240, "middle", 0): "duration minutes length runtime",
    Range(1, 60, "low", 0): "hours days weeks term",
    Range(10, 3600, "low", 0): "seconds",
    Range(100000, 420000, "middle", 0): "milliseconds ms",
    Range(1000, 90000000, "low", 0): "bytes filesize",
    Range(1.5, 2.05, "middle", 2): "height",
    Range(0.2, 90, "low", 2): "weight mass volume",
    Range(5, 900, "low", 1): "distance km mile mileage kilometers miles",
    Range(-5, 38, "middle", 1): "temperature dew",
    Range(-60, 65, "flat", 4): "latitude",
    Range(-120, 140, "flat", 4): "longitude",
    Range(0, 1000, "low", 0): "views likes clicks votes downloads visits followers shares plays",
    Range(0, 40, "low", 0): "goals wins losses assists rebounds draws games lost won played",
    Range(2, 6, "flat", 0): "credits credit bedroom bathroom room rooms beds doors cylinders",
    Range(20, 300, "low", 0): "area sqft squarefeet surface speed power horsepower pages laps",
    Range(100, 850, "middle", 0): "creditscore",
    Range(1, 28, "flat", 0): "day",
    Range(1, 12, "flat", 0): "month",
    Range(0, 23, "flat", 0): "hour",
    Range(1, 4, "flat", 0): "quarter semester",
    Range(1, 52, "flat", 0): "week round",
    Range(1, 30, "flat", 0): "position order sort sequence line number draw pick lane grid",
    Range(100, 999, "flat", 0): "extension apt suite apartment section building",
    Range(10000, 99999, "flat", 0): "zip",
    Range(1000000, 9999999, "flat", 0): "phone ssn isbn barcode serial account",
}
_BY_WORD = {word: span for span, words in _RANGES.items() for word in words.split()}
_PHRASES = {
    "credit limit": Range(1000, 50000, "low", 0),
    "credit score": Range(500, 850, "middle", 0),
    "square feet": Range(300, 4000, "low", 0),
    "number employee": Range(3, 5000, "low", 0),
    "page count": Range(60, 900, "low", 0),
    "interest rate": Range(0.5, 12, "low", 2),
    "hourly rate": Range(12, 120, "low", 2),
    "rental rate": Range(0.99, 9.99, "flat", 2),
    "exchange rate": Range(0.5, 1.5, "flat", 4),
    "replacement cost": Range(8, 40, "flat", 2),
    "stock price": Range(5, 600, "low", 2),
    "monthly rent": Range(400, 3500, "low", 0),
}
PLAIN = Range(1, 100, "low", 2)


def range_of(words: tuple[str, ...]) -> Range | None:
    """The range that a column's words ask for; None if they say nothing of size.

    >>> range_of(("unit", "price")).high, range_of(("unit",)) is None
    (400, True)
    """
    singles = tuple(word[:-1] if word.endswith("s") else word for word in words)
    phrase = " ".join(singles[-2:])
    if phrase in _PHRASES:
        return _PHRASES[phrase]
    if "percent" in words:
        return _BY_WORD["percent"]
    for word, single in zip(reversed(words), reversed(singles), strict=True):
        found = _BY_WORD.get(word) or _BY_WORD.get(single)
        if found:
            return found
    return None


def draw(span: Range, rng: Random, *, whole: bool) -> float:
    """A number of that range; whole numbers include both ends."""
    share = rng.random()
    if span.shape == "low":
        share = share**2.2
    elif span.shape == "middle":
        share = (share + rng.random() + rng.random()) / 3
    number = span.low + (span.high - span.low) * share
    return float(min(round(number), int(span.high))) if whole else round(number, span.digits)
