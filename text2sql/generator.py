"""What the engine asks of a model: the Generator protocol and the completion it gives.

Knows nothing of torch: the engine is tested with a generator that only replies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from text2sql.prompt import Prompt


@dataclass(frozen=True)
class Completion:
    """What the model has said so far; times in milliseconds from the request's begin.

    `cached_tokens` of the prompt were known from an earlier question on the same schema;
    `stopped` says that the user cancelled.
    """

    text: str = ""
    done: bool = False
    tokens: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    first_token_ms: float = 0.0
    total_ms: float = 0.0
    stopped: bool = False


def never() -> bool:
    """A `cancelled` that never is."""
    return False


class Generator(Protocol):
    """A model that completes prompts; `adapter` is None for the bare base."""

    base: str
    adapter: str | None

    @property
    def summary(self) -> str:
        """One line for people: model, precision, device, adapter."""

    def stream(
        self, prompt: Prompt, *, cancelled: Callable[[], bool] = never
    ) -> Iterator[Completion]:
        """The greedy completion as it grows, text whole each time; the last has `done` set."""

    def sample(
        self,
        prompt: Prompt,
        count: int,
        *,
        temperature: float = 0.8,
        seed: int = 0,
        cancelled: Callable[[], bool] = never,
    ) -> list[Completion]:
        """`count` completions drawn at random."""

    def prefetch(self, prompts: Sequence[Prompt]) -> None:
        """Complete prompts side by side, for `stream` to hand out later."""

    def warm(self, prompt: Prompt, *, cancelled: Callable[[], bool] = never) -> None:
        """Do what a prompt's context costs, so that whatever is asked about it costs less."""
