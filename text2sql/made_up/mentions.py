"""What a question names: texts, numbers with how they are compared, and days.

Knows nothing of schemas beyond the words that are theirs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache

from text2sql.made_up.days import MONTHS, WEEKDAYS, Days

MAX_QUESTION = 2_000  # characters that are read
MAX_WORDS = 4  # of a name without capitals
_TOKEN = re.compile(
    r"\"([^\"]+)\"|“([^”]+)”|‘([^’]+)’|(?<!\w)'((?:[^']|'(?=\w))+)'(?!\w)|([^\s,;?!\"“”()\[\]]+)"
)
_NUMBER = re.compile(r"[$€£]?(\d[\d,]*(?:\.\d+)?)(%|k|m)?", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?", re.IGNORECASE)
_MORE = re.compile(
    r"(?:(?:more|greater|older|higher|larger|longer|bigger|later|heavier|taller|faster|better) than"
    r"(?: or equal to)?|over|above|after|since|at least|exceed\w*|beyond|minimum of|>=?)$"
)
_LESS = re.compile(
    r"(?:(?:less|fewer|younger|lower|smaller|shorter|earlier|cheaper|lighter|worse) than"
    r"(?: or equal to)?|under|below|before|until|at most|up to|within|maximum of|<=?)$"
)
_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_JOINING = frozenset("of the de van von la du del & di da".split())
STOP_WORDS = frozenset(
    """a about above across active after again against all along also although am amount among an
    and any are around as ask at average avg be because been before being below best better between
    biggest both bottom but buy by bought can cheap cheapest common compare contain contains
    containing cost costs could count cover current currently customers data database date day days
    decide decided descending ascending describe detail details did different display distinct do
    does doing done down during each earliest earn eat either else entries equal equals ever every
    exactly exist exists expensive fewest field find first followed following for found from full
    gave get give given go goes got greater greatest group grouped had happen happened has have
    having he held help her here highest him his hold how i id ids if in include includes including
    information into is it item items its itself just keep kind know known last latest least less
    let like list listed live lives living located long longer longest look lot lower lowest made
    make many match matching maximum may me mean median member minimum month months more most much
    must my name named names need never new newest next no none nor not now number numbers obtain of
    off old older oldest on once one only or order ordered other our out over overall own owned owns
    paid part pay people per person place placed play played please popular present previous price
    print provide purchase purchased put query question rank ranked ranks received recent recently
    record records registered related report require return returned revenue row rows sale sales
    same say second see select sell sells set share she should show since single size sold some sort
    sorted spend spent start started still sum table take taken takes tell than that the their them
    then there these they thing things third this those through time times to today together top
    total under unique until up us use used user using value values very via want was we week weeks
    were what when where whether which while who whole whom whose why will with within without work
    worked working works would year years yesterday yet you young younger youngest your visit
    visited rent rented book booked like liked won win lost happen occurred occur make makes called
    titled born come comes came belong belongs belonging corresponding associated average number
    larger largest smaller smallest shortest tallest heaviest frequently often respectively yes
    two three four five six seven eight nine ten zero
    """.split()
)


class Strength(IntEnum):
    """How sure it is that a text is a value."""

    PLAIN = 1
    CAPITAL = 2
    QUOTED = 3


@dataclass(frozen=True)
class Mention:
    """A text, a number's span, or days; `first` and `last` are places among the tokens."""

    text: str
    first: int
    last: int
    strength: Strength = Strength.PLAIN
    span: tuple[float, float] | None = None
    compared: bool = False
    days: Days | None = None


@dataclass(frozen=True)
class Token:
    """A word or a quoted text; `opens` says that a sentence starts with it."""

    text: str
    quoted: bool = False
    opens: bool = False

    @property
    def lower(self) -> str:
        """In small letters."""
        return self.text.lower()


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word's stem, roughly: purchases, purchased and purchase are one.

    >>> stem("purchases") == stem("purchased") == stem("Purchase"), stem("cities") == stem("city")
    (True, True)
    """
    word = word.lower()
    for end, instead in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", "")):
        if word.endswith(end) and len(word) - len(end) >= 3 and not word.endswith("ss"):
            word = word[: len(word) - len(end)] + instead
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def tokens_of(question: str) -> list[Token]:
    """The question's words and quoted texts."""
    found: list[Token] = []
    opens = True
    for match in _TOKEN.finditer(question[:MAX_QUESTION]):
        quoted = next((part for part in match.groups()[:4] if part), None)
        if quoted is not None:
            found.append(Token(quoted.strip(), quoted=True))
            continue
        text = re.sub(r"['’]s?$|^['’]", "", match[5].rstrip(".:*")) or match[5]
        found.append(Token(text, opens=opens))
        opens = match[5].endswith((".", ":")) and len(match[5]) > 3
    return found


