"""Things kept for a visitor between two clicks, reached by an unguessable key; the oldest go first.

Knows nothing of what they are.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import Generic, TypeVar

MOST = 64

T = TypeVar("T")


class Shelf(Generic[T]):
    """At most `most` things at a time; safe between threads."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, thing: T) -> str:
        """Keep it; returns its key."""
        key = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[key] = thing
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return key

    def get(self, key: object) -> T | None:
        """What is kept under the key; None if nothing is, or no longer."""
        with self._lock:
            return self._kept.get(key) if isinstance(key, str) else None
