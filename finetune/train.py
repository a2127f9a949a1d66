"""QLoRA fine-tuning with TRL: examples in, an adapter's folder out.

`main` reads top to bottom. Everything a watcher needs is written to the run's folder; everything a
resume needs is in its checkpoints. Knows nothing of pages or of who started it.
"""

from __future__ import annotations

import gc
import logging
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from accelerate.utils import broadcast_object_list
from transformers import PreTrainedTokenizerBase, set_seed

from finetune.card import SETTINGS, BaseId, Card, new_card, with_accuracy, write_card
from finetune.checkpoints import adapter_from, newest_usable, steps_of
from finetune.config import TrainConfig
from finetune.dataset import TrainingData, training_data
from finetune.dry_run import Budget, Load, dry_run, tokens_per_step
from finetune.files import read_json, told
from finetune.foreseen import DRY_RUN, Foreseen, check_disk, read_foreseen
from finetune.job_child import STOPPED
from finetune.measure import EVALUATION, BeforeAfter, before_and_after
from finetune.model_card import hub_base
from finetune.packing import Pack, pack
from finetune.rows import TrainingRow
from finetune.run_folder import RunFolder
from finetune.trainer import PackedTrainer, build_trainer, not_a_number
from finetune.warm_start import keep, start_of
from finetune.watch import Guard, StopSignal, Watch
from text2sql.errors import DataError, Text2SQLError, TrainingError
from text2sql.model import load_for_training
from text2sql.released import adapter_name

log = logging.getLogger(__name__)

LOSS_SEQUENCES = 8  # held-out sequences whose loss is followed along the way
UNSCORED = "unscored"  # where the adapter waits until it is measured


@dataclass(frozen=True)
class Run:
    """One training: what was asked for, where it is kept, and what may end it early."""

    config: TrainConfig
    folder: RunFolder
    stop: StopSignal
    budget: Budget

    def tell(self, message: str) -> None:
        """Say what is being done, in the state and the log."""
        if is_main_process():
            log.info("%s", message)
            self.folder.update_state(message=message)


def main(config: TrainConfig, folder: RunFolder) -> int:
    """Train as `config` says in `folder`; returns the exit status (0 finished, 3 stopped).

    Raises DataError before any model loads if no example is usable, ModelError, TrainingError.
    """
    run = Run(config, folder, StopSignal(), Budget(time.monotonic(), config.minutes))
    prepare_process(config)
    if config.adapter and is_main_process():
        keep(config.adapter, folder.path)
    run.tell("Reading the data.")
    data = training_data(config)
    log.info("%s", data.report())
    base = None if run.stop.asked else train(run, data)
    if base is None:
        return STOPPED
    if is_main_process():
        gc.collect()  # the model that was trained
        publish(run, data, base)
    return 0


def foresee_here(config: TrainConfig) -> Foreseen:
    """The dry run alone, in this process and a folder of its own; raises what `main` raises."""
    budget = Budget(time.monotonic(), config.minutes)
    prepare_process(config)
    data = training_data(config)
    base = load_for_training(config.base)
    load = build_load(data, base.tokenizer, config)
    with tempfile.TemporaryDirectory() as place:
        trainer = build_trainer(base, load.packs, load.held_out, config, RunFolder(Path(place)))
        return dry_run(trainer, load, config, budget)


def prepare_process(config: TrainConfig) -> None:
    """Quiet the libraries' advice, settle the seed, and take this process's own GPU."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    set_seed(config.seed)
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))


def is_main_process() -> bool:
    """Whether this one of the training's processes writes for all."""
    return os.environ.get("RANK", "0") == "0"


def train(run: Run, data: TrainingData) -> BaseId | None:
    """Take the steps, from a checkpoint on if there is one; None if stopped and saved."""
    run.tell("Loading the base model.")
    base = load_for_training(run.config.base)
    load = build_load(data, base.tokenizer, run.config)
    trainer = build_trainer(base, load.packs, load.held_out, run.config, run.folder)
    start = checkpoint_to_resume(run, load)
    done, total = steps_of(start) if start else (0, 0)
    if run.stop.asked:
        return None
    if not start:
        total = settled_steps(run, trainer, load)
    if (done < total or not start) and not take_steps(run, trainer, load, start, total):
        return None
    return BaseId(base.name, base.revision, base.sha256)


def build_load(data: TrainingData, tokenizer: PreTrainedTokenizerBase, config: TrainConfig) -> Load:
    """Training and held-out sequences; rows are shuffled first, so that packs differ by seed."""
    shuffled = list(data.rows)
    random.Random(config.seed).shuffle(shuffled)
    training = build_packs([row for row in shuffled if not row.held_out], tokenizer, config)
    held_out = build_packs([row for row in shuffled if row.held_out], tokenizer, config)
    if not training:
        raise DataError(
            f"No example fits into {config.max_length} tokens.", hint="Raise max_length."
        )
    questions = min(config.eval_examples, len(data.held_out))
    return Load(training, held_out[:LOSS_SEQUENCES], questions, data.report())


def build_packs(
    rows: Sequence[TrainingRow], tokenizer: PreTrainedTokenizerBase, config: TrainConfig
) -> list[Pack]:
    """The rows' sequences: shared schemas, or one example each if that is not wanted."""
    questions = config.questions_per_sequence if config.pack else 1
    encoded = [row.encode(tokenizer) for row in rows]
    return pack(encoded, questions=questions, max_length=config.max_length)


