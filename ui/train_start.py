"""From what a page or a program asks for to a run at work, or in the queue.

Names and files come from outside: only adapters on offer are started from, and what a run learns
from is copied to where it stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from finetune.config import TrainConfig
from finetune.jobs import Jobs
from text2sql.errors import TrainingError
from ui import train_data
from ui.service import Service
from ui.train_data import Choice
from ui.train_settings import config_of

MOST_WAITING = 8
MAX_TEXT = 400_000


@dataclass(frozen=True)
class Starter:
    """Starts runs of one page."""

    service: Service
    jobs: Jobs

    def asked(self, given: tuple[Any, ...]) -> tuple[Choice, TrainConfig]:
        """The data and the settings that the page's fields say, in the order of its inputs."""
        source, schema, dialect, count, file, hub, start, run, notes, preset, *settings = given
        choice = Choice(
            source=some_text(source),
            schema=some_text(schema),
            dialect=some_text(dialect),
            count=int(count) if isinstance(count, int | float) and count == count else 0,
            file=some_text(file),
            hub=some_text(hub).strip(),
        )
        config = self.config(start, settings, run=run, notes=notes, preset=preset)
        # Before data is made up for long; a run without a name gets one at its start.
        replace(config, run=config.run or "new", data=(choice.source,)).validate()
        return choice, config

    def config(
        self,
        adapter: object,
        settings: Sequence[object],
        *,
        run: object,
        notes: object,
        preset: object,
    ) -> TrainConfig:
        """The config that settings in the order of NAMES mean, for the base that the page has.

        Started from are only adapters on offer, for names come from outside.
        """
        config = config_of(
            settings, run=run, notes=notes, preset=preset, base=self.service.models.settings.base
        )
        name = some_text(adapter)
        if name and name not in self.service.models.choices():
            raise TrainingError(
                f"There is no adapter {name[:80]!r} to start from.", hint="Choose one of the list."
            )
        return replace(config, adapter=name)

    def start(self, choice: Choice, config: TrainConfig) -> str:
        """The name of the run begun or put in the queue; raises Text2SQLError."""
        waiting = sum(one.status == "queued" for one in self.jobs.list())
        if waiting >= MOST_WAITING:
            raise TrainingError(f"{waiting} runs wait already.", hint="Delete one, or wait.")
        train_data.tidy(self.jobs.runs)
        data = train_data.named(choice, self.jobs.runs)
        config = train_data.settled(config, choice, data, self.jobs.runs)
        return self.jobs.start(config).name


def some_text(value: object) -> str:
    """A field's text, cut to a bearable length; empty for what is no text."""
    return value[:MAX_TEXT] if isinstance(value, str) else ""
