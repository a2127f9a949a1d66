"""A vote among settled statements: those that gave the same rows stand together.

Knows nothing of models or of how statements are settled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from text2sql.answer import Candidate
from text2sql.comparing import comparable
from text2sql.settling import Settled

AGREED = 2  # candidates with the same rows that outweigh those which found nothing


@dataclass(frozen=True)
class Vote:
    """The text that won, what came of it, and how the others fared.

    `agreement` is the share of all candidates that gave the winner's rows: 0 if none ran.
    """

    text: str
    settled: Settled
    candidates: tuple[Candidate, ...]
    agreement: float


def vote(texts: Sequence[str], settled: Mapping[str, Settled], *, doubted: bool = False) -> Vote:
    """The text whose rows most candidates share; those that fail drop out.

    The first text is the greedy one: its group wins a tie, and it wins if nothing ran. `doubted`
    says that it found nothing: then rows that two candidates share come before any number of
    candidates without.
    """
    keys = [rows_key(settled[text]) for text in texts]
    votes = Counter(key for key in keys if key is not None)
    empty = {rows_key(one) for one in settled.values() if one.found_nothing}

    def rank(key: Hashable) -> tuple[bool, int, bool]:
        agreed = votes[key] >= AGREED and key not in empty
        return doubted and agreed, votes[key], key == keys[0]

    best = max(votes, key=rank, default=None)
    place = keys.index(best) if best is not None else 0
    listed: dict[str, Candidate] = {}
    for text, key in zip(texts, keys, strict=True):
        one = settled[text]
        listed.setdefault(one.sql, _candidate(one, votes[key] if key is not None else 0))
    won = settled[texts[place]]
    listed[won.sql] = _candidate(won, votes[best] if best is not None else 0, chosen=True)
    agreement = votes[best] / len(texts) if best is not None else 0.0
    return Vote(texts[place], won, tuple(listed.values()), agreement)


def rows_key(settled: Settled) -> Hashable | None:
    """What two statements share whose rows are the same, in any order; None if there are none."""
    if settled.result is None:
        return None
    rows = Counter(tuple(map(comparable, row)) for row in settled.result.rows)
    return frozenset(rows.items()), len(settled.result.columns)


def _candidate(settled: Settled, votes: int, *, chosen: bool = False) -> Candidate:
    return Candidate(
        sql=settled.sql,
        votes=votes,
        runs=settled.result is not None,
        rows=len(settled.result.rows) if settled.result else 0,
        chosen=chosen,
        problem=settled.error or "",
    )
