"""What a question names: texts, numbers with how they are compared, and days.

Knows nothing of schemas beyond the words that are theirs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from text2sql.made_up.days import Days
from text2sql.made_up.spans import amounts_of, dates_of, value_of
from text2sql.made_up.tokens import STOP_WORDS, Token, stem, token_at

MAX_WORDS = 4  # of a name without capitals
_JOINING = frozenset("of the de van von la du del & di da".split())
_LETTERS = frozenset("letter letters with character substring prefix".split())


class Strength(IntEnum):
    """How sure it is that a text is a value."""

    PLAIN = 1
    CAPITAL = 2
    QUOTED = 3


@dataclass(frozen=True)
class Mention:
    """A text, a number's span, or days; `first` and `last` are places among the tokens.

    `texts` are the ways to write it, likeliest first. A year is a span and days.
    """

    texts: tuple[str, ...]
    first: int
    last: int
    strength: Strength = Strength.PLAIN
    span: tuple[float, float] | None = None
    compared: bool = False
    days: Days | None = None


def mentions_of(tokens: Sequence[Token], schema_stems: Collection[str]) -> list[Mention]:
    """All that the question names."""
    found = [*_quoted(tokens), *_days(tokens)]
    dated = _taken(found)
    found += [one for one in _numbers(tokens) if one.first not in dated]
    found += _capitals(tokens, schema_stems, _taken(found))
    return [*found, *_plain(tokens, schema_stems, _taken(found))]


def _taken(mentions: Collection[Mention]) -> set[int]:
    return {place for one in mentions for place in range(one.first, one.last + 1)}


def _quoted(tokens: Sequence[Token]) -> Iterator[Mention]:
    for place, token in enumerate(tokens):
        if token.quoted and token.text:
            yield Mention((token.text,), place, place, Strength.QUOTED)


def _days(tokens: Sequence[Token]) -> Iterator[Mention]:
    for one in dates_of(tokens):
        words = [token.text for token in tokens[one.first : one.last + 1]]
        text = f"{' '.join(words[:-1])}, {words[-1]}" if len(words) == 3 else " ".join(words)
        mention = Mention(
            (text,), one.first, one.last, Strength.CAPITAL, None, one.compared, one.days
        )
        yield replace(mention, span=_years(one.days))


def _years(days: Days) -> tuple[float, float] | None:
    """The years of days that are named by nothing else."""
    if days.month or days.day or days.weekday is not None:
        return None
    if days.year:
        return float(days.year), float(days.year)
    since = days.since.year if days.since else (days.until.year - 3 if days.until else 0)
    until = days.until.year if days.until else since + 3
    return (float(since), float(until)) if since else None


def _numbers(tokens: Sequence[Token]) -> Iterator[Mention]:
    for one in amounts_of(tokens):
        text = tokens[one.first].text
        span = (one.low, one.high)
        yield Mention((text,), one.first, one.last, Strength.CAPITAL, span, one.compared)


def _capitals(
    tokens: Sequence[Token], schema_stems: Collection[str], taken: Collection[int]
) -> Iterator[Mention]:
    """Runs of words with a capital, and codes such as 2-1 or B737."""
    if sum(token.text.isupper() for token in tokens) > len(tokens) / 2:
        return
    place = 0
    while place < len(tokens):
        last = _run_end(tokens, place, taken)
        words = tokens[place : last + 1]
        if any(_is_value(word, schema_stems) for word in words):
            yield Mention(_spellings(words, schema_stems), place, last, Strength.CAPITAL)
        place = max(last, place) + 1


def _spellings(words: Sequence[Token], schema_stems: Collection[str]) -> tuple[str, ...]:
    """The run as it stands, and first of all without a schema's word at its end."""
    whole = " ".join(word.text for word in words)

    def is_own(word: Token) -> bool:
        return word.lower in _JOINING or stem(word.text) in schema_stems

    first, last = 0, len(words)
    while is_own(words[last - 1]) and last > 1:
        last -= 1
    while is_own(words[first]) and first < last - 1:
        first += 1
    return tuple(dict.fromkeys((" ".join(word.text for word in words[first:last]), whole)))


def _run_end(tokens: Sequence[Token], place: int, taken: Collection[int]) -> int:
    """The last token of the run that starts here; one less than `place` if none does."""
    if place in taken or not _is_capital(tokens[place]):
        return place - 1
    last = place
    while last + 1 < len(tokens) and last + 1 not in taken:
        following = last + (2 if tokens[last + 1].lower in _JOINING else 1)
        token = token_at(tokens, following)
        if following in taken or token.opens or not _is_capital(token):
            break
        last = following
    return last


def _is_capital(token: Token) -> bool:
    if token.quoted or not token.text or (token.opens and token.lower in STOP_WORDS):
        return False
    code = any(c.isdigit() for c in token.text) and value_of(token) is None
    return code or (token.text[0].isupper() and token.lower not in ("i", "sql", "id", "ids"))


def _is_value(token: Token, schema_stems: Collection[str]) -> bool:
    return stem(token.text) not in schema_stems and token.lower not in STOP_WORDS


def _plain(
    tokens: Sequence[Token], schema_stems: Collection[str], taken: Collection[int]
) -> Iterator[Mention]:
    """Runs of words that are neither common nor the schema's own."""
    run: list[int] = []
    for place in range(len(tokens) + 1):
        token = token_at(tokens, place)
        free = token.text and place not in taken and not token.quoted
        if free and _is_value(token, schema_stems) and _is_wordlike(tokens, place):
            run.append(place)
            continue
        if 0 < len(run) <= MAX_WORDS:
            text = " ".join(tokens[at].text for at in run)
            yield Mention((text,), run[0], run[-1])
        run = []


def _is_wordlike(tokens: Sequence[Token], place: int) -> bool:
    text = tokens[place].text
    if len(text) == 1:
        return text.isalpha() and token_at(tokens, place - 1).lower in _LETTERS
    letters = re.fullmatch(r"[^\W\d_]+(?:[-'’/&.][^\W\d_]+)*\.?", text)
    return bool(letters) and not text.lower().endswith("ly")
