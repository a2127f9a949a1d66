"""Buttons that keep an answer as an example to learn from, and the list of those kept.

Included by Ask and Compare with one call each. On a page for everybody nothing is kept: what one
visitor asked is no business of the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import gradio as gr

from finetune.corrections import Correction, Corrections
from text2sql.errors import DataError, Text2SQLError
from text2sql.schema import to_ddl
from ui import render
from ui.databases import Source
from ui.scratch import scratch_folder
from ui.service import Service
from ui.settings import training_allowed
from ui.visit import read_chosen

LOCKED = "This page keeps no examples: it is open to everybody."
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
SHOWN_CHARS = 90

Updates = list[Any]


@dataclass(frozen=True)
class CorrectionHandlers:
    """The handlers of one page, on its service."""

    service: Service
    corrections: Corrections = field(default_factory=Corrections)

    def keep(
        self,
        place: str,
        sql: str,
        asked: str,
        asked_of: Any,
    ) -> Updates:
        """Run the statement once more, keep it if it runs; says what came of it.

        It belongs to the question that was asked, and to what it was asked of, whatever the page's
        fields hold by now.
        """
        try:
            self._demand_allowed()
            source = read_chosen(asked_of).source
            kept = self.corrections.add(self._checked(place, sql, asked, source))
        except Text2SQLError as error:
            return [render.failure(error.message, error.hint), gr.skip()]
        told = f"Kept as an example: “{kept.question}”"
        return [f'<p class="empty" role="status">{render.text(told)}</p>', self._listed("")]

    def _checked(self, place: str, sql: object, question: object, source: Source) -> Correction:
        """The correction, if its statement passes every check and runs on the database."""
        texts = [one.strip() for one in (sql, question) if isinstance(one, str)]
        if not isinstance(sql, str) or not isinstance(question, str) or not all(texts):
            raise DataError("There is no answer to keep.", hint="Ask a question first.")
        with self.service.databases.using(source, question) as database:
            answer = self.service.models.runner.run(sql, database)
            if answer.result is None:
                raise DataError(f"It does not run, so it is not kept: {answer.error}")
            demo = source.value if source.kind == "demo" else ""
            schema = to_ddl(database.schema)
        return Correction(question, schema, answer.sql, database=demo, source=place)

    def show(self) -> Any:
        """The list as it is now; what is chosen of it stays."""
        choices, label = self._kept()
        return gr.Dropdown(choices=choices, label=label)

    def open(self, key: str) -> Updates:
        """One kept example, to be edited."""
        try:
            found = self.corrections.get(self._demanded(key))
        except Text2SQLError as error:
            return ["", "", render.failure(error.message, error.hint)]
        where = (
            f"Kept {found.when} on {found.source or 'the page'}, {found.database or 'own tables'}"
        )
        return [found.question, found.sql, f'<p class="empty">{render.text(where)}</p>']

    def save(self, key: str, question: str, sql: str) -> Updates:
        """Write what was edited."""
        try:
            self.corrections.edit(self._demanded(key), question=str(question), sql=str(sql))
        except Text2SQLError as error:
            return [render.failure(error.message, error.hint), gr.skip()]
        return ['<p class="empty" role="status">Saved.</p>', self._listed(str(key))]

    def delete(self, key: str) -> Updates:
        """Forget one."""
        try:
            self.corrections.delete(self._demanded(key))
        except Text2SQLError as error:
            return [render.failure(error.message, error.hint), gr.skip(), gr.skip(), gr.skip()]
        return ['<p class="empty" role="status">Deleted.</p>', self._listed(""), "", ""]

    def download(self) -> str:
        """All of them as a file of examples."""
        try:
            self._demand_allowed()
            return str(self.corrections.export(scratch_folder() / "corrections.jsonl"))
        except Text2SQLError as error:
            raise gr.Error(str(error), print_exception=False) from None

    def _listed(self, selected: str) -> Any:
        choices, label = self._kept()
        return gr.Dropdown(choices=choices, value=selected or None, label=label)

    def _kept(self) -> tuple[list[tuple[str, str]], str]:
        """What there is to choose from, and its label."""
        kept = self.corrections.list() if training_allowed() else ()
        return [(_short(one), one.id) for one in reversed(kept)], f"Kept examples ({len(kept)})"

    def _demanded(self, key: object) -> str:
        """The key of a kept example, of which one must be chosen."""
        self._demand_allowed()
        if not isinstance(key, str) or not key:
            raise DataError("No example is chosen.", hint="Choose one of the kept examples first.")
        return key

    def _demand_allowed(self) -> None:
        if not training_allowed():
            raise DataError(LOCKED)


def _short(one: Correction) -> str:
    words = " ".join(one.question.split())
    text = words if len(words) <= SHOWN_CHARS else f"{words[:SHOWN_CHARS]}…"
    return f"{text} ({one.database})" if one.database else text


def build_correction_controls(
    service: Service,
    *,
    place: str,
    asked: gr.State,
    asked_of: gr.State,
    statements: Sequence[tuple[str, gr.components.Component]],
    by_hand: bool = False,
) -> None:
    """A button for each statement that may be right, and the list of what was kept.

    `by_hand` adds room to write the right SQL, where the page shows none that can be edited.
    """
    if not training_allowed():
        return
    does = CorrectionHandlers(service)
    with gr.Accordion("Right or wrong? Keep it as an example", open=False, elem_classes="more"):
        with gr.Row(elem_classes="cmp-buttons"):
            buttons = [(gr.Button(label, size="sm"), sql) for label, sql in statements]
        if by_hand:
            own = gr.Code(label="The right SQL, if neither is", language="sql", lines=2)
            buttons.append((gr.Button("Run my SQL and keep it", size="sm"), own))
        told = gr.HTML()
        listed = gr.Dropdown([], label="Kept examples", value=None, filterable=True)
        question = gr.Textbox(label="Its question", lines=1, max_lines=4)
        sql = gr.Code(label="Its SQL", language="sql", lines=2, interactive=True)
        with gr.Row(elem_classes="cmp-buttons"):
            save = gr.Button("Save changes", size="sm")
            delete = gr.Button("Delete it", size="sm", variant="stop")
            download = gr.DownloadButton("Download all", size="sm")
    for button, statement in buttons:
        button.click(
            partial(does.keep, place),
            inputs=[statement, asked, asked_of],
            outputs=[told, listed],
            trigger_mode="once",
            concurrency_limit=4,
            **QUIET,
        )
    listed.focus(does.show, outputs=listed, queue=False, **QUIET)
    listed.input(does.open, inputs=listed, outputs=[question, sql, told], **QUIET)
    save.click(does.save, inputs=[listed, question, sql], outputs=[told, listed], **QUIET)
    delete.click(does.delete, inputs=listed, outputs=[told, listed, question, sql], **QUIET)
    download.click(does.download, outputs=download, **QUIET)
