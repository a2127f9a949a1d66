"""What an answer's stages take. Knows nothing of what the stages do."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from text2sql.answer import TIMES, Answer
from text2sql.settling import Settled


@dataclass
class Clock:
    """Milliseconds by stage, and since the question came."""

    began: float = field(default_factory=time.perf_counter)
    spent: dict[str, float] = field(default_factory=dict)

    @contextlib.contextmanager
    def counting(self, stage: str) -> Iterator[None]:
        """Count the time inside to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.add(stage, (time.perf_counter() - began) * 1e3)

    def count(self, settled: Settled) -> None:
        """Count what settling a statement took."""
        self.add("validate", settled.validate_ms)
        self.add("execute", settled.execute_ms)

    def add(self, stage: str, milliseconds: float) -> None:
        """Count milliseconds to a stage."""
        self.spent[stage] = self.spent.get(stage, 0.0) + milliseconds

    def told(self, answer: Answer) -> Answer:
        """The answer with the times until now."""
        times = dict.fromkeys(TIMES, 0.0) | self.spent
        times["total"] = (time.perf_counter() - self.began) * 1e3
        return replace(answer, timings_ms=times)
