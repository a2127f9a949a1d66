"""What the events of Compare's question set do: values of components in, updates out.

Every event can be called by anyone, not only by the page: what comes in is checked here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import gradio as gr

from finetune.files import write_json
from finetune.gold import opened
from finetune.report import Row
from text2sql.errors import DataError, Text2SQLError
from ui import compare_show, render
from ui.ask_handlers import BUSY, BUSY_HINT, visit_key
from ui.asking import BROKEN, BROKEN_HINT
from ui.compare_handlers import Updates, failed, named, pair_updates
from ui.compare_pair import Comparison, settled
from ui.compare_set import (
    MAX_QUESTIONS,
    SetProgress,
    SetResult,
    question_set,
    set_steps,
)
from ui.scratch import scratch_folder
from ui.service import Service
from ui.shelf import Shelf
from ui.visit import DEMO, PASTE, Chosen

log = logging.getLogger(__name__)

REDRAW_S = 1.0
MOST_CHANGES = 500
MOST_SEED = 10**9
OPENED = "From the question set: both statements ran again, the models were not asked anew."


@dataclass(frozen=True)
class SetHandlers:
    """The handlers of one page, on its service."""

    service: Service
    results: Shelf[SetResult] = field(default_factory=lambda: Shelf(16))

    def begin(self, request: gr.Request) -> Updates:
        """The busy state of the question set, at once; nothing while an earlier one is at work."""
        busy = set_updates(render.busy("Waiting for the model"), busy=True)
        return busy if self.service.stops.begin(set_key(request)) else [gr.skip()] * len(busy)

    def run(
        self,
        which: str,
        upload: str | None,
        sample: float | None,
        seed: float | None,
        left: str,
        right: str,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Both sides over a set: progress, then scoreboard, bars and the list of changes."""
        with self.service.stops.working(set_key(request)) as stop:
            yield from self._over_set(which, upload, sample, seed, left, right, stop.is_set)

    def _over_set(
        self,
        which: str,
        upload: str | None,
        sample: float | None,
        seed: float | None,
        left: str,
        right: str,
        stop: Callable[[], bool],
    ) -> Iterator[Updates]:
        drawn = 0.0
        last: SetProgress | None = None
        called = ("", "")
        try:
            names = named(self.service, left), named(self.service, right)
            questions = question_set(
                self.service.databases, str(which), Path(upload) if upload else None
            )
            for state in self.service.models.wait(stop):
                yield set_updates(render.busy(state.message, state.share), busy=True)
            models = self.service.models
            engines = models.engine(names[0]), models.engine(names[1])
            called = compare_show.called(*names)
            limit, start = _whole(sample, 0, MAX_QUESTIONS) or None, _whole(seed, 0, MOST_SEED)
            for last in set_steps(engines, questions, limit=limit, seed=start, cancelled=stop):
                if last.running and time.monotonic() - drawn > REDRAW_S:
                    drawn = time.monotonic()
                    yield set_updates(
                        compare_show.progress(last), busy=True, progress=last, called=called
                    )
            if last is not None:
                yield self._done(last, called)
        except Text2SQLError as error:
            yield set_updates(
                render.failure(error.message, error.hint), progress=last, called=called
            )
        except Exception:  # the page's edge
            log.exception("A question set failed.")
            yield set_updates(render.failure(BROKEN, BROKEN_HINT), progress=last, called=called)

    def stop(self, request: gr.Request) -> None:
        """Cancel the question set; what was done stays."""
        self.service.stops.stop(set_key(request))

    def refused(self, request: gr.Request) -> Updates:
        """What is shown when the queue takes no more."""
        self.service.stops.end(set_key(request))
        return set_updates(render.failure(BUSY, BUSY_HINT))

    def open_change(self, number: int, key: str) -> Updates:
        """A fixed or broken question in the two columns, its statements run again."""
        result = self.results.get(key)
        changes = result.changes() if result else []
        if result is None or not isinstance(number, int) or not 0 <= number < len(changes):
            raise gr.Error(
                "That question set is no longer there: run it again.", print_exception=False
            )
        _, left, right = changes[number]
        try:
            now, made_up = self._again(result, left, right)
        except Text2SQLError as error:
            return [gr.skip(), *failed(error.message, error.hint)]
        views = compare_show.side_views(now, made_up=made_up)
        called = compare_show.called(result.left.adapter, result.right.adapter)
        return [
            left.question,
            *pair_updates(
                views,
                called=called,
                verdict=compare_show.verdict(now, called),
                fairness=f'<p class="empty">{OPENED}</p>',
                difference=compare_show.difference(now.difference, called),
                asked=(left.question, _where(result, left)),
            ),
        ]

    def _again(self, result: SetResult, left: Row, right: Row) -> tuple[Comparison, bool]:
        example = result.example(left.id)
        if example is None:
            raise DataError("That question is no longer there.")
        runner = self.service.models.runner
        with opened(example, result.questions.databases) as database:
            answers = [
                replace(runner.run(row.predicted or row.generated, database), adapter=side.adapter)
                for row, side in ((left, result.left), (right, result.right))
            ]
            now = settled(Comparison(answers[0], answers[1]), database, example)
            return now, database.made_up

    def _done(self, last: SetProgress, called: tuple[str, str]) -> Updates:
        changes = last.result.changes()[:MOST_CHANGES]
        samples = [[kind, left.question] for kind, left, _ in changes]
        return [
            *set_updates(compare_show.progress(last), progress=last, called=called)[:3],
            gr.Dataset(samples=samples, visible=bool(samples)),
            gr.DownloadButton(value=_written(last.result), visible=True),
            self.results.put(last.result),
            gr.Button(visible=True),
            gr.Button(visible=False),
        ]


def set_updates(
    told: str,
    *,
    busy: bool = False,
    progress: SetProgress | None = None,
    called: tuple[str, str] = ("", ""),
) -> Updates:
    """Updates of everything that a question set shows."""
    result = progress.result if progress else None
    return [
        told,
        compare_show.scoreboard(result, called) if result else "",
        compare_show.bars(result, called) if result else "",
        gr.Dataset(samples=[], visible=False),
        gr.DownloadButton(visible=False),
        "",
        gr.Button(visible=not busy),
        gr.Button(visible=busy),
    ]


def set_key(request: gr.Request) -> str:
    """What this visit's question set is stopped by; its single questions have another."""
    return f"set:{visit_key(request)}"


def _where(result: SetResult, row: Row) -> Chosen:
    """What a question of the set was asked of, as the page names it."""
    example = result.example(row.id)
    if example is None:
        return Chosen()
    named = f"{DEMO}{example.database}" if example.database else PASTE
    return Chosen(named, ddl=example.schema)


def _whole(value: object, low: int, high: int) -> int:
    """A number from the page within bounds; `low` for what is none."""
    if not isinstance(value, int | float) or value != value:
        return low
    return int(max(low, min(value, high)))


def _written(result: SetResult) -> str:
    """The report as a file to download, in a folder of its own."""
    place = scratch_folder() / "comparison.json"
    write_json(place, result.to_json())
    return str(place)
