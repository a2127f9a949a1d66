"""Texts by topic: a person's name, a status, a street, a code.

Knows nothing of types or keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from text2sql.made_up.sketches import Sketch, Subject
from text2sql.made_up.topics import table_nouns, vocabulary

_PARTS = frozenset(
    "director writer producer author contact manager captain owner supervisor editor sender "
    "recipient origin destination from to departure arrival source target start end home away "
    "birth shipping billing opponent winner coach".split()
)
_HEX = "0123456789abcdef"


def text_for(subject: Subject, sketch: Sketch, rng: Random) -> str:
    """A text for that column of that row."""
    part = next((w for w in subject.words if w in _PARTS and w not in subject.table.lower()), "")
    if subject.topic in _PEOPLE:
        return _PEOPLE[subject.topic](sketch, part)
    if subject.topic in _PLACES:
        return _place(subject, sketch, part)
    words = _fitting(vocabulary(subject.topic), subject.kind.length)
    if subject.topic in ("product", "category"):
        return _product(subject, sketch)
    if words:
        return _word(subject, sketch, words, rng)
    if subject.topic in _MADE:
        return _MADE[subject.topic](subject, sketch, rng)
    return _unknown(subject, sketch, rng)


def _fitting(words: tuple[str, ...], length: int) -> tuple[str, ...]:
    return tuple(word for word in words if len(word) <= length) or words


def _word(subject: Subject, sketch: Sketch, words: tuple[str, ...], rng: Random) -> str:
    if subject.topic == "gender":
        gender = sketch.person().gender
        return gender[:1] if "sex" in subject.name.lower() else gender
    if subject.topic == "month":
        return words[(sketch.begin.month - 1) % len(words)]
    if subject.topic == "weekday":
        return words[sketch.begin.weekday() % len(words)]
    if subject.topic == "yes" and subject.kind.length < 3:
        return rng.choice("YN")
    return words[int(len(words) * rng.random() ** 1.4)]


def _product(subject: Subject, sketch: Sketch) -> str:
    return sketch.product.name if subject.topic == "product" else sketch.product.category


_PEOPLE: dict[str, Callable[[Sketch, str], str]] = {
    "firstname": lambda sketch, part: sketch.person(part).first,
    "lastname": lambda sketch, part: sketch.person(part).last,
    "person": lambda sketch, part: f"{sketch.person(part).first} {sketch.person(part).last}",
    "email": lambda sketch, part: sketch.person(part).email,
    "username": lambda sketch, part: sketch.person(part).username,
    "middle": lambda sketch, part: sketch.person(f"{part} middle").first[0],
}
_PLACES = frozenset(("city", "state", "country", "continent", "country code"))


def _place(subject: Subject, sketch: Sketch, part: str) -> str:
    place = sketch.place(part)
    if subject.topic == "country":
        return place.country_code if subject.kind.length < 4 else place.country
    return place.named(subject.topic)


def _code(subject: Subject, sketch: Sketch, rng: Random) -> str:
    length = subject.kind.length
    if length < 8:
        return "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(min(length, 3)))
    letters = re.sub(r"[^a-z]", "", (table_nouns(subject.table)[-1] + "xxx").lower())[:3].upper()
    return f"{letters}-{rng.randrange(1000, 9999)}"


def _unknown(subject: Subject, sketch: Sketch, rng: Random) -> str:
    if subject.words[-1] == "id" or subject.kind.length < 6:
        return _code(subject, sketch, rng)
    return rng.choice(vocabulary("word"))


def _slug(subject: Subject, sketch: Sketch, rng: Random) -> str:
    return re.sub(r"[^a-z0-9]+", "-", rng.choice(sketch.pool.headlines).lower())


def _hex(count: int) -> Callable[[Subject, Sketch, Random], str]:
    return lambda subject, sketch, rng: "".join(rng.choice(_HEX) for _ in range(count))


_MADE: dict[str, Callable[[Subject, Sketch, Random], str]] = {
    "code": _code,
    "company": lambda subject, sketch, rng: rng.choice(sketch.pool.companies),
    "phone": lambda subject, sketch, rng: rng.choice(sketch.pool.phones),
    "address": lambda subject, sketch, rng: rng.choice(sketch.pool.streets),
    "sentence": lambda subject, sketch, rng: rng.choice(sketch.pool.sentences),
    "headline": lambda subject, sketch, rng: rng.choice(sketch.pool.headlines),
    "zip": lambda subject, sketch, rng: f"{rng.randrange(10000, 99999)}",
    "slug": _slug,
    "secret": _hex(32),
    "url": lambda subject, sketch, rng: f"https://example.com/{_slug(subject, sketch, rng)}",
    "image": lambda subject, sketch, rng: f"/images/{_hex(8)(subject, sketch, rng)}.jpg",
    "file": lambda subject, sketch, rng: f"{_slug(subject, sketch, rng)[:24]}.pdf",
    "ip": lambda subject, sketch, rng: f"192.0.2.{rng.randrange(1, 255)}",
    "version": lambda subject, sketch, rng: f"{rng.randrange(1, 6)}.{rng.randrange(10)}",
    "timezone": lambda subject, sketch, rng: f"UTC{rng.randrange(-8, 10):+d}",
    "time": lambda subject, sketch, rng: f"{rng.randrange(7, 21):02d}:{rng.randrange(60):02d}",
}