def mentions_of(tokens: Sequence[Token], schema_stems: Collection[str]) -> list[Mention]:
    """All that the question names; days also as texts, years also as numbers."""
    found = [*_quoted(tokens), *_days(tokens), *_numbers(tokens)]
    taken = {place for m in found for place in range(m.first, m.last + 1)}
    names = _capitals(tokens, schema_stems, taken)
    taken |= {place for m in names for place in range(m.first, m.last + 1)}
    return [*found, *names, *_plain(tokens, schema_stems, taken)]


def _quoted(tokens: Sequence[Token]) -> list[Mention]:
    return [
        Mention(token.text, place, place, Strength.QUOTED)
        for place, token in enumerate(tokens)
        if token.quoted and token.text
    ]


def _days(tokens: Sequence[Token]) -> list[Mention]:
    found: list[Mention] = []
    place = 0
    while place < len(tokens):
        mention = _date_at(tokens, place)
        if mention:
            found.append(mention)
        place = mention.last + 1 if mention else place + 1
    return found


def _date_at(tokens: Sequence[Token], place: int) -> Mention | None:
    token = tokens[place]
    iso = _ISO.fullmatch(token.text)
    if iso:
        year, month, day = (int(part) for part in iso.groups())
        return _dated(tokens, place, place, Days(year, month, day))
    if _month(token):
        return _month_date(tokens, place, place)
    number = _ORDINAL.fullmatch(token.text)
    following = place + 2 if _word(tokens, place + 1) == "of" else place + 1
    if number and following < len(tokens) and _month(tokens[following]):
        return _month_date(tokens, place, following, day=int(number[1]))
    if token.lower.rstrip("s") in WEEKDAYS and token.text[0].isupper():
        return _dated(tokens, place, place, Days(weekday=WEEKDAYS.index(token.lower.rstrip("s"))))
    if _is_year(token):
        return _dated(tokens, place, place, Days(int(token.text)))
    return None


def _month(token: Token) -> int:
    """1 to 12, or 0; May and March need their capital."""
    named = not token.quoted and token.lower in MONTHS
    named = named and (token.text[0].isupper() or token.lower not in ("may", "march"))
    return MONTHS.index(token.lower) + 1 if named else 0


def _is_year(token: Token) -> bool:
    return bool(re.fullmatch(r"(?:18|19|20)\d\d", token.text))


def _word(tokens: Sequence[Token], place: int) -> str:
    return tokens[place].lower if 0 <= place < len(tokens) else ""


def _month_date(tokens: Sequence[Token], first: int, at: int, *, day: int | None = None) -> Mention:
    month, last, year = _month(tokens[at]), at, None
    number = _ORDINAL.fullmatch(_word(tokens, last + 1))
    if day is None and number and int(number[1]) <= 31:
        day, last = int(number[1]), last + 1
    if last + 1 < len(tokens) and _is_year(tokens[last + 1]):
        year, last = int(tokens[last + 1].text), last + 1
    return _dated(tokens, first, last, Days(year, month, day))


def _dated(tokens: Sequence[Token], first: int, last: int, days: Days) -> Mention:
    words = [token.text for token in tokens[first : last + 1]]
    text = f"{' '.join(words[:-1])}, {words[-1]}" if len(words) == 3 else " ".join(words)
    span = (float(days.year), float(days.year)) if days == Days(days.year) and days.year else None
    before = " ".join(_word(tokens, place) for place in range(first - 4, first)).strip()
    compared = _compared_days(days, before, tokens, last)
    if compared and span:
        span = _span(span[0], before)[0]
    return Mention(
        text, first, last, Strength.CAPITAL, span, compared is not None, compared or days
    )


def _compared_days(days: Days, before: str, tokens: Sequence[Token], last: int) -> Days | None:
    """Days after, before or between those named; None where nothing is compared."""
    if days.year is None:
        return None
    with suppress(ValueError):
        start = date(days.year, days.month or 1, days.day or 1)
        end = date(days.year, days.month or 12, days.day or 28)
        if before.endswith("between") and _word(tokens, last + 1) == "and":
            return Days(since=start)
        if _MORE.search(before):
            return Days(since=end + timedelta(days=1 if days.day else 4))
        if _LESS.search(before):
            return Days(until=start - timedelta(days=1))
    return None


