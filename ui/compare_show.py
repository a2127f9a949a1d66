"""What the Compare tab shows, as HTML: verdict, fairness, difference, scoreboard, bars.

Everything that comes from outside goes through `render.text`. Knows nothing of gradio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from finetune.report import Report, Share
from finetune.scoring import wilson
from text2sql.answer import Answer
from text2sql.difference import Difference, Span
from ui import render
from ui.asking import View, formatted
from ui.compare_pair import BASE_TITLE, Comparison, Fairness, Side, shown_sql
from ui.compare_set import SetProgress, SetResult

WAITS = '<p class="empty">This side answers after the other one.</p>'
STOPPED = '<p class="empty" role="status">Stopped.</p>'
HIDDEN = ("Left", "Right")


def side_views(now: Comparison, *, made_up: bool) -> tuple[View, View]:
    """Both cards at this moment."""
    left = _side_view(now.left, running=now.running == "left", made_up=made_up)
    right = _side_view(now.right, running=now.running == "right", made_up=made_up)
    if now.running == "left":
        right = replace(right, head=WAITS)
    return left, right


def _side_view(answer: Answer, *, running: bool, made_up: bool) -> View:
    if answer.stopped and answer.result is None:
        return View(head=STOPPED, sql=answer.generated, running=running)
    if answer.step != "done":
        told = f"Writing SQL · {render.counted(answer.tokens, 'token')}"
        head = render.busy(told if answer.tokens else "Reading the schema") if running else ""
        return View(head=head, sql=answer.generated, running=running)
    return View(
        head=render.badges(answer),
        sql=formatted(answer.sql) if answer.valid else shown_sql(answer),
        findings=render.findings(answer),
        rows=render.result(answer, made_up=made_up),
        foot=render.latency(answer) if answer.timings_ms.get("generate") else "",
        running=running,
        answer=answer,
    )


def called(left: str | None, right: str | None) -> tuple[str, str]:
    """What the sides are called; by their place where both are the same."""
    names = left or BASE_TITLE, right or BASE_TITLE
    return HIDDEN if names[0] == names[1] else names


def title(place: str, side: str) -> str:
    """The heading of one column."""
    return f'<h3 class="side-name"><small>{render.text(place)}</small> {render.text(side)}</h3>'


def verdict(now: Comparison, names: tuple[str, str], *, hidden: bool = False) -> str:
    """The line over the two columns, below the alarm that it means nothing.

    Hidden, only the alarm: who is right must not sway a vote.
    """
    if now.verdict is None:
        return ""
    if hidden:
        return _alarm(now.fairness)
    found = now.verdict
    kind = "good" if found.same_rows else "odd"
    return (
        f'{_alarm(now.fairness)}<div class="cmp-verdict {kind}" role="status"><strong>'
        f"{render.text(found.told(*names))}</strong></div>"
    )


def _alarm(found: Fairness | None) -> str:
    if found is None or not found.alarm:
        return ""
    return f'<div class="alarm" role="alert"><strong>{render.text(found.alarm)}</strong></div>'


def fairness(found: Fairness | None, *, hidden: bool) -> str:
    """The proof that two different models answered."""
    if found is None:
        return ""
    if hidden:
        return '<p class="empty">Who is who, and who is right, is shown after your vote.</p>'
    return (
        f'<div class="fairness"><h4>Is this fair?</h4><p>{render.text(_measured(found))}</p>'
        f"<dl>{_side(found.left)}{_side(found.right)}</dl>"
        "<p><small>One base in memory; an adapter is switched on or off. Same prompt, greedy "
        "decoding, same checks and repairs, one side after the other.</small></p></div>"
    )


def _measured(found: Fairness) -> str:
    if found.distance is None:
        return "This model can't show its logits, so the sides' difference is not measured."
    told = f"Largest difference of the next-token logits on this prompt: {found.distance:.3g}."
    return f"{told} Both sides are the same model." if found.same_model else told


def _side(side: Side) -> str:
    mark = f" <code>{render.text(side.fingerprint)}</code>" if side.fingerprint else ""
    lines = [f"Trained on: {side.trained_on}" if side.adapter else side.trained_on, side.accuracy]
    told = "".join(f"<dd>{render.text(line)}</dd>" for line in lines if line)
    return f"<dt>{render.text(side.title)}{mark}</dt>{told}"


def difference(found: Difference | None, names: tuple[str, str]) -> str:
    """Both statements with what differs marked, under the difference in words."""
    if found is None:
        return ""
    told = "".join(f"<li>{render.text(sentence)}</li>" for sentence in found.sentences)
    if found.same:
        return f'<div class="difference"><h4>The two statements</h4><ul>{told}</ul></div>'
    sides = zip(names, (found.left, found.right), strict=True)
    columns = "".join(
        f"<figure><figcaption>{render.text(name)}</figcaption><pre>{_marked(spans)}</pre></figure>"
        for name, spans in sides
    )
    return (
        f'<div class="difference"><h4>What differs in the SQL</h4><ul>{told}</ul>'
        f'<div class="two">{columns}</div></div>'
    )


def _marked(spans: Sequence[Span]) -> str:
    return "".join(
        f"<mark>{render.text(span.text)}</mark>" if span.differs else render.text(span.text)
        for span in spans
    )


def progress(now: SetProgress) -> str:
    """How far the set is, and how long it still takes."""
    if now.running:
        left = now.seconds_left
        more = f", about {told_time(left)} left" if left is not None else ""
        told = f"{now.done} of {now.total} answers{more}"
        return render.busy(told, now.done / now.total if now.total else None)
    kept = " Stopped early: this is what was done." if now.stopped else ""
    note = f" {now.result.questions.note}" if now.result.questions.note else ""
    done = f"{now.done} answers in {told_time(now.seconds)}.{kept}{note}"
    return f'<p class="empty" role="status">{render.text(done)}</p>'


def told_time(seconds: float) -> str:
    """Seconds as people say them.

    >>> told_time(42.2), told_time(160), told_time(7200)
    ('42 s', '3 min', '2.0 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def scoreboard(result: SetResult, names: tuple[str, str]) -> str:
    """Both sides' scores in a table, and whether the difference could be chance."""
    sides = (result.left, result.right)
    if not any(side.rows for side in sides):
        return ""
    lines = [
        ("Execution accuracy", [_share(side.accuracy) for side in sides]),
        ("Valid", [f"{side.valid:.1%}" for side in sides]),
        ("Executes", [f"{side.executes:.1%}" for side in sides]),
        ("Latency, median", [_seconds(side, 50) for side in sides]),
        ("Latency, 95th percentile", [_seconds(side, 95) for side in sides]),
        ("Questions judged", [str(len(side.rows)) for side in sides]),
        ("Excluded (gold can't judge)", [str(len(side.excluded)) for side in sides]),
    ]
    head = "".join(f'<th scope="col">{render.text(name)}</th>' for name in names)
    body = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for name, cells in lines
    )
    told = f"{names[1]} less {names[0]}: {result.paired}"
    return (
        f'<div class="scoreboard"><table><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table><p>{render.text(told)}</p></div>"
    )


