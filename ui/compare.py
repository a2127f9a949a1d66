"""The Compare tab: one question, or a whole set, to two models side by side.

Layout and wiring; what the events do is in `compare_handlers` and `compare_set_handlers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr
from gradio.context import Context

from text2sql.released import NO_ADAPTER
from ui import choosing, compare_show, components
from ui.ask_handlers import UNTUNED
from ui.compare_handlers import CompareHandlers
from ui.compare_set import ALL_DEMOS, MAX_QUESTIONS, UPLOAD
from ui.compare_set_handlers import SetHandlers
from ui.components import MODEL_QUEUE, AnswerCard, Picker
from ui.corrections import build_correction_controls
from ui.service import Service

SET_QUEUE = "question-set"  # one at a time; between two answers others are served
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}
VOTES = (("Left is better", "left"), ("Right is better", "right"))
EVEN = (("Both are good", "both"), ("Neither is", "neither"))
SAMPLE_INFO = "0 asks all of them."


@dataclass(frozen=True)
class Pair:
    """The components of one comparison; `outputs` take what a comparison's updates give."""

    left: gr.Dropdown
    right: gr.Dropdown
    picker: Picker
    question: gr.Textbox
    blind: gr.Checkbox
    go: gr.Button
    stop: gr.Button
    cards: tuple[AnswerCard, AnswerCard]
    titles: tuple[gr.HTML, gr.HTML]
    verdict: gr.HTML
    fairness: gr.HTML
    difference: gr.HTML
    vote: gr.Group
    votes: tuple[gr.Button, ...]
    tally: gr.HTML
    key: gr.State
    examples: gr.Dataset
    asked: gr.State
    asked_of: gr.State

    @property
    def outputs(self) -> list[Any]:
        left, right = self.cards
        told = [self.verdict, self.fairness, self.difference, self.vote, self.tally, self.key]
        rest = [self.go, self.stop, self.asked, self.asked_of]
        return [*left.outputs, *right.outputs, *self.titles, *told, *rest]


@dataclass(frozen=True)
class QuestionSetBox:
    """The components of a question set; `outputs` take what a set's updates give."""

    which: gr.Dropdown
    file: gr.File
    sample: gr.Number
    seed: gr.Number
    go: gr.Button
    stop: gr.Button
    progress: gr.HTML
    scoreboard: gr.HTML
    bars: gr.HTML
    changes: gr.Dataset
    download: gr.DownloadButton
    key: gr.State

    @property
    def outputs(self) -> list[Any]:
        told = [self.progress, self.scoreboard, self.bars, self.changes, self.download]
        return [*told, self.key, self.go, self.stop]


def build(service: Service) -> None:
    """The tab, inside a gr.Tab."""
    pair = _pair(service)
    questions = _question_set(service)
    one, many = CompareHandlers(service), SetHandlers(service)
    # First, for a private event of the same name would take it.
    gr.api(one.api_compare, api_name="compare", concurrency_id=MODEL_QUEUE, concurrency_limit=1)
    _wire_pair(pair, one)
    _wire_set(questions, pair, many)


def _pair(service: Service) -> Pair:
    asked, asked_of = gr.State(""), gr.State({})
    with gr.Column(elem_classes="cmp-box"):
        with gr.Row(elem_classes="sides"):
            left = gr.Dropdown([UNTUNED], value=NO_ADAPTER, label="Left model", filterable=False)
            right = gr.Dropdown([UNTUNED], value=NO_ADAPTER, label="Right model", filterable=False)
        picker = components.picker(service)
        question = gr.Textbox(
            label="Question for both",
            placeholder="How many customers bought eggs in November?",
            lines=1,
            max_lines=5,
            elem_classes="question",
        )
        blind = gr.Checkbox(
            label="Blind: shuffle the sides and hide their names until I have voted",
            elem_classes="blind",
        )
        with gr.Row(elem_classes="cmp-buttons"):
            go = gr.Button("Compare", variant="primary")
            stop = gr.Button("Stop comparing", variant="stop", visible=False)
        samples = _samples(service, choosing.first_choice(service))
        examples = gr.Dataset(
            label="For example",
            components=[gr.Textbox(visible=False)],
            samples=samples,
            type="tuple",
            layout="gallery",
            visible=bool(samples),
            elem_classes="chips",
        )
    verdict = gr.HTML(elem_classes="cmp-line")
    with gr.Row(elem_classes="cmp-columns"):
        columns = [_column(place) for place in compare_show.HIDDEN]
    with gr.Group(visible=False, elem_classes="vote") as vote:
        gr.HTML("<h4>Which answer is better?</h4>")
        with gr.Row():
            votes = tuple(gr.Button(label, size="sm") for label, _ in (*VOTES, *EVEN))
    tally = gr.HTML()
    difference, fairness = gr.HTML(), gr.HTML()
    left_card, right_card = columns[0][1], columns[1][1]
    build_correction_controls(
        service,
        place="compare",
        asked=asked,
        asked_of=asked_of,
        statements=[("Left is right", left_card.sql), ("Right is right", right_card.sql)],
        by_hand=True,
    )
    return Pair(
        left, right, picker, question, blind, go, stop,
        (left_card, right_card), (columns[0][0], columns[1][0]),
        verdict, fairness, difference, vote, votes, tally, gr.State(""), examples, asked, asked_of,
    )  # fmt: skip


