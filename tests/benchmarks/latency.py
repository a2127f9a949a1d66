"""What a question costs: first token and whole answer, on schemas new to the model and known ones.

    python -m tests.benchmarks.latency [--limit N] [--adapter NAME] [--base NAME] [--json]

Asks the demo databases' questions through the same engine as the page, each twice: by a generator
that has seen no schema yet (cold), then again (warm). Times are milliseconds from the question to
the first token and to the rows. Prints a table, or with --json one object. Run it on an idle
machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from finetune.memory import most_memory_mb
from finetune.scoring import percentile
from text2sql.answer import Answer
from text2sql.database import open_database
from text2sql.released import NO_ADAPTER, adapter_name, find_adapter, newest_released
from text2sql.weights import DEFAULT_BASE

DEMOS = Path(__file__).resolve().parents[2] / "demo_data"


@dataclass(frozen=True)
class Spread:
    """The middle and the slow end of some times, in milliseconds."""

    p50: float
    p95: float


@dataclass(frozen=True)
class Side:
    """What the questions took on schemas that were new to the model, or known."""

    first_token: Spread
    total: Spread


@dataclass(frozen=True)
class Latency:
    """All that one run found; memory is this process's peak, without the sandbox."""

    model: str
    cores: int
    questions: int
    answered: int
    load_s: float
    cold: Side
    warm: Side
    tokens_per_second: float
    peak_memory_mb: int


def main() -> None:
    """Load, ask, and print."""
    arguments = _arguments()
    began = time.perf_counter()
    from text2sql.adapters import Adapters
    from text2sql.engine import Engine
    from text2sql.generation import LocalGenerator
    from text2sql.model import load_base

    adapters = Adapters(load_base(arguments.base))
    name = _load_adapter(adapters, arguments.adapter)
    load_s = time.perf_counter() - began
    cold: list[Answer] = []
    warm: list[Answer] = []
    for demo, questions in _questions(arguments.limit):
        database = open_database(DEMOS / demo)
        database.values()  # read once when a database is opened, whatever is asked
        for question in questions:
            engine = Engine(LocalGenerator(adapters, name))
            for side in (cold, warm):
                side.append(engine.ask(question, database))
            print(f"{len(cold)} asked", end="\r", file=sys.stderr)
        database.close()
    found = Latency(
        model=LocalGenerator(adapters, name).summary,
        cores=len(os.sched_getaffinity(0)),
        questions=len(warm),
        answered=sum(answer.answered for answer in warm),
        load_s=round(load_s, 1),
        cold=_side(cold),
        warm=_side(warm),
        tokens_per_second=_speed(warm),
        peak_memory_mb=round(most_memory_mb()),
    )
    print(json.dumps(asdict(found), indent=2) if arguments.json else _in_words(found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.latency")
    parser.add_argument("--limit", type=int, help="ask a random sample of so many questions")
    parser.add_argument("--adapter", default="", help="name, path or none; the newest released")
    parser.add_argument("--base", default=DEFAULT_BASE, help="0.5b, 1.5b, a hub name or a folder")
    parser.add_argument("--json", action="store_true", help="print one object")
    return parser.parse_args()


def _load_adapter(adapters: object, named: str) -> str | None:
    from text2sql.adapters import Adapters

    assert isinstance(adapters, Adapters)
    if named == NO_ADAPTER:
        return None
    base = adapters.base
    place = find_adapter(named) if named else newest_released(base.name, base.sha256)
    if place is None:
        return None
    name = adapter_name(str(place))
    adapters.load(name, place)
    return name


def _questions(limit: int | None) -> Iterator[tuple[str, list[str]]]:
    """The demos' names with their questions, or with a random sample of them all."""
    lines = [
        (path.parent.name, str(json.loads(line)["question"]))
        for path in sorted(DEMOS.glob("*/questions.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    if limit is not None and limit < len(lines):
        lines = sorted(random.Random(0).sample(lines, limit))
    for demo in dict.fromkeys(demo for demo, _ in lines):
        yield demo, [question for home, question in lines if home == demo]


def _side(answers: Sequence[Answer]) -> Side:
    times = [answer.timings_ms for answer in answers]
    first = [spent["prompt"] + spent["first_token"] for spent in times]
    return Side(_spread(first), _spread([spent["total"] for spent in times]))


def _spread(values: Sequence[float]) -> Spread:
    return Spread(*(round(percentile(values, percent) or 0.0, 1) for percent in (50, 95)))


def _speed(answers: Sequence[Answer]) -> float:
    """Tokens a second once the first is there."""
    tokens = sum(max(answer.tokens - 1, 0) for answer in answers)
    spent = sum(a.timings_ms["generate"] - a.timings_ms["first_token"] for a in answers)
    return round(tokens / spent * 1e3, 1) if spent > 0 else 0.0


def _in_words(found: Latency) -> str:
    lines = [
        found.model,
        f"{found.questions} questions on {found.cores} cores, {found.answered} answered with rows",
        "",
        f"{'milliseconds':24}{'p50':>9}{'p95':>9}",
    ]
    for name, side in (("cold schema", found.cold), ("warm schema", found.warm)):
        for what, spread in (("first token", side.first_token), ("whole answer", side.total)):
            lines.append(f"{name + ', ' + what:24}{spread.p50:9,.0f}{spread.p95:9,.0f}")
    lines += [
        "",
        f"loading {found.load_s:.1f} s · {found.tokens_per_second:.1f} tokens/s · "
        f"peak memory {found.peak_memory_mb:,} MB",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
