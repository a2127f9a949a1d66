"""Which adapters are refused and why, and that one on a tiny model does what its card says."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PromptTuningConfig, get_peft_model
from peft.tuners.lora import LoraLayer
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM

from text2sql.adapters import FEW, MAX_WEIGHTS_BYTES, WEIGHTS_FILE, Adapters, check_card, read_card
from text2sql.errors import AdapterError
from text2sql.model import Base
from text2sql.prompt import FINGERPRINT

pytestmark = pytest.mark.model

TOKENS = torch.arange(1, 9)[None]


class Tokenizer:
    """All that an adapter asks of a tokenizer."""

    eos_token_id = 2


def tiny_model(width: int = 16) -> LlamaForCausalLM:
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=40,
        hidden_size=width,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
    )
    return LlamaForCausalLM(config).eval()


def tiny_base(sha256: str = "ab" * 32) -> Base:
    model: Any = tiny_model()
    tokenizer: Any = Tokenizer()
    return Base(model, tokenizer, "tiny", "r1", sha256, "cpu", torch.float32)


def card(**changes: object) -> dict[str, object]:
    base = {"name": "tiny", "sha256": "ab" * 32}
    return {"prompt_fingerprint": FINGERPRINT, "base": base} | changes


def released(folder: Path, *, effect: float = 0.5, width: int = 16) -> Path:
    """An adapter as training leaves it; `effect` fills lora_B, which begins as zero."""
    config = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "down_proj"])
    model = get_peft_model(tiny_model(width), config)
    torch.manual_seed(2)
    for layer in model.modules():
        if isinstance(layer, LoraLayer):
            weight = layer.lora_B["default"].weight
            weight.data = torch.randn_like(weight) * effect
    model.save_pretrained(folder)
    (folder / "card.json").write_text(json.dumps(card()))
    return folder


def logits(adapters: Adapters, name: str | None, tokens: torch.Tensor = TOKENS) -> torch.Tensor:
    with adapters.active(name), torch.inference_mode():
        return adapters.model(tokens).logits


def test_switched_on_it_changes_and_switched_off_the_base_is_back(tmp_path: Path) -> None:
    base = tiny_base()
    with torch.inference_mode():
        bare = base.model(TOKENS).logits.clone()
    adapters = Adapters(base)
    info = adapters.load("one", released(tmp_path / "one"))
    assert torch.equal(logits(adapters, None), bare)
    assert not torch.allclose(logits(adapters, "one"), bare, atol=1e-3)
    assert torch.equal(logits(adapters, None), bare)
    assert len(info.fingerprint) == 16
    assert info.card == card()
    assert adapters.largest_b("one") > 0.1


@pytest.mark.parametrize("count", [1, FEW, FEW + 1])
def test_applied_leanly_it_computes_what_peft_computes(count: int, tmp_path: Path) -> None:
    from peft import PeftModel

    path, tokens = released(tmp_path / "one"), torch.arange(1, count + 1)[None]
    with torch.inference_mode():
        expected = PeftModel.from_pretrained(tiny_model(), path).eval()(tokens).logits
    adapters = Adapters(tiny_base())
    adapters.load("one", path)
    assert torch.allclose(logits(adapters, "one", tokens), expected, atol=1e-5)


def test_two_adapters_do_not_mix(tmp_path: Path) -> None:
    adapters = Adapters(tiny_base())
    adapters.load("v1.0", released(tmp_path / "one"))
    alone = logits(adapters, "v1.0")
    adapters.load("none", released(tmp_path / "two", effect=0.0))
    assert torch.equal(logits(adapters, "v1.0"), alone)
    assert torch.equal(logits(adapters, "none"), logits(adapters, None))
    assert adapters.largest_b("none") == 0
    assert adapters.fingerprint("v1.0") != adapters.fingerprint("none")
    assert adapters.fingerprint(None) == ""


def test_an_adapter_that_changed_on_disk_is_loaded_anew(tmp_path: Path) -> None:
    adapters = Adapters(tiny_base())
    path = released(tmp_path / "one")
    adapters.load("one", path)
    before = logits(adapters, "one")
    adapters.load("one", released(path, effect=0.1))
    assert not torch.allclose(logits(adapters, "one"), before)


def test_an_adapter_that_was_not_loaded() -> None:
    with pytest.raises(AdapterError, match="no adapter 'x'"):
        logits(Adapters(tiny_base()), "x")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"prompt_fingerprint": "0" * 16}, "trained with prompt '0000000000000000'"),
        ({"prompt_fingerprint": None}, "trained with prompt None"),
        ({"base": {"name": "other", "sha256": "cd" * 32}}, "trained on 'other', not on 'tiny'"),
        ({"base": {"name": "tiny", "sha256": ""}}, "not on 'tiny'"),
        ({"base": None}, "trained on None"),
        ({"base": ["tiny"]}, "trained on None"),
    ],
)
def test_a_card_that_does_not_fit(changes: dict[str, object], message: str) -> None:
    with pytest.raises(AdapterError, match=message):
        check_card(card(**changes), tiny_base())


def test_a_base_given_by_name_is_known_by_its_name() -> None:
    by_name = replace(tiny_base(), sha256="")
    check_card(card(base={"name": "tiny"}), by_name)
    with pytest.raises(AdapterError, match="not on 'tiny'"):
        check_card(card(base={"name": "other"}), by_name)


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, "no readable card"), ("{", "no readable card"), ("[]", "not an object")],
)
def test_cards_that_cannot_be_read(text: str | None, message: str, tmp_path: Path) -> None:
    (tmp_path / WEIGHTS_FILE).write_bytes(b"")
    if text is not None:
        (tmp_path / "card.json").write_text(text)
    with pytest.raises(AdapterError, match=message):
        read_card(tmp_path)


class _Trap:
    """Unpickling it leaves a file behind."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return Path.touch, (self.target,)


