"""One object for the whole page: the model, the open databases, and what is to be stopped.

What belongs to one visitor is reached by ids; a gr.State never holds a model or a connection.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ui.databases import Databases
from ui.models import Models
from ui.warming import Warming

MOST_VISITS = 1_000


class Stops:
    """What each visit has at work, and whether it was told to stop."""

    def __init__(self) -> None:
        self._events: OrderedDict[str, threading.Event] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, visit: str) -> bool:
        """Whether the visit begins something: not while it has something at work, unless stopped.

        From now on its Stop has something to stop.
        """
        with self._lock:
            before = self._events.get(visit)
            if before is not None and not before.is_set():
                return False
            self._begin(visit)
            return True

    @contextlib.contextmanager
    def working(self, visit: str) -> Iterator[threading.Event]:
        """The event that the visit's Stop sets while it is at work."""
        with self._lock:
            event = self._events.get(visit) or self._begin(visit)
        try:
            yield event
        finally:
            with self._lock:
                if self._events.get(visit) is event:
                    del self._events[visit]

    def end(self, visit: str) -> None:
        """What the visit began never came to work."""
        with self._lock:
            self._events.pop(visit, None)

    def stop(self, visit: str) -> bool:
        """Stop what the visit has at work; False if that is nothing."""
        with self._lock:
            event = self._events.get(visit)
        if event is None:
            return False
        event.set()
        return True

    def _begin(self, visit: str) -> threading.Event:
        event = self._events[visit] = threading.Event()
        self._events.move_to_end(visit)
        while len(self._events) > MOST_VISITS:
            self._events.popitem(last=False)
        return event


@dataclass(frozen=True)
class Service:
    """What the tabs share."""

    models: Models
    databases: Databases = field(default_factory=Databases)
    stops: Stops = field(default_factory=Stops)

    @cached_property
    def warming(self) -> Warming:
        """Reads ahead what visitors look at."""
        return Warming(self.models, self.databases)
