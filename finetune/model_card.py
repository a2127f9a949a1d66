"""The README of an exported adapter: the hub's front matter, then what people need to know.

Made from the adapter's card alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from finetune.card import BaseId, Card, Measured
from text2sql.weights import KNOWN

_TRAINING = (
    "epochs",
    "learning_rate",
    "schedule",
    "rank",
    "alpha",
    "target",
    "questions_per_sequence",
    "sequences_per_step",
    "value_hints",
    "canonical",
    "seed",
)


def model_card(card: Card, *, merged: bool = False) -> str:
    """The text of README.md, of the adapter alone or of the model it was merged into."""
    parts = (_front_matter(card, merged), _what(card, merged), _scores(card), _data(card))
    return "\n".join((*parts, _how(card)))


def hub_base(base: BaseId) -> str:
    """The base's name on the hub, where its unquantised weights are."""
    for weights in KNOWN.values():
        if base.sha256 == weights.sha256 or base.name == weights.name:
            return weights.repository.removesuffix("-GGUF")
    return base.name


def _licence(base: BaseId) -> str:
    known = (w.licence.lower() for w in KNOWN.values() if w.sha256 == base.sha256)
    return next(known, "other")


def _front_matter(card: Card, merged: bool) -> str:
    """YAML; each value is written as JSON, which is YAML too and needs no escapes of its own."""
    fields: dict[str, Any] = {
        "base_model": hub_base(card.base),
        "library_name": "transformers" if merged else "peft",
        "pipeline_tag": "text-generation",
        "license": _licence(card.base),
        "language": ["en"],
        "tags": ["text-to-sql", "duckdb", "qlora", "lora"],
        "datasets": [source.file for source in card.data],
        "metrics": ["execution_accuracy"],
    }
    if card.accuracy:
        fields["model-index"] = [{"name": card.name, "results": _results(card)}]
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]
    return "\n".join(("---", *lines, "---", ""))


def _results(card: Card) -> list[dict[str, Any]]:
    return [
        {
            "task": {"type": "text-generation", "name": "Text to SQL"},
            "dataset": {"name": measured.set, "type": measured.set},
            "metrics": [
                {"type": "execution_accuracy", "value": round(100 * measured.after["value"], 1)}
            ],
        }
        for measured in card.accuracy
    ]


def _what(card: Card, merged: bool) -> str:
    base = hub_base(card.base)
    kind = (
        f"`{base}` with a LoRA adapter merged in, in bf16,"
        if merged
        else f"A LoRA adapter for `{base}`"
    )
    use = "--base PATH --adapter none" if merged else "--adapter PATH"
    return f"""# {card.name}

{kind} that answers questions with DuckDB SQL. It was trained with QLoRA, on exactly this base and
for the prompt with the fingerprint `{card.prompt_fingerprint}`; with another prompt it does not do
what is measured below. With the project text2sql:

```
python app.py {use}
python -m text2sql ask "How many orders came in last month?" --schema schema.sql {use}
```
"""


def _scores(card: Card) -> str:
    if not card.accuracy:
        return "## Execution accuracy\n\nNot measured yet.\n"
    head = "| Set | Questions | Base | With the adapter | p (McNemar) |\n|---|---|---|---|---|"
    return "\n".join(("## Execution accuracy\n", head, *map(_score, card.accuracy), ""))


def _score(measured: Measured) -> str:
    name = f"{measured.set}, {measured.how}" if measured.how else measured.set
    p = "< 0.001" if measured.p < 0.001 else f"{measured.p:.3f}"
    before, after = _interval(measured.before), _interval(measured.after)
    return f"| {_cell(name)} | {measured.examples} | {before} | {after} | {p} |"


def _interval(share: Mapping[str, float]) -> str:
    return f"{share['value']:.1%} ({share['low']:.1%} to {share['high']:.1%})"


def _data(card: Card) -> str:
    lines = [
        f"| {_cell(one.file)} | {one.rows} | {_cell(one.licence) or 'not stated'} "
        f"| `{one.sha256[:16] or '-'}` |"
        for one in card.data
    ]
    head = "| Data | Rows used | Licence | SHA-256 |\n|---|---|---|---|"
    note = "The licences of the data oblige whoever passes the adapter on: name them with it.\n"
    return "\n".join(("## Trained on\n", head, *lines, "", note))


def _how(card: Card) -> str:
    lines = [f"- {name}: {card.config[name]}" for name in _TRAINING if name in card.config]
    if card.averaged:
        lines.append(f"- the mean of: {_cell(', '.join(card.averaged))}")
    versions = ", ".join(f"{name} {number}" for name, number in card.versions.items())
    return "\n".join(
        (
            "## How it was trained\n",
            *lines,
            f"- time: {card.seconds / 60:.0f} minutes on {card.machine or 'a machine not noted'}",
            f"- versions: {versions or 'not noted'}",
            f"- base file's SHA-256: {card.base.sha256 or 'taken by name'}",
            "",
            "## Limits\n",
            "It writes one SELECT for DuckDB, is often wrong on questions that need several steps "
            "of thought, and knows only the tables it is shown. Check what it writes before you "
            "rely on it, and run it read-only.\n",
        )
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
