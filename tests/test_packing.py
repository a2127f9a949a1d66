"""Packing is exact: what a model learns from a packed example is what it learns from it alone."""

from __future__ import annotations

import pytest
import torch
from transformers import Qwen2Config, Qwen2ForCausalLM

from finetune.encoding import Encoded
from finetune.packing import IGNORED, PackCollator, block_mask, pack

pytestmark = pytest.mark.model

PAD = 0


@pytest.fixture(scope="module")
def model() -> Qwen2ForCausalLM:
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=97,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
    )
    return Qwen2ForCausalLM(config).float().eval()


def examples(count: int, prefix: tuple[int, ...] = (5, 6, 7, 8, 9, 10)) -> list[Encoded]:
    generator = torch.Generator().manual_seed(1)

    def some(low: int, high: int) -> tuple[int, ...]:
        size = int(torch.randint(low, high, (1,), generator=generator))
        return tuple(torch.randint(1, 97, (size,), generator=generator).tolist())

    return [Encoded(prefix, some(2, 9), some(1, 7)) for _ in range(count)]


def losses(model: Qwen2ForCausalLM, packs: list) -> list[float]:
    """The loss summed over each run of learned tokens, in the order of the packs."""
    found = []
    for one in packs:
        batch = PackCollator(PAD)([vars(one)])
        labels = batch.pop("labels")[0]
        with torch.no_grad():
            logits = model(**batch).logits[0]
        each = torch.nn.functional.cross_entropy(
            logits[:-1], labels[1:], ignore_index=IGNORED, reduction="none"
        )
        segments = torch.tensor(one.segments[1:])
        found += [float(each[segments == s].sum()) for s in range(1, max(one.segments) + 1)]
    return found


def test_loss_of_each_example_is_the_same_packed_and_alone(model: Qwen2ForCausalLM) -> None:
    many = examples(11)
    packed = losses(model, pack(many, questions=4, max_length=200))
    alone = losses(model, pack(many, questions=1, max_length=200))
    assert len(packed) == len(alone) == 11
    assert packed == pytest.approx(alone, abs=1e-5)


def test_gradients_are_the_same_packed_and_alone(model: Qwen2ForCausalLM) -> None:
    many = examples(5)

    def gradient(questions: int) -> torch.Tensor:
        model.zero_grad()
        for one in pack(many, questions=questions, max_length=200):
            batch = PackCollator(PAD)([vars(one)])
            labels = batch.pop("labels")
            logits = model(**batch).logits
            torch.nn.functional.cross_entropy(
                logits[0, :-1], labels[0, 1:], ignore_index=IGNORED, reduction="sum"
            ).backward()
        return model.model.layers[0].self_attn.q_proj.weight.grad.clone()

    torch.testing.assert_close(gradient(5), gradient(1), atol=1e-5, rtol=1e-4)


def test_a_padded_batch_changes_nothing(model: Qwen2ForCausalLM) -> None:
    packs = pack(examples(7), questions=4, max_length=200)
    batch = PackCollator(PAD)([vars(p) for p in packs])
    batch.pop("labels")
    with torch.no_grad():
        together = model(**batch).logits
        single = PackCollator(PAD)([vars(packs[1])])
        single.pop("labels")
        apart = model(**single).logits
    torch.testing.assert_close(together[1, : apart.shape[1]], apart[0], atol=1e-5, rtol=1e-4)


def test_neighbours_are_invisible() -> None:
    mask = block_mask(torch.tensor([[0, 0, 1, 1, 2, 2, -1]]))[0, 0]
    assert mask[3].tolist() == [True, True, True, True, False, False, False]
    assert mask[4].tolist() == [True, True, False, False, True, False, False]
    assert mask[1].tolist() == [True, True, False, False, False, False, False]
    assert mask[6].any()


def test_length_and_number_bound_a_pack() -> None:
    many = examples(20)
    packs = pack(many, questions=16, max_length=60)
    assert all(len(p.input_ids) <= 60 for p in packs)
    assert sum(max(p.segments) for p in packs) == 20
    assert all(max(p.segments) <= 3 for p in pack(many, questions=3, max_length=200))


def test_schemas_are_not_mixed() -> None:
    packs = pack(
        [*examples(2), *examples(2, prefix=(1, 2)), *examples(1)], questions=8, max_length=99
    )
    assert sorted(max(p.segments) for p in packs) == [2, 3]


def test_the_end_token_is_learned() -> None:
    (one,) = pack([Encoded((1,), (2,), (3, 42))], questions=1, max_length=9)
    assert one.labels == [IGNORED, IGNORED, 3, 42]


def test_an_example_that_can_not_fit_is_left_out() -> None:
    assert pack(examples(1), questions=4, max_length=5) == []
