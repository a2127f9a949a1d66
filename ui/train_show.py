"""Runs, previews and predictions as HTML. Everything that comes from outside goes through `text`.

Knows nothing of gradio or of how a run is found.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from finetune.config import PRESETS
from finetune.foreseen import Foreseen
from text2sql.released import adapter_name
from ui import render
from ui.render import text
from ui.train_charts import chart, line_of
from ui.train_data import LOOKED_AT, Preview, PreviewRow
from ui.train_runs import RunView
from ui.train_settings import NAMES, label

NO_RUN = (
    '<p class="empty">No run yet. Choose data, press Start, and watch it here. A run goes on when '
    "this tab, the browser or the page is closed.</p>"
)
SHOWN_CHANGES = 25
USE, PUT_DOWN = "Use it now", "Stop using it"  # one button says either, and means what it says
SHOWN_CHARS = 4_000
HEADERS = ["Run", "Status", "Data", "Accuracy", "Notes"]
_NAMED = ("data", "base", "adapter", "preset")


def span(seconds: float) -> str:
    """A time as people say it.

    >>> span(42.0), span(150.0), span(9000.0)
    ('42 s', '2.5 min', '2.5 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"


def head(view: RunView) -> str:
    """The run's name and status, how far it is, and what to know or do about it."""
    start = view.config.get("adapter")
    begun = f"from {adapter_name(str(start))}" if start else ""
    facts = [view.data, str(view.config.get("preset") or ""), begun, _began(view)]
    about = " · ".join(fact for fact in facts if fact)
    return (
        f'<div class="run-head"><h3>{text(view.name)}</h3>{_pill(view)}'
        f'<p class="note">{text(about)}</p></div><div class="run-state">{_state(view)}</div>'
    )


def _pill(view: RunView) -> str:
    return f'<span class="pill status {view.status.status}">{view.status.status}</span>'


def _began(view: RunView) -> str:
    began = view.status.started or view.status.queued
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(began)) if began else ""


def _state(view: RunView) -> str:
    job = view.status
    if job.status == "queued":
        place = f": place {job.place} in the queue" if job.place else ""
        return render.busy(f"Waits for its turn{place}. One run trains at a time.")
    if job.status in ("died", "failed"):
        verb = "died" if job.status == "died" else "failed"
        return render.failure(f"It {verb} at step {job.step}.", job.message)
    if job.ended:
        steps = f" {job.step} of {job.total} steps." if job.total else ""
        return f'<p class="empty" role="status">{text(job.message)}{steps}</p>'
    if job.message or not job.total:
        return render.busy(job.message or "Starting")
    left = view.seconds_left
    more = f" · about {span(left)} left" if left is not None else ""
    return render.busy(f"Step {job.step} of {job.total}{more}", job.step / job.total)


def charts(view: RunView) -> str:
    """Loss in large, what goes with it in small; the same frames before the first step."""
    found, total = view.metrics, view.status.total
    loss = [line_of("training", found, "loss"), line_of("held out", found, "eval_loss")]
    small = (
        ("Learning rate", line_of("", found, "learning_rate"), True),
        ("Gradient norm", line_of("", found, "grad_norm"), True),
        ("Tokens/s", line_of("", found, "tokens_per_second"), True),
        ("Memory, GB", line_of("", found, "peak_memory_mb", scale=1e-3), True),
    )
    drawn = "".join(
        chart(title, [line], total=total, small=True, from_zero=zero) for title, line, zero in small
    )
    return (
        f'<div class="run-charts">{chart("Loss", loss, total=total)}'
        f'<div class="small-charts">{drawn}</div></div>'
    )


def log_lines(view: RunView) -> str:
    """The last lines that the run wrote."""
    lines = "\n".join(view.status.log[-12:]) or "Nothing yet."
    return (
        f'<details class="run-log" open><summary>Last lines of the log</summary>'
        f'<div class="lines"><pre>{text(lines)}</pre></div></details>'
    )


