"""Where a question speaks of a column: by its words, their stems, or words that hint at it.

Knows nothing of values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from text2sql.made_up.tokens import Token, stem
from text2sql.made_up.topics import split_name

_HINTS = {
    "older": "age", "younger": "age", "aged": "age", "cheaper": "price cost",
    "cost": "price", "costs": "price", "priced": "price", "expensive": "price cost",
    "longer": "length duration", "shorter": "length duration height", "taller": "height",
    "heavier": "weight", "lighter": "weight", "earn": "salary income", "earns": "salary income",
    "earning": "salary income", "paid": "amount salary", "born": "birth birthdate",
    "named": "name title", "called": "name title", "titled": "title name",
    "bought": "purchase order product item", "buy": "purchase order product item",
    "ordered": "product item", "purchased": "product item", "sold": "sale product item",
    "sell": "sale product item", "eat": "dish food product", "ate": "dish food product",
    "faster": "speed", "live": "city country state address", "lives": "city country state",
    "living": "city country state", "hired": "hire", "against": "opponent", "made": "maker",
    "wrote": "author writer", "written": "author writer", "directed": "director",
    "managed": "manager", "taught": "teacher instructor", "teaches": "teacher instructor",
}  # fmt: skip
_SIGNS = {"$": "price cost amount", "€": "price cost amount", "£": "price cost amount",
          "%": "percent discount rate"}  # fmt: skip


class Hearing:
    """A question's words by their stems."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.at: dict[str, list[int]] = {}
        self._signed: dict[str, list[int]] = {}
        for place, token in enumerate(tokens):
            hints = _HINTS.get(token.lower, "").split()
            for one in {stem(word) for word in (token.lower, *split_name(token.text), *hints)}:
                self.at.setdefault(one, []).append(place)
            for sign in set(token.text) & set(_SIGNS):
                for word in _SIGNS[sign].split():
                    self._signed.setdefault(stem(word), []).append(place)

    def nearness(self, stems: Iterable[str], first: int, last: int) -> float:
        """How near the tokens `first` to `last` stand to these words: 0 far, 3 beside them."""
        found = [self._near(one, first, last) for one in stems]
        return sum(found) / max(len(found), 1) ** 0.5

    def _near(self, one: str, first: int, last: int) -> float:
        best = 2.5 if any(first <= place <= last for place in self._signed.get(one, ())) else 0.0
        for place in self.at.get(one, ()):
            if place < first:
                best = max(best, 3.0 - 0.3 * (first - place - 1))
            elif place > last:
                best = max(best, 2.9 - 0.6 * (place - last - 1))
        return best

    def follows(self, last: int, stems: Iterable[str]) -> bool:
        """Whether one of these words stands right after that token."""
        return last + 1 < len(self.tokens) and stem(self.tokens[last + 1].text) in set(stems)

    def says(self, text: str) -> bool:
        """Whether the question has these words, one after the other."""
        words = [stem(word) for word in split_name(text)]
        if not words or (len(text) < 3 and text.isdigit()):
            return False
        return any(
            all(start + step in self.at.get(word, ()) for step, word in enumerate(words))
            for start in self.at.get(words[0], ())
        )
