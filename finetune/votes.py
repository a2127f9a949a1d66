"""Blind votes: which of two answers was better, said before the names were shown.

Kept in `votes.jsonl` in the folder of runs. Knows nothing of pages or models.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from finetune.locked_lines import Row, change_rows, read_rows
from finetune.report import Share
from finetune.run_folder import runs_folder
from text2sql.errors import DataError

FILE = "votes.jsonl"
MAX_VOTES = 50_000
MAX_BYTES = 16 << 20
MAX_TEXT = 300

Choice = Literal["left", "right", "both", "neither"]


@dataclass(frozen=True)
class Vote:
    """One vote; `left` and `right` are the sides' full names (adapter and fingerprint).

    `id` is the comparison's own, so that one comparison counts once.
    """

    id: str
    left: str
    right: str
    choice: Choice
    question: str = ""
    database: str = ""
    when: str = ""


@dataclass(frozen=True)
class Tally:
    """Votes on two models: how often `first` or `second` won, and how often neither did."""

    first: str
    second: str
    won: int
    lost: int
    ties: int

    @property
    def share(self) -> Share:
        """Of the votes that decided, how many were for `first`."""
        return Share(self.won, self.won + self.lost)

    def __str__(self) -> str:
        if not self.won + self.lost:
            return f"{self.first} against {self.second}: no vote has decided yet, {self.ties} even"
        return f"{self.first} was chosen over {self.second} in {self.share}; {self.ties} even"


class Votes:
    """The kept votes; safe with other processes, and whole after a crash."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        return self._path or runs_folder() / FILE

    def add(self, vote: Vote) -> Vote:
        """Keep a vote; DataError if this comparison was voted on before or is none."""
        new = _checked(vote)

        def change(rows: tuple[Row, ...]) -> list[Row]:
            if any(row.get("id") == new.id for row in rows):
                raise DataError("You have voted on this one already.", hint="Ask something else.")
            if len(rows) >= MAX_VOTES:
                raise DataError(f"There are {MAX_VOTES:,} votes already.")
            return [*rows, asdict(new)]

        change_rows(self.path, change, most_bytes=MAX_BYTES)
        return new

    def list(self) -> tuple[Vote, ...]:
        """All that can be read, oldest first."""
        return tuple(_votes(read_rows(self.path)))

    def tally(self, first: str, second: str) -> Tally:
        """The votes on these two, whichever side each stood on."""
        won = lost = ties = 0
        for vote in self.list():
            if {vote.left, vote.right} != {first, second}:
                continue
            if vote.choice in ("both", "neither"):
                ties += 1
            elif getattr(vote, vote.choice) == first:
                won += 1
            else:
                lost += 1
        return Tally(first, second, won, lost, ties)


def _checked(vote: Vote) -> Vote:
    if vote.choice not in get_args(Choice):
        raise DataError(f"{str(vote.choice)[:40]!r} is no vote.")
    if not vote.id or vote.left == vote.right:
        raise DataError("There is nothing to vote on.", hint="Compare two different models.")
    return replace(
        vote,
        id=vote.id[:MAX_TEXT],
        left=vote.left[:MAX_TEXT],
        right=vote.right[:MAX_TEXT],
        question=vote.question[:MAX_TEXT],
        database=vote.database[:MAX_TEXT],
        when=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )


def _votes(rows: tuple[Mapping[str, Any], ...]) -> Iterator[Vote]:
    for row in rows:
        texts = {name: row.get(name, "") for name in Vote.__dataclass_fields__}
        if all(isinstance(text, str) for text in texts.values()):
            vote = Vote(**texts)
            if vote.id and vote.choice in get_args(Choice):
                yield vote
