"""A run as the page shows it, read from its folder alone; what a visitor writes about it.

Knows nothing of gradio.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.files import read_json, write_text
from finetune.foreseen import DRY_RUN, read_foreseen
from finetune.job_status import ENDED, STOP_FILE, JobStatus, observe
from finetune.jobs import Jobs
from finetune.run_folder import RunFolder, run_folders
from text2sql.errors import TrainingError
from ui.train_settings import MAX_NOTES

EVALUATION = "evaluation.json"  # as finetune.measure calls it, which would load torch
NOTES = "notes.txt"


@dataclass(frozen=True)
class RunView:
    """A run's status, settings and all that it logged; `evaluation` is empty if not scored."""

    status: JobStatus
    config: dict[str, Any]
    metrics: tuple[dict[str, Any], ...]
    evaluation: dict[str, Any]
    notes: str
    scoring_seconds: float = 0.0

    @property
    def name(self) -> str:
        return self.status.name

    @property
    def data(self) -> str:
        """What it learns from, by short names."""
        named = self.config.get("data")
        return ", ".join(Path(str(one)).name for one in named) if isinstance(named, list) else ""

    @property
    def seconds_left(self) -> float | None:
        """By the last logged step and the dry run; None before the first step."""
        left = self.metrics[-1].get("seconds_left") if self.metrics else None
        return left + self.scoring_seconds if isinstance(left, int | float) else None

    @property
    def accuracy(self) -> tuple[float, float] | None:
        """Execution accuracy before and after, if it was scored."""
        before, after = (_share(side) for side in (self.evaluation.get("against"), self.evaluation))
        return None if before is None or after is None else (before, after)


def view_of(jobs: Jobs, name: str) -> RunView:
    """The run of that name; TrainingError if there is none."""
    folder = jobs.folder(name)
    foreseen = read_foreseen(folder.path / DRY_RUN)
    return RunView(
        status=observe(folder),
        config=read_json(folder.config_file) or {},
        metrics=folder.read_metrics(),
        evaluation=read_json(folder.path / EVALUATION) or {},
        notes=read_notes(folder),
        scoring_seconds=foreseen.scoring_seconds if foreseen else 0.0,
    )


def all_views(jobs: Jobs) -> list[RunView]:
    """All runs, newest first; one that is deleted meanwhile is left out."""
    found = []
    for folder in run_folders(jobs.runs):
        with contextlib.suppress(TrainingError):
            found.append(view_of(jobs, folder.name))
    return found


def read_notes(folder: RunFolder) -> str:
    """What was written about the run last, or when it was started."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return (folder.path / NOTES).read_text("utf-8")[:MAX_NOTES]
    return str((read_json(folder.config_file) or {}).get("notes", ""))[:MAX_NOTES]


def write_notes(folder: RunFolder, notes: str) -> str:
    """Keep them beside the settings, which stay as the run was started with; returns what is kept.

    Raises TrainingError if they can't be written.
    """
    kept = notes[:MAX_NOTES]
    write_text(folder.path / NOTES, kept)
    return kept


def first_shown(jobs: Jobs) -> str:
    """The run to show: the one at work, else one that waits, else the newest; "" if there is none.

    Reads no more than states: it is asked at each visit.
    """
    folders = run_folders(jobs.runs)
    living = [
        (state.status == "queued", folder.name)
        for folder in folders
        if (state := folder.read_state()) and state.alive and state.status not in ENDED
    ]
    if living:
        return min(living, key=lambda one: one[0])[1]
    return folders[0].name if folders else ""


def at_work(jobs: Jobs) -> RunFolder | None:
    """The run that uses the machine now, if one does."""
    for folder in run_folders(jobs.runs):
        state = folder.read_state()
        if state and state.alive and state.status in ("starting", "running", "stopping"):
            return folder
    return None


def list_mark(jobs: Jobs) -> str:
    """Changes when the list of runs looks different; cheap, for it is asked every second or two."""
    parts = []
    for folder in run_folders(jobs.runs):
        state = folder.read_state()
        alive = state is not None and state.alive
        shown = (state.status if state else "", alive, _time(folder.path / STOP_FILE))
        files = [_time(folder.path / NOTES), _time(folder.path / EVALUATION)]
        parts.append((folder.name, *shown, folder.finished, *files))
    return repr(parts)


def run_mark(jobs: Jobs, name: str) -> str:
    """Changes when the run looks different."""
    path = jobs.runs / name
    files = ("state.json", "metrics.jsonl", "train.log", STOP_FILE, EVALUATION, "adapter/card.json")
    state = RunFolder(path).read_state()
    return repr((name, state is not None and state.alive, [_time(path / file) for file in files]))


def _time(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_mtime_ns
    return 0


def _share(side: object) -> float | None:
    found = side.get("execution_accuracy") if isinstance(side, dict) else None
    value = found.get("value") if isinstance(found, dict) else None
    return float(value) if isinstance(value, int | float) else None
