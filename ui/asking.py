"""From a question, or a statement, to what the page shows of its answer, step by step.

Values in, values out: knows nothing of gradio or of the page's layout.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlglot.errors import ErrorLevel

from text2sql.answer import Answer
from text2sql.database import Database
from text2sql.engine import MAX_QUESTION_CHARS
from text2sql.errors import QuestionError, Text2SQLError
from text2sql.generator import never
from text2sql.parsing import Unparsable, parse_statement
from ui import render
from ui.charts import Chart, chart_of
from ui.databases import Source
from ui.service import Service

log = logging.getLogger(__name__)

MOST_CANDIDATES = 8
LINE = 60  # a shorter statement stays on one line
REDRAW_S = 0.08  # a faster model is not drawn word by word
EMPTY = '<p class="empty">Ask a question: its SQL, the checks and the rows appear here.</p>'
BROKEN = "Something went wrong here."
BROKEN_HINT = "Your question is still there: try again. The log of the page says more."


@dataclass(frozen=True)
class View:
    """What the answer card shows; `sql` is None where it stays as it is."""

    head: str = EMPTY
    sql: str | None = ""
    findings: str = ""
    rows: str = ""
    foot: str = ""
    chart: Chart | None = None
    running: bool = False
    answer: Answer | None = None
    error: str = ""  # why there is no answer at all


def ask(
    service: Service,
    question: str,
    source: Source,
    *,
    adapter: str = "",
    candidates: float = 1,
    stop: threading.Event | None = None,
) -> Iterator[View]:
    """The answer as it grows, and whatever went wrong as a view too; the last is not running."""
    cancelled = stop.is_set if stop else never
    view = View()
    drawn = 0.0
    for view in _guarded(lambda: _asked(service, question, source, adapter, candidates, cancelled)):
        if not view.running or time.monotonic() - drawn > REDRAW_S:
            drawn = time.monotonic()
            yield view


def _asked(
    service: Service,
    question: str,
    source: Source,
    adapter: str,
    candidates: float,
    cancelled: Callable[[], bool],
) -> Iterator[View]:
    _demand_question(question)
    for state in service.models.wait(cancelled):
        told = f"{state.message}. Your question is next."
        yield View(head=render.busy(told, state.share), running=True)
    if cancelled():
        yield _stopped(View())
        return
    yield View(head=render.busy("Opening the database"), running=True)
    engine = service.models.engine(service.models.resolve(adapter))
    began = time.perf_counter()
    with service.databases.using(source, question) as database:
        load_ms = (time.perf_counter() - began) * 1e3
        steps = engine.steps(question, database, candidates=_count(candidates), cancelled=cancelled)
        for answer in steps:
            shown = with_load(answer, load_ms)
            yield answered(shown, database) if answer.step == "done" else _growing(shown)


def run(service: Service, sql: str, question: str, source: Source) -> View:
    """A statement that the visitor wrote or edited, checked and run as it is."""
    return list(_guarded(lambda: _ran(service, sql, question, source)))[-1]


def _ran(service: Service, sql: str, question: str, source: Source) -> Iterator[View]:
    began = time.perf_counter()
    with service.databases.using(source, question[:MAX_QUESTION_CHARS]) as database:
        load_ms = (time.perf_counter() - began) * 1e3
        answer = service.models.runner.run(sql, database)
        yield replace(answered(with_load(answer, load_ms), database), sql=None)


def _guarded(steps: Callable[[], Iterator[View]]) -> Iterator[View]:
    """The views, and one more that says what went wrong if something did."""
    sql: str | None = None
    try:
        for view in steps():
            sql = view.sql or sql
            yield view
    except Text2SQLError as error:
        yield _failed(error.message, error.hint, sql)
    except Exception:  # the page's edge: a message for the visitor, the trace for the log
        log.exception("An answer failed.")
        yield _failed(BROKEN, BROKEN_HINT, sql)


def _failed(message: str, hint: str, sql: str | None) -> View:
    return View(head=render.failure(message, hint), sql=sql, error=f"{message} {hint}".strip())


def answer_object(
    service: Service, question: str, source: Source, *, candidates: float = 1
) -> dict[str, Any]:
    """The whole answer as the API returns it; a reason under `error` where there is none."""
    view = View()
    for view in ask(service, question, source, candidates=candidates):
        pass
    return _as_object(view, question)


def run_object(service: Service, sql: str, source: Source) -> dict[str, Any]:
    """A statement's rows as the API returns them."""
    return _as_object(run(service, sql, "", source), "")


def _as_object(view: View, question: str) -> dict[str, Any]:
    if view.answer is not None:
        return view.answer.to_json()
    return no_answer(question, view.error)


def no_answer(question: str, error: str) -> dict[str, Any]:
    """The object of a question that could not be asked."""
    return Answer(question=question, step="done", error=error).to_json()


def with_load(answer: Answer, load_ms: float) -> Answer:
    """The answer with the time that its database took to open."""
    times = dict(answer.timings_ms)
    return replace(
        answer, timings_ms=times | {"load": load_ms, "total": times.get("total", 0.0) + load_ms}
    )


def answered(answer: Answer, database: Database) -> View:
    """The whole answer, or where it broke off."""
    view = View(
        head=render.badges(answer),
        sql=formatted(answer.sql) if answer.valid else answer.sql or answer.generated,
        findings=render.findings(answer),
        rows=render.result(answer, made_up=database.made_up),
        foot=render.candidates(answer) + render.latency(answer),
        chart=chart_of(answer.result) if answer.result else None,
        answer=answer,
    )
    return _stopped(view) if answer.stopped and answer.result is None else view


def _growing(answer: Answer) -> View:
    steps = {
        "prompt": "Reading the schema",
        "generate": "Writing SQL",
        "check": "Checking",
        "doubt": "It found nothing: trying other statements",
    }
    message = steps.get(answer.step, "Working")
    if answer.step == "generate":
        message += f" · {render.counted(answer.tokens, 'token')}"
    return View(head=render.busy(message), sql=answer.generated, running=True)


def _stopped(view: View) -> View:
    return replace(view, head='<p class="empty" role="status">Stopped.</p>', findings="")


def formatted(sql: str) -> str:
    """The statement over several lines if it is long; the same statement in any case.

    >>> formatted("SELECT 1")
    'SELECT 1'
    """
    if len(sql) <= LINE:
        return sql
    try:
        tree = parse_statement(sql).tree
        return tree.sql(dialect="duckdb", pretty=True, unsupported_level=ErrorLevel.IGNORE)
    except (Unparsable, RecursionError):
        return sql


def _demand_question(question: object) -> None:
    if not isinstance(question, str) or not question.strip():
        raise QuestionError("There is no question.", hint="Type what you want to know.")
    if len(question) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"The question has {len(question):,} characters; the most is {MAX_QUESTION_CHARS:,}.",
            hint="Ask in a sentence or two.",
        )


def _count(candidates: object) -> int:
    """How many candidates are meant, within bounds."""
    if not isinstance(candidates, int | float) or candidates != candidates:
        return 1
    return int(max(1, min(candidates, MOST_CANDIDATES)))
