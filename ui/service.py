"""One object for the whole page: the model, the open databases, and what is to be stopped.

What belongs to one visitor is reached by ids; a gr.State never holds a model or a connection.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property

from ui.databases import Databases
from ui.models import Models
from ui.warming import Warming

MOST_VISITS = 1_000


class Stops:
    """Which visits have pressed Stop since they last asked."""

    def __init__(self) -> None:
        self._events: OrderedDict[str, threading.Event] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, visit: str) -> threading.Event:
        """The event that this visit's Stop sets from now on."""
        event = threading.Event()
        with self._lock:
            self._events[visit] = event
            self._events.move_to_end(visit)
            while len(self._events) > MOST_VISITS:
                self._events.popitem(last=False)
        return event

    def current(self, visit: str) -> threading.Event:
        """The event of what the visit asks now."""
        with self._lock:
            event = self._events.get(visit)
        return event or self.begin(visit)

    def stop(self, visit: str) -> bool:
        """Stop what the visit asked last; False if it asked nothing."""
        with self._lock:
            event = self._events.get(visit)
        if event is None:
            return False
        event.set()
        return True


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