def _column(place: str) -> tuple[gr.HTML, AnswerCard]:
    with gr.Column(min_width=300, elem_classes="cmp-side"):
        head = gr.HTML(compare_show.title(place, ""))
        card = components.answer_card(editable=False, label=f"{place} SQL")
    return head, card


def _question_set(service: Service) -> QuestionSetBox:
    demos = [(choosing.demo_title(name), name) for name in service.databases.demos]
    listed = [("All sample databases", ALL_DEMOS), *demos, ("Upload questions …", UPLOAD)]
    with gr.Accordion("A whole question set", open=False, elem_classes="question-set"):
        with gr.Row():
            which = gr.Dropdown(
                listed,
                value=listed[min(1, len(listed) - 1)][1],
                label="Questions",
                filterable=False,
            )
            sample = gr.Number(
                10,
                label="Sample of",
                info=SAMPLE_INFO,
                precision=0,
                minimum=0,
                maximum=MAX_QUESTIONS,
            )
            seed = gr.Number(0, label="Seed of the sample", precision=0, minimum=0)
        file = gr.File(
            label="Questions: JSONL or CSV with question, schema, sql",
            file_types=[".jsonl", ".json", ".csv"],
            type="filepath",
            height=140,
            visible=False,
        )
        with gr.Row(elem_classes="cmp-buttons"):
            go = gr.Button("Ask both all of it", variant="primary")
            stop = gr.Button("Cancel, keep what is done", variant="stop", visible=False)
        progress, scoreboard, bars = gr.HTML(), gr.HTML(), gr.HTML()
        changes = gr.Dataset(
            label="Fixed and broken by the right side: click to open",
            components=[gr.Textbox(visible=False), gr.Textbox(visible=False)],
            headers=["Change", "Question"],
            samples=[],
            type="index",
            layout="table",
            visible=False,
            elem_classes="changes",
        )
        download = gr.DownloadButton("Download the report (JSON)", visible=False, size="sm")
    return QuestionSetBox(
        which, file, sample, seed, go, stop,
        progress, scoreboard, bars, changes, download, gr.State(""),
    )  # fmt: skip


def _wire_pair(page: Pair, does: CompareHandlers) -> None:
    picker = page.picker
    begun = gr.on(
        [page.go.click, page.question.submit],
        does.begin,
        outputs=page.outputs,
        trigger_mode="once",
        **AT_ONCE,
    )
    compared = begun.then(
        does.compare,
        inputs=[page.question, page.left, page.right, page.blind, *picker.inputs],
        outputs=page.outputs,
        concurrency_id=MODEL_QUEUE,
        concurrency_limit=1,
        **QUIET,
    )
    compared.failure(does.refused, outputs=page.outputs, **AT_ONCE)
    page.stop.click(does.stop, **AT_ONCE)
    named = [*page.titles, page.verdict, page.fairness, page.difference, page.vote, page.tally]
    for button, (_, choice) in zip(page.votes, (*VOTES, *EVEN), strict=True):
        button.click(
            partial(does.vote, choice),
            inputs=page.key,
            outputs=named,
            trigger_mode="once",
            concurrency_limit=4,
            **QUIET,
        )
    picker.choice.change(does.examples, inputs=picker.choice, outputs=page.examples, **AT_ONCE)
    page.examples.click(
        lambda sample: sample[0], inputs=page.examples, outputs=page.question, **AT_ONCE
    )
    picker.file.upload(
        does.upload,
        inputs=[picker.file, picker.upload],
        outputs=[picker.upload, page.verdict],
        concurrency_limit=2,
        **QUIET,
    )
    assert Context.root_block is not None  # a tab is built inside the page
    Context.root_block.load(does.sides, outputs=[page.left, page.right], **QUIET)
    for side in (page.left, page.right):
        side.focus(does.choices, outputs=[page.left, page.right], **AT_ONCE)


def _wire_set(page: QuestionSetBox, pair: Pair, does: SetHandlers) -> None:
    begun = page.go.click(does.begin, outputs=page.outputs, trigger_mode="once", **AT_ONCE)
    done = begun.then(
        does.run,
        inputs=[page.which, page.file, page.sample, page.seed, pair.left, pair.right],
        outputs=page.outputs,
        concurrency_id=SET_QUEUE,
        concurrency_limit=1,
        **QUIET,
    )
    done.failure(does.refused, outputs=page.outputs, **AT_ONCE)
    page.stop.click(does.stop, **AT_ONCE)
    page.which.input(
        lambda which: gr.File(visible=which == UPLOAD),
        inputs=page.which,
        outputs=page.file,
        **AT_ONCE,
    )
    page.changes.click(
        does.open_change,
        inputs=[page.changes, page.key],
        outputs=[pair.question, *pair.outputs],
        concurrency_limit=2,
        api_visibility="private",
        show_progress_on=pair.verdict,
    )


def _samples(service: Service, choice: str) -> list[list[str]]:
    return [[one] for one in service.databases.examples(components.demo_of(choice))]
