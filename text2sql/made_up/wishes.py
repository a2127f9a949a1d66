"""Which column gets which of the things that a question names, and what it then holds.

A thing goes where its name is known (Berlin is a city), where the question speaks of the column
near it (the city of Xanten), or where such words are kept (eggs among products). Knows nothing
of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import lru_cache
from random import Random

from text2sql.made_up import numbers
from text2sql.made_up.days import Days
from text2sql.made_up.kinds import column_kind, fit
from text2sql.made_up.links import Link
from text2sql.made_up.makers import is_switch, narrowed
from text2sql.made_up.mentions import Mention, Strength, Token, mentions_of, stem, tokens_of
from text2sql.made_up.moments import stage
from text2sql.made_up.numbers import Range
from text2sql.made_up.people import known_places
from text2sql.made_up.sketches import Subject, subject_of
from text2sql.made_up.topics import (
    OPEN_TOPICS,
    PERSON_TOPICS,
    column_words,
    split_name,
    table_nouns,
)
from text2sql.made_up.vocabulary import COUNTRIES, PRODUCTS, WORDS
from text2sql.schema import Schema

MOST_OPTIONS = 4  # things named for one column
MOST_COLUMNS = 3  # columns that one thing is given to
_CLOSED_TOPICS = frozenset(
    "email phone sentence url image file ip secret slug zip address username timezone".split()
)
_HINTS = {
    "older": "age", "younger": "age", "aged": "age", "cheaper": "price cost",
    "$": "price cost amount",
    "cost": "price", "costs": "price", "priced": "price", "expensive": "price cost",
    "longer": "length duration", "shorter": "length duration height", "taller": "height",
    "heavier": "weight", "lighter": "weight", "earn": "salary income", "earns": "salary income",
    "earning": "salary income", "paid": "amount salary", "born": "birth birthdate",
    "named": "name title", "called": "name title", "titled": "title name", "bought": "purchase",
    "faster": "speed", "%": "percent discount", "live": "city country state address",
    "lives": "city country state", "living": "city country state", "from": "city country state",
    "hired": "hire",
}  # fmt: skip
_THRESHOLDS = {Strength.QUOTED: -1.0, Strength.CAPITAL: 0.3, Strength.PLAIN: 1.0}


@dataclass(frozen=True)
class Wish:
    """What a question wants in a column: any of these texts, numbers' spans, days; or true."""

    texts: tuple[str, ...] = ()
    spans: tuple[tuple[float, float], ...] = ()
    days: Days | None = None
    truth: bool = False

    @property
    def options(self) -> int:
        """How many different things are wanted."""
        return max(1, len(self.texts), len(self.spans))


@dataclass
class _Place:
    """A column that may get something, with the stems by which a question speaks of it."""

    table: str
    column: str
    subject: Subject
    stems: frozenset[str]
    table_stems: frozenset[str]
    wish: Wish = field(default_factory=Wish)


def granted(wish: Wish, subject: Subject, pick: int, rng: Random, today: date) -> object:
    """A value that the wish asks for, as the column can hold it; None if it can't."""
    kind = subject.kind
    if wish.texts:
        return fit(wish.texts[pick % len(wish.texts)], kind)
    if wish.spans:
        low, high = wish.spans[pick % len(wish.spans)]
        span = Range(low, high, digits=max(kind.scale, 2))
        span = narrowed(span, subject) if kind.is_number else span
        number = numbers.draw(span, rng, whole=kind.family in ("integer", "text"))
        return fit(f"{number:.0f}" if kind.family == "text" else number, kind)
    if wish.days:
        day = wish.days.pick(rng, today)
        return fit(datetime.combine(day, time(9 + rng.randrange(9))), kind) if day else None
    return fit(1 if kind.is_number else "true", kind) if wish.truth else None


def wishes_of(
    question: str, schema: Schema, links: Mapping[str, Sequence[Link]]
) -> dict[tuple[str, str], Wish]:
    """(table, column) -> what the question wants in it."""
    tokens = tokens_of(question)
    if not tokens:
        return {}
    places = list(_places(schema, links))
    stems = {s for place in places for s in place.stems | place.table_stems}
    heard = _Heard(tokens)
    for mention in mentions_of(tokens, stems):
        _place_mention(mention, places, heard)
    for place in places:
        _place_words(place, heard)
    empty = Wish()
    return {(p.table, p.column): p.wish for p in places if p.wish != empty}


