"""What several tabs share: the page's head, the picker of a database, the card of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui import choosing, render
from ui.asking import EMPTY, View
from ui.charts import Chart
from ui.models import Loading
from ui.service import Service
from ui.visit import DEMO, PASTE, UPLOAD, Chosen, read_chosen

MODEL_QUEUE = "model"  # the concurrency_id of every event that uses the model
TICK_S, READY_TICK_S = 1.0, 5.0  # while the model loads; afterwards
FILE_TYPES = [".csv", ".tsv", ".txt", ".parquet", ".sqlite", ".sqlite3", ".db", ".duckdb"]
NAME = "text2sql"
CLAIM = "Ask a database in plain English"


def header(service: Service) -> None:
    """The page's name and the state of the model, which renews itself until the model is there."""
    first = head_html(service.models.state)
    line, drawn = gr.HTML(first, elem_id="page-head"), gr.State(first)
    timer = gr.Timer(TICK_S, active=True)

    def tick(drawn: str) -> tuple[Any, Any, Any]:
        state = service.models.state
        html = head_html(state)
        if html == drawn:  # said once; and who answers may be changed on another page
            return gr.skip(), gr.skip(), gr.skip()
        return html, html, gr.Timer(READY_TICK_S if state.ready else TICK_S)

    timer.tick(
        tick,
        inputs=drawn,
        outputs=[line, drawn, timer],
        show_progress="hidden",
        concurrency_limit=None,
        api_visibility="private",
    )


def head_html(state: Loading) -> str:
    """The page's first line: its name, and the model's state on the right."""
    if state.error:
        kind, told = "failed", state.error
    elif state.ready:
        kind, told = "ready", state.summary
    else:
        share = f" {state.share:.0%}" if 0 < state.share < 1 else ""
        kind, told = "loading", f"{state.message}{share}"
    notice = f'<p class="notice">{render.text(state.notice)}</p>' if state.notice else ""
    return (
        f'<header><div><h1>{NAME}</h1><p>{CLAIM}</p></div><div class="model {kind}" role="status">'
        f"<p><i></i>{render.text(told)}</p>{notice}</div></header>"
    )


@dataclass(frozen=True)
class Picker:
    """The components that say which database is meant; `inputs` go to `chosen` in this order."""

    choice: gr.Dropdown
    ddl: gr.Textbox
    dialect: gr.Dropdown
    file: gr.File
    upload: gr.State
    pasted: gr.Column
    uploaded: gr.Column

    @property
    def inputs(self) -> list[Any]:
        return [self.choice, self.ddl, self.dialect, self.upload]


def chosen(choice: object, ddl: object, dialect: object, upload: object) -> Chosen:
    """What the picker's components say."""
    texts = {"choice": choice, "dialect": dialect, "upload": upload}
    told = read_chosen(texts)
    # Too long a text is not dropped here: the parser says so, with what to do.
    return Chosen(told.choice, ddl if isinstance(ddl, str) else "", told.dialect, told.upload)


def picker(service: Service) -> Picker:
    """The choice of a database, with room to paste or upload one."""
    first = choosing.first_choice(service)
    choice = gr.Dropdown(
        choosing.choices(service), value=first, label="Database", filterable=False, min_width=240
    )
    with gr.Column(elem_classes=_own(first == PASTE)) as pasted:
        ddl = gr.Textbox(
            label="CREATE TABLE statements",
            placeholder="CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(50));",
            lines=8,
            max_lines=16,
            elem_classes="code-text",
        )
        dialect = gr.Dropdown(list(choosing.DIALECTS), value="", label="Dialect", filterable=False)
    with gr.Column(elem_classes=_own(False)) as uploaded:
        file = gr.File(label="File", file_types=FILE_TYPES, type="filepath", height=140)
    upload = gr.State("")
    choice.change(
        own_data,
        inputs=choice,
        outputs=[pasted, uploaded],
        show_progress="hidden",
        queue=False,
        api_visibility="private",
    )
    return Picker(choice, ddl, dialect, file, upload, pasted, uploaded)


