"""A question cut into words and quoted texts.

Knows nothing of what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

MAX_QUESTION = 2_000  # characters that are read
_TOKEN = re.compile(
    r"\"([^\"]+)\"|“([^”]+)”|‘([^’]+)’|(?<!\w)'((?:[^']|'(?=\w))+)'(?!\w)"
    r"|((?:(?<=\d),(?=\d{3})|[^\s,;?!\"“”()\[\]])+)"
)
_SHORTENED = re.compile(r"[A-Z][a-z]{0,4}\.|(?:[A-Z]\.)+")  # St. or J. R.
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


def tokens_of(question: str) -> list[Token]:
    """The question's words and quoted texts.

    >>> [token.text for token in tokens_of("Who bought 'blue jeans' in St. Louis for 1,200?")]
    ['Who', 'bought', 'blue jeans', 'in', 'St.', 'Louis', 'for', '1,200']
    """
    found: list[Token] = []
    opens = True
    matches = list(_TOKEN.finditer(question[:MAX_QUESTION]))
    for match, following in zip_longest(matches, matches[1:]):
        quoted = next((part for part in match.groups()[:4] if part), None)
        if quoted is not None:
            found.append(Token(quoted.strip(" .?!"), quoted=True))
            opens = False
            continue
        shortened = _SHORTENED.fullmatch(match[5]) and following and _goes_on(following[0])
        text = match[5] if shortened else match[5].rstrip(".:*")
        found.append(Token(re.sub(r"['’]s?$|^['’]", "", text) or match[5], opens=opens))
        opens = match[5].endswith((".", ":")) and not shortened
    return found


def _goes_on(word: str) -> bool:
    """Whether a word after a point belongs to the same sentence."""
    return word[:1].islower() or word.lower() not in STOP_WORDS


def token_at(tokens: Sequence[Token], place: int) -> Token:
    """The token there, or an empty one beyond the ends."""
    return tokens[place] if 0 <= place < len(tokens) else Token("")


def words_before(tokens: Sequence[Token], place: int, count: int) -> str:
    """The words before a place, in small letters."""
    return " ".join(token.lower for token in tokens[max(0, place - count) : place])


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
