"""The real base in 4 bits, and what an adapter on it changes and leaves alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from bitsandbytes.nn import Linear4bit
from peft import LoraConfig
from safetensors.torch import save_file

from text2sql.adapters import Adapters
from text2sql.errors import AdapterError
from text2sql.generation import LocalGenerator
from text2sql.model import Base, load_base
from text2sql.prompt import FINGERPRINT, Prompt
from text2sql.weights import KNOWN

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parent.parent
PROMPT = Prompt(
    "CREATE TABLE customers (id INTEGER, city VARCHAR);", "Question: How many customers?"
)
MOST_MEMORY_MB = 3_000
RANK = 4


@pytest.fixture(scope="module")
def base() -> Base:
    return load_base()


@pytest.fixture(scope="module")
def adapters(base: Base, tmp_path_factory: pytest.TempPathFactory) -> Adapters:
    """The base with a random adapter named "random", and one without effect named "zero"."""
    adapters = Adapters(base)
    for name, size in (("random", 0.02), ("zero", 0.0)):
        adapters.load(name, save_adapter(tmp_path_factory.mktemp(name), base, size))
    return adapters


def save_adapter(folder: Path, base: Base, size: float) -> Path:
    """A LoRA adapter on the query layers, its B drawn with this standard deviation."""
    settings = LoraConfig(r=RANK, lora_alpha=RANK, target_modules=["q_proj"], task_type="CAUSAL_LM")
    settings.save_pretrained(folder)
    torch.manual_seed(1)
    weights = {}
    for path, layer in base.model.named_modules():
        if path.endswith("q_proj") or path.endswith("q_proj.base_layer"):
            place = f"base_model.model.{path.removesuffix('.base_layer')}"
            weights[f"{place}.lora_A.weight"] = torch.randn(RANK, layer.in_features)
            weights[f"{place}.lora_B.weight"] = size * torch.randn(layer.out_features, RANK)
    save_file(weights, folder / "adapter_model.safetensors")
    write_card(folder)
    return folder


def write_card(folder: Path, *, fingerprint: str = FINGERPRINT, sha256: str = "") -> None:
    base = {"name": KNOWN["0.5b"].name, "sha256": sha256 or KNOWN["0.5b"].sha256}
    card = {"base": base, "prompt_fingerprint": fingerprint}
    (folder / "card.json").write_text(json.dumps(card))


def test_every_linear_layer_is_nf4_with_double_quantisation_the_output_too(base: Base) -> None:
    linear = {
        path: layer
        for path, layer in base.model.named_modules()
        if isinstance(layer, torch.nn.Linear) and "lora" not in path
    }
    assert len(linear) == 24 * 7 + 1
    assert all(isinstance(layer, Linear4bit) for layer in linear.values())
    for layer in (base.model.get_output_embeddings(), next(iter(linear.values()))):
        state = layer.weight.quant_state
        assert state.quant_type == "nf4" and state.nested
    assert base.sha256 == KNOWN["0.5b"].sha256 and not base.model.training


def test_an_adapter_changes_the_logits_and_switched_off_leaves_the_base_exactly(
    adapters: Adapters,
) -> None:
    bare = LocalGenerator(adapters).next_logits(PROMPT)
    tuned = LocalGenerator(adapters, "random").next_logits(PROMPT)
    again = LocalGenerator(adapters).next_logits(PROMPT)
    assert (tuned - bare).abs().max() > 0.1
    assert torch.equal(bare, again)
    assert adapters.largest_b("random") > 0


def test_an_adapter_of_zeros_changes_nothing_and_can_be_told(adapters: Adapters) -> None:
    bare = LocalGenerator(adapters).next_logits(PROMPT)
    assert torch.equal(bare, LocalGenerator(adapters, "zero").next_logits(PROMPT))
    assert adapters.largest_b("zero") == 0


def test_two_adapters_side_by_side_do_not_meet(adapters: Adapters) -> None:
    asked = ["random", None, "zero", "random", None]
    found = [LocalGenerator(adapters, name).next_logits(PROMPT) for name in asked]
    assert torch.equal(found[0], found[3]) and torch.equal(found[1], found[4])
    assert adapters.fingerprint("random") != adapters.fingerprint("zero")


def test_adapters_of_another_prompt_or_base_are_refused(adapters: Adapters, tmp_path: Path) -> None:
    save_adapter(tmp_path, adapters.base, 0.02)
    write_card(tmp_path, fingerprint="0000")
    with pytest.raises(AdapterError, match="prompt '0000'"):
        adapters.load("other", tmp_path)
    write_card(tmp_path, sha256="0" * 64)
    with pytest.raises(AdapterError, match="was trained on"):
        adapters.load("other", tmp_path)
    with pytest.raises(AdapterError, match="no adapter 'other'"), adapters.active("other"):
        pass


def test_pickled_weights_are_refused(adapters: Adapters, tmp_path: Path) -> None:
    (tmp_path / "adapter_model.bin").write_bytes(b"\x80\x04.")
    write_card(tmp_path)
    with pytest.raises(AdapterError, match=re.escape("adapter_model.safetensors")):
        adapters.load("pickled", tmp_path)


def test_a_model_that_answers_takes_less_than_three_gigabytes_and_says_nothing() -> None:
    """In a process of its own, as on a small machine; its peak is read when it has answered.

    Not from `getrusage`, whose peak begins at that of the process which started this one.
    """
    code = (
        "from finetune.memory import most_memory_mb\n"
        "from text2sql.adapters import Adapters\n"
        "from text2sql.generation import LocalGenerator\n"
        "from text2sql.model import load_base\n"
        "from text2sql.prompt import Prompt\n"
        f"*_, last = LocalGenerator(Adapters(load_base())).stream({PROMPT!r})\n"
        "assert last.done and 'customers' in last.text\n"
        "print(round(most_memory_mb()))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ,
        timeout=900,
    )
    assert ran.returncode == 0, ran.stderr[-1000:]
    assert int(ran.stdout) < MOST_MEMORY_MB
    assert ran.stderr == ""
