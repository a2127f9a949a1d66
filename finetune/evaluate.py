"""Execution accuracy through the same Engine as the page: ask, run, compare rows with the gold's.

Knows nothing of models: it is handed an Engine. Examples on one database are asked one after the
other, so that the schema's part of the prompt is computed once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from finetune.examples import Example
from finetune.gold import WHOLE, check_databases, gold_result, groups, home, in_duckdb, opened
from finetune.partial import Partial
from finetune.report import Excluded, Report, Row
from finetune.scoring import difficulty, is_ordered, rows_match
from text2sql.database import Database
from text2sql.engine import Answer, Engine
from text2sql.errors import DataError, ExecutionError, InputError, Text2SQLError
from text2sql.problems import QueryResult

Outcome = Row | Excluded
Progress = Callable[[int, int, Outcome], None]
"""Called after each example with how many are done, of how many, and what came of this one."""


def _unseen(done: int, total: int, outcome: Outcome) -> None:
    """A progress that nobody sees."""


def _never() -> bool:
    return False


def evaluate(
    engine: Engine,
    examples: Sequence[Example],
    databases: Path | None = None,
    *,
    limit: int | None = None,
    seed: int = 0,
    candidates: int | None = None,
    batch: int = 1,
    on_progress: Progress = _unseen,
    cancelled: Callable[[], bool] = _never,
    resume_path: Path | None = None,
) -> Report:
    """Ask and judge each example, or a random sample of `limit`.

    `batch` questions on one schema are decoded side by side; then there is no latency to report.
    With `resume_path`, what is judged is kept there at once and not judged again; whoever has kept
    the report removes the file. Cancelling keeps what was done (`Report.complete` is False).

    Raises DataError, before anything is asked, if there is no example or a database is missing.
    """
    chosen = choose(examples, limit, seed)
    check_databases(chosen, databases)
    count = engine.candidates if candidates is None else candidates
    partial = Partial(resume_path, [engine.identity, count, batch > 1])
    found = partial.read(chosen)
    side = _Side(engine, databases, count, batch, cancelled)
    for example, outcome in side.outcomes([one for one in chosen if one.id not in found]):
        partial.add(example, outcome)
        found[example.id] = outcome
        on_progress(len(found), len(chosen), outcome)
    outcomes = [found[one.id] for one in chosen if one.id in found]
    return Report(
        rows=tuple(one for one in outcomes if isinstance(one, Row)),
        excluded=tuple(one for one in outcomes if isinstance(one, Excluded)),
        base=engine.generator.base,
        adapter=engine.generator.adapter,
        candidates=count,
        seed=seed,
        repair=engine.repair,
        doubt=engine.doubt,
        hints=engine.hints,
        batch=batch,
        complete=len(found) == len(chosen),
    )


def choose(examples: Sequence[Example], limit: int | None, seed: int) -> list[Example]:
    """All examples, or `limit` of them drawn with `seed`; those on one database side by side."""
    if not examples:
        raise DataError("There is nothing to evaluate.", hint="Give a file with examples.")
    drawn = list(examples)
    if limit is not None and limit < len(drawn):
        drawn = random.Random(seed).sample(drawn, limit)
    place = {one.id: number for number, one in enumerate(examples)}
    drawn.sort(key=lambda one: place[one.id])
    first: dict[str, int] = {}
    for number, one in enumerate(drawn):
        first.setdefault(home(one), number)
    return sorted(drawn, key=lambda one: first[home(one)])


@dataclass(frozen=True)
class _Side:
    """One engine at work on a set."""

    engine: Engine
    databases: Path | None
    candidates: int
    batch: int
    cancelled: Callable[[], bool]

    def outcomes(self, examples: Sequence[Example]) -> Iterator[tuple[Example, Outcome]]:
        """Each example with what came of it, until cancelled."""
        for group in groups(examples):
            try:
                with opened(group[0], self.databases) as database:
                    yield from self._on(database, group)
            except (InputError, ExecutionError) as error:
                reason = f"the database can't be used: {error}"
                yield from ((one, Excluded(one.id, reason)) for one in group)
            if self.cancelled():
                return

    def _on(self, database: Database, group: list[Example]) -> Iterator[tuple[Example, Outcome]]:
        for start in range(0, len(group), self.batch):
            together = [(one, gold_result(one, database)) for one in group[start:][: self.batch]]
            if self.batch > 1:
                asked = [one.question for one, gold in together if isinstance(gold, QueryResult)]
                self.engine.prefetch(asked, database)
            for one, gold in together:
                if self.cancelled():
                    return
                outcome = gold if isinstance(gold, Excluded) else self._judged(one, gold, database)
                if self.cancelled():  # an answer cut short is none
                    return
                yield one, outcome

    def _judged(self, example: Example, gold: QueryResult, database: Database) -> Row:
        try:
            answer = self.engine.ask(
                example.question,
                database,
                candidates=self.candidates,
                cancelled=self.cancelled,
            )
        except Text2SQLError as error:
            return _unanswered(example, str(error))
        row = judge(example, answer, gold, database)
        return row if self.batch == 1 else replace(row, latency_ms=None, generate_ms=0.0)


def judge(example: Example, answer: Answer, gold: QueryResult, database: Database) -> Row:
    """The answer's row in the report: right if its rows are the gold's."""
    result, problem = _whole(answer, database)
    match = result is not None and rows_match(result, gold, is_ordered(in_duckdb(example)))
    if not match and result is not None:
        problem = _difference(result, gold)
    return replace(
        _unanswered(example, problem),
        predicted=answer.sql,
        match=match,
        latency_ms=answer.timings_ms["total"],
        valid=answer.valid,
        executes=answer.result is not None,
        generated=answer.generated,
        drafted=answer.drafted,
        repairs=tuple(repair.rule for repair in answer.repairs),
        tokens=answer.tokens,
        generate_ms=answer.timings_ms["generate"],
    )


def _unanswered(example: Example, problem: str) -> Row:
    return Row(
        id=example.id,
        question=example.question,
        gold=example.sql,
        predicted="",
        match=False,
        problem=problem,
        latency_ms=None,
        difficulty=example.difficulty or difficulty(in_duckdb(example)),
    )


def _whole(answer: Answer, database: Database) -> tuple[QueryResult | None, str]:
    """The answer's rows, run again without the page's row cap if that cut them."""
    if answer.result is None or not answer.result.truncated:
        return answer.result, answer.error or ""
    try:
        return database.run(answer.sql, limits=WHOLE), ""
    except ExecutionError as error:
        return None, str(error)


def _difference(result: QueryResult, gold: QueryResult) -> str:
    """How the rows differ at first sight."""
    if len(result.columns) != len(gold.columns):
        return f"{len(result.columns)} columns where the gold has {len(gold.columns)}"
    if len(result.rows) != len(gold.rows):
        return f"{len(result.rows)} rows where the gold has {len(gold.rows)}"
    return "other values than the gold"
