"""What a training will take: the dry run's findings, without torch, for pages and shells.

`foresee` has a child find out before anything is started. Knows nothing of how it is measured.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from finetune.config import TrainConfig
from finetune.files import read_json, write_json
from finetune.memory import available_memory_mb, free_disk_mb
from finetune.processes import lower_priority
from finetune.run_folder import runs_folder
from text2sql.errors import TrainingError

DRY_RUN = "dry_run.json"
ROOT = Path(__file__).resolve().parent.parent
KEPT_CHECKPOINTS = 2
_LOOK_AGAIN_S = 0.1
_DISK_SLACK_MB = 5.0  # state, metrics, log, report


@dataclass(frozen=True)
class Foreseen:
    """A run's predicted cost on this machine, from its longest batch.

    `seconds` are those of the steps, `scoring_seconds` of the measurement after them; memory is
    the GPU's where there is one, else the process's. `data` says what was read and left out.
    """

    steps: int
    seconds: float
    scoring_seconds: float
    tokens_per_second: float
    examples: int
    sequences: int
    tokens: int
    longest: int
    peak_memory_mb: float
    checkpoint_mb: float
    device: str = "cpu"
    data: str = ""

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        write_json(path, asdict(self))

    @property
    def disk_mb(self) -> float:
        """What the run's folder takes at most: a third checkpoint before the first is removed."""
        return (KEPT_CHECKPOINTS + 1.5) * self.checkpoint_mb + _DISK_SLACK_MB

    def in_words(self) -> str:
        """A few lines for people."""
        minutes = (self.seconds + self.scoring_seconds) / 60
        return (
            f"{self.steps} steps over {self.examples:,} examples in {self.sequences:,} sequences "
            f"of {self.tokens:,} tokens, the longest {self.longest:,}.\n"
            f"About {minutes:.1f} min at {self.tokens_per_second:.0f} tokens/s, "
            f"{self.scoring_seconds / 60:.1f} of them for scoring; "
            f"{self.peak_memory_mb / 1e3:.1f} GB of memory on the {self.device}; "
            f"{self.disk_mb:.0f} MB on disk."
        )


def read_foreseen(path: Path) -> Foreseen | None:
    """A saved prediction; None if there is none that can be read."""
    found = read_json(path) or {}
    known = {item.name for item in fields(Foreseen)}
    with contextlib.suppress(TypeError):
        return Foreseen(**{key: value for key, value in found.items() if key in known})
    return None


def check_memory(needed_mb: float, available_mb: float) -> None:
    """TrainingError if a run that needs so much more memory would not find it."""
    if needed_mb > available_mb:
        raise TrainingError(
            f"This run would need {needed_mb / 1e3:.1f} GB more memory, "
            f"and {max(available_mb, 0) / 1e3:.1f} GB are free.",
            hint="Lower max_length or questions_per_sequence, set gradient_checkpointing, or "
            "close other programs.",
        )


def check_disk(needed_mb: float, folder: Path) -> None:
    """TrainingError if the folder's disk has no room for so much."""
    free = free_disk_mb(folder)
    if needed_mb > free:
        raise TrainingError(
            f"This run would write {needed_mb:.0f} MB to '{folder}', "
            f"and the disk has {free:.0f} MB free.",
            hint="Free some space, choose a lower rank, or another folder with TEXT2SQL_RUNS.",
        )


def foresee(
    config: TrainConfig,
    *,
    timeout_s: float = 900.0,
    cancelled: Callable[[], bool] = lambda: False,
) -> Foreseen:
    """What the run would take, found by a polite child that reads the data and loads the base.

    Takes as long as the run's own beginning (half a minute and more). TrainingError says why the
    run can't be done, or that it was cancelled, or took longer than `timeout_s`.
    """
    with tempfile.TemporaryDirectory(prefix="dry-run-") as place:
        settings, found = Path(place) / "config.json", Path(place) / DRY_RUN
        replace(config, run=config.run or "dry-run").validate().save(settings)
        command = [sys.executable, "-m", "finetune", "train", "--dry-run"]
        command += ["--config", str(settings), "--output", str(found)]
        with (Path(place) / "log").open("w+", encoding="utf-8") as log:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={**os.environ, "TEXT2SQL_RUNS": str(runs_folder())},
                start_new_session=True,
            )
            with contextlib.suppress(ProcessLookupError):
                lower_priority(child.pid)
            status = _wait(child, time.monotonic() + timeout_s, cancelled)
            log.seek(0)
            said = log.read()
        foreseen = read_foreseen(found)
    if status == 0 and foreseen:
        return foreseen
    raise TrainingError(_reason(status, said))


def _wait(child: subprocess.Popen[Any], until: float, cancelled: Callable[[], bool]) -> int | None:
    """The child's exit status; None if it was ended here."""
    try:
        while child.poll() is None:
            if cancelled() or time.monotonic() > until:
                return None
            time.sleep(_LOOK_AGAIN_S)
        return child.returncode
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def _reason(status: int | None, said: str) -> str:
    """Why there is no prediction, from what the child said last."""
    if status is None:
        return "The dry run was cancelled or took too long."
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    if told:
        return told[-1]
    if status == -9:
        return (
            "The dry run was killed, most likely for want of memory. "
            f"{available_memory_mb() / 1e3:.1f} GB are free now."
        )
    return f"The dry run failed: {lines[-1] if lines else f'exit status {status}'}"