def test_a_pickle_is_refused_unopened(tmp_path: Path) -> None:
    path = released(tmp_path / "one")
    (path / WEIGHTS_FILE).unlink()
    (path / "adapter_model.bin").write_bytes(pickle.dumps(_Trap(tmp_path / "ran")))
    with pytest.raises(AdapterError, match=r"unpickling a file can run what is in it"):
        Adapters(tiny_base()).load("one", path)
    assert not (tmp_path / "ran").exists()


def test_a_pickle_under_the_right_name_is_refused(tmp_path: Path) -> None:
    path = released(tmp_path / "one")
    (path / WEIGHTS_FILE).write_bytes(pickle.dumps(_Trap(tmp_path / "ran")))
    with pytest.raises(AdapterError, match="can't be loaded"):
        Adapters(tiny_base()).load("one", path)
    assert not (tmp_path / "ran").exists()


def test_weights_too_large(tmp_path: Path) -> None:
    path = released(tmp_path / "one")
    with (path / WEIGHTS_FILE).open("r+b") as weights:
        weights.truncate(MAX_WEIGHTS_BYTES + 1)
    with pytest.raises(AdapterError, match="larger than 512 MB"):
        Adapters(tiny_base()).load("one", path)


def _cut(path: Path) -> None:
    weights = path / WEIGHTS_FILE
    weights.write_bytes(weights.read_bytes()[:-100])


def _empty(path: Path) -> None:
    (path / WEIGHTS_FILE).write_bytes(b"")


def _without_config(path: Path) -> None:
    (path / "adapter_config.json").unlink()


def _no_json(path: Path) -> None:
    (path / "adapter_config.json").write_text("{")


def _of_another_size(path: Path) -> None:
    released(path, width=32)


def _other_modules(path: Path) -> None:
    _configured(path, target_modules=["no_such_module"])


def _of_another_kind(path: Path) -> None:
    config = PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=3)
    get_peft_model(tiny_model(), config).save_pretrained(path)


def _no_kind(path: Path) -> None:
    _configured(path, peft_type="NO_SUCH")


def _without_layers(path: Path) -> None:
    weights = load_file(path / WEIGHTS_FILE)
    save_file(dict(list(weights.items())[:1]), path / WEIGHTS_FILE)


def _not_numbers(path: Path) -> None:
    weights = load_file(path / WEIGHTS_FILE)
    save_file({k: torch.full_like(w, torch.nan) for k, w in weights.items()}, path / WEIGHTS_FILE)


def _huge_rank(path: Path) -> None:
    _configured(path, r=10**12)


def _configured(path: Path, **changes: object) -> None:
    config = path / "adapter_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | changes))


@pytest.mark.parametrize(
    "spoil",
    [
        _cut,
        _empty,
        _without_config,
        _no_json,
        _of_another_size,
        _other_modules,
        _of_another_kind,
        _no_kind,
        _without_layers,
        _not_numbers,
        _huge_rank,
    ],
)
def test_spoilt_adapters_are_refused_and_the_base_stays_as_it_was(
    spoil: Any, tmp_path: Path
) -> None:
    base = tiny_base()
    with torch.inference_mode():
        bare = base.model(TOKENS).logits.clone()
    adapters = Adapters(base)
    good = released(tmp_path / "good")
    bad = released(tmp_path / "bad")
    spoil(bad)
    for _ in range(2):  # the second one finds nothing of the first
        with pytest.raises(AdapterError) as raised:
            adapters.load("bad", bad)
    assert len(str(raised.value)) < 500
    assert "bad" not in adapters.loaded
    assert torch.equal(logits(adapters, None), bare)
    adapters.load("good", good)
    tuned = logits(adapters, "good")
    assert not torch.allclose(tuned, bare, atol=1e-3)
    for _ in range(2):
        with pytest.raises(AdapterError):
            adapters.load("bad", bad)
    assert torch.equal(logits(adapters, "good"), tuned)
    assert torch.equal(logits(adapters, None), bare)
