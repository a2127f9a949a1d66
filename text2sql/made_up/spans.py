"""Numbers and days that a question names, with how they are compared.

Knows nothing of columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from text2sql.made_up.days import MONTHS, WEEKDAYS, Days
from text2sql.made_up.tokens import Token, token_at, words_before

_NUMBER = re.compile(r"[$€£]?(-?\d[\d,]*(?:\.\d+)?)(%|k|m)?", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?", re.IGNORECASE)
_YEAR = re.compile(r"(?:18|19|20)\d\d")
_MORE = re.compile(
    r"(?:(?:more|greater|older|higher|larger|longer|bigger|later|heavier|taller|faster|better) than"
    r"(?: or equal to)?|over|above|after|since|at least|exceed\w*|beyond|minimum of|>=?)$"
)
_LESS = re.compile(
    r"(?:(?:less|fewer|younger|lower|smaller|shorter|earlier|cheaper|lighter|worse) than"
    r"(?: or equal to)?|under|below|before|until|at most|up to|within|maximum of|<=?)$"
)
_OR_MORE = re.compile(r"or (?:more|older|higher|above|greater|later|over|after)")
_OR_LESS = re.compile(r"or (?:less|fewer|younger|lower|below|under|earlier|before)")
_RANKED = ("top", "first", "last", "bottom", "limit", "the top")
_NUMBER_WORDS = {
    word: float(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}


@dataclass(frozen=True)
class Amount:
    """Numbers from `low` to `high`, said at the tokens `first` to `last`."""

    first: int
    last: int
    low: float
    high: float
    compared: bool


@dataclass(frozen=True)
class Dated:
    """Days, said at the tokens `first` to `last`."""

    first: int
    last: int
    days: Days
    compared: bool


def amounts_of(tokens: Sequence[Token]) -> Iterator[Amount]:
    """Every number that is neither a year nor part of a date nor how many rows are wanted."""
    for place, token in enumerate(tokens):
        number = value_of(token)
        before = words_before(tokens, place, 5)
        if number is None or is_year(token) or before.endswith(_RANKED):
            continue
        if not month_of(token_at(tokens, place - 1)) and not _ends_range(before):
            yield _amount(tokens, place, number, before)


def _ends_range(before: str) -> bool:
    return bool(re.search(r"between \S+ and$|from \S+ to$", before))


def _amount(tokens: Sequence[Token], place: int, number: float, before: str) -> Amount:
    after = " ".join(token.lower for token in tokens[place + 1 : place + 3])
    upper = value_of(token_at(tokens, place + 2))
    if before.endswith(("between", "from")) and after.startswith(("and ", "to ")) and upper:
        return Amount(place, place + 2, number, max(upper, number), True)
    if _OR_MORE.match(after):
        before = "at least"
    elif _OR_LESS.match(after):
        before = "at most"
    low, high = beyond(number, before)
    return Amount(place, place, low, high, low != high or low != number)


def beyond(number: float, before: str) -> tuple[float, float]:
    """The numbers meant by one after these words, none of them the number itself if compared.

    >>> beyond(30, "older than"), beyond(10, "under"), beyond(7, "exactly")
    ((31.0, 39.0), (7.0, 9.0), (7, 7))
    """
    step = 1.0 if number == int(number) else 0.01
    reach = max(2 * step, abs(number) * 0.3)
    if _MORE.search(before):
        return number + step, number + reach
    if _LESS.search(before):
        return max(number - reach, min(0.0, number - step)), number - step
    return number, number


def value_of(token: Token) -> float | None:
    """The number that a token is: 5, $1,200, 50%, three.

    >>> value_of(Token("$1,200")), value_of(Token("three")), value_of(Token("2-1"))
    (1200.0, 3.0, None)
    """
    if token.lower in _NUMBER_WORDS:
        return _NUMBER_WORDS[token.lower]
    match = _NUMBER.fullmatch(token.text)
    if match is None or len(match[1]) > 15:
        return None
    unit = {"k": 1e3, "m": 1e6}.get((match[2] or "").lower(), 1)
    return float(match[1].replace(",", "")) * unit


def is_year(token: Token) -> bool:
    """Whether the token is a year between 1800 and 2099."""
    return bool(_YEAR.fullmatch(token.text))


def month_of(token: Token) -> int:
    """1 to 12, or 0; May, March and short forms need their capital.

    >>> month_of(Token("november")), month_of(Token("may")), month_of(Token("Oct."))
    (11, 0, 10)
    """
    word = token.lower.rstrip(".")
    capital = token.text[:1].isupper()
    if token.quoted or (not capital and (word in ("may", "march") or word not in MONTHS)):
        return 0
    short = next(
        (n for n, m in enumerate(MONTHS) if len(word) in (3, 4) and m.startswith(word)), -1
    )
    return MONTHS.index(word) + 1 if word in MONTHS else short + 1


def dates_of(tokens: Sequence[Token]) -> Iterator[Dated]:
    """Every date, month, year and weekday."""
    place = 0
    while place < len(tokens):
        found = _date_at(tokens, place)
        if found:
            yield found
        place = found.last + 1 if found else place + 1


def _date_at(tokens: Sequence[Token], place: int) -> Dated | None:
    token = tokens[place]
    iso, day = _ISO.fullmatch(token.text), _DAY.fullmatch(token.text)
    following = place + 2 if token_at(tokens, place + 1).lower == "of" else place + 1
    weekday = token.lower.removesuffix("s")
    if iso:
        days = Days(int(iso[1]), int(iso[2]), int(iso[3]))
        return _dated(tokens, place, place, days)
    if month_of(token):
        return _month_date(tokens, place, place, day=None)
    if day and month_of(token_at(tokens, following)):
        return _month_date(tokens, place, following, day=int(day[1]))
    if weekday in WEEKDAYS and token.text[0].isupper() and not token.quoted:
        return _dated(tokens, place, place, Days(weekday=WEEKDAYS.index(weekday)))
    return _dated(tokens, place, place, Days(int(token.text))) if is_year(token) else None


def _month_date(tokens: Sequence[Token], first: int, at: int, *, day: int | None) -> Dated:
    month, last = month_of(tokens[at]), at
    number = _DAY.fullmatch(token_at(tokens, last + 1).text)
    if day is None and number and int(number[1]) <= 31:
        day, last = int(number[1]), last + 1
    year = None
    if is_year(token_at(tokens, last + 1)):
        year, last = int(tokens[last + 1].text), last + 1
    return _dated(tokens, first, last, Days(year, month, day))


def _dated(tokens: Sequence[Token], first: int, last: int, days: Days) -> Dated:
    before = words_before(tokens, first, 4)
    compared = None
    if days.year is not None:
        with suppress(ValueError):
            compared = _compared(days, before, tokens, last)
    return Dated(first, last, compared or days, compared is not None)


def _compared(days: Days, before: str, tokens: Sequence[Token], last: int) -> Days | None:
    """Days after, before or between those named; None where nothing is compared."""
    year = days.year or 0
    start = date(year, days.month or 1, days.day or 1)
    end = date(year, days.month or 12, days.day or 28)
    after = token_at(tokens, last + 1).lower
    if before.endswith(("between", "from")) and after in ("and", "to", "until"):
        upper = _date_at(tokens, last + 2) if last + 2 < len(tokens) else None
        until = upper.days if upper else Days(year)
        return Days(since=start, until=date(until.year or year, until.month or 12, until.day or 28))
    if _MORE.search(before):
        return Days(since=end + timedelta(days=1 if days.day else 4))
    return Days(until=start - timedelta(days=1)) if _LESS.search(before) else None
