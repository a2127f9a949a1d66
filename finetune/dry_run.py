"""The dry run: the longest batch, forward and backward, before anything is started.

It finds the speed, the memory and, with a time budget, the number of steps. It works its way up
to the longest batch from parts of it, so that a run that can't fit is refused and not killed.
Knows nothing of what is learned.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from accelerate.utils import broadcast_object_list
from transformers import set_seed

from finetune.config import TrainConfig
from finetune.foreseen import Foreseen, check_memory
from finetune.memory import (
    available_memory_mb,
    extrapolated,
    forget_peak,
    held_memory_mb,
    most_memory_mb,
)
from finetune.packing import Pack
from finetune.trainer import PackedTrainer
from text2sql.errors import TrainingError

BUDGET_SHARE = 0.9  # of the time left goes to steps; the rest to saving and estimates that erred
FORWARD_SHARE = 1 / 3  # of a training pass: a held-out pass has no way back
SCORING_S = 2.0  # for one question to one side, on two cores or on a GPU
SCORING_SHARE = 0.2  # of a time budget, at most
FLOAT32_AND_ADAM = 12  # bytes a trained weight: itself and two moments


@dataclass(frozen=True)
class Budget:
    """A run's time, if it has any: `began` and `ends` as `time.monotonic` counts."""

    began: float
    minutes: float | None

    @property
    def ends(self) -> float | None:
        return self.began + self.minutes * 60 if self.minutes is not None else None

    def scoring_s(self, questions: int) -> float:
        """What scoring so many questions on both sides may take."""
        wanted = 2 * questions * SCORING_S
        return wanted if self.minutes is None else min(wanted, self.minutes * 60 * SCORING_SHARE)

    def steps_s(self, questions: int) -> float | None:
        """What is left from now for the steps."""
        if self.ends is None:
            return None
        return max(self.ends - time.monotonic() - self.scoring_s(questions), 0.0)


@dataclass(frozen=True)
class Load:
    """What is to be trained: sequences, and those that measure the loss along the way."""

    packs: Sequence[Pack]
    held_out: Sequence[Pack]
    questions: int  # to be scored before and after
    report: str = ""

    @property
    def tokens(self) -> int:
        return sum(len(pack.input_ids) for pack in self.packs)


def dry_run(trainer: PackedTrainer, load: Load, config: TrainConfig, budget: Budget) -> Foreseen:
    """Time and memory of the longest batch; then the arithmetic. The same in every process.

    Raises TrainingError if the batch does not fit, or its loss is no number.
    """
    longest = max(load.packs, key=lambda pack: len(pack.input_ids))
    seconds, peak = _measured(trainer, longest)
    together = trainer.args.per_device_train_batch_size
    speed = together * len(longest.input_ids) / seconds * trainer.args.world_size
    steps = planned_steps(load, config, speed, budget.steps_s(load.questions))
    trained = sum(p.numel() for p in trainer.model.parameters() if p.requires_grad)
    found = Foreseen(
        steps=steps,
        seconds=steps * seconds_per_step(load, config, speed),
        scoring_seconds=budget.scoring_s(load.questions),
        tokens_per_second=speed,
        examples=sum(max(pack.segments) for pack in load.packs),
        sequences=len(load.packs),
        tokens=load.tokens,
        longest=len(longest.input_ids),
        peak_memory_mb=peak,
        checkpoint_mb=trained * FLOAT32_AND_ADAM / 1e6,
        device=trainer.args.device.type,
        data=load.report,
    )
    set_seed(config.seed)  # what the passes drew at random must not change the run
    agreed = broadcast_object_list([found])
    first: Foreseen = agreed[0]
    return first


def planned_steps(
    load: Load, config: TrainConfig, speed: float, seconds: float | None = None
) -> int:
    """Optimiser steps: of the epochs, cut by `max_steps` and by what the time left allows."""
    steps = max(round(config.epochs * len(load.packs) / config.sequences_per_step), 1)
    if config.max_steps is not None:
        steps = min(steps, config.max_steps)
    if seconds is not None:
        affordable = seconds * BUDGET_SHARE / seconds_per_step(load, config, speed)
        steps = min(steps, max(int(affordable), 1))
    return steps


def seconds_per_step(load: Load, config: TrainConfig, speed: float) -> float:
    """One step with its share of the held-out passes."""
    held_out = sum(len(pack.input_ids) for pack in load.held_out)
    tokens = tokens_per_step(load, config) + held_out * FORWARD_SHARE / config.save_every
    return tokens / speed


def tokens_per_step(load: Load, config: TrainConfig) -> float:
    """Mean tokens in one optimiser step."""
    return load.tokens / len(load.packs) * config.sequences_per_step


def _measured(trainer: PackedTrainer, longest: Pack) -> tuple[float, float]:
    """Seconds of a pass over a full batch of the longest sequence, and the peak in megabytes.

    The passes over parts of it also warm up. A GPU is told by its own allocator what can't fit.
    """
    length = len(longest.input_ids)
    held = held_memory_mb()
    try:
        grown = [_growth(trainer, _ending(longest, length // part), held) for part in (4, 2)]
        if trainer.args.device.type == "cpu":
            check_memory(extrapolated(*grown), available_memory_mb() + held_memory_mb() - held)
        forget_peak()
        seconds = _pass(trainer, longest)
    except (MemoryError, torch.OutOfMemoryError, RuntimeError) as error:
        if not _is_memory(error):
            raise
        raise TrainingError(
            f"A sequence of {length:,} tokens does not fit into memory.",
            hint="Lower questions_per_sequence or max_length, or set gradient_checkpointing.",
        ) from error
    if trainer.args.device.type == "cuda":
        return seconds, torch.cuda.max_memory_allocated() / 1e6
    return seconds, most_memory_mb()


def _is_memory(error: Exception) -> bool:
    """The CPU's allocator raises a RuntimeError like any other."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return "not enough memory" in str(error) or "can't allocate memory" in str(error)


def _growth(trainer: PackedTrainer, part: Pack, held_mb: float) -> float:
    """How far a pass over part of a sequence raised the memory above what was held."""
    forget_peak()
    _pass(trainer, part)
    return max(most_memory_mb() - held_mb, 0.0)


def _ending(pack: Pack, length: int) -> Pack:
    """The last tokens of a sequence: those that are learned among them."""
    start = len(pack.input_ids) - max(length, 1)
    parts = (pack.input_ids, pack.position_ids, pack.segments, pack.labels)
    return Pack(*(part[start:] for part in parts))


def _pass(trainer: PackedTrainer, pack: Pack) -> float:
    """Seconds of one forward and backward pass over a batch of this sequence; thrown away."""
    began = time.monotonic()
    model = trainer.model.train()
    batch = trainer.data_collator([vars(pack)] * trainer.args.per_device_train_batch_size)
    inputs = trainer._prepare_inputs(batch)
    with trainer.compute_loss_context_manager():
        loss = trainer.compute_loss(model, inputs)
    value = float(loss.detach())  # waits for a GPU, too
    trainer.accelerator.backward(loss)
    model.zero_grad(set_to_none=True)
    if value != value or value == float("inf"):
        raise TrainingError(
            f"The base model's loss on the longest example is {value}.",
            hint="Its weights may be damaged, or the format too narrow for it.",
        )
    if trainer.args.device.type == "cuda":
        torch.cuda.synchronize()
    return time.monotonic() - began
