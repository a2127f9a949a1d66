"""One column's values, fitting its name and type and the rest of the row.

Knows nothing of keys, other tables or questions.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import time, timedelta
from random import Random

from text2sql.made_up import numbers
from text2sql.made_up.bounds import Bounds
from text2sql.made_up.kinds import Kind, fit
from text2sql.made_up.moments import moment, year
from text2sql.made_up.numbers import PLAIN, Range, range_of
from text2sql.made_up.people import Product
from text2sql.made_up.sketches import Sketch, Subject, subject_of
from text2sql.made_up.texts import text_for
from text2sql.made_up.topics import split_name

_SWITCHES = frozenset(
    "active enabled deleted flag visible verified archived public approved yn published locked "
    "available featured default primary".split()
)
_PRICES = frozenset("price cost msrp".split())
Maker = Callable[["Sketch", Random], object]


def maker_of(subject: Subject) -> Maker:
    """A function that draws the column's value for a row; None where none fits its type."""
    choices = subject.bounds.choices or subject.kind.allowed
    if choices:
        return lambda sketch, rng: fit(_skewed(choices, rng), subject.kind)
    plain = _MAKERS.get(subject.kind.family)
    if plain is None:
        return lambda sketch, rng: None

    def make(sketch: Sketch, rng: Random) -> object:
        return fit(plain(subject, sketch, rng), subject.kind)

    return make


def _skewed(choices: tuple[object, ...], rng: Random) -> object:
    return choices[int(len(choices) * rng.random() ** 1.5)]


def _number(subject: Subject, sketch: Sketch, rng: Random) -> object:
    words, found = subject.words, set(subject.words)
    if "year" in found and not found & {"years", "experience"}:
        return _within(year(words, rng, sketch.today), subject)
    if found & {"latitude", "longitude"} and subject.kind.family != "integer":
        place = sketch.place()
        return place.latitude if "latitude" in found else place.longitude
    if is_switch(subject):
        return int(rng.random() < 0.7)
    if found & _PRICES and not subject.bounds.low and range_of(words) is range_of(("price",)):
        return _price(subject, sketch.product, rng)
    return _ranged(subject, rng)


def is_switch(subject: Subject) -> bool:
    """Whether a number stands for yes or no."""
    first = split_name(subject.name)[0]
    return first in ("is", "has") or subject.words[-1] in _SWITCHES


def _price(subject: Subject, product: Product, rng: Random) -> object:
    """About the product's usual price: shops and days differ."""
    price = product.price * rng.choice((1, 1, 1, 0.9, 1.1))
    return _within(round(price, 2), subject)


def _within(number: float, subject: Subject) -> float:
    low, high = subject.bounds.low, subject.bounds.high
    number = number if low is None else max(number, low)
    return number if high is None else min(number, high)


def _ranged(subject: Subject, rng: Random) -> object:
    whole = subject.kind.family == "integer"
    span = range_of(subject.words) or (_ids() if subject.words[-1] == "id" else PLAIN)
    if whole and span.high <= 1:
        span = Range(span.low * 100, span.high * 100, span.shape)
    return numbers.draw(narrowed(span, subject), rng, whole=whole)


def _ids() -> Range:
    return Range(1, 25, "low")


def narrowed(span: Range, subject: Subject) -> Range:
    """The range as far as the column's type and its CHECKs allow it."""
    bounds, kind = subject.bounds, subject.kind
    least = kind.low if bounds.low is None else max(bounds.low, kind.low)
    most = kind.high if bounds.high is None else min(bounds.high, kind.high)
    low, high = max(span.low, least), min(span.high, most)
    if low <= high:
        return Range(low, high, span.shape, max(span.digits, 2) if high < 5 else span.digits)
    width = span.high - span.low
    if span.low > most:
        return Range(max(least, most - width), most)
    return Range(least, min(most, least + width))


def keeps_dates(subject: Subject) -> bool:
    """Whether a text column holds dates, which are written as ISO 8601 has them."""
    return subject.kind.family == "text" and not subject.kind.allowed and _says_date(subject.words)


def _says_date(words: tuple[str, ...]) -> bool:
    return "date" in words or words[-1] in ("created", "updated", "at")