def _share(share: Share) -> str:
    low, high = wilson(share.right, share.total)
    told = f"{low:.0%} to {high:.0%}; {share.right} of {share.total}"
    return f"<b>{share.value:.1%}</b> <small>{told}</small>"


def _seconds(side: Report, percent: float) -> str:
    found = side.latency(percent)
    return "–" if found is None else render.duration(found)


def bars(result: SetResult, names: tuple[str, str]) -> str:
    """Execution accuracy by difficulty: a bar a side, a thin line for its 95 % interval."""
    shares = [side.by_difficulty() for side in (result.left, result.right)]
    labels = list(dict.fromkeys([*shares[0], *shares[1]]))
    if not labels:
        return ""
    none = Share(0, 0)
    groups = "".join(
        f'<div class="group"><h5>{render.text(label)}</h5>'
        + "".join(_bar(n, names[n], shares[n].get(label, none)) for n in (0, 1))
        + "</div>"
        for label in labels
    )
    return f'<div class="accuracy-bars"><h4>Accuracy by difficulty</h4>{groups}</div>'


def _bar(place: int, name: str, share: Share) -> str:
    low, high = wilson(share.right, share.total)
    told = f"{share.value:.0%} ({share.right} of {share.total})"
    return (
        f'<div class="line"><span>{render.text(name)}</span>'
        f'<div class="track side-{place}"><i style="width:{share.value:.1%}"></i>'
        f'<u style="left:{low:.1%};width:{high - low:.1%}"></u></div><span>{told}</span></div>'
    )