def _numbers(tokens: Sequence[Token]) -> list[Mention]:
    found: list[Mention] = []
    for place, token in enumerate(tokens):
        number = _value(token)
        if number is None or _is_year(token) or _month(_at(tokens, place - 1)):
            continue
        before = " ".join(_word(tokens, p) for p in range(place - 5, place)).strip()
        if before.endswith(("top", "first", "last", "bottom", "limit")):
            continue
        span, compared = _span(number, before)
        after = " ".join(_word(tokens, p) for p in range(place + 1, place + 3))
        if re.match(r"or (?:more|older|higher|above|greater|later|over)", after):
            span, compared = _span(number, "at least")
        elif re.match(r"or (?:less|fewer|younger|lower|below|under|earlier)", after):
            span, compared = _span(number, "at most")
        elif before.endswith(("between", "from")) and _word(tokens, place + 1) in ("and", "to"):
            upper = _value(_at(tokens, place + 2))
            span, compared = (number, max(upper or number, number)), True
        elif re.search(r"between \S+ and$", before) or re.search(r"from \S+ to$", before):
            continue
        text = token.text
        found.append(Mention(text, place, place, Strength.CAPITAL, span, compared))
    return found


def _at(tokens: Sequence[Token], place: int) -> Token:
    return tokens[place] if 0 <= place < len(tokens) else Token("")


def _value(token: Token) -> float | None:
    if token.lower in _NUMBER_WORDS:
        return float(_NUMBER_WORDS[token.lower])
    match = _NUMBER.fullmatch(token.text)
    if match is None or len(match[1]) > 15:
        return None
    unit = {"k": 1e3, "m": 1e6}.get((match[2] or "").lower(), 1)
    return float(match[1].replace(",", "")) * unit


def _span(number: float, before: str) -> tuple[tuple[float, float], bool]:
    """The numbers that are meant, and whether more or less is."""
    step = 1.0 if number == int(number) else 0.01
    reach = max(2 * step, abs(number) * 0.3)
    if _MORE.search(before):
        return (number + step, number + reach), True
    if _LESS.search(before):
        return (number - reach if number - reach > 0 else 0.0, number - step), True
    return (number, number), False


def _capitals(
    tokens: Sequence[Token], schema_stems: Collection[str], taken: Collection[int]
) -> list[Mention]:
    """Runs of words with a capital, and codes such as 2-1 or B737."""
    if sum(token.text.isupper() for token in tokens) > len(tokens) / 2:
        return []
    found: list[Mention] = []
    place = 0
    while place < len(tokens):
        last = _run_end(tokens, place, taken)
        words = tokens[place : last + 1]
        if last >= place and any(_is_value(word, schema_stems) for word in words):
            text = " ".join(word.text for word in words)
            found.append(Mention(text, place, last, Strength.CAPITAL))
        place = max(last, place) + 1
    return found


def _run_end(tokens: Sequence[Token], place: int, taken: Collection[int]) -> int:
    """The last token of the run that starts here; one less than `place` if none does."""
    if place in taken or not _is_capital(tokens[place]):
        return place - 1
    last = place
    while last + 1 < len(tokens):
        step = 2 if _word(tokens, last + 1) in _JOINING else 1
        following = last + step
        if following >= len(tokens) or following in taken or last + 1 in taken:
            break
        if not _is_capital(tokens[following]) or tokens[following].opens:
            break
        last = following
    return last


def _is_capital(token: Token) -> bool:
    if token.quoted or (token.opens and token.lower in STOP_WORDS):
        return False
    code = any(c.isdigit() for c in token.text) and _value(token) is None
    return code or (token.text[:1].isupper() and token.lower not in ("i", "sql", "id", "ids"))


def _is_value(token: Token, schema_stems: Collection[str]) -> bool:
    return stem(token.text) not in schema_stems and token.lower not in STOP_WORDS


def _plain(
    tokens: Sequence[Token], schema_stems: Collection[str], taken: Collection[int]
) -> list[Mention]:
    """Runs of words that are neither common nor the schema's own."""
    found: list[Mention] = []
    run: list[int] = []
    for place in range(len(tokens) + 1):
        token = _at(tokens, place)
        free = place < len(tokens) and place not in taken and not token.quoted
        if free and _is_value(token, schema_stems) and _is_wordlike(token):
            run.append(place)
            continue
        if 0 < len(run) <= MAX_WORDS:
            text = " ".join(tokens[at].text for at in run)
            found.append(Mention(text, run[0], run[-1]))
        run = []
    return found


def _is_wordlike(token: Token) -> bool:
    letters = re.fullmatch(r"[^\W\d_]+(?:[-'’/&.][^\W\d_]+)*", token.text)
    return bool(letters) and len(token.text) > 1 and not token.lower.endswith("ly")