def checkpoint_to_resume(run: Run, load: Load) -> Path | None:
    """The checkpoint to go on from, if that was asked for; the same one in every process."""
    found: list[Path | None] = [None]
    if run.config.resume and is_main_process():
        found[0] = newest_usable(run.folder)
        run.folder.rewind_metrics(run.folder.last_step())
        if found[0]:
            check_same_data(run.folder, load)
        else:
            run.tell("There is no checkpoint to resume: starting from the beginning.")
    return broadcast_object_list(found)[0]


def check_same_data(folder: RunFolder, load: Load) -> None:
    """TrainingError if the run began with other data: its order could not be gone on with."""
    begun = read_foreseen(folder.path / DRY_RUN)
    if begun and (begun.sequences, begun.tokens) != (len(load.packs), load.tokens):
        raise TrainingError(
            f"The training data changed: it was {begun.tokens:,} tokens in {begun.sequences:,} "
            f"sequences when the run began, and is {load.tokens:,} in {len(load.packs):,} now.",
            hint="Put the data back, or start a new run.",
        )


def settled_steps(run: Run, trainer: PackedTrainer, load: Load) -> int:
    """The number of steps, after a dry run that says what they take and whether they can."""
    run.tell("Dry run: the longest batch.")
    foreseen = dry_run(trainer, load, run.config, run.budget)
    if is_main_process():
        log.info("%s", foreseen.in_words())
        foreseen.save(run.folder.path / DRY_RUN)
        check_disk(foreseen.disk_mb, run.folder.path)
    return foreseen.steps


def take_steps(
    run: Run, trainer: PackedTrainer, load: Load, start: Path | None, total: int
) -> bool:
    """Train up to step `total`; False if the run was stopped (and saved) before."""
    if run.stop.asked:
        return False
    ends = run.budget.ends
    watch = Watch(
        run.folder,
        run.stop,
        tokens_per_step=tokens_per_step(load, run.config),
        deadline=ends - run.budget.scoring_s(load.questions) if ends else None,
    )
    trainer.add_callback(watch)
    trainer.add_callback(Guard(lambda what, step: not_a_number(what, step, run.folder)))
    trainer.args.max_steps = total
    trainer.train(resume_from_checkpoint=str(start) if start else None)
    return not watch.stopped or trainer.state.global_step >= total


def publish(run: Run, data: TrainingData, base: BaseId) -> None:
    """The adapter from the last checkpoint, scored, with its card written last."""
    checkpoint = newest_usable(run.folder)
    if checkpoint is None:
        raise TrainingError("The run ended without a checkpoint.", hint="Start it again.")
    place, adapter = run.folder.path / UNSCORED, run.folder.adapter
    adapter_from(checkpoint, place, hub_base(base))
    seconds = sum(m.get("seconds", 0.0) for m in run.folder.read_metrics()[-1:])
    card = new_card(as_trained(run.config, place), base, data.sources, seconds=seconds)
    write_card(place, card)
    scores = score(run, data, place)
    if scores:
        card = scored_card(card, run, scores)
        write_card(place, card)
    with told(adapter):
        shutil.rmtree(adapter, ignore_errors=True)
        place.rename(adapter)
    run.tell(ending(scores))


def as_trained(config: TrainConfig, adapter: Path) -> TrainConfig:
    """The settings with the adapter's own rank and scale, which it may have from another run."""
    found = read_json(adapter / SETTINGS) or {}
    rank, alpha = found.get("r", config.rank), found.get("lora_alpha", config.alpha)
    return replace(config, rank=int(rank), alpha=int(alpha))


def score(run: Run, data: TrainingData, adapter: Path) -> BeforeAfter | None:
    """Accuracy before and after on what was held out; a failure is told and costs no adapter."""

    def cancelled() -> bool:
        ends = run.budget.ends
        return run.stop.asked or (ends is not None and time.monotonic() > ends)

    def progress(done: int, total: int) -> None:
        run.tell(f"Scoring before and after: {done} of {total} held-out questions.")

    examples = data.held_out[: run.config.eval_examples]
    if not examples or cancelled():
        return None
    progress(0, len(examples))
    named = run.config.adapter
    try:
        start = start_of(named, run.folder.path) if named else None
        scores = before_and_after(
            run.config.base,
            adapter,
            run.config.run,
            examples,
            data.databases,
            start=start,
            cancelled=cancelled,
            progress=progress,
        )
        if scores:
            scores.save(run.folder.path / EVALUATION)
            log.info("%s", scores.in_words())
    except Text2SQLError as error:
        log.warning("The adapter could not be scored: %s", error)
        return None
    return scores


def scored_card(card: Card, run: Run, scores: BeforeAfter) -> Card:
    """The card with accuracy before and after."""
    names = ", ".join(source.file for source in card.data)
    how = "through the engine with repair, greedy"
    if run.config.adapter:
        how += f", before: {adapter_name(run.config.adapter)}"
    if not scores.after.complete:
        how += f"; cut short after {len(scores.after.rows)} of {run.config.eval_examples}"
    return with_accuracy(
        card, f"held out of {names}", after=scores.after, before=scores.before, how=how
    )


def ending(scores: BeforeAfter | None) -> str:
    """What became of the run, in a sentence or two."""
    if scores is None:
        return "Finished. It was not scored."
    before, after, pair = scores.before.accuracy, scores.after.accuracy, scores.pair
    return (
        f"Finished. Right before {before.value:.0%}, after {after.value:.0%} of {after.total} "
        f"held-out questions: {len(pair.fixed)} fixed, {len(pair.broken)} broken."
    )
