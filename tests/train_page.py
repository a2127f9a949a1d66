"""What the tests of the Train tab share: its handlers, and runs whose trainer is a script."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from finetune.config import TrainConfig
from finetune.files import write_json
from finetune.jobs import ROOT, Jobs
from finetune.processes import process_start
from finetune.run_folder import RunFolder, State
from text2sql.engine import Engine
from ui.models import Models
from ui.service import Service
from ui.settings import Settings
from ui.train_data import Choice
from ui.train_handlers import Seen, TrainHandlers
from ui.train_panel import LISTS, PANEL
from ui.train_settings import preset_values

TRAINER = (sys.executable, str(ROOT / "tests/fixtures/jobs/trainer.py"))
PATIENCE_S = 90.0  # a child at the lowest priority waits long on a busy machine
SHOP = (
    "CREATE TABLE goods (id INTEGER PRIMARY KEY, name VARCHAR, price DECIMAL(8,2), stock INTEGER)"
)
EXAMPLE = {"question": "How many goods?", "schema": SHOP, "sql": "SELECT count(*) FROM goods"}


class Switching(Models):
    """Models whose adapters need no loading."""

    def __init__(self, fake_generator: Any) -> None:
        super().__init__(Settings())
        self.fake_generator = fake_generator

    def engine(self, adapter: str | None) -> Engine:
        return Engine(self.fake_generator("SELECT 1", adapter=adapter))


def handlers(runs: Path, fake_generator: Any) -> Iterator[TrainHandlers]:
    """A page's handlers on a folder of runs; what is still at work is killed at the end."""
    jobs = Jobs(runs, trainer=TRAINER)
    yield TrainHandlers(Service(Switching(fake_generator)), jobs, allowed=True)
    for job in jobs.list():
        if job.pid:
            os.kill(job.pid, signal.SIGKILL)
            wait(lambda pid=job.pid: process_start(pid) is None)


def wait(done: Callable[[], Any]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.02)


def until(does: TrainHandlers, name: str, *states: str) -> None:
    wait(lambda: does.jobs.status(name).status in states)


def form(
    run: str = "", *, choice: Choice | None = None, adapter: str = "", **behaviour: Any
) -> list[Any]:
    """What the page's fields hold; the stand-in reads its behaviour from the notes."""
    of = choice or Choice()
    data = [of.source, of.schema, of.dialect, of.count, of.file or None, of.hub]
    return [*data, adapter, run, json.dumps(behaviour), "quick", *preset_values("quick")]


def started(does: TrainHandlers, run: str, **behaviour: Any) -> str:
    told, name, _ = does.start(*form(run, **behaviour))
    assert told == ""
    return str(name)


def finished(does: TrainHandlers, run: str, **settings: Any) -> str:
    """A run that ended, as its folder tells it."""
    folder = RunFolder(does.jobs.runs / run)
    folder.adapter.mkdir(parents=True)
    TrainConfig(data=("bundled",), run=run, preset="quick", **settings).save(folder.config_file)
    for step in (1, 2, 3):
        folder.append_metrics({"step": step, "loss": 1 / step, "tokens_per_second": 80.0})
    folder.log_file.write_text("training from step 0\n", encoding="utf-8")
    folder.write_state(State("finished", step=3, total=3, message="Done."))
    write_json(folder.adapter / "card.json", {})
    return run


def rows(updates: list[Any]) -> list[list[str]]:
    """The list of runs as it is drawn."""
    found: list[list[str]] = updates[PANEL].constructor_args["samples"]
    return found


def drawn(does: TrainHandlers, name: str, seen: Seen | None = None) -> tuple[list[Any], Seen]:
    *updates, shown, now = does.tick(name, seen or Seen())
    assert shown == (gr.skip() if name == now.name else now.name)
    assert len(updates) == PANEL + LISTS
    return updates, now


def skips(updates: list[Any]) -> int:
    return sum(one == gr.skip() for one in updates)


def request() -> gr.Request:
    return gr.Request(session_hash="visit")
