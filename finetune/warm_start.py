"""Going on from an adapter: its own settings and weights are those of the first step.

An adapter's files are hostile until checked. Knows nothing of data, or of how training is done.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from peft import LoraConfig, set_peft_model_state_dict
from safetensors.torch import load_file

from finetune.card import CARD, WEIGHTS
from finetune.files import told
from text2sql.adapters import check_card, check_files, read_card
from text2sql.errors import AdapterError
from text2sql.model import Base
from text2sql.released import find_adapter

START = "start"  # in a run's folder


def keep(adapter: str, run: Path) -> None:
    """Copy the adapter into the run's folder, so that a resume needs nothing else.

    Raises AdapterError if there is none such, TrainingError if the disk is full.
    """
    kept = run / START
    if (kept / CARD).is_file():
        return
    found, unfinished = find_adapter(adapter), run / f".{START}"
    with told(kept):
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(found, unfinished)
        shutil.rmtree(kept, ignore_errors=True)
        unfinished.rename(kept)


def start_of(adapter: str, run: Path) -> Path:
    """The folder of the adapter that a run goes on from: its own copy, or where it was found."""
    kept = run / START
    return kept if (kept / CARD).is_file() else find_adapter(adapter)


def check(place: Path, base: Base) -> None:
    """AdapterError if that base can't go on from what is in the folder."""
    check_card(read_card(place), base)
    check_files(place)


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
