"""The Train tab's components: the form of a new run, the shown run, the list of all.

Layout alone: what happens is wired in `train`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from finetune.config import PRESETS, SCHEDULES, TrainConfig, help_for
from ui import choosing, train_data, train_show
from ui.train_data import FEWEST, FILE_TYPES, MOST, SOURCES, USUAL
from ui.train_handlers import NEW_ADAPTER
from ui.train_settings import (
    FOLDED,
    IN_SIGHT,
    MAX_NOTES,
    NAMES,
    kind,
    label,
    may_be_unset,
    preset_values,
)

FIRST_PRESET = "quick"


@dataclass(frozen=True)
class Form:
    """What a new run is made of; `inputs` go to the handlers in this order."""

    source: gr.Dropdown
    schema: gr.Textbox
    dialect: gr.Dropdown
    count: gr.Number
    file: gr.File
    hub: gr.Textbox
    adapter: gr.Dropdown
    run: gr.Textbox
    notes: gr.Textbox
    preset: gr.Radio
    settings: tuple[Any, ...]
    groups: tuple[gr.Column, ...]
    from_ask: gr.Button
    look: gr.Button
    preview: gr.HTML
    about: gr.HTML
    check: gr.Button
    cancel: gr.Button
    start: gr.Button
    checked: gr.HTML
    told: gr.HTML

    @property
    def inputs(self) -> list[Any]:
        data = [self.source, self.schema, self.dialect, self.count, self.file, self.hub]
        return [*data, self.adapter, self.run, self.notes, self.preset, *self.settings]


@dataclass(frozen=True)
class Panel:
    """The shown run; `outputs` take what `panel_of` gives."""

    head: gr.HTML
    charts: gr.HTML
    log: gr.HTML
    result: gr.HTML
    stop: gr.Button
    resume: gr.Button
    delete: gr.Button
    use: gr.Button
    export: gr.Button
    download: gr.DownloadButton
    confirm: gr.Column
    notes: gr.Textbox
    noted_run: gr.Textbox  # whose notes are drawn, and which: they come with what is written
    noted: gr.Textbox
    column: gr.Column
    told: gr.HTML
    question: gr.HTML
    sure: gr.Button
    keep: gr.Button

    @property
    def outputs(self) -> list[Any]:
        return [
            self.head, self.charts, self.log, self.result, self.stop, self.resume, self.delete,
            self.use, self.export, self.download, self.confirm, self.notes, self.noted_run,
            self.noted, self.column,
        ]  # fmt: skip


@dataclass(frozen=True)
class Runs:
    """The list of runs, and two of them side by side."""

    listed: gr.Dataset
    left: gr.Dropdown
    right: gr.Dropdown
    pair: gr.Column
    compared: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        return [self.listed, self.left, self.right, self.pair]


def lay_out_form() -> Form:
    """Data and settings of a new run, and its buttons."""
    gr.HTML("<h2>New run</h2>", elem_classes="side-title")
    with gr.Column(elem_classes="train-box"):
        source = gr.Dropdown(
            list(SOURCES), value=train_data.BUNDLED, label="Data", filterable=False
        )
        with gr.Column(visible=False, elem_classes="train-box") as made_up:
            schema = gr.Textbox(
                label="CREATE TABLE statements",
                info="Questions with their SQL are made up for these tables: no labels needed.",
                lines=6,
                max_lines=14,
                elem_classes="code-text",
            )
            from_ask = gr.Button("Take what is pasted on Ask", size="sm", elem_classes="small")
            with gr.Row():
                dialect = gr.Dropdown(
                    list(choosing.DIALECTS), value="", label="Dialect", filterable=False
                )
                count = gr.Number(
                    USUAL, label="Examples", precision=0, info=f"{FEWEST} to {MOST:,}."
                )
        with gr.Column(visible=False, elem_classes="train-box") as uploaded:
            file = gr.File(
                label="JSONL or CSV: question, schema, sql",
                file_types=list(FILE_TYPES),
                type="filepath",
                height=140,
            )
        with gr.Column(visible=False, elem_classes="train-box") as on_hub:
            hub = gr.Textbox(
                label="Data set",
                placeholder="b-mc2/sql-create-context",
                info="Its name on the hub; its training split is fetched.",
            )
        look = gr.Button("Preview", size="sm", elem_classes="small")
        preview = gr.HTML(elem_classes="train-preview")
        adapter = gr.Dropdown(
            [NEW_ADAPTER],
            value="",
            label="Start from",
            filterable=False,
            info="An adapter that is gone on from keeps its rank, scale and layers.",
        )
        preset = gr.Radio(list(PRESETS), value=FIRST_PRESET, label="Preset")
        about = gr.HTML(train_show.about_preset(FIRST_PRESET), elem_classes="note")
        settings = _lay_out_settings()
        run = gr.Textbox(label="Name", placeholder="made of the time", max_lines=1)
        notes = gr.Textbox(label="Notes", lines=1, max_lines=4, max_length=MAX_NOTES)
        with gr.Row(elem_classes="ask-buttons"):
            start = gr.Button("Start", variant="primary", elem_classes="start-run")
            check = gr.Button("Check")
            cancel = gr.Button("Cancel", variant="stop", visible=False)
        told = gr.HTML(elem_classes="train-told")
        checked = gr.HTML(elem_classes="train-checked")
    return Form(
        source, schema, dialect, count, file, hub, adapter, run, notes, preset, settings,
        (made_up, uploaded, on_hub), from_ask, look, preview, about, check, cancel, start,
        checked, told,
    )  # fmt: skip


def _lay_out_settings() -> tuple[Any, ...]:
    """A field a setting, in the order of NAMES."""
    values = dict(zip(NAMES, preset_values(FIRST_PRESET), strict=True))
    with gr.Row(elem_classes="fields"):
        shown = [_field(name, values[name]) for name in IN_SIGHT]
    more = gr.Accordion("More settings", open=False, elem_classes="more")
    with more, gr.Row(elem_classes="fields"):
        folded = [_field(name, values[name]) for name in FOLDED]
    return (*shown, *folded)


def _field(name: str, value: Any) -> Any:
    """The component of a setting, by its type."""
    info = help_for(name) + (" 0 sets none." if may_be_unset(name) else "")
    about: dict[str, Any] = {"label": label(name), "info": info, "min_width": 150}
    if name == "schedule":
        return gr.Dropdown(list(SCHEDULES), value=value, filterable=False, **about)
    found = kind(name)
    if found is bool:
        return gr.Checkbox(value, **about)
    if found is str:
        return gr.Textbox(value, max_lines=1, **about)
    # Bounds are the config's to tell: it says what to do as well.
    fine = {"precision": 0} if found is int else {"step": 0.0001 if _is_small(name) else 0.1}
    return gr.Number(value, **fine, **about)


def _is_small(name: str) -> bool:
    """Whether a setting's usual steps are far below one."""
    return 0 < float(getattr(TrainConfig(), name) or 1.0) < 0.01


