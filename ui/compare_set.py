"""A whole question set to two sides, as `python -m finetune evaluate --against` does it.

Handlers of the Compare tab: values in, values out. Knows nothing of gradio.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from finetune.evaluate import choose, evaluate
from finetune.examples import Example, read_examples
from finetune.gold import check_databases, groups, in_duckdb
from finetune.report import Paired, Report, Row, compare
from finetune.scoring import difficulty
from text2sql.engine import Engine
from text2sql.errors import DataError, Text2SQLError
from text2sql.generator import never
from text2sql.parsing import MAX_CHARS
from ui.databases import Databases

ALL_DEMOS = "all"
UPLOAD = "upload"
MAX_UPLOAD_MB = 5
MAX_QUESTIONS = 2_000
TOGETHER = 8  # questions that one side answers before the other has its turn
LOOK_S = 0.5
Kind = Literal["fixed", "broken"]


@dataclass(frozen=True)
class QuestionSet:
    """Questions with gold answers; `note` tells what was left out."""

    name: str
    examples: tuple[Example, ...]
    databases: Path
    note: str = ""


@dataclass(frozen=True)
class SetResult:
    """What both sides made of the set; fixed and broken are told of the right side."""

    questions: QuestionSet
    left: Report
    right: Report

    @property
    def paired(self) -> Paired:
        return compare(self.right, self.left)

    def to_json(self) -> dict[str, Any]:
        """The object of `python -m finetune evaluate --adapter RIGHT --against LEFT`."""
        sides = {"against": self.left.to_json(), "paired": self.paired.to_json()}
        return self.right.to_json() | sides

    def changes(self) -> list[tuple[Kind, Row, Row]]:
        """Questions on which one side is right and the other wrong: what, left's, right's."""
        left = {row.id: row for row in self.left.rows}
        pairs = [(left[row.id], row) for row in self.right.rows if row.id in left]
        kinds: dict[tuple[bool, bool], Kind] = {(False, True): "fixed", (True, False): "broken"}
        listed = [(kinds.get((a.match, b.match)), a, b) for a, b in pairs]
        found = [(kind, a, b) for kind, a, b in listed if kind is not None]
        return sorted(found, key=lambda change: change[0] == "fixed")

    def example(self, key: str) -> Example | None:
        """The question of that id."""
        return next((one for one in self.questions.examples if one.id == key), None)


@dataclass(frozen=True)
class SetProgress:
    """How far it is: answers judged, of both sides together; `result` is what there is so far."""

    done: int
    total: int
    seconds: float
    result: SetResult
    running: bool = True
    stopped: bool = False

    @property
    def seconds_left(self) -> float | None:
        """By the pace so far; None before the first answer."""
        if not self.done:
            return None
        return self.seconds / self.done * (self.total - self.done)


def question_set(databases: Databases, named: str, upload: Path | None = None) -> QuestionSet:
    """A sample database's questions, all of them, or those of an uploaded file; DataError."""
    if named == UPLOAD:
        return _uploaded(databases, upload)
    demos = databases.demos if named == ALL_DEMOS else (named,)
    if not set(demos) <= set(databases.demos):
        raise DataError(f"There is no question set '{named[:60]}'.")
    files = [databases.folder / demo / "questions.jsonl" for demo in demos]
    found = [one for file in files if file.is_file() for one in read_examples(file).examples]
    if not found:
        raise DataError(f"'{named}' comes without questions.", hint="Choose another, or upload.")
    title = "all sample questions" if named == ALL_DEMOS else named
    return QuestionSet(title, tuple(found), databases.folder)


def _uploaded(databases: Databases, upload: Path | None) -> QuestionSet:
    if upload is None:
        raise DataError("No file was uploaded.", hint="Upload a JSONL or CSV file.")
    if upload.suffix.lower() not in (".jsonl", ".json", ".csv"):
        raise DataError(
            f"'{upload.name[:80]}' is no file of questions.", hint="Upload a .jsonl or .csv file."
        )
    if upload.stat().st_size > MAX_UPLOAD_MB << 20:
        raise DataError(f"The file is larger than {MAX_UPLOAD_MB} MB.", hint="Upload a part of it.")
    read = read_examples(upload)
    usable = tuple(one for one in read.examples if _is_bounded(one))
    if not usable:
        raise DataError("No question of the file has SQL short enough to judge by.")
    if len(usable) > MAX_QUESTIONS:
        raise DataError(
            f"The file has {len(usable):,} questions; the most is {MAX_QUESTIONS:,}.",
            hint="Upload a part of it.",
        )
    check_databases(usable, databases.folder)
    lost = len(read.examples) - len(usable)
    too_long = f"{lost} questions left out: their SQL is too long or nested too deeply."
    note = " ".join([read.warning(), too_long if lost else ""]).strip()
    return QuestionSet(upload.name[:80], usable, databases.folder, note)


