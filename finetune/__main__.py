"""python -m finetune train | evaluate | average | export: learning from the shell.

Exit status: 0 done, 1 failed with the reason in one line, 2 wrong use, 3 a training that was
stopped and saved. Heavy imports wait until they are needed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from text2sql.errors import DataError, Text2SQLError, TrainingError
from text2sql.shown import piped

if TYPE_CHECKING:
    from finetune.config import TrainConfig
    from finetune.evaluate import Outcome
    from finetune.report import Report
    from text2sql.engine import Engine


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m finetune", description="Learn and measure.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_train(commands.add_parser("train", help="fine-tune an adapter with QLoRA"))
    _add_evaluate(commands.add_parser("evaluate", help="measure execution accuracy"))
    _add_average(commands.add_parser("average", help="make one adapter of several"))
    _add_export(commands.add_parser("export", help="pack an adapter for the hub, or merge it"))
    chosen = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return piped(lambda: command(chosen))
    except Text2SQLError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 1


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=_train)
    parser.add_argument("--config", type=Path, help="settings as JSON")
    parser.add_argument("--preset", choices=("quick", "full"), help="settings to start from")
    parser.add_argument(
        "--data", action="append", help="examples (JSONL, CSV), a data set's name, or bundled"
    )
    parser.add_argument("--databases", help="folder of the examples' databases")
    parser.add_argument("--base", help="0.5b, 1.5b, a hub name or a folder")
    parser.add_argument("--run", help="name of the run")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument(
        "--dry-run", action="store_true", help="only say what it would take, as JSON"
    )
    parser.add_argument("--output", type=Path, help="write what the dry run found to this file")


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=_evaluate)
    parser.add_argument("--data", type=Path, required=True, help="examples to judge by")
    parser.add_argument("--databases", type=Path, help="folder of the examples' databases")
    parser.add_argument("--base", help="0.5b, 1.5b, a hub name or a folder")
    parser.add_argument("--adapter", default="none", help="name, path, or none")
    parser.add_argument("--against", help="a second adapter, or none, to compare with")
    parser.add_argument("--limit", type=_positive, help="judge a random sample of so many")
    parser.add_argument("--seed", type=int, default=0, help="of that sample")
    parser.add_argument("--candidates", type=_positive, help="answers that vote on each question")
    parser.add_argument("--batch", type=_positive, default=1, help="questions decoded together")
    parser.add_argument("--no-repair", action="store_true", help="judge what the model wrote")
    parser.add_argument("--no-doubt", action="store_true", help="no vote where nothing was found")
    parser.add_argument("--no-hints", action="store_true", help="show the model no stored values")
    parser.add_argument("--output", type=Path, help="write the report as JSON")
    parser.add_argument("--self-test", action="store_true", help="test the scorer; needs no model")


def _add_average(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=_average)
    parser.add_argument(
        "--adapter", action="append", required=True, help="name or path; give two or more"
    )
    parser.add_argument("--output", type=Path, required=True, help="a new folder")


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=_export)
    parser.add_argument("--adapter", required=True, help="name or path")
    parser.add_argument("--output", type=Path, required=True, help="a new folder, or a .zip")
    parser.add_argument("--merge", action="store_true", help="merge into the base, in bf16")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def _train(arguments: argparse.Namespace) -> int:
    from finetune.train_run import dry_run, train_run

    config = _train_config(arguments)
    if not arguments.dry_run:
        return train_run(config)
    found = dry_run(config)
    print(json.dumps(asdict(found), indent=2))
    if arguments.output:
        found.save(arguments.output)
    return 0


def _train_config(arguments: argparse.Namespace) -> TrainConfig:
    """Settings from a file, a preset or an interrupted run, then those given one by one."""
    from finetune.config import from_file, from_preset, parse_setting
    from finetune.run_folder import RunFolder, check_name, runs_folder

    named = ("data", "databases", "base", "run")
    given = {name: getattr(arguments, name) for name in named if getattr(arguments, name)}
    given |= dict(map(parse_setting, arguments.settings))
    if arguments.config:
        if arguments.preset:
            raise TrainingError("--config and --preset exclude each other.", hint="Give one.")
        config = from_file(arguments.config, **given)
    elif arguments.resume:
        if not arguments.run:
            raise TrainingError("There is nothing to resume.", hint="Name the run with --run.")
        if len(given) > 1 or arguments.preset:
            raise TrainingError("A resumed run keeps its settings.", hint="Give --run alone.")
        config = from_file(RunFolder(runs_folder() / check_name(arguments.run)).config_file)
    else:
        config = from_preset(arguments.preset or "quick", **given)
    return replace(config, resume=arguments.resume)


def _evaluate(arguments: argparse.Namespace) -> int:
    from finetune.examples import read_examples

    read = read_examples(arguments.data)
    if read.dropped:
        print(read.warning(), file=sys.stderr)
    if arguments.self_test:
        return _self_test(read.examples, arguments.databases)
    return _score(read.examples, arguments)


def _self_test(examples: Any, databases: Path | None) -> int:
    from finetune.gold import self_test

    found = self_test(examples, databases)
    print(f"gold against gold:       {found.gold}")
    print(f"gold with a wrong column: {found.wrong}")
    for one in found.excluded:
        print(f"excluded {one.id}: {one.reason}")
    print("passed" if found.passed else "FAILED")
    return 0 if found.passed else 1


def _score(examples: Any, arguments: argparse.Namespace) -> int:
    from finetune.files import write_json
    from finetune.gold import check_databases
    from finetune.report import compare, in_words

    check_databases(examples, arguments.databases)
    if arguments.output and arguments.output.is_dir():
        raise DataError(f"'{arguments.output}' is a folder.", hint="Name a file to write.")
    sides = [arguments.adapter, *([arguments.against] if arguments.against else [])]
    how: dict[str, Any] = {"repair": not arguments.no_repair, "hints": not arguments.no_hints}
    if arguments.no_doubt:
        how["doubt"] = 0
    engines = _engines(arguments.base, sides, **how)
    reports = [_report(engine, examples, arguments) for engine in engines]
    found = reports[0].to_json()
    print("\n".join(map(in_words, reports)))
    if arguments.against:
        pair = compare(*reports)
        found |= {"against": reports[1].to_json(), "paired": pair.to_json()}
        print(f"difference {pair}")
    kept = _partial(arguments.output)
    if kept:
        write_json(arguments.output, found)
        kept.unlink(missing_ok=True)  # only now, for the second side may be cut short, too
    return 0


def _engines(base: str | None, adapters: list[str], **how: Any) -> list[Engine]:
    """One engine for each adapter, all on one base in memory, with the settings in `how`."""
    from text2sql.released import find_adapter

    places = {name: find_adapter(name) for name in adapters if name != "none"}  # before all loading
    from text2sql.adapters import Adapters
    from text2sql.engine import Engine
    from text2sql.generation import LocalGenerator
    from text2sql.model import load_base
    from text2sql.weights import DEFAULT_BASE

    loaded = Adapters(load_base(base or DEFAULT_BASE, progress=_tell))
    names = [loaded.load(n, places[n]).name if n in places else None for n in adapters]
    engines = [Engine(LocalGenerator(loaded, name), **how) for name in names]
    for engine in engines:
        print(engine.generator.summary, file=sys.stderr)
    return engines


def _tell(what: str, part: float) -> None:
    print(f"\r{what}: {part:4.0%}", end="\n" if part >= 1 else "", file=sys.stderr)


def _report(engine: Engine, examples: Any, arguments: argparse.Namespace) -> Report:
    from tqdm import tqdm

    from finetune.evaluate import evaluate

    right = judged = 0
    with tqdm(unit="question", desc=engine.generator.adapter or "base", file=sys.stderr) as bar:

        def show(done: int, total: int, outcome: Outcome) -> None:
            nonlocal right, judged
            right += getattr(outcome, "match", False)
            judged += hasattr(outcome, "match")
            bar.total, bar.n = total, done
            bar.set_postfix_str(f"{right}/{judged} right")

        return evaluate(
            engine,
            examples,
            arguments.databases,
            limit=arguments.limit,
            seed=arguments.seed,
            candidates=arguments.candidates,
            batch=arguments.batch,
            on_progress=show,
            resume_path=_partial(arguments.output),
        )


def _partial(output: Path | None) -> Path | None:
    return output.with_name(f"{output.name}.partial.jsonl") if output else None


def _average(arguments: argparse.Namespace) -> int:
    from text2sql.released import find_adapter

    places = [find_adapter(name) for name in arguments.adapter]
    from finetune.average import average
    from finetune.export import summary

    print(summary(average(places, arguments.output)))
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from finetune.card import find_adapter
    from finetune.export import export_adapter, summary

    adapter = find_adapter(arguments.adapter)
    if not arguments.merge:
        print(summary(export_adapter(adapter, arguments.output)))
        return 0
    from finetune.merge import merge_adapter

    merged = merge_adapter(adapter, arguments.output)
    print(summary(merged.output))
    print(f"loaded back: next-token probabilities within {merged.drift:.4f} of base and adapter")
    print(
        "measure it again: python -m finetune evaluate --adapter none "
        f"--base {json.dumps(str(merged.output))} --data FILE"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
