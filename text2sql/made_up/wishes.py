"""Which column gets which of the things that a question names.

A thing goes where its name is known (Berlin is a city), where the question speaks of the column
near it (the city of Xanten), or where such words are kept (eggs among products). Knows nothing
of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from text2sql.made_up.days import Days
from text2sql.made_up.hearing import Hearing
from text2sql.made_up.kinds import column_kind, fit
from text2sql.made_up.links import Link
from text2sql.made_up.makers import is_switch, keeps_dates
from text2sql.made_up.mentions import Mention, Strength, mentions_of
from text2sql.made_up.moments import stage
from text2sql.made_up.numbers import range_of
from text2sql.made_up.people import known_places
from text2sql.made_up.sketches import Subject, subject_of
from text2sql.made_up.tokens import stem, tokens_of
from text2sql.made_up.topics import (
    OPEN_TOPICS,
    PERSON_TOPICS,
    PLACE_TOPICS,
    split_name,
    table_nouns,
)
from text2sql.made_up.vocabulary import (
    AMERICAN_STATES,
    COUNTRIES,
    OTHER_COUNTRIES,
    PRODUCTS,
    WORDS,
)
from text2sql.made_up.wish import MOST_OPTIONS, Wish
from text2sql.schema import Schema

MOST_COLUMNS = 3  # columns that one thing is given to
SPARE_COLUMNS = 3  # columns that it is given to in some rows, in case it is meant for them
_ALIKE = 0.3
DOUBT = 3.2  # so much worse a column may still be the one that is meant
_NARROW_TOPICS = frozenset(
    "gender salutation weekday month semester yes currency country-code continent timezone".split()
)
_CAPITAL_TOPICS = frozenset(
    topic for topic, words in WORDS.items() if all(word[0].isupper() for word in words)
) | {"city", "state", "country", "continent", "company", "category", "person"}
_GENDERS = "male males female females man men woman women boy boys girl girls".split()
_CLOSED_TOPICS = frozenset(
    "email phone sentence url image file ip secret slug zip address username timezone".split()
)
_THRESHOLDS = {Strength.QUOTED: -2.0, Strength.CAPITAL: 0.3, Strength.PLAIN: 1.0}
_DATE_WORDS = frozenset("date year month day time at".split())
_NOWHERE = -9.0


@dataclass
class _Place:
    """A column that may get something, with the stems by which a question speaks of it."""

    table: str
    column: str
    subject: Subject
    stems: frozenset[str]
    table_stems: frozenset[str]
    wish: Wish = field(default_factory=Wish)


def wishes_of(
    question: str, schema: Schema, links: Mapping[str, Sequence[Link]]
) -> dict[tuple[str, str], Wish]:
    """(table, column) -> what the question wants in it."""
    tokens = tokens_of(question)
    if not tokens:
        return {}
    places = list(_places(schema, links))
    stems = {s for place in places for s in place.stems | place.table_stems}
    hearing = Hearing(tokens)
    for mention in mentions_of(tokens, stems):
        if mention.days is not None:
            _place_days(mention.days, mention, places, hearing)
        _place_mention(mention, places, hearing)
    for place in places:
        _place_words(place, hearing)
    empty = Wish()
    return {(p.table, p.column): p.wish for p in places if p.wish != empty}


def _places(schema: Schema, links: Mapping[str, Sequence[Link]]) -> Iterator[_Place]:
    for table in schema.tables:
        linked = {name for link in links.get(table.name, ()) for name in link.repeated}
        table_stems = frozenset(stem(noun) for noun in table_nouns(table.name))
        for column in table.columns:
            if column.name.lower() in linked:
                continue
            subject = subject_of(table.name, column.name, column_kind(column))
            words = {*subject.words, *split_name(column.name)}
            if subject.topic in PERSON_TOPICS:
                words.add("name")
            stems = frozenset(stem(word) for word in words if not word.isdigit())
            yield _Place(
                table.name, column.name, subject, stems - table_stems or stems, table_stems
            )


def _place_mention(mention: Mention, places: Sequence[_Place], hearing: Hearing) -> None:
    scored = [(_score(mention, place, hearing), place) for place in places]
    scored = [pair for pair in scored if pair[0] > _NOWHERE]
    scored.sort(key=lambda pair: -pair[0])
    if not scored:
        return
    best = scored[0][0]
    if best <= _THRESHOLDS[mention.strength]:
        return
    chosen = [place for score, place in scored if score >= best - _ALIKE][:MOST_COLUMNS]
    for place in chosen:
        _give(place, mention, places)
    dated = mention.days is not None and any(place.wish.days for place in places)
    if mention.strength > Strength.PLAIN and not mention.compared and not dated:
        for score, place in scored[len(chosen) : len(chosen) + SPARE_COLUMNS]:
            if score >= best - DOUBT and _takes_any(place.subject):
                spare = (*place.wish.spare, mention.texts[0])
                place.wish = replace(place.wish, spare=spare[:MOST_OPTIONS])


def _takes_any(subject: Subject) -> bool:
    return subject.kind.family == "text" and subject.topic not in _NARROW_TOPICS


def _give(place: _Place, mention: Mention, places: Sequence[_Place]) -> None:
    wish = place.wish
    if mention.span is not None and (place.subject.kind.is_number or mention.compared):
        spans = tuple(dict.fromkeys((*wish.spans, mention.span)))
        place.wish = replace(wish, spans=spans[:MOST_OPTIONS])
        return
    texts = tuple(dict.fromkeys((*wish.texts, *_texts(mention, place, places))))
    place.wish = replace(wish, texts=texts[:MOST_OPTIONS])


def _texts(mention: Mention, place: _Place, places: Sequence[_Place]) -> Iterable[str]:
    """The mention as that column writes it; a full name is parted if there are two columns."""
    topic, first = place.subject.topic, mention.texts[0]
    beside = {p.subject.topic for p in places if p.table == place.table}
    if {"firstname", "lastname"} <= beside and " " in first:
        head, _, tail = first.rpartition(" ")
        return {"firstname": (head,), "lastname": (tail,)}.get(topic, mention.texts)
    if topic == "gender":
        return _gender(first, place)
    if mention.strength is Strength.PLAIN and topic in _CAPITAL_TOPICS:
        return (first, first.title())
    return mention.texts


def _gender(text: str, place: _Place) -> tuple[str, ...]:
    """F or Female, as the column's own values are."""
    word = "Male" if text.lower() in ("male", "males", "man", "men", "boy", "boys") else "Female"
    return (word[:1],) if "sex" in place.column.lower() else (word, text)


