"""The About tab: what model and adapter answer here, from which bytes, and how good they are.

Made from the adapter's own card and from the table of known bases; nothing here is said twice.
"""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.context import Context

from finetune.card import WEIGHTS, Card, DataSource, Measured, read_card, sha256
from text2sql.errors import AdapterError
from text2sql.prompt import CONTEXT_BUDGET
from text2sql.weights import KNOWN, Weights
from ui import render
from ui.models import Models
from ui.service import Service

log = logging.getLogger(__name__)

SETTINGS = ("epochs", "max_steps", "minutes", "learning_rate", "rank", "alpha", "seed")
LIMITS = (
    "A model of this size misreads questions: look at the SQL and the rows, not only at badges.",
    "It writes one statement that reads. It never changes data, and the sandbox would refuse it.",
    "It was trained on English questions and on the data named here; other languages, dialects and "
    "fields may fare worse than the scores say.",
    "A schema without rows is filled with made-up ones: they show that the SQL runs, not what your "
    "data would answer.",
    f"Of a schema longer than {CONTEXT_BUDGET:,} tokens, the tables that have least to do with the "
    "question are left out and named.",
)
NO_ADAPTER_LOADED = "No adapter is loaded: the untuned base model answers here."


def build(service: Service) -> None:
    """The tab, inside a gr.Tab."""
    shown = gr.HTML(about_html(service.models), elem_classes="about")
    again: dict[str, Any] = {"outputs": shown, "show_progress": "hidden"}
    assert Context.root_block is not None  # a tab is built inside the page
    events = [Context.root_block.load]
    if isinstance(Context.block, gr.Tab):
        events.append(Context.block.select)
    gr.on(events, lambda: about_html(service.models), api_visibility="private", **again)


def about_html(models: Models) -> str:
    """The whole tab, for the model as it is now."""
    parts = [_running(models), _base(models), _adapter(models), _limits()]
    return "".join(f"<section>{part}</section>" for part in parts if part)


def _running(models: Models) -> str:
    state = models.state
    told = state.error or (state.summary if state.ready else f"{state.message} …")
    lines = [("Model", told)]
    if state.notice:
        lines.append(("Note", state.notice))
    lines.append(("Machine", machine()))
    return f"<h3>What runs here</h3>{_facts(lines)}"


def machine() -> str:
    """The machine in a few words."""
    return f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}"


def _base(models: Models) -> str:
    if models.settings.endpoint:
        told = "Answers come from another server; what its weights are is not known here."
        return f"<h3>Base model</h3><p>{told}</p>"
    known = KNOWN.get(models.settings.base.lower())
    if known is None:
        told = f"{models.settings.base}, by name: its bytes are not known beforehand."
        return f"<h3>Base model</h3><p>{render.text(told)}</p>"
    return f"<h3>Base model</h3>{_facts(_base_facts(known))}"


def _base_facts(known: Weights) -> list[tuple[str, str]]:
    return [
        ("Name", known.name),
        ("Source", f"{known.repository}, revision {known.revision}"),
        ("File", f"{known.filename}, {known.size:,} bytes"),
        ("SHA-256", known.sha256),
        ("Licence", known.licence),
        ("Loaded as", "4-bit NF4 with double quantisation, converted from that file"),
    ]


def _adapter(models: Models) -> str:
    head = "<h3>Adapter</h3>"
    info = models.loaded(models.default)
    if info is None:
        ready = models.state.ready
        told = NO_ADAPTER_LOADED if ready else "The model is still loading."
        return f'{head}<p role="status">{render.text(told)}</p>'
    try:
        card = read_card(info.path)
    except AdapterError as error:
        return f"{head}{render.failure(error.message, error.hint)}"
    return head + adapter_html(card, info.path)


def adapter_html(card: Card, folder: Path) -> str:
    """A card in full: identity, scores with intervals, data with licences, how it was trained."""
    weights = folder / WEIGHTS
    facts = [
        ("Name", folder.parent.name if folder.name == "adapter" else folder.name),
        ("File", f"{WEIGHTS}, {weights.stat().st_size:,} bytes"),
        ("SHA-256", _fingerprint(weights, weights.stat().st_mtime_ns)),
        ("For base", f"{card.base.name} {card.base.revision}".strip()),
        ("Prompt", card.prompt_fingerprint),
        ("Trained", _trained(card)),
        ("Mean of", ", ".join(card.averaged)),
        (
            "Settings",
            ", ".join(f"{k} {card.config[k]}" for k in SETTINGS if card.config.get(k) is not None),
        ),
        ("Versions", ", ".join(f"{name} {found}" for name, found in card.versions.items())),
    ]
    return (
        f"{_facts(facts)}<h4>Measured</h4>{_scores(card.accuracy)}"
        f"<h4>Trained on</h4>{_sources(card.data)}"
    )


@lru_cache(maxsize=16)
def _fingerprint(path: Path, changed: int) -> str:
    """The file's SHA-256, computed again when the file has changed."""
    return sha256(path)


def _trained(card: Card) -> str:
    took = f"{card.seconds / 60:.0f} minutes" if card.seconds else ""
    return ", ".join(part for part in (card.created, took, card.machine) if part)


def _scores(measured: Sequence[Measured]) -> str:
    if not measured:
        return "<p>Nothing was measured.</p>"
    rows = [
        [
            one.set + (f" ({one.how})" if one.how else ""),
            str(one.examples),
            _interval(one.before),
            _interval(one.after),
            _chance(one.p),
        ]
        for one in measured
    ]
    heads = ("Questions", "Number", "Base", "With the adapter", "McNemar's p")
    note = "<p>Execution accuracy with 95 % Wilson intervals, both through the same engine.</p>"
    return _table(heads, rows) + note


def _interval(side: Mapping[str, Any]) -> str:
    try:
        return f"{side['value']:.1%} ({side['low']:.1%} to {side['high']:.1%})"
    except (KeyError, TypeError, ValueError):
        return "not told"


def _chance(p: object) -> str:
    if not isinstance(p, int | float):
        return "not told"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _sources(data: Sequence[DataSource]) -> str:
    if not data:
        return "<p>The card does not say.</p>"
    rows = [[d.file, str(d.rows), d.licence or "not told", d.sha256 or "not told"] for d in data]
    return _table(("Data", "Examples", "Licence", "SHA-256"), rows)


def _limits() -> str:
    listed = "".join(f"<li>{limit}</li>" for limit in LIMITS)
    return f"<h3>Limits</h3><ul>{listed}</ul>"


def _facts(lines: Iterable[tuple[str, str]]) -> str:
    told = "".join(
        f"<dt>{name}</dt><dd>{render.text(value)}</dd>" for name, value in lines if value
    )
    return f"<dl>{told}</dl>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{render.text(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return (
        f'<div class="rows" tabindex="0" role="region" aria-label="{heads[0]}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
