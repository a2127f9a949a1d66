"""What a training tells while it runs, and how it is told to stop.

State and metrics go to the run's folder after each step, so that whoever watches needs nothing
but files. Knows nothing of data or models.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import torch
from accelerate.utils import gather_object
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from finetune.memory import most_memory_mb
from finetune.run_folder import RunFolder
from text2sql.errors import TrainingError

log = logging.getLogger(__name__)

_LOGGED = frozenset({"loss", "eval_loss", "learning_rate", "grad_norm", "epoch"})


class StopSignal:
    """Whether SIGTERM came: the run then saves and ends at the next point where it can."""

    def __init__(self) -> None:
        self.asked = False
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


class Watch(TrainerCallback):
    """Writes state and metrics after each step, and ends the training early where it must.

    It ends when told to (`stop`), or when `deadline` has passed (seconds of `time.monotonic`): a
    prediction from a few batches can err, a time budget should hold. All processes of a training
    end at the same step.
    """

    def __init__(
        self,
        folder: RunFolder,
        stop: StopSignal,
        *,
        tokens_per_step: float,
        deadline: float | None = None,
    ) -> None:
        self.folder = folder
        self.stop = stop
        self.tokens_per_step = tokens_per_step
        self.deadline = deadline
        self.stopped = False
        self.out_of_time = False
        self.started = time.monotonic()
        self.first_step = 0
        self.earlier = 0.0  # seconds of training before a resume

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self.started, self.first_step = time.monotonic(), state.global_step
        self.earlier = sum(m.get("seconds", 0.0) for m in self.folder.read_metrics()[-1:])
        if state.is_world_process_zero:
            self.folder.update_state(
                status="running", step=state.global_step, total=state.max_steps, message=""
            )

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        if state.is_world_process_zero:
            self.folder.update_state(step=state.global_step, total=state.max_steps)
        late = self.deadline is not None and time.monotonic() > self.deadline
        self.stopped, self.out_of_time = _any_process(args, self.stop.asked, late)
        if self.stopped or self.out_of_time:
            control.should_save = control.should_training_stop = True

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        found = {key: value for key, value in (logs or {}).items() if key in _LOGGED}
        if not state.is_world_process_zero or not {"loss", "eval_loss"} & found.keys():
            return
        seconds = time.monotonic() - self.started
        a_step = seconds / max(state.global_step - self.first_step, 1)
        found |= {
            "step": state.global_step,
            "tokens_per_second": self.tokens_per_step / a_step,
            "seconds_left": (state.max_steps - state.global_step) * a_step,
            "seconds": self.earlier + seconds,
            "peak_memory_mb": peak_memory_mb(),
        }
        self.folder.append_metrics(found)
        log.info("%s", _in_words(found, state.max_steps))


def _in_words(found: dict[str, Any], total: int) -> str:
    """A logged step as a line of the log."""
    if "eval_loss" in found:
        return f"Step {found['step']}: loss on held-out examples {found['eval_loss']:.3f}."
    return (
        f"Step {found['step']} of {total}: loss {found['loss']:.3f}, "
        f"{found['tokens_per_second']:.0f} tokens/s, {found['seconds_left'] / 60:.1f} min left."
    )


class Guard(TrainerCallback):
    """Refuses a step whose gradient is no number, before it reaches the weights.

    In fp16 an overflow is part of the method: there the scaler skips the step.
    """

    def __init__(self, fail: Callable[[str, int], TrainingError]) -> None:
        self.fail = fail

    def on_pre_optimizer_step(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        model: torch.nn.Module | None = None,
        **_: Any,
    ) -> None:
        if args.fp16 or model is None:
            return
        grads = (p.grad for p in model.parameters() if p.grad is not None)
        sound = all(bool(torch.isfinite(grad).all()) for grad in grads)
        (broken,) = _any_process(args, not sound)
        if broken:
            raise self.fail("gradient", state.global_step + 1)


def _any_process(args: TrainingArguments, *flags: bool) -> tuple[bool, ...]:
    """Each flag, raised if any process of the training raised it."""
    if args.world_size == 1:
        return flags
    gathered: list[tuple[bool, ...]] = gather_object([flags])
    return tuple(any(column) for column in zip(*gathered, strict=True))


def peak_memory_mb() -> float:
    """The most this process held: on the GPU if there is one, else in memory. Megabytes."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 1e6
    return most_memory_mb()
