"""What an evaluation has judged so far, kept on disk line by line, so that it can go on.

Knows nothing of how rows are judged.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from finetune.examples import Example
from finetune.files import read_lines, told
from finetune.report import Excluded, Row


class Partial:
    """Outcomes by example, valid only for the same example under the same settings."""

    def __init__(self, path: Path | None, settings: Sequence[Any]) -> None:
        self.path = path
        self.settings = list(settings)

    def read(self, examples: Sequence[Example]) -> dict[str, Row | Excluded]:
        """What was judged of these examples before, by id."""
        if self.path is None:
            return {}
        wanted = {self._key(one): one.id for one in examples}
        found: dict[str, Row | Excluded] = {}
        for line in read_lines(self.path):
            with contextlib.suppress(ValueError, KeyError, TypeError):
                entry = json.loads(line)
                if entry["key"] in wanted:
                    found[wanted[entry["key"]]] = _outcome(entry)
        return found

    def add(self, example: Example, outcome: Row | Excluded) -> None:
        """Keep one outcome; TrainingError if the disk is full."""
        if self.path is None:
            return
        kind = "row" if isinstance(outcome, Row) else "excluded"
        entry = {"key": self._key(example), kind: asdict(outcome)}
        with told(self.path), self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def _key(self, example: Example) -> str:
        whole = json.dumps([self.settings, asdict(example)], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()[:24]


def _outcome(entry: dict[str, Any]) -> Row | Excluded:
    if "excluded" in entry:
        return Excluded(**entry["excluded"])
    row = entry["row"]
    return Row(**{**row, "repairs": tuple(row["repairs"])})
