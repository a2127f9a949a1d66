"""The Train tab: data and settings of a new run, the run at work, and the list of all.

Wiring; the components are laid out in `train_layout`, what the events do is in `train_handlers`.
All that is shown of a run is read from its folder, so a page that is opened again shows what is
going on.
"""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.context import Context

from ui import render
from ui.components import MODEL_QUEUE
from ui.service import Service
from ui.settings import training_allowed
from ui.train_api import TrainApi
from ui.train_handlers import LOCKED, LOCKED_HINT, Seen, TrainHandlers
from ui.train_layout import Form, Panel, Runs, lay_out_form, lay_out_panel, lay_out_runs

LOOK_S = 2.0
LINE_S = 5.0
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}
LIGHT: dict[str, Any] = {**QUIET, "concurrency_limit": 4}
FROM_ASK = "() => (document.querySelector('.own-data .code-text textarea') || {value: ''}).value"


def build(service: Service) -> None:
    """The tab, inside a gr.Tab; where training is off, a word about that and no events but the
    named ones, which refuse."""
    handlers = TrainHandlers(service)
    if handlers.allowed:
        _build_open(handlers)
    else:
        gr.HTML(render.failure(LOCKED, LOCKED_HINT), elem_classes="train-locked")
    api = TrainApi(handlers)
    gr.api(api.train, api_name="train", concurrency_limit=1)
    gr.api(api.status, api_name="train_status", concurrency_limit=4)
    gr.api(api.stop, api_name="train_stop", concurrency_limit=4)


def training_line(service: Service) -> None:
    """A line above all tabs while a run trains, for answers are slower then."""
    if not training_allowed():
        return
    handlers = TrainHandlers(service)
    line = gr.HTML(elem_id="training-line")
    gr.Timer(LINE_S).tick(handlers.training_line, outputs=line, **LIGHT)
    assert Context.root_block is not None  # called inside the page
    Context.root_block.load(handlers.training_line, outputs=line, **LIGHT)


def _build_open(handlers: TrainHandlers) -> None:
    with gr.Row(elem_classes="train"):
        with gr.Column(scale=5, min_width=320, elem_classes="train-form"):
            form = lay_out_form()
        with gr.Column(scale=7, min_width=320, elem_classes="train-runs"):
            panel = lay_out_panel()
            runs = lay_out_runs()
    shown, seen = gr.State(""), gr.State(Seen())
    _wire_form(form, handlers)
    _wire_runs(form, panel, runs, handlers, shown, seen)


def _wire_form(form: Form, does: TrainHandlers) -> None:
    form.source.input(
        does.source, inputs=form.source, outputs=[*form.groups, form.preview], **AT_ONCE
    )
    form.adapter.focus(does.adapters, outputs=form.adapter, **AT_ONCE)
    form.from_ask.click(None, js=FROM_ASK, outputs=form.schema, api_visibility="private")
    form.preset.input(
        does.preset, inputs=form.preset, outputs=[*form.settings, form.about], **AT_ONCE
    )
    form.look.click(
        does.preview,
        inputs=form.inputs,
        outputs=form.preview,
        trigger_mode="once",
        concurrency_limit=2,
        **QUIET,
    )
    checking = [form.checked, form.check, form.cancel]
    form.check.click(does.begin_check, outputs=checking, trigger_mode="once", **AT_ONCE).then(
        does.check, inputs=form.inputs, outputs=checking, concurrency_limit=1, **QUIET
    ).failure(does.refused, outputs=checking, **AT_ONCE)
    form.cancel.click(does.cancel_check, outputs=form.checked, **AT_ONCE)


def _wire_runs(
    form: Form, panel: Panel, runs: Runs, does: TrainHandlers, shown: gr.State, seen: gr.State
) -> None:
    drawn = [*panel.outputs, *runs.outputs, shown, seen]
    draw: dict[str, Any] = {"fn": does.tick, "inputs": [shown, seen], "outputs": drawn, **LIGHT}
    name = {"inputs": shown, **LIGHT}

    gr.Timer(LOOK_S).tick(**draw)
    assert Context.root_block is not None  # a tab is built inside the page
    Context.root_block.load(does.restore, outputs=[shown, seen], **LIGHT).then(**draw)

    begun = form.start.click(
        does.begin_start, outputs=[form.told, form.start], trigger_mode="once", **AT_ONCE
    )
    starting = [form.told, shown, form.start]
    started = begun.then(does.start, inputs=form.inputs, outputs=starting, **LIGHT)
    started.failure(does.not_started, outputs=starting, **AT_ONCE)
    started.then(**draw)
    runs.listed.click(does.select, inputs=runs.listed, outputs=[shown, panel.told], **LIGHT).then(
        **draw
    )
    panel.stop.click(does.stop, outputs=panel.told, **name).then(**draw)
    panel.resume.click(does.resume, outputs=panel.told, **name).then(**draw)
    panel.delete.click(does.ask_delete, outputs=[panel.question, panel.confirm], **name)
    panel.keep.click(does.keep, outputs=panel.confirm, **AT_ONCE)
    panel.sure.click(does.delete, outputs=[panel.told, panel.confirm, shown], **name).then(**draw)
    panel.notes.blur(
        does.notes,
        inputs=[panel.noted_run, panel.noted, panel.notes],
        outputs=[panel.told, panel.noted],
        **LIGHT,
    )
    panel.use.click(
        does.use, inputs=[shown, panel.use], outputs=panel.told, concurrency_id=MODEL_QUEUE, **QUIET
    ).then(**draw)
    panel.export.click(does.export, outputs=[panel.told, panel.download], **name)
    gr.on(
        [runs.left.input, runs.right.input],
        does.compare,
        inputs=[runs.left, runs.right],
        outputs=runs.compared,
        **LIGHT,
    )
