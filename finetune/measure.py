"""Execution accuracy before and after, on the examples a run held out, through the page's Engine.

Both sides answer a few questions in turn, so that whatever ends the measurement early leaves two
sides that answered the same. Knows nothing of training.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from finetune.evaluate import choose, evaluate
from finetune.examples import Example
from finetune.files import write_json
from finetune.report import Paired, Report, compare, in_words
from text2sql.adapters import Adapters
from text2sql.engine import Engine
from text2sql.generation import LocalGenerator
from text2sql.model import load_base

EVALUATION = "evaluation.json"
TOGETHER = 8  # questions on one schema that are decoded side by side
A_SLICE = 16  # questions for one side, then the same for the other
Progress = Callable[[int, int], None]
"""Called with the questions that both sides answered, and all that there are."""


@dataclass(frozen=True)
class BeforeAfter:
    """What the training began with and the adapter, on the same held-out examples."""

    before: Report
    after: Report

    @property
    def pair(self) -> Paired:
        """The difference, with the examples fixed and broken."""
        return compare(self.after, self.before)

    def save(self, path: Path) -> None:
        """Write all of it, as `evaluate --against none` does."""
        found: dict[str, Any] = self.after.to_json()
        write_json(path, found | {"against": self.before.to_json(), "paired": self.pair.to_json()})

    def in_words(self) -> str:
        """A few lines for the log."""
        return "\n".join((in_words(self.before), in_words(self.after), f"difference {self.pair}"))


def before_and_after(
    base: str,
    adapter: Path,
    name: str,
    examples: Sequence[Example],
    databases: Path | None,
    *,
    start: Path | None = None,
    cancelled: Callable[[], bool],
    progress: Progress,
) -> BeforeAfter | None:
    """Score the adapter, and before it the one gone on from (`start`) or the bare base.

    None if cancelled before anything was judged.
    """
    engines = _engines(base, adapter, name, start)
    chosen = choose(examples, None, 0)
    found: list[tuple[Report, Report]] = []
    for first in range(0, len(chosen), A_SLICE):
        part = chosen[first : first + A_SLICE]
        before, after = (
            evaluate(engine, part, databases, batch=TOGETHER, cancelled=cancelled)
            for engine in engines
        )
        found.append(_shared(before, after))
        progress(min(first + A_SLICE, len(chosen)), len(chosen))
        if cancelled():
            break
    if not any(before.rows for before, _ in found):
        return None
    return BeforeAfter(
        _joined([b for b, _ in found], chosen), _joined([a for _, a in found], chosen)
    )


def _engines(base: str, adapter: Path, name: str, start: Path | None) -> tuple[Engine, Engine]:
    """Before and after, over one copy of the base in memory."""
    loaded = Adapters(load_base(base))
    loaded.load(name, adapter)
    before = None
    if start:
        before = f"before {name}"
        loaded.load(before, start)
    return Engine(LocalGenerator(loaded, before)), Engine(LocalGenerator(loaded, name))


def _shared(before: Report, after: Report) -> tuple[Report, Report]:
    """Both reports with the examples that both judged."""
    both = {row.id for row in before.rows} & {row.id for row in after.rows}

    def kept(report: Report) -> Report:
        return replace(report, rows=tuple(row for row in report.rows if row.id in both))

    return kept(before), kept(after)


def _joined(parts: Sequence[Report], examples: Sequence[Example]) -> Report:
    rows = tuple(row for part in parts for row in part.rows)
    excluded = tuple(one for part in parts for one in part.excluded)
    complete = len(rows) + len(excluded) == len(examples)
    return replace(parts[0], rows=rows, excluded=excluded, complete=complete)
