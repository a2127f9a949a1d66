"""One run's folder on disk: its state, metrics, log and checkpoints, written so that a crash at
any moment leaves something readable.

Shared by the trainer, which writes, and by whoever watches. Knows nothing of processes or models.

    runs/<name>/config.json     what was asked for
                state.json      status, process id and start, step, total, message
                metrics.jsonl   one object a logged step
                train.log       what the child printed
                checkpoint-N/   what a resume goes on from
                adapter/        card.json in it, written last, means finished
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from finetune.files import read_json, read_lines, told, write_json, write_text
from finetune.processes import is_alive, process_start
from text2sql.errors import TrainingError
from text2sql.released import runs_folder as runs_folder

Status = Literal[
    "queued", "starting", "running", "stopping", "stopped", "finished", "died", "failed"
]
STATUSES: tuple[Status, ...] = get_args(Status)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
CHECKPOINT = re.compile(r"checkpoint-([0-9]+)")
_TAIL_BYTES = 64 * 1024
_LONGEST_LINE = 2000


@dataclass(frozen=True)
class State:
    """What `state.json` holds: times in seconds since 1970; `pid_start` tells a reused id."""

    status: Status
    pid: int | None = None
    pid_start: str = ""
    step: int = 0
    total: int = 0
    queued: float = 0.0
    started: float = 0.0
    message: str = ""

    @property
    def alive(self) -> bool:
        """Whether the process that the state names still runs."""
        return is_alive(self.pid, self.pid_start)


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run.

    Every write either happens whole or raises TrainingError with the reason (a full disk, most
    often); every read takes a missing or half-written file for what it is and goes on.
    """

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def config_file(self) -> Path:
        return self.path / "config.json"

    @property
    def log_file(self) -> Path:
        return self.path / "train.log"

    @property
    def adapter(self) -> Path:
        return self.path / "adapter"

    @property
    def finished(self) -> bool:
        """Whether the adapter is complete: its card is written last."""
        return (self.adapter / "card.json").is_file()

    def read_state(self) -> State | None:
        """The state as last written; None if there is none or it can't be read."""
        found = read_json(self.path / "state.json")
        if not found or found.get("status") not in STATUSES:
            return None
        known = {field.name for field in fields(State)}
        with contextlib.suppress(TypeError):
            return State(**{key: value for key, value in found.items() if key in known})
        return None

    def write_state(self, state: State) -> None:
        """Replace the state, atomically."""
        write_json(self.path / "state.json", asdict(state))

    def update_state(self, **changes: Any) -> State:
        """The state with these fields changed, written."""
        state = replace(self.read_state() or State("starting"), **changes)
        self.write_state(state)
        return state

    def begin(self, *, step: int = 0, total: int = 0) -> State:
        """Say that this very process trains the run now."""
        pid = os.getpid()
        return self.update_state(
            status="running",
            pid=pid,
            pid_start=process_start(pid) or "",
            step=step,
            total=total,
            started=time.time(),
            message="",
        )

    def append_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Add one logged step: `step`, and among others `loss`, `learning_rate`, `grad_norm`,
        `tokens_per_second`, `seconds_left`, `peak_memory_mb`, `eval_loss`."""
        line = json.dumps(_finite(dict(metrics)), allow_nan=False) + "\n"
        path = self.path / "metrics.jsonl"
        with told(path), path.open("ab+") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            torn = size > 0 and file.read(1) != b"\n"
            file.write((("\n" if torn else "") + line).encode())

    def read_metrics(self) -> tuple[dict[str, Any], ...]:
        """All logged steps in order; of a step logged twice (after a resume) the later one."""
        steps: dict[tuple[int, bool], dict[str, Any]] = {}
        for line in read_lines(self.path / "metrics.jsonl"):
            with contextlib.suppress(ValueError, RecursionError):
                found = json.loads(line)
                if isinstance(found, dict) and isinstance(found.get("step"), int):
                    steps[(found["step"], "eval_loss" in found)] = found
        return tuple(steps[key] for key in sorted(steps))

    def rewind_metrics(self, step: int) -> None:
        """Forget what was logged after `step`: a resume goes on from there."""
        kept = [m for m in self.read_metrics() if m["step"] <= step]
        text = "".join(json.dumps(m) + "\n" for m in kept)
        write_text(self.path / "metrics.jsonl", text)

    def checkpoints(self) -> tuple[Path, ...]:
        """Complete checkpoints, oldest first: those whose `trainer_state.json` can be read.

        The trainer writes that file last, so a checkpoint cut short by a crash is not listed.
        """
        found = []
        for path in self.path.glob("checkpoint-*"):
            numbered = CHECKPOINT.fullmatch(path.name)
            if numbered and read_json(path / "trainer_state.json"):
                found.append((int(numbered[1]), path))
        return tuple(path for _, path in sorted(found))

    def last_step(self) -> int:
        """The step of the newest complete checkpoint, 0 if there is none."""
        checkpoints = self.checkpoints()
        return int(checkpoints[-1].name.removeprefix("checkpoint-")) if checkpoints else 0

    def what_is_left(self) -> str:
        """What a run that ended early can go on from."""
        step = self.last_step()
        if step:
            return f"Step {step} is saved: resume goes on from there."
        return "Nothing was saved yet: resume starts it again from the beginning."

    def log_tail(self, lines: int = 20) -> tuple[str, ...]:
        """The log's last lines; of a progress bar only its latest state."""
        try:
            with self.log_file.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            return ()
        shown = (line.rstrip("\r").rsplit("\r", 1)[-1].rstrip() for line in text.split("\n"))
        return tuple(line[:_LONGEST_LINE] for line in shown if line)[-lines:]


def check_name(name: str) -> str:
    """The name, if it can be a folder's; TrainingError if not.

    >>> check_name("shop-2026.1")
    'shop-2026.1'
    """
    if not _NAME.fullmatch(name):
        raise TrainingError(
            f"{name[:80]!r} can't be a run's name.",
            hint="Use up to 64 letters, digits, dots, dashes or underscores, and begin with a "
            "letter or a digit.",
        )
    return name


def free_name(runs: Path) -> str:
    """A name that no run has, made of the time."""
    stem = time.strftime("run-%Y%m%d-%H%M%S")
    names = (stem, *(f"{stem}-{n}" for n in range(2, 1000)))
    return next(name for name in names if not (runs / name).exists())


def run_folders(runs: Path) -> tuple[RunFolder, ...]:
    """The runs below a folder, newest first."""
    with contextlib.suppress(OSError):
        paths = [p for p in runs.iterdir() if p.is_dir() and _NAME.fullmatch(p.name)]
        folders = [RunFolder(p) for p in paths if (p / "config.json").is_file()]
        return tuple(sorted(folders, key=_age))
    return ()


def _age(folder: RunFolder) -> float:
    with contextlib.suppress(OSError):
        return time.time() - folder.config_file.stat().st_mtime
    return 0.0


def _finite(metrics: dict[str, Any]) -> dict[str, Any]:
    """NaN and infinity as text: JSON has no word for them, and a page's parser would stop."""
    odd = (float("inf"), float("-inf"))
    return {
        k: str(v) if isinstance(v, float) and (v != v or v in odd) else v
        for k, v in metrics.items()
    }
