"""One training in its run's folder: makes the folder, trains, and writes how it ended.

Knows nothing of how training is done, only of what it returns or raises.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from finetune.config import TrainConfig
from finetune.foreseen import Foreseen
from finetune.job_child import STOPPED
from finetune.run_folder import RunFolder, Status, free_name, runs_folder
from text2sql.errors import Text2SQLError, TrainingError

FILES = (".jsonl", ".json", ".csv", ".gz")  # what is a file and no data set's name


def train_run(config: TrainConfig, runs: Path | None = None) -> int:
    """Train, and return the exit status: 0 finished, 3 stopped and saved.

    Raises TrainingError, DataError or ModelError; the folder then says so too.
    """
    runs = runs or runs_folder()
    config = replace(config, run=config.run or free_name(runs)).validate()
    folder = RunFolder(runs / config.run)
    if os.environ.get("RANK", "0") != "0":  # one of several processes writes for all
        return _train(config, folder)
    _prepare(folder, config)
    try:
        status = _train(config, folder)
    except Text2SQLError as error:
        _end(folder, "failed", str(error))
        raise
    except KeyboardInterrupt:
        _end(folder, "stopped", "It was interrupted.")
        raise
    if status == STOPPED:
        _end(folder, "stopped", "It was stopped.")
    else:
        folder.update_state(status="finished")
        print(
            f"The run {folder.name!r} is finished; its adapter goes by that name.", file=sys.stderr
        )
    return status


def _end(folder: RunFolder, status: Status, message: str) -> None:
    """Write how the run ended, and tell the shell what is left of it."""
    folder.update_state(status=status, message=message)
    print(f"The run {folder.name!r} is {status}. {folder.what_is_left()}", file=sys.stderr)


def dry_run(config: TrainConfig) -> Foreseen:
    """What the run would take on this machine; nothing is written. Raises as `train_run` does."""
    _use_one_gpu()
    from finetune.train import foresee_here

    return foresee_here(replace(config, run=config.run or "dry-run").validate())


def _prepare(folder: RunFolder, config: TrainConfig) -> None:
    """Make or enter the folder: our own job's, one to resume, or a new one."""
    state = folder.read_state()
    ours = state is not None and state.pid == os.getpid() and not folder.finished
    if state is not None and state.alive and state.pid != os.getpid():
        raise TrainingError(f"The run {config.run!r} is at work.", hint="Stop it first.")
    if config.resume and folder.finished:
        raise TrainingError(f"The run {config.run!r} is finished: there is nothing to resume.")
    if not ours and not config.resume:
        _create(folder, config)
    if not folder.config_file.is_file():
        raise TrainingError(f"There is no run {config.run!r} to resume.")
    folder.begin(step=folder.last_step())


def _create(folder: RunFolder, config: TrainConfig) -> None:
    _demand_files(config)
    try:
        folder.path.mkdir(parents=True)
    except FileExistsError:
        raise TrainingError(
            f"There is a run {config.run!r} already.",
            hint="Give --resume to go on with it, or another name with --run.",
        ) from None
    except OSError as error:
        raise TrainingError(f"Can't make '{folder.path}': {error.strerror}.") from error
    config.save(folder.config_file)


def _demand_files(config: TrainConfig) -> None:
    """TrainingError for a mistyped path, before the run's name is taken."""
    if config.databases and not Path(config.databases).is_dir():
        raise TrainingError(
            f"There is no folder '{config.databases[:200]}'.", hint="Mend --databases."
        )
    for name in config.data:
        if name.lower().endswith(FILES) and not os.path.isfile(name):
            raise TrainingError(f"There is no file '{name[:200]}'.", hint="Mend --data.")


def _train(config: TrainConfig, folder: RunFolder) -> int:
    _use_one_gpu()
    from finetune.train import main  # heavy, and not needed to refuse

    return main(config, folder)


def _use_one_gpu() -> None:
    """One process takes one GPU; several take one each, started by `accelerate launch`.

    To be said before anything asks for a GPU; left alone, transformers would copy the model to all.
    """
    if "RANK" not in os.environ:
        first = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]
        os.environ["CUDA_VISIBLE_DEVICES"] = first
