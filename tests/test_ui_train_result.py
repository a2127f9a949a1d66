"""What the Train tab does with a run that has ended: its accuracy, its adapter, its export."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from finetune.config import TrainConfig
from finetune.files import write_json
from tests.train_page import drawn, finished, rows, started
from ui.train_handlers import TrainHandlers
from ui.train_show import PUT_DOWN, USE


def scored(does: TrainHandlers, name: str) -> None:
    def row(key: str, predicted: str) -> dict[str, Any]:
        return {
            "id": key,
            "question": f"Question {key}?",
            "gold": "SELECT 1",
            "predicted": predicted,
        }

    share = {"value": 0.25, "low": 0.1, "high": 0.5}
    write_json(
        does.jobs.runs / name / "evaluation.json",
        {
            "execution_accuracy": {**share, "value": 0.75},
            "rows": [row("a", "SELECT <new>"), row("b", "SELECT worse")],
            "against": {
                "execution_accuracy": share,
                "rows": [row("a", "SELECT old"), row("b", "SELECT 1")],
            },
            "paired": {
                "examples": 4, "difference": 0.5, "low": 0.05, "high": 0.8, "p": 0.031,
                "fixed": ["a"], "broken": ["b"],
            },
        },
    )  # fmt: skip


def test_accuracy_before_and_after_with_what_changed(does: TrainHandlers) -> None:
    finished(does, "done")
    assert "No held-out questions were scored" in drawn(does, "done")[0][3]
    scored(does, "done")
    updates, _ = drawn(does, "done")
    result = updates[3]
    assert "<b>25%</b>" in result and "<b>75%</b>" in result and "10% to 50%" in result
    assert "+50.0 points (+5.0 to +80.0)" in result and "p = 0.031" in result
    assert "1 fixed" in result and "1 broken" in result and "SELECT &lt;new&gt;" in result
    assert rows(updates)[0][3] == "25% → 75%"


def test_use_it_now_and_no_longer(does: TrainHandlers) -> None:
    models = does.service.models
    finished(does, "tuned")
    assert "Use it now" in str(drawn(does, "tuned")[0][7].value)
    assert "Ask answers with tuned now" in does.use("tuned", USE)
    assert models.default == "tuned" and "tuned" in models.state.summary
    assert "Stop using it" in str(drawn(does, "tuned")[0][7].value)
    assert "Ask answers with" in does.delete("tuned")[0]
    assert "now" in does.use("tuned", USE)  # pressed on another page that had not seen it yet
    assert "untuned base again" in does.use("tuned", PUT_DOWN)
    assert models.default is None
    assert does.delete("tuned")[0] == ""


def test_an_unfinished_run_is_not_used_or_exported(does: TrainHandlers) -> None:
    started(does, "half", steps=60)
    assert "no adapter yet" in does.use("half", USE)
    assert "no adapter yet" in does.export("half")[0]
    assert does.service.models.default is None


def test_an_export_is_a_zip_of_the_adapter(does: TrainHandlers, adapter_folder: Any) -> None:
    finished(does, "pack")
    adapter_folder(does.jobs.folder("pack").adapter)
    told, button = does.export("pack")
    assert told == ""
    with zipfile.ZipFile(button.value["path"]) as archive:
        assert "pack/adapter_model.safetensors" in archive.namelist()


@pytest.fixture
def adapter_folder() -> Callable[[Path], None]:
    """Fills a folder with a small adapter that holds together."""

    def fill(folder: Path) -> None:
        from finetune.card import BaseId, new_card, write_card

        header = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
        data = len(header).to_bytes(8, "little") + header + b"\0" * 4
        (folder / "adapter_model.safetensors").write_bytes(data)
        write_json(folder / "adapter_config.json", {"r": 1, "base_model_name_or_path": "x"})
        write_card(folder, new_card(TrainConfig(data=("x",)), BaseId("x"), (), seconds=1))

    return fill


def test_two_runs_side_by_side(does: TrainHandlers) -> None:
    finished(does, "left")
    finished(does, "right", rank=4)
    assert does.compare("left", None) == ""
    shown = does.compare("left", "right")
    assert '<th scope="row">Rank</th><td>16</td><td>4</td>' in shown
    assert '<th scope="row">Last loss</th><td>0.333</td><td>0.333</td>' in shown
    assert "Alpha" not in shown and "settings the same in both" in shown
