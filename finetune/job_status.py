"""What became of a run, told from its folder and the process table alone.

Knows nothing of how runs are started or stopped, nor of who asks.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune.job_child import queue
from finetune.run_folder import RunFolder, State, Status

STOP_FILE = "stop"
ENDED: tuple[Status, ...] = ("stopped", "finished", "died", "failed")
_NO_MEMORY = re.compile(r"MemoryError|out of memory|can't allocate memory|bad_alloc", re.I)
_NO_SPACE = re.compile(r"No space left on device|disk is full|Disk quota exceeded", re.I)
_ERROR_LINE = re.compile(r"^[\w.]*(Error|Exception|Interrupt)\b.*")
_LITTLE_SPACE = 32 << 20


@dataclass(frozen=True)
class JobStatus:
    """One run as it is now; times in seconds since 1970, `place` counts the queue from 1."""

    name: str
    status: Status
    step: int = 0
    total: int = 0
    pid: int | None = None
    queued: float = 0.0
    started: float = 0.0
    message: str = ""
    place: int | None = None
    saved_step: int = 0
    resumable: bool = False
    metrics: tuple[dict[str, Any], ...] = ()
    log: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        return self.status in ENDED


def observe(folder: RunFolder) -> JobStatus:
    """The run as it is now."""
    state, alive = _settled(folder)
    status = _status(folder, state, alive)
    saved, log = folder.last_step(), folder.log_tail()
    state = state or State(status)
    waiting = queue(folder.path.parent) if status == "queued" else []
    return JobStatus(
        name=folder.name,
        status=status,
        step=state.step,
        total=state.total,
        pid=state.pid if alive and status not in ENDED else None,
        queued=state.queued,
        started=state.started,
        message=_message(folder, state, status, log),
        place=waiting.index(folder.name) + 1 if folder.name in waiting else None,
        saved_step=saved,
        resumable=status in ("stopped", "died", "failed"),
        metrics=folder.read_metrics()[-20:],
        log=log,
    )


def _settled(folder: RunFolder) -> tuple[State | None, bool]:
    """The state, and whether its process lives; read again if it died in between."""
    state = folder.read_state()
    alive = state is not None and state.alive
    if state and not alive and state.status not in ENDED:
        state = folder.read_state()
    return state, alive


def _status(folder: RunFolder, state: State | None, alive: bool) -> Status:
    if alive and state:
        asked = (folder.path / STOP_FILE).exists() and state.status not in ENDED
        return "stopping" if asked else state.status
    if folder.finished:
        return "finished"
    if state is None or state.status == "finished":
        return "died"
    if state.status in ENDED:
        return state.status
    return "stopped" if (folder.path / STOP_FILE).exists() else "died"


def _message(folder: RunFolder, state: State, status: Status, log: tuple[str, ...]) -> str:
    if status == "died":
        return f"{_why_it_died(folder, state, log)} {folder.what_is_left()}"
    if status == "failed":
        said = state.message or _last_error(log) or "The trainer failed and gave no reason."
        return f"{said} {folder.what_is_left()}"
    if status == "stopped":
        return f"{state.message or 'Stopped.'} {folder.what_is_left()}"
    if status == "stopping":
        return "Saving what was learned; this can take as long as one step."
    return state.message


def _why_it_died(folder: RunFolder, state: State, log: tuple[str, ...]) -> str:
    """The likeliest reason, from what the run left behind."""
    text = "\n".join(log)
    if state.status == "finished":
        return "It finished, but its adapter is not there."
    if state.status == "queued":
        return "It was ended while it waited for its turn."
    if _NO_SPACE.search(text) or shutil.disk_usage(folder.path).free < _LITTLE_SPACE:
        return "The disk is full. Free some space first."
    if _NO_MEMORY.search(text) or _peak_share(folder) > 0.8:
        return (
            "It ran out of memory. Set sequences_per_step or max_length lower, or turn "
            "gradient_checkpointing on."
        )
    if said := _last_error(log):
        return f"It ended with an error: {said}"
    return "It was ended from outside: by kill -9, a restart, or the system for want of memory."


def _last_error(log: tuple[str, ...]) -> str:
    """The log's last line, if it is an error's."""
    return log[-1] if log and _ERROR_LINE.match(log[-1]) else ""


def _peak_share(folder: RunFolder) -> float:
    """The largest memory logged, as a share of the machine's."""
    peaks = [m.get("peak_memory_mb") for m in folder.read_metrics()]
    peak = max((p for p in peaks if isinstance(p, int | float)), default=0.0)
    return float(peak) / _machine_memory_mb()


def _machine_memory_mb() -> float:
    for line in Path("/proc/meminfo").read_text("ascii").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) / 1024
    return float("inf")
