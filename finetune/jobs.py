"""Start, watch, stop, resume and delete training runs; nothing is kept but what is on disk.

A run is a detached child: it outlives the page, the app and the terminal that started it, and a
new app finds it again. Knows nothing of the page, nor of what the child does with its settings.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from finetune.config import TrainConfig
from finetune.job_child import jobs_lock
from finetune.job_status import STOP_FILE, JobStatus, observe
from finetune.processes import process_start
from finetune.run_folder import (
    RunFolder,
    State,
    check_name,
    free_name,
    run_folders,
    runs_folder,
)
from text2sql.errors import TrainingError

ROOT = Path(__file__).resolve().parent.parent
TRAINER = (sys.executable, "-m", "finetune", "train")
# The log is shown to people: what libraries say of each other's next version is for developers.
QUIET = {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore::FutureWarning"}


class Jobs:
    """The runs below one folder. Any number of these, in any number of processes, agree.

    `trainer` is the command that `--config FILE [--resume]` is added to; `patience_s` is how long
    a child may take to save after a stop before it is killed (a step on two cores takes long).
    """

    def __init__(
        self,
        runs: Path | None = None,
        *,
        trainer: Sequence[str] = TRAINER,
        patience_s: float = 180.0,
    ) -> None:
        self.runs = (runs or runs_folder()).absolute()
        self.trainer = tuple(trainer)
        self.patience_s = patience_s

    def folder(self, name: str) -> RunFolder:
        """The folder of a run that exists; TrainingError if there is none of that name."""
        folder = RunFolder(self.runs / check_name(name))
        if not folder.config_file.is_file():
            known = ", ".join(f.name for f in run_folders(self.runs)) or "none yet"
            raise TrainingError(f"There is no run {name!r}.", hint=f"Runs: {known}.")
        return folder

    def status(self, name: str) -> JobStatus:
        """The run as it is now."""
        return observe(self.folder(name))

    def list(self) -> tuple[JobStatus, ...]:
        """All runs, newest first."""
        return tuple(observe(folder) for folder in run_folders(self.runs))

    def start(self, config: TrainConfig) -> JobStatus:
        """Start a run, or put it in the queue while another trains; returns at once.

        A config without a name gets one. TrainingError if the settings make no sense, the name
        is taken, or the disk is full; then nothing is left behind.
        """
        with jobs_lock(self.runs):
            config = self._settled(config)
            folder = RunFolder(self.runs / config.run)
            if folder.path.exists():
                raise TrainingError(
                    f"There is a run {config.run!r} already.",
                    hint="Choose another name, resume that run, or delete it.",
                )
            try:
                folder.path.mkdir()
                config.save(folder.config_file)
                self._launch(folder, resume=False)
            except (OSError, TrainingError) as error:
                shutil.rmtree(folder.path, ignore_errors=True)
                raise TrainingError(f"The run could not be started: {error}") from error
        return observe(folder)

    def resume(self, name: str) -> JobStatus:
        """Go on from the last complete checkpoint, or from the beginning if there is none."""
        with jobs_lock(self.runs):
            folder = self.folder(name)
            before = observe(folder)
            if not before.resumable:
                raise TrainingError(f"The run {name!r} is {before.status}: nothing to resume.")
            folder.rewind_metrics(before.saved_step)
            (folder.path / STOP_FILE).unlink(missing_ok=True)
            self._launch(folder, resume=before.saved_step > 0)
        return observe(folder)

    def stop(self, name: str) -> JobStatus:
        """Ask the child to save and end; it is killed if it has not in `patience_s`."""
        with jobs_lock(self.runs):
            folder = self.folder(name)
            state = folder.read_state()
            if state is None or not state.alive:
                return observe(folder)
            asked = folder.path / STOP_FILE
            if not asked.exists():
                self._ask_to_stop(asked, state)
            elif time.time() - asked.stat().st_mtime > self.patience_s:
                _kill(state)
        return observe(folder)

    def delete(self, name: str) -> None:
        """Remove a run's folder, checkpoints and adapter included; TrainingError if it runs."""
        with jobs_lock(self.runs):
            folder = self.folder(name)
            if not observe(folder).ended:
                raise TrainingError(f"The run {name!r} is not over.", hint="Stop it first.")
            try:
                shutil.rmtree(folder.path)
            except OSError as error:
                raise TrainingError(f"Could not delete {name!r}: {error}.") from error

    def _launch(self, folder: RunFolder, *, resume: bool) -> None:
        """Start the child and write down who it is; it waits until the jobs' lock is free."""
        trainer = [*self.trainer, "--config", str(folder.config_file)]
        command = [sys.executable, "-m", "finetune.job_child", str(folder.path), *trainer]
        with folder.log_file.open("ab") as log:
            child = subprocess.Popen(
                [*command, "--resume"] if resume else command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={**os.environ, **QUIET, "TEXT2SQL_RUNS": str(self.runs)},
                start_new_session=True,
            )
        # Somebody has to collect the exit status, or the child stays as a zombie.
        threading.Thread(target=child.wait, daemon=True).start()
        state = State("queued", child.pid, process_start(child.pid) or "", queued=time.time())
        try:
            folder.write_state(replace(state, step=folder.last_step()))
        except TrainingError:
            child.kill()
            raise

    def _ask_to_stop(self, asked: Path, state: State) -> None:
        with contextlib.suppress(OSError):  # a full disk must not keep a run from being stopped
            asked.touch()
        _send(state, signal.SIGTERM)
        timer = threading.Timer(self.patience_s, _kill, [state])
        timer.daemon = True
        timer.start()

    def _settled(self, config: TrainConfig) -> TrainConfig:
        """The config with a name, and with paths that hold wherever a resume starts from."""
        return replace(
            config,
            run=config.run or free_name(self.runs),
            data=tuple(map(_from_anywhere, config.data)),
            judged_by=tuple(map(_from_anywhere, config.judged_by)),
            databases=_from_anywhere(config.databases),
            base=_from_anywhere(config.base),
            resume=False,
        ).validate()


def _from_anywhere(named: str) -> str:
    """A path that exists, absolute; any other name as it is."""
    return str(Path(named).absolute()) if named and Path(named).exists() else named


def _send(state: State, number: signal.Signals) -> None:
    if state.pid is not None and state.alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(state.pid, number)


def _kill(state: State) -> None:
    """End the child and what it started: it leads a session, and so a group, of its own."""
    if state.pid is not None and state.alive:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(state.pid, signal.SIGKILL)
