"""Going on from an adapter: its own settings and weights are those of the first step.

An adapter's files are hostile until checked. Knows nothing of data, or of how training is done.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from peft import LoraConfig, set_peft_model_state_dict
from safetensors.torch import load_file

from finetune.card import WEIGHTS
from text2sql.adapters import check_card, check_files, read_card
from text2sql.errors import AdapterError
from text2sql.model import Base
from text2sql.released import find_adapter


def start_of(adapter: str, base: Base) -> Path:
    """The folder of an adapter given by name or path; AdapterError if it can't be gone on from."""
    place = find_adapter(adapter)
    check_card(read_card(place), base)
    check_files(place)
    return place


def settings_of(place: Path) -> LoraConfig:
    """The rank, the scale and the layers that the adapter was trained with."""
    try:
        settings = LoraConfig.from_pretrained(str(place))
    except (TypeError, ValueError) as error:
        raise AdapterError(
            f"The settings of the adapter in '{place.name}' can't be read."
        ) from error
    settings.inference_mode = False
    return settings


def put_weights(model: Any, place: Path) -> None:
    """Give a PEFT model the adapter's weights; AdapterError if they are not all its own."""
    try:
        found: Any = set_peft_model_state_dict(model, load_file(place / WEIGHTS))
    except RuntimeError as error:
        raise AdapterError(
            f"The weights in '{place.name}' have another shape than its settings say."
        ) from error
    missing = [name for name in found.missing_keys if "lora_" in name]
    if missing or found.unexpected_keys:
        raise AdapterError(
            f"The adapter in '{place.name}' is for other layers than its settings say."
        )