def result(view: RunView) -> str:
    """Accuracy before and after, and the examples that changed; nothing before the end."""
    if view.status.status != "finished":
        return ""
    scored, paired = view.evaluation, view.evaluation.get("paired")
    if not isinstance(paired, dict) or view.accuracy is None:
        return '<p class="note">No held-out questions were scored.</p>'
    sides = (("Before", scored["against"]), ("After", scored))
    tiles = "".join(_tile(name, side.get("execution_accuracy", {})) for name, side in sides)
    told = (
        f"{_points(paired.get('difference'))} points "
        f"({_points(paired.get('low'))} to {_points(paired.get('high'))}), "
        f"McNemar p = {_number(paired.get('p')):.3f}, on {_number(paired.get('examples')):.0f} "
        "held-out questions, with 95 % intervals."
    )
    return (
        f'<section class="run-result"><h4>Execution accuracy</h4><div class="tiles">{tiles}</div>'
        f'<p class="note">{text(told)}</p>{_changes(scored, paired)}</section>'
    )


def _tile(name: str, share: Any) -> str:
    found = share if isinstance(share, dict) else {}
    value, low, high = (_number(found.get(key)) for key in ("value", "low", "high"))
    return (
        f'<div class="tile"><span>{name}</span><b>{value:.0%}</b>'
        f"<small>{low:.0%} to {high:.0%}</small></div>"
    )


def _changes(scored: dict[str, Any], paired: dict[str, Any]) -> str:
    before, after = _by_id(scored["against"]), _by_id(scored)
    parts = []
    for kind in ("fixed", "broken"):
        listed = paired.get(kind)
        keys = [str(key) for key in listed] if isinstance(listed, list) else []
        shown = "".join(
            _change(before.get(key, {}), after.get(key, {})) for key in keys[:SHOWN_CHANGES]
        )
        rest = len(keys) - SHOWN_CHANGES
        more = f"<li>and {rest} more</li>" if rest > 0 else ""
        parts.append(
            f'<details class="changes {kind}"><summary>{len(keys)} {kind}</summary>'
            f"<ul>{shown}{more}</ul></details>"
        )
    return "".join(parts)


def _change(before: dict[str, Any], after: dict[str, Any]) -> str:
    lines = (
        ("gold", after, "gold"),
        ("before", before, "predicted"),
        ("after", after, "predicted"),
    )
    told = "".join(
        f"<dt>{name}</dt><dd><code>{text(str(row.get(key) or '–')[:SHOWN_CHARS])}</code></dd>"
        for name, row, key in lines
    )
    return f"<li><p>{text(after.get('question', ''))}</p><dl>{told}</dl></li>"


def _by_id(side: dict[str, Any]) -> dict[str, dict[str, Any]]:
    rows = side.get("rows")
    found = rows if isinstance(rows, list) else []
    return {str(row.get("id")): row for row in found if isinstance(row, dict)}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _points(value: object) -> str:
    return f"{100 * _number(value):+.1f}"


def listed(views: Sequence[RunView]) -> list[list[str]]:
    """The list of runs, in the columns of HEADERS."""
    return [
        [view.name, _status(view), view.data[:40], _gain(view), " ".join(view.notes.split())[:60]]
        for view in views
    ]


def _status(view: RunView) -> str:
    place = view.status.place
    return f"queued, place {place}" if place else view.status.status


def _gain(view: RunView) -> str:
    return f"{view.accuracy[0]:.0%} → {view.accuracy[1]:.0%}" if view.accuracy else ""


def compared(left: RunView, right: RunView) -> str:
    """Two runs' settings side by side: those that differ, then how each ended."""
    keys = (*_NAMED, *NAMES)
    pairs = [(key, _setting(left, key), _setting(right, key)) for key in keys]
    differing = [(label(key), a, b) for key, a, b in pairs if a != b]
    ends = (
        ("Status", _status(left), _status(right)),
        ("Steps", str(left.status.step), str(right.status.step)),
        ("Last loss", _last_loss(left), _last_loss(right)),
        ("Accuracy", _gain(left) or "–", _gain(right) or "–"),
    )
    same = len(pairs) - len(differing)
    return (
        '<div class="rows compared"><table><thead><tr><td></td>'
        f'<th scope="col">{text(left.name)}</th><th scope="col">{text(right.name)}</th></tr>'
        f"</thead><tbody>{''.join(_row(*one) for one in [*differing, *ends])}</tbody></table></div>"
        f'<p class="note">{render.counted(same, "setting")} the same in both.</p>'
    )


