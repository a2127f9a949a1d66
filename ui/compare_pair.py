"""One question to two sides: both answers as they grow, then what they are worth side by side.

Handlers of the Compare tab: values in, values out. Knows nothing of gradio.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from finetune.evaluate import judge
from finetune.examples import Example, read_examples
from finetune.gold import gold_result
from finetune.scoring import is_ordered, rows_match
from text2sql.answer import Answer
from text2sql.database import Database
from text2sql.difference import Difference, difference
from text2sql.engine import Engine
from text2sql.errors import DataError
from text2sql.generator import Generator, never
from text2sql.problems import QueryResult
from text2sql.prompt import Prompt, build_prompt
from ui.databases import Databases, Source
from ui.models import Models

BASE_TITLE = "Base, no adapter"
Running = Literal["left", "right", "measure", ""]


@runtime_checkable
class Measurable(Protocol):
    """A generator that shows what it would say next: the numbers that an adapter changes."""

    def next_logits(self, prompt: Prompt) -> Any:
        """A float tensor, (vocabulary,)."""


@dataclass(frozen=True)
class Side:
    """One of the two: an adapter, or the bare base (None), and what is known of it."""

    adapter: str | None
    fingerprint: str = ""
    trained_on: str = ""
    accuracy: str = ""

    @property
    def title(self) -> str:
        return self.adapter or BASE_TITLE

    @property
    def identity(self) -> str:
        """The name under which votes are counted: another training is another model."""
        return f"{self.adapter} ({self.fingerprint[:8]})" if self.adapter else "base"


@dataclass(frozen=True)
class Fairness:
    """Both sides, and the largest difference of their logits on this very prompt.

    `distance` is None where the model can't be measured so.
    """

    left: Side
    right: Side
    distance: float | None

    @property
    def same_model(self) -> bool:
        return self.left.identity == self.right.identity

    @property
    def alarm(self) -> str:
        """What makes the comparison worth nothing; empty if all is well."""
        if self.same_model or self.distance is None or self.distance > 0:
            return ""
        return (
            "Both sides compute exactly the same on this prompt, though they should not: "
            "an adapter has no effect, and this comparison shows nothing."
        )


@dataclass(frozen=True)
class Verdict:
    """Whether the sides agree; `correct` is None for a side where no gold answer judges."""

    left_runs: bool
    right_runs: bool
    same_rows: bool
    left_correct: bool | None = None
    right_correct: bool | None = None
    note: str = ""

    def told(self, left: str, right: str) -> str:
        """The verdict in one line, with the sides under these names."""
        judged = [
            f"{name}: {'right' if correct else 'wrong'}."
            for name, correct in ((left, self.left_correct), (right, self.right_correct))
            if correct is not None
        ]
        return " ".join([self._agreement(left, right), *judged, self.note]).strip()

    def _agreement(self, left: str, right: str) -> str:
        if self.left_runs and self.right_runs:
            return "Both return the same rows." if self.same_rows else "They return different rows."
        if not self.left_runs and not self.right_runs:
            return "Neither side runs."
        return f"Only one side runs: {left if self.left_runs else right}."


@dataclass(frozen=True)
class Comparison:
    """Both answers so far; whole when `running` is empty."""

    left: Answer
    right: Answer
    running: Running = ""
    fairness: Fairness | None = None
    verdict: Verdict | None = None
    difference: Difference | None = None

    def to_json(self) -> dict[str, Any]:
        """What the API returns."""
        verdict, fairness = self.verdict, self.fairness
        titles = (fairness.left.title, fairness.right.title) if fairness else ("left", "right")
        return {
            "left": self.left.to_json(),
            "right": self.right.to_json(),
            "verdict": verdict.told(*titles) if verdict else "",
            "same_rows": verdict.same_rows if verdict else None,
            "left_correct": verdict.left_correct if verdict else None,
            "right_correct": verdict.right_correct if verdict else None,
            "logits_max_difference": fairness.distance if fairness else None,
            "warning": fairness.alarm if fairness else "",
            "difference": list(self.difference.sentences) if self.difference else [],
        }


def compare_steps(
    models: Models,
    databases: Databases,
    pair: tuple[str | None, str | None],
    source: Source,
    question: str,
    cancelled: Callable[[], bool] = never,
) -> Iterator[Comparison]:
    """The comparison as it grows: the left's answer, the right's, then both judged.

    One after the other, since they share one model. Raises InputError or ModelError.
    """
    engines = models.engine(pair[0]), models.engine(pair[1])
    with databases.using(source, question) as database:
        now = Comparison(Answer(question=question), Answer(question=question), "left")
        yield now
        for answer in engines[0].steps(question, database, cancelled=cancelled):
            now = replace(now, left=answer)
            yield now
        now = replace(now, running="right")
        yield now
        if not now.left.stopped:
            for answer in engines[1].steps(question, database, cancelled=cancelled):
                now = replace(now, right=answer)
                yield now
        if now.left.stopped or now.right.stopped:
            yield replace(now, running="")
            return
        now = settled(now, database, gold_example(databases, source, question))
        yield replace(now, running="measure")
        fairness = measure(models, engines, database, question)
        yield replace(now, running="", fairness=fairness)


def settled(now: Comparison, database: Database, example: Example | None) -> Comparison:
    """Two whole answers with their verdict and the difference of their statements."""
    return replace(
        now,
        verdict=verdict(now.left, now.right, database, example),
        difference=difference(shown_sql(now.left), shown_sql(now.right), database.schema),
    )


def shown_sql(answer: Answer) -> str:
    """The statement that ran, else as the model wrote it."""
    return answer.sql or answer.generated


def verdict(left: Answer, right: Answer, database: Database, example: Example | None) -> Verdict:
    """Do they run, agree, and (where there is a gold answer) are they right?"""
    found = Verdict(
        left.result is not None, right.result is not None, same_rows=_same_rows(left, right)
    )
    if example is None:
        return found
    gold = gold_result(example, database)
    if not isinstance(gold, QueryResult):
        return replace(found, note=f"No gold answer judges this question: {gold.reason}.")
    ours, theirs = (judge(example, answer, gold, database).match for answer in (left, right))
    return replace(found, left_correct=ours, right_correct=theirs)


def _same_rows(left: Answer, right: Answer) -> bool:
    if left.result is None or right.result is None:
        return False
    if left.sql == right.sql:
        return True
    ordered = is_ordered(left.sql) and is_ordered(right.sql)
    return rows_match(left.result, right.result, ordered)


def gold_example(databases: Databases, source: Source, question: str) -> Example | None:
    """The sample question that this one is, with its gold statement."""
    path = databases.folder / source.value / "questions.jsonl"
    if source.kind != "demo" or source.value not in databases.demos or not path.is_file():
        return None
    try:
        examples = read_examples(path).examples
    except DataError:
        return None
    return next((one for one in examples if _plain(one.question) == _plain(question)), None)


def _plain(question: str) -> str:
    return " ".join(question.lower().split()).rstrip("?.! ")


def measure(
    models: Models, engines: tuple[Engine, Engine], database: Database, question: str
) -> Fairness:
    """Who the sides are, and whether they really compute something else on this prompt."""
    left, right = (engine.generator for engine in engines)
    prompt = build_prompt(question.strip(), database.schema, values=database.values())
    return Fairness(
        side_of(models, left.adapter), side_of(models, right.adapter), distance(left, right, prompt)
    )


def distance(left: Generator, right: Generator, prompt: Prompt) -> float | None:
    """The largest absolute difference of the two sides' logits of the reply's first token."""
    if not isinstance(left, Measurable) or not isinstance(right, Measurable):
        return None
    return float(abs(left.next_logits(prompt) - right.next_logits(prompt)).max())


def side_of(models: Models, adapter: str | None) -> Side:
    """What is known of a side that is loaded."""
    info = models.loaded(adapter)
    if adapter is None or info is None:
        return Side(adapter, trained_on="" if adapter else "Not tuned by us.")
    return Side(adapter, info.fingerprint, trained_on(info.card), measured(info.card))


def trained_on(card: Mapping[str, Any]) -> str:
    """Files and rows that a card names, in one line; a card may say anything."""
    named = []
    for one in _objects(card.get("data")):
        rows = one.get("rows")
        count = f", {rows:,} examples" if isinstance(rows, int) else ""
        licence = f", {str(one['licence'])[:60]}" if one.get("licence") else ""
        named.append(f"{Path(str(one.get('file', '?'))).name[:80]}{count}{licence}")
    return "; ".join(named[:8]) or "The card does not say."


def measured(card: Mapping[str, Any]) -> str:
    """The accuracy that a card tells, in one line."""
    found = []
    for one in _objects(card.get("accuracy")):
        before, after = one.get("before"), one.get("after")
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            shares = [side.get("value") for side in (before, after)]
            if all(isinstance(share, float | int) for share in shares):
                how = f" ({str(one['how'])[:60]})" if one.get("how") else ""
                told = f"{str(one.get('set', '?'))[:60]}{how}: {shares[0]:.1%} before"
                found.append(f"{told}, {shares[1]:.1%} after")
    return "; ".join(found[:6])


def _objects(listed: Any) -> list[Mapping[str, Any]]:
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
