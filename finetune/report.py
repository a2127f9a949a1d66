"""What an evaluation found: rows, rates with their uncertainty, and two sides compared.

Plain frozen data and arithmetic; knows nothing of how answers were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from finetune.scoring import mcnemar, paired_interval, percentile, wilson

DIFFICULTIES = ("easy", "medium", "hard", "extra")


@dataclass(frozen=True)
class Row:
    """One judged example; times in milliseconds, `tokens` generated in `generate_ms`.

    `latency_ms` is None where questions were decoded side by side: no user waited that long.
    """

    id: str
    question: str
    gold: str
    predicted: str
    match: bool
    problem: str
    latency_ms: float | None
    difficulty: str = ""
    valid: bool = False
    executes: bool = False
    generated: str = ""
    drafted: str = ""
    repairs: tuple[str, ...] = ()
    tokens: int = 0
    generate_ms: float = 0.0


@dataclass(frozen=True)
class Excluded:
    """One example that can judge nobody, and why."""

    id: str
    reason: str


@dataclass(frozen=True)
class Share:
    """`right` of `total`, with Wilson's 95 % interval."""

    right: int
    total: int

    @property
    def value(self) -> float:
        return self.right / self.total if self.total else 0.0

    def to_json(self) -> dict[str, float]:
        low, high = wilson(self.right, self.total)
        return {"value": self.value, "low": low, "high": high}

    def __str__(self) -> str:
        low, high = wilson(self.right, self.total)
        return f"{self.value:.1%} ({low:.1%} to {high:.1%}; {self.right} of {self.total})"


@dataclass(frozen=True)
class Report:
    """One side's answers to a set; `complete` is False when it was cancelled."""

    rows: tuple[Row, ...]
    excluded: tuple[Excluded, ...]
    base: str
    adapter: str | None
    candidates: int
    seed: int
    repair: bool = True
    doubt: int = 0
    hints: bool = True
    batch: int = 1
    complete: bool = True
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def accuracy(self) -> Share:
        """Execution accuracy."""
        return Share(sum(row.match for row in self.rows), len(self.rows))

    @property
    def valid(self) -> float:
        """Share of predictions that passed the checks."""
        return Share(sum(row.valid for row in self.rows), len(self.rows)).value

    @property
    def executes(self) -> float:
        """Share of predictions that returned rows, right or wrong, or an empty set."""
        return Share(sum(row.executes for row in self.rows), len(self.rows)).value

    @property
    def tokens_per_second(self) -> float | None:
        seconds = sum(row.generate_ms for row in self.rows) / 1e3
        return sum(row.tokens for row in self.rows) / seconds if seconds else None

    def latency(self, percent: float) -> float | None:
        """Milliseconds from question to answer; None if no row was timed."""
        timed = [row.latency_ms for row in self.rows if row.latency_ms is not None]
        return percentile(timed, percent)

    def by_difficulty(self) -> dict[str, Share]:
        """Execution accuracy by difficulty, easy first."""
        labels = {row.difficulty for row in self.rows if row.difficulty}
        ordered = [d for d in DIFFICULTIES if d in labels] + sorted(labels - set(DIFFICULTIES))
        return {
            label: Share(
                sum(row.match for row in self.rows if row.difficulty == label),
                sum(row.difficulty == label for row in self.rows),
            )
            for label in ordered
        }

    def to_json(self) -> dict[str, Any]:
        """The object that `evaluate --output` writes."""
        return {
            "examples": len(self.rows),
            "excluded": {
                "count": len(self.excluded),
                "reasons": [asdict(one) for one in self.excluded],
            },
            "execution_accuracy": self.accuracy.to_json(),
            "valid": self.valid,
            "executes": self.executes,
            "by_difficulty": {
                label: {"examples": share.total, **share.to_json()}
                for label, share in self.by_difficulty().items()
            },
            "latency_ms": {"p50": self.latency(50), "p95": self.latency(95)},
            "tokens_per_second": self.tokens_per_second,
            "base": self.base,
            "adapter": self.adapter,
            "candidates": self.candidates,
            "seed": self.seed,
            "repair": self.repair,
            "doubt": self.doubt,
            "hints": self.hints,
            "batch": self.batch,
            "complete": self.complete,
            **self.settings,
            "rows": [{**asdict(row), "repairs": list(row.repairs)} for row in self.rows],
        }


@dataclass(frozen=True)
class Paired:
    """Two sides on the same examples: what `ours` gets right and `theirs` does not, and back."""

    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    examples: int

    @property
    def difference(self) -> float:
        """Execution accuracy of ours less that of theirs."""
        return (len(self.fixed) - len(self.broken)) / self.examples if self.examples else 0.0

    @property
    def p(self) -> float:
        return mcnemar(len(self.fixed), len(self.broken))

    def to_json(self) -> dict[str, Any]:
        low, high = paired_interval(len(self.fixed), len(self.broken), self.examples)
        return {
            "examples": self.examples,
            "difference": self.difference,
            "low": low,
            "high": high,
            "p": self.p,
            "fixed": list(self.fixed),
            "broken": list(self.broken),
        }

    def __str__(self) -> str:
        found = self.to_json()
        return (
            f"{self.difference:+.1%} ({found['low']:+.1%} to {found['high']:+.1%}), "
            f"{len(self.fixed)} fixed, {len(self.broken)} broken, "
            f"McNemar p {'< 0.001' if self.p < 0.001 else f'= {self.p:.3f}'}"
        )


def compare(ours: Report, theirs: Report) -> Paired:
    """The two sides on the examples that both answered."""
    other = {row.id: row.match for row in theirs.rows}
    both = [row for row in ours.rows if row.id in other]
    return Paired(
        fixed=tuple(row.id for row in both if row.match and not other[row.id]),
        broken=tuple(row.id for row in both if other[row.id] and not row.match),
        examples=len(both),
    )


def in_words(report: Report) -> str:
    """A few lines for the shell."""
    lines = [
        f"{report.base}, {report.adapter or 'no adapter'}: "
        f"execution accuracy {report.accuracy}, runs {report.executes:.1%}",
        *(f"  {label:<8}{share}" for label, share in report.by_difficulty().items()),
    ]
    median, slow = report.latency(50), report.latency(95)
    if median is not None and slow is not None:
        lines.append(f"  latency p50 {median / 1e3:.1f} s, p95 {slow / 1e3:.1f} s")
    if report.excluded:
        lines.append(f"  {len(report.excluded)} examples excluded: {_reasons(report.excluded)}")
    return "\n".join(lines)


def _reasons(excluded: Sequence[Excluded]) -> str:
    counts: dict[str, int] = {}
    for one in excluded:
        reason = one.reason.split(":")[0]
        counts[reason] = counts.get(reason, 0) + 1
    return ", ".join(f"{reason} ({count})" for reason, count in counts.items())
