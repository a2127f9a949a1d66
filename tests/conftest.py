"""What several test files share: the one fake of the project, a model that says what it is told,
and a small shop to ask about."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from text2sql.database import Database, open_database
from text2sql.generator import Completion, never
from text2sql.prompt import Prompt

if TYPE_CHECKING:
    from ui.train_handlers import TrainHandlers

SHOP = Path(__file__).parent / "fixtures" / "repair" / "schemas" / "shop.sql"


class FakeGenerator:
    """Replies in the order given, the last one for ever; or by what the question contains.

    `prompts` keeps what was asked. A reply comes in three pieces, as from a model that streams.
    """

    base = "fake-base"

    def __init__(
        self,
        *replies: str,
        by_question: Mapping[str, str] | None = None,
        samples: Sequence[str] = (),
        adapter: str | None = None,
    ) -> None:
        self.replies = list(replies)
        self.by_question = dict(by_question or {})
        self.samples = list(samples)
        self.adapter = adapter
        self.prompts: list[Prompt] = []
        self.prefetched: list[Prompt] = []
        self.warmed: list[Prompt] = []

    @property
    def summary(self) -> str:
        return f"{self.base}, {self.adapter or 'no adapter'}"

    def stream(
        self, prompt: Prompt, *, cancelled: Callable[[], bool] = never
    ) -> Iterator[Completion]:
        text = self._reply(prompt)
        for end in (len(text) // 3, 2 * len(text) // 3, len(text)):
            if cancelled():
                yield self._completion(text[:end], done=True, stopped=True)
                return
            yield self._completion(text[:end], done=end == len(text))

    def sample(
        self,
        prompt: Prompt,
        count: int,
        *,
        temperature: float = 0.8,
        seed: int = 0,
        cancelled: Callable[[], bool] = never,
    ) -> list[Completion]:
        texts = self.samples or self.replies[-1:] or list(self.by_question.values())
        return [self._completion(texts[i % len(texts)], done=True) for i in range(count)]

    def prefetch(self, prompts: Sequence[Prompt]) -> None:
        self.prefetched.extend(prompts)

    def warm(self, prompt: Prompt, *, cancelled: Callable[[], bool] = never) -> None:
        self.warmed.append(prompt)

    def _reply(self, prompt: Prompt) -> str:
        self.prompts.append(prompt)
        for words, reply in self.by_question.items():
            if words in prompt.question:
                return reply
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def _completion(self, text: str, *, done: bool, stopped: bool = False) -> Completion:
        return Completion(
            text=text,
            done=done,
            tokens=len(text.split()),
            prompt_tokens=100,
            first_token_ms=1.0,
            total_ms=2.0,
            stopped=stopped,
        )


@pytest.fixture
def fake_generator() -> type[FakeGenerator]:
    """The class, for a test to say what the model replies: `fake_generator("SELECT 1")`."""
    return FakeGenerator


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The database of `fixtures/repair/schemas/shop.sql`."""
    path = tmp_path_factory.mktemp("shop") / "shop.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(SHOP.read_text(encoding="utf-8"))
    with contextlib.closing(open_database(path)) as database:
        yield database


@pytest.fixture
def does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_generator: type[FakeGenerator]
) -> Iterator[TrainHandlers]:
    """The Train tab's handlers on an empty folder of runs."""
    from tests.train_page import handlers  # gradio takes seconds, which few test files need

    monkeypatch.setenv("TEXT2SQL_RUNS", str(tmp_path / "runs"))
    yield from handlers(tmp_path / "runs", fake_generator)
