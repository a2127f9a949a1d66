"""The Ask tab: a question on a database, its SQL checked and run, and what was asked before.

Layout and wiring; what the events do is in `ask_handlers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.context import Context

from ui import asking, choosing, components
from ui.ask_handlers import START_MODEL, AskHandlers
from ui.components import MODEL_QUEUE, AnswerCard, Picker
from ui.corrections import build_correction_controls
from ui.service import Service

STORE, STORE_PAST = "text2sql-ask", "text2sql-ask-past"
# The browser's own storage, scrambled; a fixed word, so that a restart of the page loses nothing.
STORE_WORD = "text2sql"
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}


@dataclass(frozen=True)
class Layout:
    """The tab's components."""

    picker: Picker
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    examples: gr.Dataset
    candidates: gr.Slider
    adapter: gr.Dropdown
    card: AnswerCard
    schema: gr.HTML
    table: gr.Dropdown
    preview: gr.HTML
    history: gr.Dataset
    past: gr.Column
    asked: gr.State
    asked_of: gr.State
    kept: gr.BrowserState
    kept_past: gr.BrowserState


def build(service: Service) -> None:
    """The tab, inside a gr.Tab."""
    page = _lay_out(service)
    handlers = AskHandlers(service)
    _publish(handlers)  # first, for a private event of the same name would take it
    _wire_asking(page, handlers)
    _wire_choosing(page, handlers)
    _wire_returning(page, handlers)


def _lay_out(service: Service) -> Layout:
    asked, asked_of = gr.State(""), gr.State({})
    with gr.Row(elem_classes="ask"):
        with gr.Column(scale=7, min_width=320, elem_classes="ask-main"):
            with gr.Column(elem_classes="ask-box"):
                picker = components.picker(service)
                with gr.Row(elem_classes="ask-row"):
                    question = gr.Textbox(
                        label="Question",
                        placeholder="How many customers bought eggs in November?",
                        lines=1,
                        max_lines=5,
                        scale=5,
                        elem_classes="question",
                    )
                    ask_button = gr.Button("Ask", variant="primary", min_width=110)
                    stop_button = gr.Button("Stop", variant="stop", visible=False, min_width=110)
                examples = gr.Dataset(
                    label="For example",
                    components=[gr.Textbox(visible=False)],
                    samples=[],
                    type="index",
                    layout="gallery",
                    visible=False,
                    elem_classes=["chips", "examples"],
                )
                with gr.Accordion("More", open=False, elem_classes="more"):
                    candidates = gr.Slider(
                        1,
                        asking.MOST_CANDIDATES,
                        value=1,
                        step=1,
                        label="Candidates",
                        info="More than one: the statements vote by their rows. Slower, surer.",
                    )
                    adapter = gr.Dropdown([START_MODEL], value="", label="Model", filterable=False)
            with gr.Column(elem_classes="answer"):
                card = components.answer_card()
                build_correction_controls(
                    service,
                    place="ask",
                    asked=asked,
                    asked_of=asked_of,
                    statements=[("This is right: use it as an example", card.sql)],
                )
        with gr.Column(scale=4, min_width=300, elem_classes="ask-side"):
            gr.HTML("<h2>Schema</h2>", elem_classes="side-title")
            schema = gr.HTML(choosing.NOTHING_PASTED, elem_classes="schema-view")
            table = gr.Dropdown(
                [], label="First rows of", value=None, visible=False, filterable=False
            )
            preview = gr.HTML(elem_classes="preview")
            with gr.Column(visible=False, elem_classes="past") as past:
                history = gr.Dataset(
                    label="Asked before",
                    components=[gr.Textbox(visible=False)],
                    samples=[],
                    type="index",
                    layout="gallery",
                    elem_classes="chips",
                )
    kept, kept_past = (
        gr.BrowserState(None, storage_key=key, secret=STORE_WORD) for key in (STORE, STORE_PAST)
    )
    return Layout(
        picker, question, ask_button, stop_button, examples, candidates, adapter,
        card, schema, table, preview, history, past, asked, asked_of, kept, kept_past,
    )  # fmt: skip


