"""Training by the named API: what the tab offers to people, for programs.

Whoever calls is anyone: each call asks first whether training is allowed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from text2sql.errors import Text2SQLError, TrainingError
from ui import train_data
from ui.train_data import Choice
from ui.train_handlers import TrainHandlers
from ui.train_runs import RunView, view_of
from ui.train_settings import changed
from ui.train_start import some_text


@dataclass(frozen=True)
class TrainApi:
    """The named endpoints of one page."""

    does: TrainHandlers

    def train(
        self, data: str, settings: dict[str, Any] | None = None, preset: str = "quick"
    ) -> dict[str, Any]:
        """Start a run on "bundled", "corrections", a hub data set, or CREATE TABLE text.

        `settings` are those of `python -m finetune train --set`; among them `run`, its name, and
        `adapter`, the name of one to go on from.
        """
        self.does.demand()
        try:
            rest = _settings(settings)
            run, start = _named(rest, "run"), _named(rest, "adapter")
            starter = self.does.starter
            asked = changed(str(preset), rest)
            config = starter.config(start, asked, run=run, notes="", preset=str(preset))
            name = starter.start(_api_choice(data), config)
        except Text2SQLError as error:
            return {"error": str(error)}
        return self.status(name)

    def status(self, run: str) -> dict[str, Any]:
        """How a run is doing."""
        self.does.demand()
        return self._view(lambda: view_of(self.does.jobs, some_text(run)))

    def stop(self, run: str) -> dict[str, Any]:
        """Ask a run to save and end."""
        self.does.demand()
        return self._view(lambda: view_of(self.does.jobs, self.does.jobs.stop(some_text(run)).name))

    def _view(self, find: Callable[[], RunView]) -> dict[str, Any]:
        try:
            view = find()
        except Text2SQLError as error:
            return {"error": str(error)}
        job = view.status
        named = {"run": view.name, "status": job.status, "step": job.step, "total": job.total}
        return {**named, "message": job.message, "log": list(job.log), "accuracy": view.accuracy}


def _settings(given: object) -> dict[str, Any]:
    if given is not None and not isinstance(given, Mapping):
        raise TrainingError("'settings' is no object.", hint='Write {"rank": 8}, for instance.')
    return dict(given or {})


def _named(settings: dict[str, Any], key: str) -> str:
    """The run's or the adapter's name, taken out of the settings."""
    name = settings.pop(key, "")
    if not isinstance(name, str):
        raise TrainingError(f"'{key}' is no text.", hint="Give a name.")
    return name


def _api_choice(data: object) -> Choice:
    """What the API's `data` means."""
    named = some_text(data).strip()
    if named in (train_data.BUNDLED, train_data.CORRECTIONS):
        return Choice(named)
    if "create" in named.lower() and "(" in named:
        return Choice(train_data.SCHEMA, schema=named)
    return Choice(train_data.HUB, hub=named)
