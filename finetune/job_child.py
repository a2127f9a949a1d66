"""The first life of a training child: be polite, wait for its turn, then become the trainer.

    python -m finetune.job_child RUN_FOLDER COMMAND…

Training runs one at a time. The turn is a record lock on one file: it survives exec, it is not
passed on to children, and the kernel gives it up when the holder dies, however it dies. So the
next in the queue starts with nobody watching. Knows nothing of training.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NoReturn

from finetune.processes import lower_priority, process_start
from finetune.run_folder import RunFolder, State, run_folders
from text2sql.errors import TrainingError

STOPPED = 3
_LOOK_AGAIN_S = 0.2


def main(arguments: list[str]) -> NoReturn:
    """Wait in the queue, then exec the command; the process id stays the same throughout."""
    folder, command = RunFolder(Path(arguments[0])), arguments[1:]
    signal.signal(signal.SIGTERM, lambda *_: _leave_the_queue(folder))
    lower_priority()
    with jobs_lock(folder.path.parent):
        state = _own_state(folder)
        folder.write_state(state)
    _wait_for_turn(folder)
    folder.update_state(status="starting", started=time.time())
    try:
        os.execvp(command[0], command)
    except OSError as error:
        folder.update_state(status="failed", message=f"Could not start the trainer: {error}.")
        raise SystemExit(1) from error


def _own_state(folder: RunFolder) -> State:
    """The state that the parent wrote, or our own if it died before it could."""
    state = folder.read_state()
    if state and state.pid == os.getpid():
        return state
    return State("queued", os.getpid(), process_start(os.getpid()) or "", queued=time.time())


def _leave_the_queue(folder: RunFolder) -> NoReturn:
    folder.update_state(status="stopped", message="It was stopped before its turn came.")
    raise SystemExit(STOPPED)


def _wait_for_turn(folder: RunFolder) -> None:
    """Block until nobody trains and nobody came earlier; the turn is held until we end."""
    turn = os.open(folder.path.parent / ".turn.lock", os.O_RDWR | os.O_CREAT, 0o644)
    os.set_inheritable(turn, True)
    while True:
        fcntl.lockf(turn, fcntl.LOCK_EX)
        if queue(folder.path.parent)[:1] in ([folder.name], []):
            return
        fcntl.lockf(turn, fcntl.LOCK_UN)
        time.sleep(_LOOK_AGAIN_S)


def queue(runs: Path) -> list[str]:
    """Names of the runs that wait, the next one first."""
    waiting = []
    for folder in run_folders(runs):
        state = folder.read_state()
        if state and state.status == "queued" and state.alive:
            waiting.append((state.queued, folder.name))
    return [name for _, name in sorted(waiting)]


@contextlib.contextmanager
def jobs_lock(runs: Path) -> Iterator[IO[bytes]]:
    """Hold off everybody else who starts, stops, resumes or deletes a run, for a moment."""
    try:
        runs.mkdir(parents=True, exist_ok=True)
        file = (runs / ".jobs.lock").open("ab")
    except OSError as error:
        hint = "Choose another folder with TEXT2SQL_RUNS."
        raise TrainingError(f"Can't write to '{runs}': {error.strerror}.", hint=hint) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


if __name__ == "__main__":
    main(sys.argv[1:])
