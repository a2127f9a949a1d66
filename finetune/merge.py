"""An adapter merged into its base in bf16, saved, loaded back and compared.

Merging into 4-bit weights would round twice; the base is taken unquantised. Knows nothing of SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from finetune.card import Card, read_card, write_card
from finetune.export import new_place
from finetune.files import write_text
from finetune.model_card import model_card
from text2sql.errors import TrainingError
from text2sql.model import load_unquantised
from text2sql.prompt import Prompt
from text2sql.weights import KNOWN

PROBES = (
    Prompt("CREATE TABLE customers (id INTEGER, name VARCHAR);", "How many customers are there?"),
    Prompt("CREATE TABLE t (a INTEGER, b DATE);", "What is the latest b for each a?"),
)
# bf16 keeps 8 bits: a merged weight differs from base plus adapter by half a unit in the last one.
MOST_DRIFT = 0.05


@dataclass(frozen=True)
class Merged:
    """The merged model's folder; `drift` is the largest change of a next token's probability."""

    output: Path
    drift: float
    effect: float


def merge_adapter(adapter: Path, output: Path) -> Merged:
    """Merge, save as safetensors, load back, and compare with base and adapter kept apart.

    Raises AdapterError or TrainingError; then nothing is left behind.
    """
    card = read_card(adapter)
    base = load_unquantised(_base_name(card))
    probes = [_token_ids(base.tokenizer, prompt) for prompt in PROBES]
    bare = _next_tokens(base.model, probes)
    adapted = PeftModel.from_pretrained(base.model, adapter, use_safetensors=True).eval()
    apart = _next_tokens(adapted, probes)
    with new_place(output) as place:
        adapted.merge_and_unload(safe_merge=True).save_pretrained(place, safe_serialization=True)
        base.tokenizer.save_pretrained(place)
        write_card(place, card)
        write_text(place / "README.md", model_card(card, merged=True))
        back = AutoModelForCausalLM.from_pretrained(
            place, dtype=torch.bfloat16, local_files_only=True, use_safetensors=True
        ).eval()
        merged = _next_tokens(back, probes)
        drift, effect = _largest(merged, apart), _largest(apart, bare)
        _check(drift, effect)
        place.rename(output)
    return Merged(output, drift, effect)


def _check(drift: float, effect: float) -> None:
    if not drift <= MOST_DRIFT:  # true for NaN as well
        raise TrainingError(
            f"The merged model's next-token probabilities differ by {drift:.3f} from those of "
            "base and adapter kept apart.",
            hint="It was not kept. Check that the adapter belongs to this base.",
        )
    if effect == 0:
        raise TrainingError("The adapter changes nothing.", hint="Its training had no effect.")


def _base_name(card: Card) -> str:
    known = (key for key, weights in KNOWN.items() if weights.sha256 == card.base.sha256)
    return next(known, card.base.name)


def _token_ids(tokenizer: Any, prompt: Prompt) -> torch.Tensor:
    ids = tokenizer("\n".join(m["content"] for m in prompt.messages()))["input_ids"]
    return torch.tensor([ids])


@torch.inference_mode()
def _next_tokens(model: Any, probes: list[torch.Tensor]) -> torch.Tensor:
    """Probabilities of the next token after each probe, (probes, vocabulary), float32."""
    rows = [model(input_ids=ids.to(model.device)).logits[0, -1] for ids in probes]
    return torch.stack(rows).float().softmax(dim=-1).cpu()


def _largest(left: torch.Tensor, right: torch.Tensor) -> float:
    return float((left - right).abs().max())
