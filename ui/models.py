"""The model behind the page: loaded while the page is already up, then one engine an adapter.

Knows nothing of gradio.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from text2sql.engine import Engine
from text2sql.errors import AdapterError, GenerationError, ModelError, Text2SQLError
from text2sql.generator import Completion, Generator, never
from text2sql.prompt import Prompt
from text2sql.released import (
    CARD,
    NO_ADAPTER,
    RELEASED,
    AdapterInfo,
    adapter_name,
    find_adapter,
    newest_released,
    runs_folder,
)
from text2sql.weights import KNOWN
from text2sql.zero_gpu import is_lent
from ui.settings import Settings

if TYPE_CHECKING:
    from finetune.encoding import Tokenizer
    from text2sql.adapters import Adapters

log = logging.getLogger(__name__)

POLL_S = 0.2
WARM_UP = Prompt("CREATE TABLE t (a INTEGER);", "Question: How many rows are there?")
WARM_UP_TOKENS = 3
RETRY_S = 5.0  # between looks for an endpoint that is down


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
        self.first: str | None = None  # the one that the page was started with
        self.state = Loading()
        self._adapters: Adapters | None = None
        self._engines: dict[str | None, Engine] = {}
        self._lock = threading.Lock()
        self._changed = threading.Condition()
        self.runner = Engine(_NoModel())  # for statements that people write

    @classmethod
    def of(cls, generator: Generator) -> Models:
        """Models with nothing to load: one generator that is there already."""
        models = cls(Settings())
        models._use(generator)
        return models

    def start(self) -> None:
        """Begin to load, in a thread of its own."""
        threading.Thread(target=self.load, name="load-model", daemon=True).start()

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
        loaded = [name for name in (self.default, self.first) if name]
        return tuple(dict.fromkeys([*loaded, *_released(), *_trained()]))

    def loaded(self, adapter: str | None) -> AdapterInfo | None:
        """What is known of an adapter in memory; None for the base, or one that is not loaded."""
        if adapter is None or self._adapters is None:
            return None
        return self._adapters.loaded.get(adapter)

    @property
    def tokenizer(self) -> Tokenizer | None:
        """The base's tokenizer; None while no base is in memory here."""
        return self._adapters.base.tokenizer if self._adapters else None

    def resolve(self, chosen: str) -> str | None:
        """The adapter that a choice on the page means: "" is the one to start with, "none" none."""
        return self.default if not chosen else None if chosen == NO_ADAPTER else chosen

    def use(self, adapter: str | None) -> None:
        """Answer with that adapter from now on wherever none is chosen; None is the first again.

        Raises ModelError, and then nothing has changed.
        """
        if self.settings.endpoint:
            raise ModelError(
                "This page asks a server, which takes no adapter.",
                hint="Start the page without --endpoint to use one.",
            )
        name = self.first if adapter is None else adapter
        summary = self.engine(name).generator.summary
        self.default = name
        self._tell(replace(self.state, summary=summary))

    def engine(self, adapter: str | None) -> Engine:
        """The engine with that adapter, or with none; raises ModelError."""
        if self._adapters is None:
            if self.default in self._engines:
                return self._engines[self.default]
            raise ModelError(self.state.error or "The model is still loading.", hint="Wait a bit.")
        with self._lock:
            if adapter is not None:
                self._adapters.load(adapter, self._folder(adapter))
            if adapter not in self._engines:
                from text2sql.generation import LocalGenerator

                self._engines[adapter] = Engine(LocalGenerator(self._adapters, adapter))
            return self._engines[adapter]

    def _folder(self, adapter: str) -> Path:
        """Where an adapter lies: only those on offer, for the name comes from outside."""
        if adapter == self.first and adapter_name(self.settings.adapter) == adapter:
            return find_adapter(self.settings.adapter)
        if adapter not in self.choices():
            known = ", ".join(self.choices()) or "none yet"
            raise AdapterError(
                f"There is no adapter '{adapter[:80]}'.", hint=f"There are: {known}."
            )
        return find_adapter(adapter)

    def _use(self, generator: Generator) -> None:
        self.default = generator.adapter
        self._engines[generator.adapter] = Engine(generator)
        self._tell(Loading("Ready", 1.0, ready=True, summary=generator.summary))

    def load(self) -> None:
        """Load the model here and now; how it went is in `state`."""
        try:
            if self.settings.endpoint:
                self._connect()
            else:
                self._load_local()
        except Text2SQLError as error:
            self._tell(Loading("Failed", error=str(error)))
        except Exception as error:  # whatever it was: the page must say so, and the log why
            log.exception("The model could not be loaded.")
            self._tell(Loading("Failed", error=f"The model could not be loaded: {error}"))

    def _connect(self) -> None:
        """Find the server; one that is down now may be up later."""
        from text2sql.endpoint import EndpointGenerator

        named = "" if self.settings.base in KNOWN else self.settings.base
        while not self.state.ready:
            try:
                self._use(EndpointGenerator(self.settings.endpoint, model=named))
            except GenerationError as error:
                if str(error) != self.state.error:
                    self._tell(Loading("Looking for the server", error=str(error)))
                time.sleep(RETRY_S)

    def _load_local(self) -> None:
        self._progress("Starting the model", 0.0)
        from text2sql.adapters import Adapters
        from text2sql.model import load_base

        base = load_base(self.settings.base, progress=self._progress)
        self._adapters = Adapters(base)
        notice = self._choose_adapter(base.name, base.sha256)
        generator = self.engine(self.default).generator
        if not is_lent():  # there is a GPU only while a visitor asks
            self._progress("Warming up", 1.0)
            # The first pass packs the weights, which takes seconds that no visitor should wait.
            deque(islice(generator.stream(WARM_UP), WARM_UP_TOKENS), maxlen=0)
        summary = generator.summary
        self._tell(Loading("Ready", 1.0, ready=True, summary=summary, notice=notice))

    def _choose_adapter(self, base: str, sha256: str) -> str:
        """Load the adapter to start with; what to say if there is none, or it does not fit."""
        assert self._adapters is not None
        wanted = self.settings.adapter
        if wanted == NO_ADAPTER:
            return ""
        try:
            path = find_adapter(wanted) if wanted else newest_released(base, sha256)
            if path is None:
                return "No adapter is released for this base yet: it answers untuned."
            name = adapter_name(wanted or path.name)
            self._adapters.load(name, path)
        except AdapterError as error:
            return f"{error} The base answers untuned."
        self.default = self.first = name
        return ""

    def _progress(self, message: str, share: float) -> None:
        if message != self.state.message:
            print(f"{message} …", flush=True)
        self._tell(Loading(message, share))

    def _tell(self, state: Loading) -> None:
        with self._changed:
            self.state = state
            self._changed.notify_all()
        if state.ready or state.error:
            print(state.error or f"Ready: {state.summary}", state.notice, flush=True)


class _NoModel:
    """Stands for the model where statements only run: it writes none."""

    base = ""
    adapter: str | None = None
    summary = "no model"

    def stream(
        self, prompt: Prompt, *, cancelled: Callable[[], bool] = never
    ) -> Iterator[Completion]:
        raise GenerationError("There is no model to ask.")

    def sample(
        self,
        prompt: Prompt,
        count: int,
        *,
        temperature: float = 0.8,
        seed: int = 0,
        cancelled: Callable[[], bool] = never,
    ) -> list[Completion]:
        raise GenerationError("There is no model to ask.")

    def prefetch(self, prompts: Sequence[Prompt]) -> None:
        raise GenerationError("There is no model to ask.")

    def warm(self, prompt: Prompt, *, cancelled: Callable[[], bool] = never) -> None:
        raise GenerationError("There is no model to ask.")


def _released() -> list[str]:
    return sorted(path.parent.name for path in RELEASED.glob(f"*/{CARD}"))


def _trained() -> list[str]:
    """Runs that finished with an adapter."""
    return sorted(path.parent.parent.name for path in runs_folder().glob(f"*/adapter/{CARD}"))
