"""What a card says of accuracy, and where adapters are found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from finetune.card import CARD, SETTINGS, BaseId, find_adapter, new_card, with_accuracy
from finetune.config import TrainConfig
from finetune.report import Report, Row
from text2sql.errors import AdapterError
from text2sql.prompt import FINGERPRINT
from text2sql.released import newest_released


def report(adapter: str | None, right: int, total: int = 20) -> Report:
    rows = [Row(str(n), "q", "SELECT 1", "SELECT 1", n < right, "", 5.0) for n in range(total)]
    return Report(tuple(rows), (), "base", adapter, 1, 0)


def test_a_new_card_knows_its_prompt_and_its_versions() -> None:
    card = new_card(TrainConfig(data=("bundled",), run="a"), BaseId("base"), (), seconds=61.26)
    assert (card.prompt_fingerprint, card.seconds, card.accuracy) == (FINGERPRINT, 61.3, ())
    assert {"python", "torch", "duckdb"} <= set(card.versions)


def test_accuracy_is_told_with_its_interval_and_how_it_was_measured() -> None:
    card = new_card(TrainConfig(data=("bundled",), run="a"), BaseId("base"), (), seconds=1)
    card = with_accuracy(card, "dev", after=report("a", 15), before=report(None, 5), how="greedy")
    card = with_accuracy(card, "dev", after=report("a", 9), before=report(None, 5), how="voting")
    assert [(one.how, one.after["value"]) for one in card.accuracy] == [
        ("greedy", 0.75),
        ("voting", 0.45),
    ]
    first = card.accuracy[0]
    assert first.examples == 20 and first.before["low"] < 0.25 < first.before["high"]
    assert first.p < 0.01


def adapter(place: Path, created: str, sha256: str = "") -> Path:
    place.mkdir(parents=True)
    (place / SETTINGS).write_text("{}")
    base = {"name": "base", "sha256": sha256}
    (place / CARD).write_text(json.dumps({"base": base, "created": created}))
    return place


def test_found_by_path_and_by_a_runs_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXT2SQL_RUNS", str(tmp_path / "runs"))
    place = adapter(tmp_path / "runs" / "shop" / "adapter", "2026-01-01")
    assert find_adapter(str(place)) == find_adapter("shop") == place
    with pytest.raises(AdapterError, match="There is no adapter 'gone'") as error:
        find_adapter("gone")
    assert "shop" in str(error.value)


def test_the_newest_released_one_for_a_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("text2sql.released.RELEASED", tmp_path)
    adapter(tmp_path / "old", "2026-01-01", "aa")
    new = adapter(tmp_path / "new", "2026-05-01", "aa")
    adapter(tmp_path / "other", "2026-09-01", "bb")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / CARD).write_text("{")
    assert newest_released("base", "aa") == new
    assert newest_released("base", "cc") is None