def _text(subject: Subject, sketch: Sketch, rng: Random) -> object:
    words, found = subject.words, set(subject.words)
    length = subject.kind.length
    if subject.topic in ("", "word", "code", "level", "grade", "position"):
        if "year" in found:
            return year(words, rng, sketch.today)
        if _says_date(words):
            return moment(words, sketch.begin, sketch.gaps, rng, sketch.today).date().isoformat()
        span = range_of(words)
        if span is not None and not (subject.topic == "code" and len(words) > 1):
            number = numbers.draw(span, rng, whole=span.high > 20)
            return f"{number:g}" if span.high < 10**6 else f"{number:.0f}"
    text = text_for(subject, sketch, rng)
    if len(text) < subject.bounds.shortest:
        text = (text + "x" * subject.bounds.shortest)[: subject.bounds.shortest]
    return text if len(text) <= length else shorter(text, length)


def shorter(text: str, length: int) -> str:
    """A text in at most so many characters: whole words, or initials for a code.

    >>> shorter("Customer Support", 10), shorter("New York", 2), shorter("Germany", 3)
    ('Customer', 'NY', 'GER')
    """
    if length > 4:
        head = text[: length + 1].rpartition(" ")[0]
        return head if len(head) >= length // 2 else text[:length]
    initials = "".join(word[0] for word in text.split())
    return (initials if len(initials) == length else text[:length]).upper()


def _date(subject: Subject, sketch: Sketch, rng: Random) -> object:
    return moment(subject.words, sketch.begin, sketch.gaps, rng, sketch.today)


def _time(subject: Subject, sketch: Sketch, rng: Random) -> object:
    late = {"end", "close", "to", "finish", "arrival"} & set(subject.words)
    hour = rng.randrange(14, 22) if late else rng.randrange(7, 14)
    return time(hour, rng.choice((0, 15, 30, 45)))


def _boolean(subject: Subject, sketch: Sketch, rng: Random) -> object:
    return rng.random() < (0.2 if {"deleted", "archived"} & set(subject.words) else 0.7)


def _list(subject: Subject, sketch: Sketch, rng: Random) -> object:
    make = maker_of(_inside(subject, subject.kind.item or Kind("other")))
    return [make(sketch, rng) for _ in range(subject.kind.size or rng.randrange(1, 4))]


def _inside(subject: Subject, kind: Kind, name: str = "") -> Subject:
    """What a list, a struct or a map holds."""
    if name:
        return subject_of(subject.table, name, kind)
    return Subject(subject.table, subject.name, subject.words, subject.topic, kind, Bounds())


def _struct(subject: Subject, sketch: Sketch, rng: Random) -> object:
    return {
        name: maker_of(_inside(subject, kind, name))(sketch, rng)
        for name, kind in subject.kind.fields
    }


def _map(subject: Subject, sketch: Sketch, rng: Random) -> object:
    """A map of one pair, in the text that DuckDB casts to any map."""
    (_, first), (_, second) = subject.kind.fields
    key = maker_of(_inside(subject, first, "name"))(sketch, rng)
    value = maker_of(_inside(subject, second, "level"))(sketch, rng)
    return f"{{{key}={value}}}"


def _blob(subject: Subject, sketch: Sketch, rng: Random) -> object:
    return rng.getrandbits(64).to_bytes(8, "big")


def _json(subject: Subject, sketch: Sketch, rng: Random) -> object:
    return f'{{"level": {rng.randrange(1, 6)}, "tag": "{rng.choice("abcdef")}"}}'


_MAKERS: dict[str, Callable[[Subject, Sketch, Random], object]] = {
    "integer": _number,
    "decimal": _number,
    "float": _number,
    "text": _text,
    "date": _date,
    "timestamp": _date,
    "time": _time,
    "boolean": _boolean,
    "uuid": lambda subject, sketch, rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "blob": _blob,
    "interval": lambda subject, sketch, rng: timedelta(days=rng.randrange(1, 30)),
    "json": _json,
    "bit": lambda subject, sketch, rng: f"{rng.getrandbits(8):08b}",
    "list": _list,
    "struct": _struct,
    "map": _map,
}