def _is_bounded(example: Example) -> bool:
    """Whether its gold can be read without harm: the parser recurses."""
    if len(example.sql) > MAX_CHARS:
        return False
    try:
        difficulty(in_duckdb(example))
    except RecursionError:
        return False
    return True


@dataclass
class _Work:
    """Both sides at work on the set, in a thread of its own; what is done comes by `told`."""

    engines: tuple[Engine, Engine]
    questions: QuestionSet
    chosen: list[Example]
    seed: int
    cancelled: Callable[[], bool]
    told: queue.SimpleQueue[Report | Text2SQLError | Exception | int | None] = field(
        default_factory=queue.SimpleQueue
    )

    def run(self) -> None:
        """Reports of a few questions each, left and right in turn; None is the last word."""
        try:
            for part in _parts(self.chosen):
                for engine in self.engines:
                    self.told.put(self._report(engine, part))
                    if self.cancelled():
                        return
        except Exception as error:  # raised again where somebody waits for the end
            self.told.put(error)
        finally:
            self.told.put(None)

    def _report(self, engine: Engine, part: Sequence[Example]) -> Report:
        return evaluate(
            engine,
            part,
            self.questions.databases,
            seed=self.seed,
            on_progress=lambda *_: self.told.put(1),
            cancelled=self.cancelled,
        )


def _parts(chosen: Sequence[Example]) -> Iterator[list[Example]]:
    """Neighbours on one database, a few at a time."""
    for group in groups(chosen):
        yield from (group[start : start + TOGETHER] for start in range(0, len(group), TOGETHER))


def set_steps(
    engines: tuple[Engine, Engine],
    questions: QuestionSet,
    *,
    limit: int | None = None,
    seed: int = 0,
    cancelled: Callable[[], bool] = never,
) -> Iterator[SetProgress]:
    """Both sides over the set, or over `limit` of it; the last one is not `running`.

    Cancelling keeps what was done, and so does closing the iterator.
    """
    chosen = choose(questions.examples, limit, seed)
    check_databases(chosen, questions.databases)
    left_alone = threading.Event()
    work = _Work(engines, questions, chosen, seed, lambda: cancelled() or left_alone.is_set())
    threading.Thread(target=work.run, name="question-set", daemon=True).start()
    try:
        yield from _watched(work)
    finally:
        left_alone.set()


def _watched(work: _Work) -> Iterator[SetProgress]:
    began = time.perf_counter()
    reports: list[Report] = []
    total = 2 * len(work.chosen)
    now = SetProgress(0, total, 0.0, _result(work, reports))
    failed: Exception | None = None
    yield now
    while True:
        seen = _next(work.told)
        if seen is None:
            break
        if isinstance(seen, Exception):
            failed = seen
        elif isinstance(seen, Report):
            reports.append(seen)
            now = replace(now, result=_result(work, reports))
        now = replace(
            now,
            done=now.done + (seen if isinstance(seen, int) else 0),
            seconds=time.perf_counter() - began,
            stopped=work.cancelled(),
        )
        yield now
    if failed is not None and not reports:
        raise failed
    yield replace(now, running=False, stopped=work.cancelled() or failed is not None)
    if failed is not None:
        raise failed


def _next(told: queue.SimpleQueue[Any]) -> Any:
    """What is told next; 0 answers after a moment in which nothing was."""
    try:
        return told.get(timeout=LOOK_S)
    except queue.Empty:
        return 0


def _result(work: _Work, reports: Sequence[Report]) -> SetResult:
    """The parts of each side as one report: they came left, right, left, right."""
    sides = [
        _joined(engine, reports[place::2], len(work.chosen), work.seed)
        for place, engine in enumerate(work.engines)
    ]
    return SetResult(work.questions, sides[0], sides[1])


def _joined(engine: Engine, parts: Sequence[Report], total: int, seed: int) -> Report:
    rows = tuple(row for part in parts for row in part.rows)
    excluded = tuple(one for part in parts for one in part.excluded)
    return Report(
        rows=rows,
        excluded=excluded,
        base=engine.generator.base,
        adapter=engine.generator.adapter,
        candidates=engine.candidates,
        seed=seed,
        repair=engine.repair,
        doubt=engine.doubt,
        hints=engine.hints,
        complete=len(rows) + len(excluded) == total,
    )