def own_data(choice: object) -> tuple[Any, Any]:
    """Which of the picker's own-data inputs belong to a choice."""
    shown = (choice == PASTE, choice == UPLOAD)
    return gr.Column(elem_classes=_own(shown[0])), gr.Column(elem_classes=_own(shown[1]))


def _own(shown: bool) -> list[str]:
    """Classes that show own data's inputs or hide them.

    Hidden by style: what Gradio takes out of the page loses what was just typed into it, and what
    it hides with `visible="hidden"` is seen again as soon as another tab is opened.
    """
    return ["own-data"] if shown else ["own-data", "put-away"]


def demo_of(choice: object) -> str:
    """The sample database of a choice; "" for one's own."""
    return choice.removeprefix(DEMO) if isinstance(choice, str) and choice.startswith(DEMO) else ""


@dataclass(frozen=True)
class AnswerCard:
    """The components of one answer; `outputs` take what `shown` gives."""

    head: gr.HTML
    sql: gr.Code
    run: gr.Button
    findings: gr.HTML
    rows: gr.HTML
    bars: gr.BarPlot
    line: gr.LinePlot
    foot: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        return [
            self.head,
            self.sql,
            self.run,
            self.findings,
            self.rows,
            self.bars,
            self.line,
            self.foot,
        ]


def answer_card(*, editable: bool = True, label: str = "SQL") -> AnswerCard:
    """An empty card; `editable` lets the SQL be changed and run again."""
    head = gr.HTML(EMPTY, elem_classes="answer-head")
    sql = gr.Code(
        value="",
        language="sql",
        label=label,
        lines=1,
        interactive=editable,
        visible=False,
        wrap_lines=True,
        elem_classes="answer-sql",
        buttons=["copy"],
    )
    run = gr.Button("Run again", size="sm", visible=False, elem_classes="run-again")
    findings = gr.HTML(elem_classes="answer-findings")
    rows = gr.HTML(elem_classes="answer-rows")
    bars = gr.BarPlot(visible=False, height=280, container=False, label="Chart")
    line = gr.LinePlot(visible=False, height=280, container=False, label="Chart")
    foot = gr.HTML(elem_classes="answer-foot")
    return AnswerCard(head, sql, run, findings, rows, bars, line, foot)


def shown(view: View, *, editable: bool = True) -> list[Any]:
    """A view as updates of a card's `outputs`."""
    if view.sql is None:
        sql = gr.skip()
        run = gr.Button(interactive=not view.running)
    else:
        sql = gr.Code(value=view.sql, visible=bool(view.sql))
        run = gr.Button(visible=editable and bool(view.sql) and not view.running)
    return [view.head, sql, run, view.findings, view.rows, *_charts(view.chart), view.foot]


def _charts(chart: Chart | None) -> tuple[Any, Any]:
    """The chart's component with its data, the other one hidden."""
    if chart is None:
        return gr.BarPlot(visible=False), gr.LinePlot(visible=False)
    titles: dict[str, Any] = {
        "x": "label",
        "y": "value",
        "x_title": chart.label,
        "y_title": chart.value,
    }
    if chart.kind == "line":
        return gr.BarPlot(visible=False), gr.LinePlot(chart.frame, visible=True, **titles)
    order = list(chart.frame["label"])
    bars = gr.BarPlot(chart.frame, visible=True, sort=order, y_lim=_from_zero(chart), **titles)
    return bars, gr.LinePlot(visible=False)


def _from_zero(chart: Chart) -> list[float | None]:
    """The range of a bar chart: bars that do not start at zero mislead."""
    low, high = float(chart.frame["value"].min()), float(chart.frame["value"].max())
    return [min(low * 1.05, 0.0), max(high * 1.05, 0.0) or 1.0]
