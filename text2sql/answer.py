"""What the engine gives back: the answer as it grows, and as the one object of the shell and API.

Plain frozen data; knows nothing of how an answer is found.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any, Literal

from text2sql.problems import Problem, QueryResult, Repair

Step = Literal["prompt", "generate", "check", "doubt", "done"]
EXACT = 2**53  # whole numbers up to here are themselves as a double
TIMES = ("load", "prompt", "first_token", "generate", "validate", "execute", "total")


@dataclass(frozen=True)
class Candidate:
    """One statement that took part in the vote: what came of it, and how many agreed with it."""

    sql: str
    votes: int
    runs: bool
    rows: int = 0
    chosen: bool = False
    problem: str = ""


@dataclass(frozen=True)
class Answer:
    """A question's answer so far; it is whole when `step` is "done".

    `generated` is the statement as the model wrote it, `sql` what is shown: where `valid`, what
    ran, checked, repaired and written anew, else the statement as written, in which the
    `problems` have their lines and columns. `drafted` is the greedy statement where a vote chose
    another. `agreement` is the share of the candidates that gave the same rows (None without a
    vote). `stopped` says that the user cut it short, which an answer with rows may be too. Times
    are milliseconds: `first_token` is the first part of `generate`, `total` goes from the question
    to here, and `load` is for whoever opened the database.
    """

    question: str = ""
    step: Step = "prompt"
    generated: str = ""
    drafted: str = ""
    sql: str = ""
    valid: bool = False
    problems: tuple[Problem, ...] = ()
    repairs: tuple[Repair, ...] = ()
    result: QueryResult | None = None
    error: str | None = None
    candidates: tuple[Candidate, ...] = ()
    agreement: float | None = None
    timings_ms: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(TIMES, 0.0))
    tokens: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    omitted: tuple[str, ...] = ()
    stopped: bool = False
    base: str = ""
    adapter: str | None = None

    @property
    def answered(self) -> bool:
        """Whether there are rows (perhaps none that match) to show."""
        return self.result is not None

    def to_json(self) -> dict[str, Any]:
        """The object that `ask --json` prints and the API returns."""
        rows = self.result.rows if self.result else ()
        return {
            "question": self.question,
            "sql": self.sql,
            "generated": self.generated,
            "valid": self.valid,
            "problems": [asdict(problem) for problem in self.problems],
            "repairs": [asdict(repair) for repair in self.repairs],
            "columns": list(self.result.columns) if self.result else [],
            "types": list(self.result.types) if self.result else [],
            "rows": [[plain(value) for value in row] for row in rows],
            "truncated": bool(self.result and self.result.truncated),
            "error": self.error,
            "candidates": [asdict(candidate) for candidate in self.candidates],
            "agreement": self.agreement,
            "tokens": self.tokens,
            "omitted_tables": list(self.omitted),
            "stopped": self.stopped,
            "timings_ms": {name: round(ms, 1) for name, ms in self.timings_ms.items()},
            "base": self.base,
            "adapter": self.adapter,
        }


def plain(value: Any) -> Any:
    """A cell as JSON has it: numbers, texts and nulls stay, all else is text.

    So is a number that a reader of JSON would round: whole beyond 2**53, or of too many digits.

    >>> plain(Decimal("1.50")), plain(date(2026, 11, 1)), plain([Decimal("2"), None])
    (1.5, '2026-11-01', [2.0, None])
    >>> plain(2**60), plain(Decimal("0.12345678901234567890"))
    ('1152921504606846976', '0.12345678901234567890')
    """
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if abs(value) <= EXACT else str(value)
        case float():
            return value if isfinite(value) else str(value)
        case Decimal():
            return _rounded(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case bytes():
            return base64.b64encode(value).decode()
        case Mapping():
            return {str(key): plain(one) for key, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(one) for one in value]
    return str(value)


def _rounded(value: Decimal) -> float | str:
    near = float(value)
    return near if isfinite(near) and Decimal(repr(near)) == value else str(value)
