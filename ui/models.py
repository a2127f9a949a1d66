"""The model behind the page: loaded while the page is already up, then one engine an adapter.

Knows nothing of gradio.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from finetune.card import CARD, RELEASED, find_adapter, read_card
from finetune.run_folder import runs_folder
from text2sql.engine import Engine
from text2sql.errors import AdapterError, ModelError, Text2SQLError
from text2sql.generator import Generator, never
from ui.settings import NO_ADAPTER, Settings

if TYPE_CHECKING:
    from text2sql.adapters import Adapters

log = logging.getLogger(__name__)

POLL_S = 0.2


@dataclass(frozen=True)
class Loading:
    """How far the model is: `share` of `message` is done; `error` says why it can't be used.

    `notice` says what is other than asked for, such as an adapter that does not fit.
    """

    message: str = "Starting"
    share: float = 0.0
    ready: bool = False
    error: str = ""
    summary: str = ""
    notice: str = ""


class Models:
    """One base in memory, its adapters by name, and an engine for each; safe between threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.default: str | None = None  # the adapter that answers unless told otherwise
        self.state = Loading()
        self._adapters: Adapters | None = None
        self._engines: dict[str | None, Engine] = {}
        self._lock = threading.Lock()
        self._changed = threading.Condition()

    @classmethod
    def of(cls, generator: Generator) -> Models:
        """Models with nothing to load: one generator that is there already."""
        models = cls(Settings())
        models._use(generator)
        return models

    def start(self) -> None:
        """Begin to load, in a thread of its own."""
        threading.Thread(target=self._load, name="load-model", daemon=True).start()

    def wait(self, cancelled: Callable[[], bool] = never) -> Iterator[Loading]:
        """How the loading goes, until it is done; raises ModelError if it failed."""
        while not self.state.ready:
            if self.state.error:
                raise ModelError(self.state.error)
            if cancelled():
                return
            yield self.state
            with self._changed:
                self._changed.wait(POLL_S)

    def choices(self) -> tuple[str, ...]:
        """Names of the adapters that can be asked for: released ones, and finished runs."""
        if self.settings.endpoint:
            return ()
        loaded = (self.default,) if self.default else ()
        return tuple(dict.fromkeys([*loaded, *_released(), *_trained()]))

    def engine(self, adapter: str | None) -> Engine:
        """The engine with that adapter, or with none; raises ModelError."""
        if self._adapters is None:
            if self.default in self._engines:
                return self._engines[self.default]
            raise ModelError(self.state.error or "The model is still loading.")
        with self._lock:
            if adapter is not None:
                self._adapters.load(adapter, _folder(self, adapter))
            if adapter not in self._engines:
                from text2sql.generation import LocalGenerator

                self._engines[adapter] = Engine(LocalGenerator(self._adapters, adapter))
            return self._engines[adapter]

    def _use(self, generator: Generator) -> None:
        self.default = generator.adapter
        self._engines[generator.adapter] = Engine(generator)
        self._tell(Loading("Ready", 1.0, ready=True, summary=generator.summary))

    def _load(self) -> None:
        try:
            if self.settings.endpoint:
                from text2sql.endpoint import EndpointGenerator

                self._use(EndpointGenerator(self.settings.endpoint, model=self.settings.base))
            else:
                self._load_local()
        except Text2SQLError as error:
            self._tell(Loading("Failed", error=str(error)))
        except Exception as error:  # whatever it was: the page must say so, and the log why
            log.exception("The model could not be loaded.")
            self._tell(Loading("Failed", error=f"The model could not be loaded: {error}"))

    def _load_local(self) -> None:
        self._progress("Starting the model", 0.0)
        from text2sql.adapters import Adapters
        from text2sql.model import load_base

        base = load_base(self.settings.base, progress=self._progress)
        self._adapters = Adapters(base)
        notice = self._choose_adapter()
        engine = self.engine(self.default)
        self._tell(
            Loading("Ready", 1.0, ready=True, summary=engine.generator.summary, notice=notice)
        )

    def _choose_adapter(self) -> str:
        """Load the adapter to start with; what to say if it is not the one asked for."""
        assert self._adapters is not None
        wanted = self.settings.adapter
        if wanted == NO_ADAPTER:
            return ""
        told = "No adapter is released yet: this is the untuned base model."
        for name in [_plain_name(wanted)] if wanted else _released():
            try:
                self._adapters.load(name, _folder(self, name))
            except AdapterError as error:
                told = f"{error} Until then this is the untuned base model."
            else:
                self.default = name
                return ""
        return told

    def _progress(self, message: str, share: float) -> None:
        if message != self.state.message:
            print(f"{message} …", flush=True)
        self._tell(replace(self.state, message=message, share=share))

    def _tell(self, state: Loading) -> None:
        with self._changed:
            self.state = state
            self._changed.notify_all()
        if state.ready or state.error:
            print(state.error or f"Ready: {state.summary}", state.notice, flush=True)


def _folder(models: Models, name: str) -> Path:
    wanted = models.settings.adapter
    return find_adapter(wanted if wanted and name == _plain_name(wanted) else name)


def _plain_name(named: str) -> str:
    """An adapter's name; a path's is its folder, or the run's that holds it."""
    path = Path(named)
    return path.parent.name if path.name == "adapter" and path.parent.name else path.name


def _released() -> list[str]:
    """Released adapters that can be read, the newest first."""
    found: list[tuple[str, str]] = []
    for path in RELEASED.glob(f"*/{CARD}"):
        try:
            found.append((read_card(path.parent).created, path.parent.name))
        except AdapterError as error:
            log.warning("%s", error)
    return [name for _, name in sorted(found, reverse=True)]


def _trained() -> list[str]:
    """Runs that finished with an adapter."""
    return sorted(path.parent.parent.name for path in runs_folder().glob(f"*/adapter/{CARD}"))
