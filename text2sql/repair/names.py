"""How alike two names are: the strings only, nothing of tables or statements."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

NEAR = 0.58  # below this, two names are strangers
SAME = 0.96  # from this on, they differ only in case, underscores or number

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_a-zA-Z]+")
# Words that half the columns of a schema carry say little about which one is meant.
_COMMON = frozenset("id name code date number num of in the no key type detail description".split())


@lru_cache(maxsize=4096)
def squeezed(name: str) -> str:
    """The name's letters and digits in lower case.

    >>> squeezed("Stu_ID") == squeezed("stuid")
    True
    """
    return "".join(letter for letter in name.lower() if letter.isalnum())


@lru_cache(maxsize=4096)
def words(name: str) -> frozenset[str]:
    """The words a name is made of, in lower case and without their endings.

    >>> sorted(words("orderItems_2ID"))
    ['2', 'id', 'item', 'order']
    >>> words("Starting_Year") == words("start_years")
    True
    """
    return frozenset(_stem(word.lower()) for word in _WORD.findall(name))


def _stem(word: str) -> str:
    one = singular(word)
    return one[:-3] if one.endswith("ing") and len(one) > 6 else one


def singular(word: str) -> str:
    """The word without its plural ending.

    >>> singular("cities"), singular("tracks"), singular("class"), singular("status")
    ('city', 'track', 'class', 'status')
    """
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


@lru_cache(maxsize=16384)
def likeness(left: str, right: str) -> float:
    """0 for strangers, 1 for names that differ in case and underscores only.

    >>> likeness("Stu_ID", "StuID")
    1.0
    >>> likeness("name", "club_name") > likeness("name", "club_id")
    True
    >>> likeness("sale_details", "sales_details") > NEAR > likeness("price", "city")
    True
    """
    one, two = squeezed(left), squeezed(right)
    if one == two:
        return 1.0
    ours, theirs = words(left), words(right)
    if ours == theirs:
        return SAME
    letters = SequenceMatcher(None, one, two, autojunk=False).ratio()
    return max(0.95 * letters, _overlap(ours, theirs))


def _overlap(ours: frozenset[str], theirs: frozenset[str]) -> float:
    common = _weight(ours & theirs)
    if not common:
        return 0.0
    smaller, union = min(_weight(ours), _weight(theirs)), _weight(ours | theirs)
    return min(0.94, 0.6 * common / smaller + 0.4 * common / union)


def _weight(found: frozenset[str]) -> float:
    return sum(0.4 if word in _COMMON else 1.0 for word in found)


def best(name: str, candidates: Iterable[str], least: float = NEAR) -> str | None:
    """The candidate most like the name, the first of equals, or None if none is near.

    >>> best("Customers", ["orders", "customer"])
    'customer'
    >>> best("weather", ["orders", "customer"]) is None
    True
    """
    scored = [(likeness(name, one), -place, one) for place, one in enumerate(candidates)]
    score, _, found = max(scored, default=(0.0, 0, ""))
    return found if score >= least else None
