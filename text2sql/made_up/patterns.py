"""A text that a simple pattern matches: a LIKE, or a regular expression without groups.

Knows nothing of columns.
"""

from __future__ import annotations

import re
import string
from random import Random

MOST_REPEATS = 6
_ITEM = re.compile(
    r"(\[\^?(?:\\.|[^\]])+\]|\\.|\.|[^()|\[\]{}*+?^$\\])(?:\{(\d+)(?:,(\d*))?\}|([*+?]))?"
)
_CLASSES = {
    "\\d": string.digits,
    "\\w": string.ascii_lowercase,
    "\\s": " ",
    ".": string.ascii_lowercase,
}
_LIKELY = string.ascii_lowercase + string.digits + string.ascii_uppercase + " -_.@+/"


def like_text(pattern: str, filler: str) -> str:
    """A text that a LIKE pattern matches, with the filler where anything goes.

    >>> like_text("SKU-%", "77"), like_text("A__%", "")
    ('SKU-77', 'A00')
    """
    return pattern.replace("%", filler, 1).replace("%", "").replace("_", "0")


def regex_text(pattern: str, rng: Random) -> str | None:
    r"""A text that a regular expression matches; None for one with groups or alternatives.

    >>> regex_text(r"^[A-Z]{2}-\d{4}$", Random(1))
    'SZ-7776'
    >>> regex_text("(a|b)", Random(1)) is None
    True
    """
    body = pattern.removeprefix("^").removesuffix("$")
    text, place = "", 0
    while place < len(body):
        item = _ITEM.match(body, place)
        if item is None:
            return None
        letters = _letters(item[1])
        if not letters:
            return None
        least, most = _repeats(item)
        text += "".join(rng.choice(letters) for _ in range(rng.randint(least, most)))
        place = item.end()
    return text


def _repeats(item: re.Match[str]) -> tuple[int, int]:
    if item[2] is not None:
        least = int(item[2])
        most = least if item[3] is None else int(item[3] or least + 2)
        return min(least, 200), min(max(most, least), least + MOST_REPEATS, 200)
    return {"*": (0, 3), "+": (1, MOST_REPEATS), "?": (0, 1)}.get(item[4] or "", (1, 1))


def _letters(item: str) -> str:
    if item.startswith("["):
        try:
            matches = re.compile(item)
        except re.error:
            return ""
        plain = "".join(c for c in _LIKELY if matches.fullmatch(c))
        upper = "".join(c for c in plain if c.isupper())
        return (upper if upper and not set(plain) & set(string.ascii_lowercase) else plain) or ""
    if item in _CLASSES:
        return _CLASSES[item]
    return item.removeprefix("\\")