def _places(schema: Schema, links: Mapping[str, Sequence[Link]]) -> Iterator[_Place]:
    for table in schema.tables:
        linked = {name for link in links.get(table.name, ()) for name in link.columns}
        table_stems = frozenset(stem(noun) for noun in table_nouns(table.name))
        for column in table.columns:
            if column.name.lower() in linked:
                continue
            subject = subject_of(table.name, column.name, column_kind(column))
            words = set(column_words(table.name, column.name)) | set(split_name(column.name))
            stems = frozenset(stem(word) for word in words if not word.isdigit())
            yield _Place(table.name, column.name, subject, stems - table_stems, table_stems)


class _Heard:
    """Where the question says which word."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.at: dict[str, list[int]] = {}
        for place, token in enumerate(tokens):
            for word in {token.lower, *split_name(token.text)}:
                self.at.setdefault(stem(word), []).append(place)
            for word in _HINTS.get(token.lower, "").split():
                self.at.setdefault(stem(word), []).append(place)
            for sign in "$%":
                if sign in token.text:
                    for word in _HINTS[sign].split():
                        self.at.setdefault(stem(word), []).append(place)

    def nearness(self, stems: Iterable[str], mention: Mention) -> float:
        """How near the mention the question speaks of these words: 0 not at all, 3 beside it."""
        found = [self._near(one, mention) for one in stems]
        known = [near for near in found if near > 0]
        return sum(known) / max(len(found), 1) ** 0.5 if known else 0.0

    def _near(self, one: str, mention: Mention) -> float:
        best = 0.0
        for place in self.at.get(one, ()):
            outside = place < mention.first or place > mention.last
            apart = mention.first - place if place < mention.first else place - mention.last
            if outside:
                best = max(best, 3.0 - 0.35 * (apart - 1) - (0.2 if place > mention.last else 0))
            elif (
                self.tokens[place].text.startswith(("$", "£", "€"))
                or "%" in self.tokens[place].text
            ):
                best = max(best, 2.5)
        return best


def _place_mention(mention: Mention, places: Sequence[_Place], heard: _Heard) -> None:
    scored = [(score, place) for place in places if (score := _score(mention, place, heard))]
    best = max((score for score, _ in scored), default=0.0)
    if mention.days is not None:
        _place_days(mention, places, heard)
    chosen = [place for score, place in scored if score >= best - 0.3][:MOST_COLUMNS]
    if best > _THRESHOLDS[mention.strength]:
        for place in chosen:
            _add(place, mention)


def _add(place: _Place, mention: Mention) -> None:
    wish = place.wish
    if wish.options >= MOST_OPTIONS:
        return
    if mention.span is not None and (place.subject.kind.is_number or mention.compared):
        place.wish = replace(wish, spans=tuple(dict.fromkeys((*wish.spans, mention.span))))
    else:
        place.wish = replace(wish, texts=tuple(dict.fromkeys((*wish.texts, mention.text))))


def _score(mention: Mention, place: _Place, heard: _Heard) -> float:
    """How well the mention would stand in that column; 0 where it can't stand at all."""
    kind, numeric = place.subject.kind, mention.span is not None
    if kind.allowed:
        known = fit(mention.text, kind) is not None
        return 6.0 if known and mention.strength > Strength.PLAIN else 0.0
    if kind.is_number:
        return _number_score(mention, place, heard) if numeric else 0.0
    if kind.family != "text":
        return 0.0
    near = heard.nearness(place.stems, mention)
    about = heard.nearness(place.table_stems, mention)
    if numeric or mention.days is not None:
        dated = mention.days is not None and place.stems & {"dat", "year", "month", "day"}
        return near + (1.0 if dated else -1.0) or 0.0
    return near + 0.35 * about + _topic_score(mention, place.subject) or 0.01


def _number_score(mention: Mention, place: _Place, heard: _Heard) -> float:
    near = heard.nearness(place.stems, mention)
    year = mention.days is not None
    if year:
        return near + 2.0 if "year" in place.subject.words else 0.0
    if place.subject.words[-1] == "id" and near < 2.4:
        return 0.0
    follows = mention.last + 1 < len(heard.tokens) and stem(
        heard.tokens[mention.last + 1].text
    ) in (place.table_stems)
    return 0.0 if near < 1.2 or (follows and near < 2.0) else near + 0.01


