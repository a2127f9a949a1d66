"""Which examples are kept back for measuring: whole schemas, or whole statements of the only one.

The same for the same seed. Knows nothing of files or models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

MOST_HELD_OUT = 0.3  # of all examples
OVERSHOOT = 1.5  # times what was asked for, since a schema is held out as a whole

T = TypeVar("T")


def held_out(
    examples: Sequence[T],
    count: int,
    seed: int,
    *,
    home: Callable[[T], str],
    statement: Callable[[T], str],
) -> set[int]:
    """Positions of about `count` examples that share no `home` with any other.

    Where that is not possible (one home, or too large ones), none of the others shares a
    `statement` with them.

    >>> sorted(held_out("aabbccddeeffgghhiijj", 2, 1, home=str, statement=str))
    [12, 13]
    """
    count = min(count, int(len(examples) * MOST_HELD_OUT))
    if count < 1:
        return set()
    by_home = _whole_groups(examples, count, seed, home)
    return by_home or _whole_groups(examples, count, seed, statement)


def _whole_groups(
    examples: Sequence[T], count: int, seed: int, key: Callable[[T], str]
) -> set[int]:
    groups: dict[str, list[int]] = {}
    for position, example in enumerate(examples):
        groups.setdefault(key(example), []).append(position)
    order = sorted(groups)
    Random(seed).shuffle(order)
    most = min(count * OVERSHOOT, len(examples) * MOST_HELD_OUT)
    chosen: set[int] = set()
    for name in order:
        if len(chosen) < count and len(chosen) + len(groups[name]) <= most:
            chosen.update(groups[name])
    return chosen
