"""The mean of several adapters' weights, as one adapter.

"Model soups" (Wortsman et al., 2022): where runs began at the same point, the mean of what they
learned is often better than each, and costs no more to run. It is meant for runs that went on from
one another; of strangers the mean means nothing, which measuring it will show.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from finetune.card import (
    SETTINGS,
    WEIGHTS,
    Card,
    DataSource,
    installed_versions,
    read_card,
    write_card,
)
from finetune.export import new_place
from finetune.files import read_json, write_json, write_text
from finetune.model_card import hub_base, model_card
from text2sql.errors import AdapterError

SHAPE = ("r", "lora_alpha", "use_rslora", "rank_pattern", "alpha_pattern")  # of an adapter


def average(adapters: Sequence[Path], output: Path) -> Path:
    """Write the mean of the adapters to the new folder `output`, unmeasured.

    Raises AdapterError if they are not of one base, prompt and shape; TrainingError if `output`
    exists or can't be written, and then nothing is left behind.
    """
    cards = [read_card(place) for place in adapters]
    _check(cards, adapters)
    weights = mean([load_file(place / WEIGHTS) for place in adapters])
    settings = read_json(adapters[0] / SETTINGS)
    if settings is None:
        raise AdapterError(f"The settings of '{adapters[0].name}' can't be read.")
    card = _card(output.name, cards)
    with new_place(output) as place:
        save_file(weights, place / WEIGHTS, metadata={"format": "pt"})
        write_json(place / SETTINGS, {**settings, "base_model_name_or_path": hub_base(card.base)})
        write_text(place / "README.md", model_card(card))
        write_card(place, card)
        place.rename(output)
    return output


def mean(several: Sequence[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """The mean of each tensor, taken in float32, in the format of the first."""
    first = several[0]
    shapes = [{name: tensor.shape for name, tensor in one.items()} for one in several]
    if any(shape != shapes[0] for shape in shapes):
        raise AdapterError("The adapters don't sit on the same layers with the same rank.")
    return {
        name: torch.stack([one[name].float() for one in several]).mean(0).to(tensor.dtype)
        for name, tensor in first.items()
    }


def _check(cards: Sequence[Card], adapters: Sequence[Path]) -> None:
    if len(cards) < 2:
        raise AdapterError("A mean takes two adapters or more.", hint="Name another one.")
    shapes = [_shape(place) for place in adapters]
    for card, shape in zip(cards, shapes, strict=True):
        if (card.base, card.prompt_fingerprint) != (cards[0].base, cards[0].prompt_fingerprint):
            raise AdapterError(
                f"'{card.name}' is not for the base and the prompt that '{cards[0].name}' is for."
            )
        if shape != shapes[0]:
            raise AdapterError(f"'{card.name}' has not the rank and scale of '{cards[0].name}'.")


def _shape(adapter: Path) -> dict[str, Any]:
    settings = read_json(adapter / SETTINGS) or {}
    return {name: settings.get(name) for name in SHAPE}


def _card(name: str, cards: Sequence[Card]) -> Card:
    """What all of them were trained with and on; what it scores is for a measurement to say."""
    same = {
        key: value
        for key, value in cards[0].config.items()
        if all(card.config.get(key) == value for card in cards)
    }
    sources: dict[tuple[str, str], DataSource] = {}
    for one in (source for card in cards for source in card.data):
        known = sources.get((one.file, one.sha256), one)
        sources[one.file, one.sha256] = max(known, one, key=lambda source: source.rows)
    return replace(
        cards[0],
        name=name,
        config={**same, "run": name, "averaged": [card.name for card in cards]},
        data=tuple(sources.values()),
        accuracy=(),
        seconds=sum(card.seconds for card in cards),
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        versions=installed_versions(),
    )
