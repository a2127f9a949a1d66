"""What the Ask tab's events do: values of components in, updates of components out.

Every event can be called by anyone, not only by the page: what comes in is checked here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import gradio as gr

from text2sql.errors import InputError, Text2SQLError
from text2sql.released import NO_ADAPTER
from ui import asking, choosing, components, render
from ui.asking import View
from ui.components import chosen
from ui.service import Service
from ui.visit import (
    PASTE,
    UPLOAD,
    Chosen,
    Past,
    Visit,
    after,
    past_json,
    read_past,
    read_visit,
)

WAITING = "Waiting for the model"
BUSY = "The page is busy: too many are waiting."
BUSY_HINT = "Try again in a minute."
HISTORY_CHARS = 60
START_MODEL = ("As the page answers now", "")
UNTUNED = ("Base model, untuned", NO_ADAPTER)

Updates = list[Any]


@dataclass(frozen=True)
class AskHandlers:
    """The handlers of one page, on its service."""

    service: Service

    def begin(self, request: gr.Request) -> Updates:
        """The busy state, at once; nothing while an earlier question is being answered."""
        view = View(head=render.busy(WAITING), running=True)
        busy = [*components.shown(view), *_buttons(busy=True)]
        return busy if self.service.stops.begin(visit_key(request)) else [gr.skip()] * len(busy)

    def ask(
        self,
        question: str,
        adapter: str,
        candidates: float,
        kept: Any,
        choice: str,
        ddl: str,
        dialect: str,
        upload: str,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """The card as the answer grows, the buttons, what is asked, and at the end the history."""
        where = chosen(choice, ddl, dialect, upload)
        asked = [question if isinstance(question, str) else "", asdict(where)]
        with self.service.stops.working(visit_key(request)) as stop:
            steps = asking.ask(
                self.service,
                question,
                where.source,
                adapter=adapter if isinstance(adapter, str) else "",
                candidates=candidates,
                stop=stop,
            )
            for view in steps:
                end = [gr.skip()] * 3
                if view.answer is not None and view.answer.sql:
                    sql = asking.formatted(view.answer.sql)
                    past = after(read_past(kept), question, sql, where)
                    end = [past_json(past), *_history(past)]
                yield [*components.shown(view), *_buttons(busy=view.running), *asked, *end]

    def run(
        self, sql: str, asked: str, choice: str, ddl: str, dialect: str, upload: str
    ) -> Updates:
        """The card for a statement that the visitor edited; `asked` shaped made-up rows."""
        where = chosen(choice, ddl, dialect, upload)
        return components.shown(asking.run(self.service, sql, asked, where.source))

    def stop(self, request: gr.Request) -> Any:
        """Tell the engine to stop what this visit asked; what it has by then is shown."""
        at_work = self.service.stops.stop(visit_key(request))
        return render.busy("Stopping") if at_work else gr.skip()

    def refused(self, request: gr.Request) -> Updates:
        """What is shown when the queue takes no more."""
        self.service.stops.end(visit_key(request))
        view = View(head=render.failure(BUSY, BUSY_HINT), sql=None)
        return [*components.shown(view), *_buttons(busy=False)]

    def show_schema(self, choice: str, ddl: str, dialect: str, upload: str) -> Updates:
        """The schema, the tables to look into, and the examples of a choice."""
        return self._side(chosen(choice, ddl, dialect, upload))

    def _side(self, where: Chosen) -> Updates:
        found = choosing.shown_schema(self.service, where)
        if found.tables:
            self.service.warming.begin(where.source)
        asked = self._examples(where.choice)
        return [
            found.html,
            gr.Dropdown(choices=list(found.tables), value=None, visible=bool(found.tables)),
            "",
            gr.Dataset(samples=[[one] for one in asked], visible=bool(asked)),
        ]

    def _examples(self, choice: object) -> tuple[str, ...]:
        return self.service.databases.examples(components.demo_of(choice))

    def preview(
        self, table: str, asked: str, choice: str, ddl: str, dialect: str, upload: str
    ) -> str:
        """The first rows of the table looked into."""
        where = chosen(choice, ddl, dialect, upload)
        return choosing.preview(self.service, where, table, asked)

    def example(self, number: int, choice: str) -> str:
        """The question of an example that was clicked."""
        examples = self._examples(choice)
        if not isinstance(number, int) or not 0 <= number < len(examples):
            raise gr.Error("There is no such example.", print_exception=False)
        return examples[number]

    def upload(self, path: str, earlier: str) -> Updates:
        """The upload's id and its schema, or what is wrong with the file."""
        try:
            source = choosing.upload(self.service, path, earlier)
        except Text2SQLError as error:
            told = render.failure(error.message, error.hint)
            return [earlier, told, gr.skip(), gr.skip(), gr.skip()]
        return [source.value, *self._side(Chosen(UPLOAD, upload=source.value))]

    def remember(
        self, question: str, choice: str, ddl: str, dialect: str, upload: str
    ) -> dict[str, Any]:
        """What the browser keeps of what is on the page now."""
        asked = question if isinstance(question, str) else ""
        return Visit(asked, chosen(choice, ddl, dialect, upload)).to_json()

    def restore(self, kept: Any, history: Any) -> Updates:
        """The page as it was left; for a fresh visit a sample database and its first question."""
        visit = read_visit(kept)
        where, question = visit.chosen, visit.question
        known = {value for _, value in choosing.choices(self.service)}
        if not isinstance(kept, dict) or where.choice not in known:
            where = replace(where, choice=choosing.first_choice(self.service))
            question = question or next(iter(self._examples(where.choice)), "")
        return [
            *self._picked(where),
            question,
            self._adapters(),
            *_history(read_past(history)),
            *self._side(where),
        ]

    def bring_back(self, number: int, kept: Any) -> Updates:
        """An earlier question with its database and SQL, which runs again to bring its rows."""
        past = read_past(kept)
        if not isinstance(number, int) or not 0 <= number < len(past):
            raise gr.Error("That question is no longer in the history.", print_exception=False)
        one = past[number]
        if one.chosen.choice == PASTE and not one.chosen.ddl:
            raise gr.Error(
                "Its schema was too long to be kept: paste it again.", print_exception=False
            )
        view = asking.run(self.service, one.sql, one.question, one.chosen.source)
        return [
            *self._picked(one.chosen),
            one.question,
            one.question,
            asdict(one.chosen),
            *components.shown(replace(view, sql=one.sql)),
            *self._side(one.chosen),
        ]

    def _picked(self, where: Chosen) -> Updates:
        """The picker's components set to a choice; what it does not concern stays."""
        pasted = where.choice == PASTE
        dialects = {value for _, value in choosing.DIALECTS}
        return [
            where.choice,
            where.ddl if pasted or where.ddl else gr.skip(),
            where.dialect if where.dialect in dialects else "",
            where.upload if where.upload else gr.skip(),
            *components.own_data(where.choice),
        ]

    def _adapters(self) -> Any:
        names = [(name, name) for name in self.service.models.choices()]
        return gr.Dropdown(choices=[START_MODEL, *names, UNTUNED], value="")

    def api_ask(self, question: str, database: str, candidates: int = 1) -> dict[str, Any]:
        """Answer a question on a database: a sample's name, or CREATE TABLE text.

        Returns the object of the shell's `ask --json`.
        """
        try:
            source = choosing.named_source(self.service, database)
        except InputError as error:
            return asking.no_answer(question, str(error))
        return asking.answer_object(self.service, question, source, candidates=candidates)

    def api_run(self, sql: str, database: str) -> dict[str, Any]:
        """Check and run one statement on a database: a sample's name, or CREATE TABLE text."""
        try:
            source = choosing.named_source(self.service, database)
        except InputError as error:
            return asking.no_answer("", str(error))
        return asking.run_object(self.service, sql, source)


def visit_key(request: gr.Request) -> str:
    """What tells one open page from another."""
    return str(request.session_hash or "")


def _buttons(*, busy: bool) -> tuple[Any, Any]:
    return gr.Button(visible=not busy), gr.Button(visible=busy)


def _history(past: tuple[Past, ...]) -> tuple[Any, Any]:
    samples = [[_short(one.question)] for one in past]
    return gr.Dataset(samples=samples), gr.Column(visible=bool(samples))


def _short(question: str) -> str:
    words = " ".join(question.split())
    return words if len(words) <= HISTORY_CHARS else words[: HISTORY_CHARS - 1] + "…"
