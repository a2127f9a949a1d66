"""Votes: each comparison counts once, whichever side a model stood on."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import cast

import pytest

from finetune.scoring import wilson
from finetune.votes import FILE, Choice, Tally, Vote, Votes
from text2sql.errors import DataError

BASE, TUNED = "base", "spider (1a2b)"


@pytest.fixture
def votes(tmp_path: Path) -> Votes:
    return Votes(tmp_path / FILE)


def test_a_model_s_wins_count_on_either_side(votes: Votes) -> None:
    votes.add(Vote("1", TUNED, BASE, "left"))
    votes.add(Vote("2", BASE, TUNED, "right"))
    votes.add(Vote("3", BASE, TUNED, "left"))
    votes.add(Vote("4", BASE, TUNED, "both"))
    votes.add(Vote("5", BASE, TUNED, "neither"))
    votes.add(Vote("6", BASE, "another", "left"))
    tally = votes.tally(TUNED, BASE)
    assert tally == Tally(TUNED, BASE, won=2, lost=1, ties=2)
    assert votes.tally(BASE, TUNED) == Tally(BASE, TUNED, won=1, lost=2, ties=2)
    low, high = wilson(2, 3)
    assert tally.share.to_json() == {"value": 2 / 3, "low": low, "high": high}
    assert "2 of 3" in str(tally) and "2 even" in str(tally)


def test_without_votes_the_tally_says_so(votes: Votes) -> None:
    assert "no vote has decided yet" in str(votes.tally(TUNED, BASE))


def test_a_comparison_counts_once(votes: Votes) -> None:
    votes.add(Vote("1", TUNED, BASE, "left", question="How many?", database="shop"))
    with pytest.raises(DataError, match="already"):
        votes.add(Vote("1", TUNED, BASE, "right"))
    (kept,) = votes.list()
    assert (kept.choice, kept.question, kept.database) == ("left", "How many?", "shop")
    assert kept.when.endswith("Z")


@pytest.mark.parametrize(
    "vote",
    [
        Vote("1", TUNED, BASE, cast(Choice, "when")),
        Vote("1", TUNED, TUNED, "left"),
        Vote("", TUNED, BASE, "left"),
    ],
)
def test_what_is_no_vote_is_refused(votes: Votes, vote: Vote) -> None:
    with pytest.raises(DataError):
        votes.add(vote)
    assert votes.list() == ()


def test_broken_lines_are_passed_over(votes: Votes) -> None:
    votes.add(Vote("1", TUNED, BASE, "left"))
    with votes.path.open("a") as file:
        file.write('{"id": "2", "left": 3}\n{"id": "4", "choice": "when"}\n{"half\n')
    votes.add(Vote("5", TUNED, BASE, "right"))
    assert [vote.id for vote in votes.list()] == ["1", "5"]


def test_threads_lose_nothing_of_each_other(votes: Votes) -> None:
    def vote(name: str) -> None:
        for n in range(10):
            votes.add(Vote(f"{name}{n}", TUNED, BASE, "left"))

    threads = [threading.Thread(target=vote, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(votes.list()) == 30
