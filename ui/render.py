"""An answer, a schema and rows as HTML. Everything that comes from outside goes through `text`.

Knows nothing of gradio or of how an answer is found.
"""

from __future__ import annotations

import base64
import csv
import html
import io
import re
from datetime import datetime, time
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from text2sql.answer import Answer, Candidate, plain
from text2sql.problems import Problem, QueryResult, Repair

SHOWN_ROWS = 200
WHOLE_CHARS = 20
SHOWN_CHARS = 300
CSV_MIME = "data:text/csv;charset=utf-8;base64,"
_WORDS = re.compile(r"\w+|\s+|.", re.DOTALL)
# Beside HTML's own: the page's HTML component reads its text as a template, and these begin one.
_TEMPLATE = str.maketrans({"{": "&#123;", "}": "&#125;", "$": "&#36;", "@": "&#64;", "`": "&#96;"})
# What each badge stands for: the stages whose problems turn it red.
CHECKS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Parsed", frozenset({"parse"})),
    ("Only reads", frozenset({"safety"})),
    ("Names fit", frozenset({"names", "bind"})),
    ("Ran", frozenset({"run"})),
)
STAGES: tuple[tuple[str, str], ...] = (
    ("load", "database"),
    ("prompt", "prompt"),
    ("first_token", "first token"),
    ("generate", "written"),
    ("validate", "checked"),
    ("execute", "run"),
)


def text(value: object) -> str:
    """Text that is safe inside HTML, and inside the page's HTML component.

    >>> text("<b>${x}</b>")
    '&lt;b&gt;&#36;&#123;x&#125;&lt;/b&gt;'
    """
    return html.escape(str(value)).translate(_TEMPLATE)


def duration(ms: float) -> str:
    """A time as people say it.

    >>> duration(0.4), duration(87.2), duration(2345.0)
    ('<1 ms', '87 ms', '2.3 s')
    """
    if ms < 1:
        return "<1 ms"
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"


def counted(count: int, noun: str) -> str:
    """A number with its noun: '1 row', '1,200 rows'."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def busy(message: str, share: float | None = None) -> str:
    """What is being done, with a bar: of a known length, or moving while nobody knows."""
    width = "" if share is None else f' style="width:{max(2, min(100, round(share * 100)))}%"'
    kind = "bar moving" if share is None else "bar"
    return (
        f'<div class="busy" role="status" aria-live="polite"><span>{text(message)}</span>'
        f'<div class="{kind}"><i{width}></i></div></div>'
    )


def failure(message: str, hint: str = "") -> str:
    """An error that is no fault of a statement: what is wrong, and what to do."""
    advice = f" <span>{text(hint)}</span>" if hint else ""
    return f'<div class="failure" role="alert"><strong>{text(message)}</strong>{advice}</div>'


def badges(answer: Answer) -> str:
    """Which checks the statement passed, and how long checking and running took."""
    broken = {problem.stage for problem in answer.problems}
    times = {
        "Names fit": answer.timings_ms.get("validate", 0.0),
        "Ran": answer.timings_ms.get("execute", 0.0),
    }
    parts, reached = [], True
    for name, stages in CHECKS:
        failed = bool(stages & broken) or (name == "Ran" and reached and answer.result is None)
        state = ("bad" if failed else "good") if reached else "skipped"
        took = f" <small>{duration(times[name])}</small>" if name in times and reached else ""
        word = {"good": "passed", "bad": "failed", "skipped": "not reached"}[state]
        label = f'<span class="unseen">{word}: </span>{name}{took}'
        parts.append(f'<li class="{state}">{label}</li>')
        reached = reached and not failed
    made = f'<ul class="badges" aria-label="Checks">{"".join(parts)}</ul>'
    return f'<div class="verdict" role="status">{made}{_vote(answer)}</div>'


def _vote(answer: Answer) -> str:
    if answer.agreement is None:
        return ""
    return f'<span class="pill">{answer.agreement:.0%} agreement</span>'


def findings(answer: Answer) -> str:
    """Problems that are left, and repairs that were made, in that order."""
    parts = [_problem(problem) for problem in answer.problems]
    made = "".join(_repair(repair) for repair in answer.repairs)
    listed = f'<ul class="problems">{"".join(parts)}</ul>' if parts else ""
    if made:
        head = "<h4>Repaired before running</h4>"
        listed += f'<section class="repairs">{head}<ul>{made}</ul></section>'
    if answer.omitted:
        names = text(", ".join(answer.omitted))
        listed += f'<p class="note">Not shown to the model, for want of room: {names}.</p>'
    return listed


def _problem(problem: Problem) -> str:
    place = f"Line {problem.line}" if problem.line else ""
    place += f", column {problem.column}" if problem.line and problem.column else ""
    where = f'<span class="place">{place}</span> ' if place else ""
    advice = text(problem.suggestion)
    told = f' <span class="advice">{advice}</span>' if advice else ""
    return f"<li>{where}{text(problem.message)}{told}</li>"


def _repair(repair: Repair) -> str:
    change = f'<div class="change">{_changed(repair.before, repair.after)}</div>'
    rule = text(repair.rule.replace("_", " "))
    return f'<li><span class="rule">{rule}</span> {text(repair.message)}{change}</li>'


def _changed(before: str, after: str) -> str:
    """Both texts in one, what went struck out and what came marked."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    parts = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(text("".join(old[a:b])))
            continue
        gone, come = text("".join(old[a:b])), text("".join(new[c:d]))
        parts.append((gone and f"<del>{gone}</del>") + (come and f"<ins>{come}</ins>"))
    return "".join(parts)


