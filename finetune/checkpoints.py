"""Checkpoints that can be gone on from, and the adapter made of the last one.

What a crash or a full disk left half-written is set aside, with a message, and never met again.
Knows nothing of how a training goes on.
"""

from __future__ import annotations

import logging
import shutil
import zipfile
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from finetune.card import SETTINGS, WEIGHTS
from finetune.files import read_json, told, write_json
from finetune.run_folder import CHECKPOINT, RunFolder
from text2sql.errors import TrainingError

log = logging.getLogger(__name__)

_UNREADABLE = (OSError, ValueError, KeyError, SafetensorError, zipfile.BadZipFile)


def newest_usable(folder: RunFolder) -> Path | None:
    """The newest checkpoint that can be read whole; None if there is none.

    Newer ones that can't are renamed to `unreadable-N`, so that nobody counts on them; those cut
    short while they were written are removed.
    """
    complete = folder.checkpoints()
    for path in folder.path.glob("checkpoint-*"):
        if path not in complete and CHECKPOINT.fullmatch(path.name):
            log.warning("'%s' was cut short and is removed.", path.name)
            shutil.rmtree(path, ignore_errors=True)
    for path in reversed(complete):
        reason = _damage(path)
        if not reason:
            return path
        log.warning("'%s' can't be read (%s): going back to the one before.", path.name, reason)
        aside = path.with_name(path.name.replace("checkpoint", "unreadable"))
        with told(aside):
            shutil.rmtree(aside, ignore_errors=True)
            path.rename(aside)
    return None


def _damage(checkpoint: Path) -> str:
    """What is wrong with a checkpoint's weights or states; empty if nothing is."""
    try:
        weights = load_file(checkpoint / WEIGHTS)
        if not _finite(weights):
            return "its weights are no numbers"
        for path in sorted(checkpoint.glob("*.pt*")):  # torch's own format is a zip
            with zipfile.ZipFile(path) as archive:
                if broken := archive.testzip():
                    return f"'{broken}' in '{path.name}' is damaged"
    except _UNREADABLE as error:
        return str(error).partition("\n")[0] or type(error).__name__
    return ""


def steps_of(checkpoint: Path) -> tuple[int, int]:
    """The step of a checkpoint and the steps that its run was to take."""
    state = read_json(checkpoint / "trainer_state.json") or {}
    return int(state.get("global_step", 0)), int(state.get("max_steps", 0))


def last_good(folder: RunFolder) -> str:
    """A sentence that names what a failed run leaves to go on from."""
    complete = folder.checkpoints()
    if not complete:
        return "Nothing was saved before that."
    return f"The last good weights, of step {folder.last_step()}, are in '{complete[-1].name}'."


def adapter_from(checkpoint: Path, place: Path, base: str) -> None:
    """Fill `place` with the checkpoint's adapter, in half precision, for the base of that name.

    Below 10 MB at rank 8, and it computes the same: generation uses half precision anyway.
    Raises TrainingError if training left it without effect.
    """
    weights = load_file(checkpoint / WEIGHTS)
    if not _finite(weights) or not any(w.any() for name, w in weights.items() if "lora_B" in name):
        raise TrainingError(
            f"The adapter of '{checkpoint.name}' changes nothing: its weights are zero or no "
            "numbers.",
            hint="Check the learning rate and the targeted layers.",
        )
    settings: dict[str, Any] = read_json(checkpoint / SETTINGS) or {}
    with told(place):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        half = {name: weight.to(torch.bfloat16).contiguous() for name, weight in weights.items()}
        save_file(half, place / WEIGHTS, metadata={"format": "pt"})
    # PEFT writes where the base lay on this machine; elsewhere that means nothing.
    write_json(place / SETTINGS, {**settings, "base_model_name_or_path": base})


def _finite(weights: dict[str, torch.Tensor]) -> bool:
    return all(bool(torch.isfinite(weight).all()) for weight in weights.values())
