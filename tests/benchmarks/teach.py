"""What "teach it my schema" is worth: trained on made-up questions alone, asked what people ask.

    python -m tests.benchmarks.teach [--on NAME ...] [--adapter NAME] [--minutes M] [--json FILE]

Takes the CREATE TABLE text of a sample database as a visitor would paste it, makes questions up
for it without seeing a row, and trains on those for so many minutes, as the Train tab does. Then
the hand-written questions of that database are put to the model as it was and as it is, through
the engine. Runs are kept, and gone on with where they were cut short. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from finetune.config import TrainConfig, from_preset
from finetune.examples import read_examples
from finetune.measure import BeforeAfter, before_and_after
from finetune.run_folder import RunFolder, runs_folder
from finetune.train_run import train_run
from text2sql.database import open_database
from text2sql.generator import never
from text2sql.released import find_adapter
from text2sql.schema import to_ddl
from ui.databases import DEMOS
from ui.train_data import SCHEMA, USUAL, Choice, named

TAUGHT = ("library", "clinic", "league")


def main() -> None:
    """Teach one schema after the other, and print what each gained."""
    arguments = _arguments()
    found: dict[str, Any] = {}
    for name in arguments.on or TAUGHT:
        scores = _gain(name, _taught(name, arguments), arguments.adapter)
        found[name] = scores.after.to_json() | {"before": scores.before.to_json()}
        print(f"{name}\n{scores.in_words()}\n", flush=True)
        if arguments.json:
            arguments.json.write_text(json.dumps(found, indent=2) + "\n", "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.teach")
    parser.add_argument("--on", action="append", help=f"a sample database; {', '.join(TAUGHT)}")
    parser.add_argument("--adapter", default="", help="the one to go on from; a new one")
    parser.add_argument("--minutes", type=float, default=12.0, help="of training for a schema")
    parser.add_argument("--count", type=int, default=USUAL, help="questions made up for a schema")
    parser.add_argument("--json", type=Path, help="write all answers to this file")
    return parser.parse_args()


def _taught(name: str, arguments: argparse.Namespace) -> RunFolder:
    """The finished run that learned the schema."""
    with contextlib.closing(open_database(DEMOS / name)) as database:
        pasted = to_ddl(database.schema)
    data = named(Choice(SCHEMA, schema=pasted, count=arguments.count), runs_folder())
    start = arguments.adapter
    folder = RunFolder(runs_folder() / f"teach-{name}{'-' if start else ''}{start}")
    if not folder.finished:
        train_run(_config(data, folder, arguments))
    return folder


def _config(data: str, folder: RunFolder, arguments: argparse.Namespace) -> TrainConfig:
    config = from_preset(
        "quick",
        data=[data],
        adapter=arguments.adapter,
        minutes=arguments.minutes,
        eval_examples=0,
        run=folder.path.name,
    )
    return replace(config, resume=folder.config_file.is_file())


def _gain(name: str, folder: RunFolder, start: str) -> BeforeAfter:
    """Both sides on the hand-written questions."""
    written = read_examples(DEMOS / name / "questions.jsonl").examples
    examples = [replace(one, database=name) for one in written]
    scores = before_and_after(
        _base_of(folder),
        folder.adapter,
        folder.path.name,
        examples,
        DEMOS,
        start=find_adapter(start) if start else None,
        cancelled=never,
        progress=lambda done, total: None,
    )
    assert scores is not None  # nobody cancels it
    return scores


def _base_of(folder: RunFolder) -> str:
    """The base that a run was trained on."""
    return str(json.loads(folder.config_file.read_text("utf-8"))["base"])


if __name__ == "__main__":
    main()
