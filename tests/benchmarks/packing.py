"""What shared-schema packing is worth: examples a second with it and without, all else equal.

    python -m tests.benchmarks.packing [--data FILE] [--databases DIR] [--schemas N] [--json]

Takes as many schemas as asked for that have 16 questions each, lays the same examples out packed
and one by one, and trains on each layout once: forward and backward through TRL's trainer with the
LoRA adapter on, as `python -m finetune train` does it. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from finetune.config import TrainConfig, from_preset
from finetune.dataset import training_rows
from finetune.encoding import Encoded
from finetune.packing import Pack, pack
from finetune.run_folder import RunFolder
from finetune.trainer import PackedTrainer, build_trainer
from text2sql.model import Base, load_for_training
from text2sql.weights import DEFAULT_BASE

QUESTIONS = 16  # on one schema: Spider's training set has 50 a schema


@dataclass(frozen=True)
class Layout:
    """One way to lay out the examples, and how fast it trained."""

    sequences: int
    tokens: int
    seconds: float
    examples_per_second: float


@dataclass(frozen=True)
class Packing:
    """Both layouts of the same examples, and how many times faster the packed one is."""

    base: str
    cores: int
    schemas: int
    examples: int
    packed: Layout
    alone: Layout

    @property
    def ratio(self) -> float:
        return round(self.packed.examples_per_second / self.alone.examples_per_second, 2)


def main() -> None:
    """Prepare, train on both layouts, and print."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as scratch:
        config = from_preset(
            "quick",
            data=(arguments.data,),
            databases=arguments.databases,
            base=_tiny(Path(scratch)) if arguments.tiny else arguments.base,
            run="benchmark",
        )
        base = load_for_training(config.base)
        examples = _examples(config, base, arguments.schemas)
        packs = {
            count: pack(examples, questions=count, max_length=config.max_length)
            for count in (QUESTIONS, 1)
        }
        trainer = build_trainer(base, packs[QUESTIONS], [], config, RunFolder(Path(scratch)))
        packed, alone = (_trained(trainer, packs[count]) for count in (QUESTIONS, 1))
    schemas = len({example.prefix for example in examples})
    cores = len(os.sched_getaffinity(0))
    found = Packing(base.name, cores, schemas, len(examples), packed, alone)
    print(_as_json(found) if arguments.json else _in_words(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.packing")
    parser.add_argument("--data", default="bundled", help="examples; the bundled ones")
    parser.add_argument("--databases", default="", help="folder of the examples' databases")
    parser.add_argument("--schemas", type=int, default=2, help="each with 16 questions")
    parser.add_argument("--base", default=DEFAULT_BASE, help="0.5b, 1.5b, a hub name or a folder")
    parser.add_argument("--tiny", action="store_true", help="a model of a few thousand weights")
    parser.add_argument("--json", action="store_true", help="print one object")
    return parser.parse_args()


def _tiny(scratch: Path) -> str:
    from tests.fixtures.training.tiny_base import save_tiny_base

    return str(save_tiny_base(scratch / "base"))


def _examples(config: TrainConfig, base: Base, schemas: int) -> list[Encoded]:
    """The first questions on each of the first schemas that have enough and fit."""
    by_prefix: dict[tuple[int, ...], list[Encoded]] = {}
    for row in training_rows(config):
        encoded = row.encode(base.tokenizer)
        by_prefix.setdefault(encoded.prefix, []).append(encoded)
    full = [
        group[:QUESTIONS]
        for group in by_prefix.values()
        if len(group) >= QUESTIONS
        and len(pack(group[:QUESTIONS], questions=QUESTIONS, max_length=config.max_length)) == 1
    ]
    if len(full) < schemas:
        raise SystemExit(f"Only {len(full)} schemas have {QUESTIONS} questions: lower --schemas.")
    return [example for group in full[:schemas] for example in group]


def _trained(trainer: PackedTrainer, packs: Sequence[Pack]) -> Layout:
    """Seconds of forward and backward over all sequences, one at a time."""
    _pass(trainer, packs[0])  # warms up
    began = time.perf_counter()
    for one in packs:
        _pass(trainer, one)
    seconds = time.perf_counter() - began
    examples = sum(max(one.segments) for one in packs)
    tokens = sum(len(one.input_ids) for one in packs)
    return Layout(len(packs), tokens, round(seconds, 1), round(examples / seconds, 3))


def _pass(trainer: PackedTrainer, one: Pack) -> None:
    model = trainer.model.train()
    inputs = trainer._prepare_inputs(trainer.data_collator([vars(one)]))
    with trainer.compute_loss_context_manager():
        loss = trainer.compute_loss(model, inputs)
    trainer.accelerator.backward(loss)
    model.zero_grad(set_to_none=True)
    assert float(loss.detach()) > 0  # waits for a GPU, too


def _as_json(found: Packing) -> str:
    return json.dumps({**asdict(found), "ratio": found.ratio}, indent=2)


def _in_words(found: Packing) -> str:
    lines = [
        f"{found.base}: {found.examples} examples on {found.schemas} schemas, {found.cores} cores",
        "",
        f"{'':8}{'sequences':>11}{'tokens':>10}{'seconds':>10}{'examples/s':>12}",
    ]
    for name, one in (("packed", found.packed), ("alone", found.alone)):
        figures = f"{one.sequences:11,}{one.tokens:10,}{one.seconds:10,.1f}"
        lines.append(f"{name:8}{figures}{one.examples_per_second:12.2f}")
    lines += ["", f"Packing trains {found.ratio:.2f} times as many examples a second."]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
