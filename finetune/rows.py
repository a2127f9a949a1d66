"""Training rows: examples rendered through the one prompt, ready to be packed.

Knows nothing of trainers.
"""

from __future__ import annotations

from dataclasses import dataclass

from finetune.encoding import Encoded, Tokenizer, encode
from text2sql.prompt import Prompt


@dataclass(frozen=True)
class TrainingRow:
    """One prompt with the statement to learn; `held_out` rows only measure."""

    id: str
    prompt: Prompt
    sql: str
    held_out: bool = False

    def encode(self, tokenizer: Tokenizer) -> Encoded:
        """The row in token ids."""
        return encode(tokenizer, self.prompt, self.sql)