def lay_out_panel() -> Panel:
    """The shown run."""
    with gr.Column(elem_classes="run-panel") as column:
        head = gr.HTML(train_show.NO_RUN, elem_classes="run-top")
        with gr.Row(elem_classes="ask-buttons"):
            use = gr.Button(train_show.USE, variant="primary", visible=False)
            stop = gr.Button("Stop and save", variant="stop", visible=False)
            resume = gr.Button("Resume", variant="primary", visible=False)
            export = gr.Button("Export as zip", visible=False)
            download = gr.DownloadButton("Download the zip", visible=False)
            delete = gr.Button("Delete", visible=False)
        with gr.Column(visible=False, elem_classes="train-box confirm") as confirm:
            question = gr.HTML()
            with gr.Row(elem_classes="ask-buttons"):
                sure = gr.Button("Delete it", variant="stop")
                keep = gr.Button("Keep it")
        told = gr.HTML(elem_classes="train-told")
        result = gr.HTML()
        charts = gr.HTML()
        log = gr.HTML()
        notes = gr.Textbox(
            label="Notes", lines=1, max_lines=4, max_length=MAX_NOTES, visible=False,
            info="Kept when you leave the field.",
        )  # fmt: skip
        noted_run, noted = gr.Textbox(visible=False), gr.Textbox(visible=False)
    return Panel(
        head, charts, log, result, stop, resume, delete, use, export, download, confirm, notes,
        noted_run, noted, column, told, question, sure, keep,
    )  # fmt: skip


def lay_out_runs() -> Runs:
    """The list of all runs, and the comparison of two."""
    listed = gr.Dataset(
        label="Runs",
        components=[gr.Textbox(visible=False) for _ in train_show.HEADERS],
        headers=train_show.HEADERS,
        samples=[],
        type="values",
        layout="table",
        visible=False,
        elem_classes="run-list",
    )
    with gr.Column(visible=False, elem_classes="train-box") as pair:
        with gr.Row():
            left = gr.Dropdown([], label="Compare", value=None, filterable=False)
            right = gr.Dropdown([], label="with", value=None, filterable=False)
        compared = gr.HTML()
    return Runs(listed, left, right, pair, compared)
