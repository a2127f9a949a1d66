"""LoRA adapters on one base: loaded by PEFT, switched on and off, applied leanly.

Knows nothing of prompts or generation. An adapter file is hostile until checked: only safetensors
are read, and the card must name this base and this prompt.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from peft.tuners.lora import LoraLayer
from safetensors import SafetensorError
from safetensors.torch import load_file

from text2sql.errors import AdapterError
from text2sql.model import Base
from text2sql.prompt import FINGERPRINT
from text2sql.released import AdapterInfo

WEIGHTS_FILE = "adapter_model.safetensors"
MAX_WEIGHTS_BYTES = 512_000_000
# Tokens at a time up to which float32 is quicker on a CPU than bf16: 10 µs a layer, not 42.
FEW = 4


class Adapters:
    """One base in memory with any number of adapters, of which at most one is switched on.

    Everything that computes goes through `active`, which holds the one lock.
    """

    def __init__(self, base: Base) -> None:
        self.base = base
        self.model: Any = base.model
        self.loaded: dict[str, AdapterInfo] = {}
        # A plain lock: a stream is begun in one thread, and may go on and end in others.
        self._lock = threading.Lock()
        self._switch = _Switch()
        ends = base.model.generation_config.eos_token_id
        listed = ends if isinstance(ends, list) else [ends]
        self.end_tokens = {e for e in [*listed, base.tokenizer.eos_token_id] if e is not None}

    def load(self, name: str, path: Path) -> AdapterInfo:
        """Read an adapter from its folder; AdapterError says what is wrong with it."""
        card = read_card(path)
        check_card(card, self.base)
        check_files(path)
        fingerprint = _sha256(path / WEIGHTS_FILE)[:16]
        key = f"{name}:{fingerprint}"
        with self._lock:
            if name not in self.loaded or self.loaded[name].fingerprint != fingerprint:
                self._load(key, path)
            info = AdapterInfo(name, path, fingerprint, card)
            self.loaded[name] = info
        return info

    def _load(self, key: str, path: Path) -> None:
        slot = key.replace(".", "_").replace(":", "-")  # a module's name can't hold a dot
        try:
            if isinstance(self.model, PeftModel):
                if slot not in self.model.peft_config:
                    self.model.load_adapter(path, adapter_name=slot, use_safetensors=True)
            else:
                self.model = PeftModel.from_pretrained(
                    self.model, path, adapter_name=slot, use_safetensors=True
                )
        except (ValueError, RuntimeError, KeyError, OSError, TypeError) as error:
            self._forget(slot)
            raise AdapterError(
                f"The adapter in '{path.name}' can't be loaded: {str(error).splitlines()[0]}",
                hint="It must be a LoRA adapter for this base, as PEFT saves it.",
            ) from error
        self.model.eval()
        self._apply_leanly(slot)

    def _forget(self, slot: str) -> None:
        """Take out what a failed load left in the model, or a second one would find it there."""
        for layer in self._adapted_layers(slot):
            layer.delete_adapter(slot)
        getattr(self.model, "peft_config", {}).pop(slot, None)

    def _apply_leanly(self, slot: str) -> None:
        """Keep A and B in the compute format, and skip what PEFT does around two products."""
        for layer in self._adapted_layers(slot):
            layer.lora_A[slot].to(self.base.dtype)
            layer.lora_B[slot].to(self.base.dtype)
            layer.forward = _LeanLora(layer, self._switch)

    def _adapted_layers(self, slot: str | None) -> list[Any]:
        layers = self.model.modules()
        return [x for x in layers if isinstance(x, LoraLayer) and slot and slot in x.lora_A]

    @contextmanager
    def active(self, name: str | None) -> Iterator[None]:
        """Hold the model with that adapter switched on, or with none."""
        with self._lock:
            if name is not None and name not in self.loaded:
                raise AdapterError(f"There is no adapter '{name}'.", hint="Load it first.")
            self._switch.slot = self._slot(name)
            yield

    def _slot(self, name: str | None) -> str | None:
        if name is None:
            return None
        info = self.loaded[name]
        return f"{name}:{info.fingerprint}".replace(".", "_").replace(":", "-")

    def fingerprint(self, name: str | None) -> str:
        """What tells this adapter's computations from another's; empty for the bare base."""
        return self.loaded[name].fingerprint if name is not None else ""

    def largest_b(self, name: str) -> float:
        """The largest entry of any lora_B: zero would mean an adapter without effect."""
        slot = self._slot(name)
        return max(float(x.lora_B[slot].weight.abs().max()) for x in self._adapted_layers(slot))


@dataclass
class _Switch:
    """Which adapter is on, seen by every adapted layer of one base."""

    slot: str | None = None


class _LeanLora:
    """The forward pass of one adapted layer: y = Wx + s·B(Ax), or Wx alone when switched off.

    On a CPU, A and B are there in float32 too: a small product in bf16 is more set-up than work.
    """

    def __init__(self, layer: Any, switch: _Switch) -> None:
        self.base_layer = layer.base_layer
        self.switch = switch
        self.parts = {
            slot: (
                layer.lora_A[slot].weight.detach().t().contiguous(),
                (layer.lora_B[slot].weight.detach() * layer.scaling[slot]).t().contiguous(),
            )
            for slot in layer.lora_A
        }
        on_cpu = all(down.device.type == "cpu" for down, _ in self.parts.values())
        self.few = {
            slot: (down.float(), up.float()) if on_cpu else (down, up)
            for slot, (down, up) in self.parts.items()
        }

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.base_layer(x)
        fitting = self.few if x.shape[:-1].numel() <= FEW else self.parts
        parts = fitting.get(self.switch.slot or "")
        if parts is None:
            return y
        down, up = parts
        return y + (x.to(down.dtype) @ down @ up).to(y.dtype)


def read_card(path: Path) -> dict[str, Any]:
    """The adapter's card; AdapterError if the folder is not a released adapter."""
    if not (path / WEIGHTS_FILE).is_file():
        raise AdapterError(
            f"'{path}' holds no '{WEIGHTS_FILE}'.",
            hint="Other formats are refused: unpickling a file can run what is in it.",
        )
    if (path / WEIGHTS_FILE).stat().st_size > MAX_WEIGHTS_BYTES:
        raise AdapterError(f"The weights in '{path.name}' are larger than 512 MB.")
    try:
        card = json.loads((path / "card.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise AdapterError(
            f"'{path.name}' has no readable card.json.",
            hint="The card is written last: without it the training did not finish.",
        ) from error
    if not isinstance(card, dict):
        raise AdapterError(f"The card of '{path.name}' is not an object.")
    return card


def check_card(card: dict[str, Any], base: Base) -> None:
    """Raise AdapterError unless the card names this prompt and this base."""
    if card.get("prompt_fingerprint") != FINGERPRINT:
        raise AdapterError(
            f"The adapter was trained with prompt {card.get('prompt_fingerprint')!r}, "
            f"this version asks with {FINGERPRINT!r}.",
            hint="Train it again, or use the version that trained it.",
        )
    trained = card.get("base")
    named = trained if isinstance(trained, dict) else {}
    same = named.get("sha256") == base.sha256 if base.sha256 else named.get("name") == base.name
    if not same:
        raise AdapterError(
            f"The adapter was trained on {named.get('name')!r}, not on {base.name!r}.",
            hint="Start with that base, or choose another adapter.",
        )


def check_files(path: Path) -> None:
    """Raise AdapterError unless the files are a LoRA adapter, whole and of finite numbers."""
    try:
        config = json.loads((path / "adapter_config.json").read_text("utf-8"))
        weights = load_file(path / WEIGHTS_FILE)
    except (OSError, ValueError, SafetensorError) as error:
        raise AdapterError(
            f"The adapter in '{path.name}' can't be loaded: {str(error).splitlines()[0]}",
            hint="Copy it anew: a file is missing or damaged.",
        ) from error
    halves = {name.replace("lora_A", "lora_B") for name in weights if "lora_A" in name}
    if not isinstance(config, dict) or config.get("peft_type") != "LORA" or not halves:
        raise AdapterError(f"'{path.name}' is no LoRA adapter.", hint="Other kinds can't be used.")
    if not halves <= weights.keys() or not all(w.isfinite().all() for w in weights.values()):
        raise AdapterError(
            f"The weights in '{path.name}' are not whole, or not all of them are numbers.",
            hint="Train it again, or use an earlier checkpoint.",
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