def _row(name: str, left: str, right: str) -> str:
    return f'<tr><th scope="row">{text(name)}</th><td>{text(left)}</td><td>{text(right)}</td></tr>'


def _setting(view: RunView, key: str) -> str:
    if key == "data":
        return view.data
    value = view.config.get(key)
    return "–" if value is None or value == "" else str(value)[:80]


def _last_loss(view: RunView) -> str:
    losses = [one["loss"] for one in view.metrics if isinstance(one.get("loss"), int | float)]
    return f"{losses[-1]:.3f}" if losses else "–"


def preview(found: Preview) -> str:
    """The first rows as the model will see them, and what is dropped, with reasons."""
    scope = "" if found.whole else f" among the first {LOOKED_AT}; Check reads all of them"
    told = f"{render.counted(found.usable, 'usable example')}{scope}."
    dropped = "".join(f"<li>{text(reason)}</li>" for reason in found.dropped)
    why = f'<ul class="dropped">{dropped}</ul>' if dropped else ""
    rows = "".join(_example(number, row) for number, row in enumerate(found.rows, 1))
    return f'<div class="data-preview"><p class="note">{text(told)}</p>{why}{rows}</div>'


def _example(number: int, row: PreviewRow) -> str:
    tokens = f" · {render.counted(row.tokens, 'token')}" if row.tokens else ""
    return (
        f"<details{' open' if number == 1 else ''}><summary>Example {number}{tokens}</summary>"
        f'<pre class="prompt">{text(row.prompt[:SHOWN_CHARS])}</pre>'
        f'<pre class="completion">{text(row.completion[:SHOWN_CHARS])}</pre></details>'
    )


def foreseen(found: Foreseen, *, memory_free_mb: float, disk_free_mb: float) -> str:
    """What the run would take on this machine, beside what there is."""
    seconds = found.seconds + found.scoring_seconds
    scoring = f", {span(found.scoring_seconds)} of it for scoring" if found.scoring_seconds else ""
    free = f", {memory_free_mb / 1e3:.1f} GB free" if found.device == "cpu" else " on the GPU"
    facts = (
        ("Time", f"about {span(seconds)}", f"{found.tokens_per_second:.0f} tokens/s{scoring}"),
        ("Memory", f"{found.peak_memory_mb / 1e3:.1f} GB", f"at its most{free}"),
        (
            "Disk",
            f"{found.disk_mb:.0f} MB",
            f"checkpoints of {found.checkpoint_mb:.0f} MB, {disk_free_mb / 1e3:.1f} GB free",
        ),
        (
            "Steps",
            f"{found.steps:,}",
            f"{found.examples:,} examples in {found.sequences:,} sequences",
        ),
    )
    tiles = "".join(
        f'<div class="tile"><span>{name}</span><b>{text(value)}</b>'
        f"<small>{text(more)}</small></div>"
        for name, value, more in facts
    )
    data = "".join(f"<li>{text(line)}</li>" for line in found.data.splitlines())
    return f'<div class="foreseen"><div class="tiles">{tiles}</div><ul>{data}</ul></div>'


def training_line(view: RunView | None) -> str:
    """One line for all tabs while a run trains, for answers are slower then."""
    if view is None:
        return ""
    left = view.seconds_left
    more = f", about {span(left)} left" if left is not None else ""
    told = f"The run {view.name} trains now{more}: answers take longer."
    return f'<p class="note training" role="status">{text(told)}</p>'


def about_preset(preset: str) -> str:
    """A preset in a sentence."""
    if preset not in PRESETS:
        return ""
    minutes = PRESETS[preset].get("minutes")
    return f"About {minutes:.0f} minutes in all." if minutes else "Whole passes over the data."