def _wire_asking(page: Layout, does: AskHandlers) -> None:
    card, where = page.card, page.picker.inputs
    buttons = [page.ask, page.stop]
    begun = gr.on(
        [page.ask.click, page.question.submit],
        does.begin,
        outputs=[*card.outputs, *buttons],
        trigger_mode="once",
        **AT_ONCE,
    )
    answered = begun.then(
        does.ask,
        inputs=[page.question, page.adapter, page.candidates, page.kept_past, *where],
        outputs=[
            *card.outputs,
            *buttons,
            page.asked,
            page.asked_of,
            page.kept_past,
            page.history,
            page.past,
        ],
        concurrency_id=MODEL_QUEUE,
        concurrency_limit=1,
        **QUIET,
    )
    answered.failure(does.refused, outputs=[*card.outputs, *buttons], **AT_ONCE)
    answered.success(
        does.preview,
        inputs=[page.table, page.asked, *where],
        outputs=page.preview,
        **QUIET,
    )
    page.stop.click(does.stop, outputs=card.head, **AT_ONCE)
    card.run.click(
        does.run,
        inputs=[card.sql, page.asked, *where],
        outputs=card.outputs,
        concurrency_limit=4,
        show_progress_on=card.rows,
        api_visibility="private",
    )


def _wire_choosing(page: Layout, does: AskHandlers) -> None:
    picker = page.picker
    side = [page.schema, page.table, page.preview, page.examples]
    # Two events: in one, a choice still on its way would swallow what is pasted meanwhile. And
    # `change`, for the first `input` of a field that was hidden is not told, and may be a paste.
    for triggers in ([picker.choice.change], [picker.ddl.change, picker.dialect.input]):
        gr.on(
            triggers,
            does.show_schema,
            inputs=picker.inputs,
            outputs=side,
            trigger_mode="always_last",
            concurrency_limit=4,
            **QUIET,
        )
    picker.file.upload(
        does.upload,
        inputs=[picker.file, picker.upload],
        outputs=[picker.upload, *side],
        concurrency_limit=2,
        api_visibility="private",
        show_progress_on=page.schema,
    )
    page.table.input(
        does.preview,
        inputs=[page.table, page.asked, *picker.inputs],
        outputs=page.preview,
        concurrency_limit=4,
        api_visibility="private",
    )
    page.examples.click(
        does.example, inputs=[page.examples, picker.choice], outputs=page.question, **AT_ONCE
    )


def _wire_returning(page: Layout, does: AskHandlers) -> None:
    picker = page.picker
    side = [page.schema, page.table, page.preview, page.examples]
    picked = [*picker.inputs, picker.pasted, picker.uploaded]
    assert Context.root_block is not None  # a tab is built inside the page
    Context.root_block.load(
        does.restore,
        inputs=[page.kept, page.kept_past],
        outputs=[*picked, page.question, page.adapter, page.history, page.past, *side],
        **QUIET,
    )
    choice = [picker.choice.change, picker.upload.change, page.question.change]
    for triggers in (choice, [picker.ddl.change, picker.dialect.input]):
        gr.on(
            triggers,
            does.remember,
            inputs=[page.question, *picker.inputs],
            outputs=page.kept,
            trigger_mode="always_last",
            **AT_ONCE,
        )
    page.history.click(
        does.bring_back,
        inputs=[page.history, page.kept_past],
        outputs=[*picked, page.question, page.asked, page.asked_of, *page.card.outputs, *side],
        concurrency_limit=4,
        api_visibility="private",
        show_progress_on=page.card.rows,
    )


def _publish(does: AskHandlers) -> None:
    """The named API: what scripts call."""
    gr.api(does.api_ask, api_name="ask", concurrency_id=MODEL_QUEUE, concurrency_limit=1)
    gr.api(does.api_run, api_name="run", concurrency_limit=4)