def _score(mention: Mention, place: _Place, hearing: Hearing) -> float:
    """How well the mention would stand in that column."""
    kind = place.subject.kind
    if kind.allowed:
        known = any(fit(text, kind) is not None for text in mention.texts)
        return 6.0 if known and mention.strength > Strength.PLAIN else _NOWHERE
    if kind.is_number:
        return _number_score(mention, place, hearing) if mention.span else _NOWHERE
    if kind.family != "text":
        return _NOWHERE
    near = hearing.nearness(place.stems, mention.first, mention.last)
    about = hearing.nearness(place.table_stems, mention.first, mention.last)
    if mention.days is not None:
        if keeps_dates(place.subject) or (mention.compared and mention.span is None):
            return _NOWHERE
        if place.subject.topic in ("month", "weekday"):
            return near + _topic_score(mention, place.subject)
        return near + (0.5 if set(place.subject.words) & _DATE_WORDS else -1.5)
    if mention.span is not None:
        return near - (0.2 if range_of(place.subject.words) else 0.8)
    return near + 0.35 * about + _topic_score(mention, place.subject)


def _number_score(mention: Mention, place: _Place, hearing: Hearing) -> float:
    near = hearing.nearness(place.stems, mention.first, mention.last)
    words = place.subject.words
    if mention.days is not None:
        return near + 2.0 if "year" in words else (near if near > 2.3 else _NOWHERE)
    if words[-1] == "id" and near < 2.4:
        return _NOWHERE
    if words == ("age",) and mention.compared and 5 < (mention.span or (0, 0))[0] < 110:
        near += 1.3
    counted = hearing.follows(mention.last, place.table_stems) and near < 2.0
    return _NOWHERE if near < 1.2 or counted else near


def _topic_score(mention: Mention, subject: Subject) -> float:
    topic, known = subject.topic, known_topics(mention.texts[0])
    score = 3.0 if topic in known else (-0.5 if known else 0.0)
    if topic in _CLOSED_TOPICS and topic not in known:
        score -= 1.5
    if subject.words[-1] == "id":
        score -= 2.0
    if mention.strength is Strength.PLAIN:
        return score + (1.2 if topic in OPEN_TOPICS else -0.6)
    if mention.texts[0].islower() and topic in PERSON_TOPICS | PLACE_TOPICS:
        return score - 0.8
    if topic in PERSON_TOPICS:
        return score + (0.9 if " " in mention.texts[0] or topic != "person" else 0.2)
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
    named += [(name, "country") for name in OTHER_COUNTRIES]
    named += [(name, "state") for name in AMERICAN_STATES]
    named += [(word, "gender") for word in _GENDERS]
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


def _place_days(days: Days, mention: Mention, places: Sequence[_Place], hearing: Hearing) -> None:
    """Give days to the date that the question speaks of; else to each table's first ones."""
    dates = [place for place in places if place.subject.kind.is_moment]
    plain = {stem(word) for word in _DATE_WORDS}
    scored = [
        (hearing.nearness(place.stems - plain, mention.first, mention.last), place)
        for place in dates
    ]
    best = max((near for near, _ in scored), default=0.0)
    chosen = [place for near, place in scored if best >= 1.0 and near >= best - 0.1]
    for place in chosen or list(_first_dates(dates)):
        known = place.wish.days
        place.wish = replace(place.wish, days=known.and_also(days) if known else days)
    for place in places:
        if days.month and "month" in place.subject.words and place.subject.kind.is_number:
            place.wish = replace(place.wish, spans=((float(days.month), float(days.month)),))
        elif keeps_dates(place.subject):
            known = place.wish.days
            place.wish = replace(place.wish, days=known.and_also(days) if known else days)


def _first_dates(dates: Iterable[_Place]) -> Iterator[_Place]:
    """The dates at which rows of a table begin; where there is none, its only other date."""
    tables: dict[str, list[_Place]] = {}
    for place in dates:
        tables.setdefault(place.table, []).append(place)
    for own in tables.values():
        first = [place for place in own if stage(place.subject.words) == 1]
        yield from first or own[:1]


def _place_words(place: _Place, hearing: Hearing) -> None:
    """An enum's value or a yes-or-no column that the question speaks of by its own words."""
    kind = place.subject.kind
    if kind.allowed and not place.wish.texts:
        texts = tuple(text for text in kind.allowed if hearing.says(text))
        place.wish = replace(place.wish, texts=texts[:MOST_OPTIONS])
    elif kind.family == "boolean" or (kind.is_number and is_switch(place.subject)):
        stems = place.stems - {"is", "has", "ha", "flag"}
        truth = bool(stems) and all(one in hearing.at for one in stems)
        place.wish = replace(place.wish, truth=truth)