def _topic_score(mention: Mention, subject: Subject) -> float:
    topic, known = subject.topic, known_topics(mention.text)
    score = 0.0
    if topic in known:
        score += 3.0
    elif known:
        score -= 0.5
    if topic in _CLOSED_TOPICS:
        score -= 1.5
    if subject.words[-1] == "id":
        score -= 2.0
    if mention.strength is Strength.PLAIN:
        return score + (1.2 if topic in OPEN_TOPICS else -0.6)
    if topic in PERSON_TOPICS:
        words = mention.text.count(" ") + 1
        return score + (0.9 if (words > 1) == (topic == "person") else 0.2)
    return score + (0.6 if topic else 0.0)


@lru_cache(maxsize=1)
def _topics_by_text() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    named = [(word, topic) for topic, words in WORDS.items() for word in words]
    named += [(product[0], "product") for product in PRODUCTS]
    named += [(product[1], "category") for product in PRODUCTS]
    for place in known_places():
        named += [(place.city, "city"), (place.region, "state"), (place.country, "country")]
    named += [(continent, "continent") for continent, *_ in COUNTRIES.values()]
    for text, topic in named:
        found.setdefault(text.lower(), set()).add(topic)
    return {text: frozenset(topics) for text, topics in found.items()}


def known_topics(text: str) -> frozenset[str]:
    """The topics whose words hold this text, in one number or the other.

    >>> sorted(known_topics("Berlin")), sorted(known_topics("egg"))
    (['city', 'state'], ['product'])
    """
    lower, table = text.lower(), _topics_by_text()
    if "@" in lower:
        return frozenset(["email"])
    for form in (lower, f"{lower}s", lower.removesuffix("s")):
        if form in table:
            return table[form]
    return frozenset()


def _place_days(mention: Mention, places: Sequence[_Place], heard: _Heard) -> None:
    """Give days to the date that the question speaks of; else to each table's first ones."""
    dates = [place for place in places if place.subject.kind.is_moment]
    scored = [(heard.nearness(place.stems - {"dat", "tim"}, mention), place) for place in dates]
    best = max((near for near, _ in scored), default=0.0)
    chosen = [place for near, place in scored if best >= 1.0 and near >= best - 0.1]
    for place in chosen or list(_first_dates(dates)):
        days = mention.days or Days()
        place.wish = replace(
            place.wish, days=(place.wish.days and place.wish.days.and_also(days)) or days
        )
    _place_months(mention, places)


def _first_dates(dates: Iterable[_Place]) -> Iterator[_Place]:
    """The dates at which rows of a table begin; where there is none, its only other date."""
    tables: dict[str, list[_Place]] = {}
    for place in dates:
        tables.setdefault(place.table, []).append(place)
    for own in tables.values():
        first = [place for place in own if stage(place.subject.words) == 1]
        yield from first or own[:1]


def _place_months(mention: Mention, places: Sequence[_Place]) -> None:
    month = mention.days.month if mention.days else None
    for place in places:
        if month and "month" in place.subject.words and place.subject.kind.is_number:
            place.wish = replace(place.wish, spans=((float(month), float(month)),))


def _place_words(place: _Place, heard: _Heard) -> None:
    """An enum's value or a yes-or-no column that the question speaks of by its own words."""
    kind, subject = place.subject.kind, place.subject
    if kind.allowed and not place.wish.texts:
        texts = tuple(text for text in kind.allowed if _says(heard, text))
        place.wish = replace(place.wish, texts=texts[:MOST_OPTIONS])
    elif kind.family == "boolean" or (kind.is_number and is_switch(subject)):
        stems = place.stems - {"is", "has", "flag"}
        truth = bool(stems) and all(one in heard.at for one in stems)
        place.wish = replace(place.wish, truth=truth)


def _says(heard: _Heard, text: str) -> bool:
    """Whether the question says these words, one after the other."""
    words = [stem(word) for word in split_name(text)]
    if not words or (len(text) < 3 and text.isdigit()):
        return False
    starts = heard.at.get(words[0], [])
    return any(
        all(start + step in heard.at.get(word, ()) for step, word in enumerate(words))
        for start in starts
    )
