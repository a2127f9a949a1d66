"""Examples in token ids, cut where the schema ends. Knows nothing of torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from text2sql.prompt import ChatTokenizer, Prompt, render


class Tokenizer(ChatTokenizer, Protocol):
    """What packing needs of a tokenizer of transformers."""

    eos_token_id: int

    def __call__(self, text: str, *, add_special_tokens: bool) -> dict[str, list[int]]: ...


@dataclass(frozen=True)
class Encoded:
    """One example in token ids: the schema's part, the question's, the statement with its end."""

    prefix: tuple[int, ...]
    question: tuple[int, ...]
    completion: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prefix) + len(self.question) + len(self.completion)


def encode(tokenizer: Tokenizer, prompt: Prompt, sql: str) -> Encoded:
    """The token ids of one example; the end token is part of what is learned."""
    shared, own = render(tokenizer, prompt)

    def ids(text: str) -> list[int]:
        return tokenizer(text, add_special_tokens=False)["input_ids"]

    return Encoded(tuple(ids(shared)), tuple(ids(own)), (*ids(sql), tokenizer.eos_token_id))
