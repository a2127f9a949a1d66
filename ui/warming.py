"""Has the model read the schema that a visitor looks at, before anything is asked about it.

The first question then waits no longer than those after it. Only what was looked at last is read,
and a question that comes in between goes first. Knows nothing of gradio.
"""

from __future__ import annotations

import logging
import threading
from collections import deque

from text2sql.errors import Text2SQLError
from text2sql.zero_gpu import is_lent
from ui.databases import Databases, Source
from ui.models import Models

log = logging.getLogger(__name__)


class Warming:
    """One thread, alive while there is something to read."""

    def __init__(self, models: Models, databases: Databases) -> None:
        self._models = models
        self._databases = databases
        self._next: Source | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def begin(self, source: Source) -> None:
        """Read this one next, whatever waited before it."""
        if is_lent():  # a GPU reads at once, and is there only while a visitor asks
            return
        with self._lock:
            self._next = source
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="warming", daemon=True)
                self._thread.start()

    def join(self) -> None:
        """Wait until all is read."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while (source := self._taken()) is not None:
            try:
                self._read(source)
            except Text2SQLError:  # the visitor is told by what shows the schema, or answers
                continue
            except Exception:  # the thread must go on for the next visitor
                log.exception("A schema could not be read ahead.")

    def _taken(self) -> Source | None:
        with self._lock:
            source, self._next = self._next, None
            if source is None:
                self._thread = None
            return source

    def _read(self, source: Source) -> None:
        deque(self._models.wait(), maxlen=0)
        engine = self._models.engine(self._models.default)
        with self._databases.using(source) as database:
            engine.warm(database, cancelled=lambda: self._next is not None)