def result(answer: Answer, *, made_up: bool) -> str:
    """The rows as a table with their count and a download."""
    found = answer.result
    if found is None:
        return ""
    told = counted(len(found.rows), "row")
    if found.truncated:
        told = f"The first {told}; there are more"
    if len(found.rows) > SHOWN_ROWS:
        told += f" ({SHOWN_ROWS} shown)"
    mark = made_up_mark() if made_up else ""
    href = CSV_MIME + base64.b64encode(as_csv(found).encode()).decode()
    link = f'<a class="download" download="result.csv" href="{href}">Download CSV</a>'
    head = f'<div class="result-head"><span>{told}</span>{mark}{link}</div>'
    return head + (rows_table(found) if found.rows else _no_rows())


def _no_rows() -> str:
    return '<p class="empty">The statement ran; no row matches.</p>'


def made_up_mark() -> str:
    """What tells that rows are invented."""
    return '<span class="pill made-up" title="Invented to fit the schema">made-up rows</span>'


def rows_table(found: QueryResult, *, label: str = "Result") -> str:
    """Rows under their columns' names, numbers to the right, NULL as such."""
    right = [_is_number(found, place) for place in range(len(found.columns))]
    sides = [' class="number"' if one else "" for one in right]
    names = "".join(
        f'<th scope="col"{side} title="{text(kind)}">{text(name)}</th>'
        for name, kind, side in zip(found.columns, found.types, sides, strict=True)
    )
    days = [_only_days(found, place) for place in range(len(found.columns))]
    body = "".join(
        f"<tr>{''.join(map(_cell, row, sides, days))}</tr>" for row in found.rows[:SHOWN_ROWS]
    )
    return (
        f'<div class="rows" tabindex="0" role="region" aria-label="{text(label)}">'
        f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(value: Any, side: str, only_day: bool) -> str:
    if value is None:
        return f'<td{side}><span class="null">NULL</span></td>'
    shown = _short(_spelled(value, only_day))
    if not side and len(shown) <= WHOLE_CHARS:  # a date, a name: not broken over lines
        side = ' class="whole"'
    return f"<td{side}>{text(shown)}</td>"


def _spelled(value: Any, only_day: bool) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if only_day else value.isoformat(" ")
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value if isinstance(value, Decimal) else plain(value))


def _short(shown: str) -> str:
    return shown if len(shown) <= SHOWN_CHARS else shown[:SHOWN_CHARS] + "…"


def _only_days(found: QueryResult, place: int) -> bool:
    """Whether a column of moments names nothing but midnights."""
    values = [row[place] for row in found.rows if row[place] is not None]
    return all(isinstance(v, datetime) and v.time() == time() for v in values)


def _is_number(found: QueryResult, place: int) -> bool:
    values = [row[place] for row in found.rows[:SHOWN_ROWS] if row[place] is not None]
    return bool(values) and all(
        isinstance(v, int | float | Decimal) and not isinstance(v, bool) for v in values
    )


def as_csv(found: QueryResult) -> str:
    """All rows as CSV with a header; NULL is an empty field."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(found.columns)
    for row in found.rows:
        writer.writerow(["" if value is None else _csv_cell(value) for value in row])
    return out.getvalue()


def _csv_cell(value: Any) -> object:
    return value if isinstance(value, Decimal) else plain(value)


def candidates(answer: Answer) -> str:
    """The statements that took part in the vote, the chosen one marked."""
    if not answer.candidates:
        return ""
    items = "".join(_candidate(one) for one in answer.candidates)
    head = f"{counted(len(answer.candidates), 'different statement')} took part in the vote"
    return f'<details class="candidates"><summary>{head}</summary><ol>{items}</ol></details>'


def _candidate(one: Candidate) -> str:
    state = "chosen" if one.chosen else "" if one.runs else "failed"
    said = f"{counted(one.rows, 'row')}, {counted(one.votes, 'vote')}" if one.runs else one.problem
    mark = "chosen · " if one.chosen else ""
    return f'<li class="{state}"><code>{text(one.sql)}</code><small>{mark}{text(said)}</small></li>'


def latency(answer: Answer) -> str:
    """All stages' times in one line, and the speed of writing."""
    spent = answer.timings_ms
    parts = [
        f"<span>{name} <b>{duration(spent[key])}</b></span>"
        for key, name in STAGES
        if spent.get(key, 0.0) > 0
    ]
    speed = ""
    if answer.tokens and spent.get("generate"):
        rate = answer.tokens / spent["generate"] * 1e3
        speed = f"<span>{answer.tokens} tokens, {rate:.0f}/s</span>"
    total = f"<span>total <b>{duration(spent.get('total', 0.0))}</b></span>"
    return f'<div class="latency" aria-label="Time taken">{total}{"".join(parts)}{speed}</div>'
