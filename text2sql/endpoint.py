"""A model behind an OpenAI-compatible server as a Generator: streamed, and cancelled at once.

What the server sends is text from outside: bounded, parsed as JSON, and never more than that.
Knows nothing of SQL.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import httpx

from text2sql.errors import GenerationError
from text2sql.generator import Completion, never
from text2sql.prompt import Prompt

MAX_TOKENS = 256
MAX_CHARS = 20_000
MAX_LINE = 1 << 20
CONNECT_S = 5.0
SILENCE_S = 120.0  # a server that reads a long prompt on a CPU says nothing for so long
POLL_S = 0.1
FENCES = 2  # the reply's code block is closed: what follows is chat


class EndpointGenerator:
    """Asks one model of a server; `url` is what clients call its base URL, as in `…:8000/v1`."""

    adapter: str | None = None

    def __init__(self, url: str, *, model: str = "") -> None:
        """Raises GenerationError if no model is named and the server names none."""
        self.url = checked_url(url)
        self.base = model or first_model(self.url)

    @property
    def summary(self) -> str:
        """One line for people: model and server."""
        return f"{self.base} · server {httpx.URL(self.url).netloc.decode()} · no adapter"

    def stream(
        self, prompt: Prompt, *, cancelled: Callable[[], bool] = never
    ) -> Iterator[Completion]:
        """The greedy completion as it grows; the last one has `done` set."""
        yield from self._complete(prompt, {"temperature": 0.0}, cancelled)

    def sample(
        self,
        prompt: Prompt,
        count: int,
        *,
        temperature: float = 0.8,
        seed: int = 0,
        cancelled: Callable[[], bool] = never,
    ) -> list[Completion]:
        """`count` completions, one after the other: not every server gives several at once."""
        found: list[Completion] = []
        for number in range(count):
            completion = Completion()
            drawn = {"temperature": temperature, "seed": seed + number}
            for completion in self._complete(prompt, drawn, cancelled):
                pass
            found.append(completion)
            if completion.stopped:
                break
        return found

    def prefetch(self, prompts: Sequence[Prompt]) -> None:
        """Nothing: the server batches what comes at the same time by itself."""

    def warm(self, prompt: Prompt, *, cancelled: Callable[[], bool] = never) -> None:
        """Nothing: what a server remembers of a prompt is its own affair."""

    def _complete(
        self, prompt: Prompt, drawn: dict[str, float], cancelled: Callable[[], bool]
    ) -> Iterator[Completion]:
        began = time.perf_counter()
        request = {
            "model": self.base,
            "messages": prompt.messages(),
            "max_tokens": MAX_TOKENS,
            "stream": True,
            **drawn,
        }
        state = Completion()
        for piece in _pieces(f"{self.url}/chat/completions", request, cancelled):
            now = (time.perf_counter() - began) * 1e3
            state = replace(
                state,
                text=(state.text + piece)[:MAX_CHARS],
                tokens=state.tokens + 1,
                first_token_ms=state.first_token_ms or now,
                total_ms=now,
            )
            if state.text.count("```") >= FENCES or len(state.text) == MAX_CHARS:
                break
            yield state
        yield replace(state, done=True, stopped=cancelled())


def checked_url(url: str) -> str:
    """The URL without a slash at its end, with `/v1` if it has no path; raises GenerationError.

    >>> checked_url("http://localhost:8000/")
    'http://localhost:8000/v1'
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise GenerationError(
            f"'{url}' is not the URL of a server.", hint="Give one as in http://localhost:8000/v1."
        )
    path = parsed.path.rstrip("/") or "/v1"
    return str(parsed.copy_with(path=path, query=None, fragment=None))


def first_model(url: str) -> str:
    """The first model that the server lists; raises GenerationError."""
    try:
        response = httpx.get(f"{url}/models", timeout=CONNECT_S)
        response.raise_for_status()
        name = response.json()["data"][0]["id"]
    except httpx.HTTPError as error:
        raise _failed(url, error) from error
    except (ValueError, LookupError, TypeError) as error:
        raise GenerationError(
            f"The server at {url} lists no model.", hint="Name it: --base MODEL."
        ) from error
    return str(name)


def _pieces(url: str, request: dict[str, Any], cancelled: Callable[[], bool]) -> Iterator[str]:
    """The reply's pieces as they come, until its end or until cancelled.

    A thread reads, so that a silent server does not keep anybody from stopping.
    """
    came: queue.Queue[str | Exception | None] = queue.Queue()
    left = threading.Event()
    threading.Thread(target=_read, args=(url, request, came, left), daemon=True).start()
    try:
        while not cancelled():
            try:
                piece = came.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if isinstance(piece, Exception):
                raise piece
            if piece is None:
                return
            yield piece
    finally:
        left.set()


def _read(
    url: str,
    request: dict[str, Any],
    came: queue.Queue[str | Exception | None],
    left: threading.Event,
) -> None:
    try:
        limits = httpx.Timeout(SILENCE_S, connect=CONNECT_S)
        with httpx.stream("POST", url, json=request, timeout=limits) as response:
            if response.is_error:
                response.read()
            response.raise_for_status()
            for line in response.iter_lines():
                if left.is_set() or line.strip() == "data: [DONE]":
                    break
                if line.startswith("data:") and (piece := _content(line[5:])):
                    came.put(piece)
        came.put(None)
    except httpx.HTTPError as error:
        came.put(_failed(url.removesuffix("/chat/completions"), error))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        came.put(GenerationError(f"The server at {url} sent something else than a reply: {error}."))


def _content(data: str) -> str:
    """The text in one event; GenerationError's causes if it is none: ValueError and its like."""
    if len(data) > MAX_LINE:
        raise ValueError("an event that is too long")
    event = json.loads(data)
    if event.get("error"):
        raise ValueError(str(event["error"])[:300])
    choices = event.get("choices") or [{}]
    return str((choices[0].get("delta") or {}).get("content") or "")


def _failed(url: str, error: httpx.HTTPError) -> GenerationError:
    """What to tell of a request that failed."""
    if isinstance(error, httpx.HTTPStatusError):
        said = " ".join(error.response.text.split())[:200]
        return GenerationError(
            f"The server at {url} answered {error.response.status_code}: {said}",
            hint="Check the URL's path (most servers want /v1) and the model's name (--base).",
        )
    if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
        return GenerationError(f"The server at {url} did not answer in time.", hint="Try again.")
    return GenerationError(
        f"No server answers at {url}.", hint="Start it, or start the page without --endpoint."
    )
