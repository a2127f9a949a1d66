"""What the Compare tab's events do: values of components in, updates of components out.

Every event can be called by anyone, not only by the page: what comes in is checked here.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import gradio as gr

from finetune.votes import Choice, Vote, Votes
from text2sql.errors import AdapterError, Text2SQLError
from text2sql.generator import never
from text2sql.released import NO_ADAPTER
from ui import choosing, compare_show, components, render
from ui.ask_handlers import BUSY, BUSY_HINT, UNTUNED, visit_key
from ui.asking import BROKEN, BROKEN_HINT, View
from ui.compare_pair import Comparison, Fairness, compare_steps
from ui.components import chosen
from ui.service import Service
from ui.shelf import Shelf
from ui.visit import Chosen

log = logging.getLogger(__name__)

REDRAW_S = 0.1

Updates = list[Any]


@dataclass(frozen=True)
class Shown:
    """One comparison as this visitor sees it: with the names, or without until the vote."""

    now: Comparison
    called: tuple[str, str] = compare_show.HIDDEN
    hidden: bool = False
    database: str = ""


@dataclass(frozen=True)
class CompareHandlers:
    """The handlers of one page, on its service."""

    service: Service
    votes: Votes = field(default_factory=Votes)
    shown: Shelf[Shown] = field(default_factory=Shelf)

    def sides(self) -> Updates:
        """Both pickers as a fresh visit sees them: left the base, right the page's adapter."""
        listed = self._listed()
        right = self.service.models.default or listed[-1][1]
        return [
            gr.Dropdown(choices=listed, value=NO_ADAPTER),
            gr.Dropdown(choices=listed, value=right),
        ]

    def choices(self) -> Updates:
        """Both pickers with the adapters that there are by now; what is chosen stays."""
        return [gr.Dropdown(choices=self._listed()) for _ in compare_show.HIDDEN]

    def _listed(self) -> list[tuple[str, str]]:
        return [UNTUNED, *((name, name) for name in self.service.models.choices())]

    def examples(self, choice: str) -> Any:
        """Questions of the sample database that was chosen."""
        asked = self.service.databases.examples(components.demo_of(choice))
        return gr.Dataset(samples=[[one] for one in asked], visible=bool(asked))

    def upload(self, path: str, earlier: str) -> Updates:
        """The upload's id, or what is wrong with the file."""
        try:
            return [choosing.upload(self.service, path, earlier).value, ""]
        except Text2SQLError as error:
            return [earlier, render.failure(error.message, error.hint)]

    def begin(self, request: gr.Request) -> Updates:
        """The busy state, at once; nothing while an earlier comparison is at work."""
        waiting = View(head=render.busy("Waiting for the model"), running=True)
        busy = pair_updates((waiting, View(head=compare_show.WAITS)), busy=True)
        return busy if self.service.stops.begin(_pair_key(request)) else [gr.skip()] * len(busy)

    def compare(
        self,
        question: str,
        left: str,
        right: str,
        blind: bool,
        choice: str,
        ddl: str,
        dialect: str,
        upload: str,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Both columns as they grow, then verdict, fairness and difference."""
        where = chosen(choice, ddl, dialect, upload)
        with self.service.stops.working(_pair_key(request)) as stop:
            for updates in self._compared(question, left, right, blind, where, stop.is_set):
                yield [*updates[:-2], question, asdict(where)]

    def _compared(
        self,
        question: str,
        left: str,
        right: str,
        blind: bool,
        where: Chosen,
        stop: Callable[[], bool],
    ) -> Iterator[Updates]:
        drawn = 0.0
        try:
            pair = named(self.service, left), named(self.service, right)
            if blind and random.SystemRandom().random() < 0.5:
                pair = pair[1], pair[0]
            names = compare_show.called(*pair)
            for state in self.service.models.wait(stop):
                busy = View(head=render.busy(state.message, state.share), running=True)
                yield pair_updates((busy, View(head=compare_show.WAITS)), busy=True)
            steps = compare_steps(
                self.service.models, self.service.databases, pair, where.source, question, stop
            )
            for now in steps:
                if time.monotonic() - drawn > REDRAW_S or not now.running:
                    drawn = time.monotonic()
                    seen = Shown(now, names, bool(blind), where.source.value[:80])
                    yield self._seen(seen, made_up=where.source.made_up)
        except Text2SQLError as error:
            yield failed(error.message, error.hint)
        except Exception:  # the page's edge: a message for the visitor, the trace for the log
            log.exception("A comparison failed.")
            yield failed(BROKEN, BROKEN_HINT)

    def stop(self, request: gr.Request) -> None:
        """Stop both sides of this visit's comparison."""
        self.service.stops.stop(_pair_key(request))

    def refused(self, request: gr.Request) -> Updates:
        """What is shown when the queue takes no more."""
        self.service.stops.end(_pair_key(request))
        return failed(BUSY, BUSY_HINT)

    def vote(self, choice: str, key: str) -> Updates:
        """Count the vote, and show who was who: titles, verdict, fairness, buttons, tally."""
        seen = self.shown.get(key)
        if seen is None or seen.now.fairness is None:
            raise gr.Error(
                "This comparison is no longer there: compare again.", print_exception=False
            )
        found = seen.now.fairness
        told = ""
        try:
            vote = Vote(
                key,
                found.left.identity,
                found.right.identity,
                cast(Choice, choice),
                question=seen.now.left.question,
                database=seen.database,
            )
            self.votes.add(vote)
        except Text2SQLError as error:
            told = f"{error} "
        called = seen.called
        return [
            *_titles(called),
            compare_show.verdict(seen.now, called),
            compare_show.fairness(found, hidden=False),
            compare_show.difference(seen.now.difference, called),
            gr.Group(visible=False),
            f'<p class="empty" role="status">{render.text(told + self._tally(found))}</p>',
        ]

    def _tally(self, found: Fairness) -> str:
        sides = sorted((found.left, found.right), key=lambda side: side.adapter is None)
        return f"Votes so far: {self.votes.tally(sides[0].identity, sides[1].identity)}."

    def api_compare(
        self, question: str, database: str, left: str = NO_ADAPTER, right: str = ""
    ) -> dict[str, Any]:
        """Ask two models the same: `left` and `right` are adapters' names, "none" for the base."""
        try:
            pair = named(self.service, left), named(self.service, right)
            source = choosing.named_source(self.service, database)
            for _ in self.service.models.wait(never):
                pass
            steps = compare_steps(
                self.service.models, self.service.databases, pair, source, str(question)
            )
            return list(steps)[-1].to_json()
        except Text2SQLError as error:
            return {"error": str(error)}

    def _seen(self, seen: Shown, *, made_up: bool) -> Updates:
        now = seen.now
        ended = not now.running
        vote = ended and seen.hidden and now.fairness is not None and not now.fairness.same_model
        hidden = seen.hidden and (vote or not ended)
        called = compare_show.HIDDEN if hidden else seen.called
        return pair_updates(
            compare_show.side_views(now, made_up=made_up),
            called=called,
            verdict=compare_show.verdict(now, called, hidden=hidden),
            fairness=compare_show.fairness(now.fairness, hidden=hidden),
            difference=compare_show.difference(now.difference, called),
            busy=not ended,
            key=self.shown.put(seen) if ended else "",
            vote=vote,
        )


def pair_updates(
    views: tuple[View, View],
    *,
    called: tuple[str, str] = compare_show.HIDDEN,
    busy: bool = False,
    key: str = "",
    vote: bool = False,
    asked: tuple[str, Chosen] | None = None,
    **parts: str,
) -> Updates:
    """Updates of everything that one comparison shows, and of what it was asked, if that is new."""
    return [
        *components.shown(views[0], editable=False),
        *components.shown(views[1], editable=False),
        *_titles(called),
        *(parts.get(name, "") for name in ("verdict", "fairness", "difference")),
        gr.Group(visible=vote),
        "",
        key,
        gr.Button(visible=not busy),
        gr.Button(visible=busy),
        *((asked[0], asdict(asked[1])) if asked else (gr.skip(), gr.skip())),
    ]


def failed(message: str, hint: str) -> Updates:
    """A comparison that could not be made, and why."""
    return pair_updates((View(head=render.failure(message, hint)), View(head="")))


def named(service: Service, value: object) -> str | None:
    """The adapter that a picker names; AdapterError for what the pickers do not offer."""
    found = service.models.resolve(value if isinstance(value, str) else "")
    if found is not None and found not in service.models.choices():
        raise AdapterError(f"There is no adapter '{found[:60]}' to compare.")
    return found


def _titles(called: tuple[str, str]) -> Updates:
    places = compare_show.HIDDEN
    return [
        compare_show.title(place, name if name != place else "")
        for place, name in zip(places, called, strict=True)
    ]


def _pair_key(request: gr.Request) -> str:
    return f"compare:{visit_key(request)}"
