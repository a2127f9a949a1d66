"""A run, and the list of all, as updates of the Train tab's components, in the order laid out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from ui import train_show
from ui.train_runs import RunView

PANEL, LISTS = 15, 4  # updates of `panel_of` and of `lists_of`

Updates = list[Any]


def panel_of(view: RunView, *, in_use: bool, notes: bool, lasting: bool = False) -> Updates:
    """A run as updates of the panel's components; one in use for good can't be put down."""
    job = view.status
    done = job.status == "finished"
    return [
        train_show.head(view),
        train_show.charts(view),
        train_show.log_lines(view),
        train_show.result(view),
        gr.Button(visible=not job.ended, interactive=job.status != "stopping"),
        gr.Button(visible=job.resumable),
        gr.Button(visible=job.ended),
        gr.Button(
            value=train_show.PUT_DOWN if in_use else train_show.USE,
            variant="secondary" if in_use else "primary",
            visible=done and not lasting,
        ),
        gr.Button(visible=done),
        gr.DownloadButton(visible=False) if notes or not done else gr.skip(),
        gr.Column(visible=False) if notes or not job.ended else gr.skip(),
        gr.Textbox(value=view.notes, visible=True) if notes else gr.skip(),
        *((view.name, view.notes) if notes else (gr.skip(), gr.skip())),
        gr.Column(visible=True),
    ]


def empty_panel() -> Updates:
    """The panel where there is no run to show."""
    gone = [gr.Button(visible=False)] * 5
    hidden = [gr.DownloadButton(visible=False), gr.Column(visible=False)]
    notes = [gr.Textbox(visible=False), "", ""]
    return [train_show.NO_RUN, "", "", "", *gone, *hidden, *notes, gr.skip()]


def lists_of(views: Sequence[RunView]) -> Updates:
    """The list of runs, and what two of them can be chosen from."""
    names = [view.name for view in views]
    return [
        gr.Dataset(samples=train_show.listed(views), visible=bool(names)),
        gr.Dropdown(choices=names),
        gr.Dropdown(choices=names),
        gr.Column(visible=len(names) > 1),
    ]
