"""Shared-schema packing: one schema and many questions on it in one training sequence.

Every question sees the schema and itself, not its neighbours (a block mask), and its positions
start where the schema ends; so each example's loss is what it would be alone. It is the training
side of computing a schema's keys and values once for all questions. Knows nothing of data files
or trainers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch

from finetune.encoding import Encoded

IGNORED = -100  # the label of a token that is not learned, as in torch's cross entropy
PREFIX = 0  # the segment number of the schema; questions count from 1
PADDING = -1


@dataclass(frozen=True)
class Pack:
    """One training sequence; all four lists have its length, in tokens."""

    input_ids: list[int]
    position_ids: list[int]
    segments: list[int]
    labels: list[int]


def pack(examples: Iterable[Encoded], *, questions: int, max_length: int) -> list[Pack]:
    """Sequences of at most `questions` examples that share a prefix and `max_length` tokens.

    Examples keep their order within a schema; one that alone is longer than `max_length` is left
    out (count beforehand). `questions=1` gives the plain layout, one example a sequence.
    """
    by_prefix: dict[tuple[int, ...], list[Encoded]] = {}
    for example in examples:
        if len(example) <= max_length:
            by_prefix.setdefault(example.prefix, []).append(example)
    return [
        _join(group)
        for shared in by_prefix.values()
        for group in _groups(shared, questions, max_length)
    ]


def _groups(
    examples: Sequence[Encoded], questions: int, max_length: int
) -> Iterator[list[Encoded]]:
    group: list[Encoded] = []
    length = 0
    for example in examples:
        own = len(example) - len(example.prefix)
        if group and (len(group) == questions or length + own > max_length):
            yield group
            group, length = [], 0
        length = length + own if group else len(example)
        group.append(example)
    if group:
        yield group


def _join(group: Sequence[Encoded]) -> Pack:
    prefix = list(group[0].prefix)
    packed = Pack(
        list(prefix), list(range(len(prefix))), [PREFIX] * len(prefix), [IGNORED] * len(prefix)
    )
    for number, example in enumerate(group, start=1):
        own = [*example.question, *example.completion]
        packed.input_ids.extend(own)
        packed.position_ids.extend(range(len(prefix), len(prefix) + len(own)))
        packed.segments.extend([number] * len(own))
        packed.labels.extend([IGNORED] * len(example.question) + list(example.completion))
    return packed


def block_mask(segments: torch.Tensor) -> torch.Tensor:
    """Which token sees which: (batch, length) segment numbers -> (batch, 1, length, length) bool.

    A token sees itself and what came before it in its own segment or in the prefix.
    """
    length = segments.shape[1]
    asks, seen = segments.unsqueeze(2), segments.unsqueeze(1)
    causal = torch.ones(length, length, dtype=torch.bool, device=segments.device).tril()
    allowed = causal & ((asks == seen) | (seen == PREFIX))
    itself = torch.eye(length, dtype=torch.bool, device=segments.device)
    return (allowed | itself).unsqueeze(1)  # padding sees itself, so that no row is empty


@dataclass(frozen=True)
class PackCollator:
    """Packs of one batch, padded to the longest, as a causal model's keyword arguments."""

    pad_token_id: int

    def __call__(self, packs: Sequence[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
        longest = max(len(pack["input_ids"]) for pack in packs)

        def stack(key: str, filler: int) -> torch.Tensor:
            rows = [pack[key] + [filler] * (longest - len(pack[key])) for pack in packs]
            return torch.tensor(rows, dtype=torch.long)

        return {
            "input_ids": stack("input_ids", self.pad_token_id),
            "position_ids": stack("position_ids", 0),
            "attention_mask": block_mask(stack("segments", PADDING)),
            "labels": stack("labels", IGNORED),
        }
