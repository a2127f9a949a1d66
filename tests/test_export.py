"""Cards and exported adapters: complete, portable, and in no format that could run code."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from safetensors.numpy import load_file, save_file

from finetune.card import (
    BaseId,
    Card,
    DataSource,
    data_source,
    new_card,
    read_card,
    sha256,
    with_accuracy,
    write_card,
)
from finetune.config import TrainConfig
from finetune.export import export_adapter, summary
from finetune.report import Excluded, Report, Row
from text2sql.errors import AdapterError, TrainingError
from text2sql.prompt import FINGERPRINT
from text2sql.weights import KNOWN

BASE = BaseId(KNOWN["0.5b"].name, KNOWN["0.5b"].revision, KNOWN["0.5b"].sha256)


def report(adapter: str | None, right: set[int], total: int = 40) -> Report:
    rows = tuple(
        Row(str(i), "q", "SELECT 1", "SELECT 1", i in right, "", 5.0) for i in range(total)
    )
    return Report(rows, (Excluded("x", "the gold returns no rows"),), "base", adapter, 1, 0)


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    """An adapter's folder as the trainer leaves it, with paths of the machine in it."""
    place = tmp_path / "runs" / "shop" / "adapter"
    place.mkdir(parents=True)
    weights = {f"layer.{n}.lora_B.weight": np.full((4, 2), n, np.float32) for n in range(3)}
    save_file(weights, place / "adapter_model.safetensors")
    settings = {"r": 2, "lora_alpha": 4, "base_model_name_or_path": str(tmp_path / "cache/base")}
    (place / "adapter_config.json").write_text(json.dumps(settings))
    data = tmp_path / "train.jsonl"
    data.write_text("{}\n")
    config = TrainConfig(data=(str(data), "b-mc2/sql-create-context"), run="shop", epochs=2)
    sources = (data_source(str(data), rows=1, licence="CC BY-SA 4.0"),)
    card = new_card(config, BASE, sources, seconds=720)
    measured = with_accuracy(
        card, "dev", after=report("shop", set(range(30))), before=report(None, set(range(15)))
    )
    write_card(place, measured)
    return place


def front_matter(text: str) -> dict[str, Any]:
    _, matter, _ = text.split("---\n", 2)
    found = yaml.safe_load(matter)
    assert isinstance(found, dict)
    return found


def test_a_card_is_read_as_it_was_written(adapter: Path) -> None:
    card = read_card(adapter)
    assert (card.name, card.base, card.prompt_fingerprint) == ("shop", BASE, FINGERPRINT)
    assert card.config["epochs"] == 2 and card.versions["torch"]
    assert card.data[0].sha256 == sha256(adapter.parents[2] / "train.jsonl")
    assert card.accuracy[0].examples == 40
    assert card.accuracy[0].after["value"] == 0.75 and card.accuracy[0].p < 0.001
    assert card.accuracy[0].before["low"] < 15 / 40 < card.accuracy[0].before["high"]


def test_a_card_tells_nothing_of_the_machines_folders(adapter: Path, tmp_path: Path) -> None:
    assert str(tmp_path) not in (adapter / "card.json").read_text()
    assert read_card(adapter).config["data"] == ["train.jsonl", "b-mc2/sql-create-context"]


def test_a_second_measurement_on_a_set_replaces_the_first(adapter: Path) -> None:
    card = read_card(adapter)
    better = with_accuracy(
        card, "dev", after=report("shop", set(range(40))), before=report(None, set())
    )
    other = with_accuracy(better, "demo", after=report("shop", {1}), before=report(None, set()))
    assert [m.set for m in other.accuracy] == ["dev", "demo"]
    assert other.accuracy[0].after["value"] == 1.0


def test_exported_as_a_folder(adapter: Path, tmp_path: Path) -> None:
    output = export_adapter(adapter, tmp_path / "out" / "shop")
    assert sorted(p.name for p in output.iterdir()) == [
        "README.md",
        "adapter_config.json",
        "adapter_model.safetensors",
        "card.json",
    ]
    settings = json.loads((output / "adapter_config.json").read_text())
    assert settings["base_model_name_or_path"] == "Qwen/Qwen2.5-Coder-0.5B-Instruct"
    assert settings["r"] == 2
    assert (
        load_file(output / "adapter_model.safetensors").keys()
        == load_file(adapter / "adapter_model.safetensors").keys()
    )
    assert read_card(output) == read_card(adapter)
    for path in output.iterdir():
        assert str(tmp_path).encode() not in path.read_bytes()
    assert "README.md" in summary(output)


def test_the_model_card_is_what_the_hub_expects(adapter: Path, tmp_path: Path) -> None:
    text = (export_adapter(adapter, tmp_path / "out") / "README.md").read_text()
    matter = front_matter(text)
    assert matter["base_model"] == "Qwen/Qwen2.5-Coder-0.5B-Instruct"
    assert matter["library_name"] == "peft"
    assert matter["license"] == "apache-2.0"
    assert matter["datasets"] == ["train.jsonl"]
    assert matter["model-index"][0]["results"][0]["metrics"][0]["value"] == 75.0
    for words in ("CC BY-SA 4.0", "75.0% (", "37.5% (", "< 0.001", FINGERPRINT, BASE.sha256):
        assert words in text


def test_text_from_outside_can_not_break_the_front_matter(adapter: Path, tmp_path: Path) -> None:
    odd = 'a": b\n---\n| c'
    card = Card(odd, BaseId("x"), FINGERPRINT, {}, (DataSource(odd, 1, "", odd),))
    write_card(adapter, card)
    text = (export_adapter(adapter, tmp_path / "out") / "README.md").read_text()
    assert front_matter(text.replace("\\n---\\n", "")).keys() >= {"base_model", "datasets"}
    assert front_matter(text)["license"] == "other"


def test_exported_as_a_zip_that_is_the_same_each_time(adapter: Path, tmp_path: Path) -> None:
    first = export_adapter(adapter, tmp_path / "shop.zip")
    with zipfile.ZipFile(first) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "back")
    assert {name.split("/")[0] for name in names} == {"shop"} and len(names) == 4
    assert read_card(tmp_path / "back" / "shop") == read_card(adapter)
    (tmp_path / "again").mkdir()
    second = export_adapter(adapter, tmp_path / "again" / "shop.zip")
    assert sha256(first) == sha256(second)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("name", ["adapter_model.bin", "optimizer.pt", "x/evil.PKL"])
def test_what_could_run_code_is_refused(adapter: Path, tmp_path: Path, name: str) -> None:
    (adapter / name).parent.mkdir(exist_ok=True)
    (adapter / name).write_bytes(b"\x80\x04.")
    with pytest.raises(AdapterError, match="only safetensors"):
        export_adapter(adapter, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "damage",
    [b"", b"\x80\x04\x95pickle", b"\xff" * 64, b"\x02\0\0\0\0\0\0\0{}", b"\x04\0\0\0\0\0\0\0null"],
)
def test_weights_that_are_no_safetensors_are_refused(adapter: Path, damage: bytes) -> None:
    (adapter / "adapter_model.safetensors").write_bytes(damage)
    with pytest.raises(AdapterError, match="damaged or no safetensors"):
        read_card(adapter)


def test_a_cut_off_file_is_refused(adapter: Path) -> None:
    path = adapter / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(AdapterError, match="damaged"):
        read_card(adapter)


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "adapter_config.json", "card.json"])
def test_an_incomplete_adapter_is_refused(adapter: Path, name: str) -> None:
    (adapter / name).unlink()
    with pytest.raises(AdapterError, match=name):
        read_card(adapter)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"base": 5}', '{"base": {"name": "x"}}'])
def test_a_card_of_another_kind_is_refused(adapter: Path, text: str) -> None:
    (adapter / "card.json").write_text(text)
    with pytest.raises(AdapterError, match="adapter"):
        read_card(adapter)


def test_nothing_is_overwritten(adapter: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    (tmp_path / "out.zip").write_text("mine")
    for name in ("out", "out.zip"):
        with pytest.raises(TrainingError, match="exists already"):
            export_adapter(adapter, tmp_path / name)
    assert (tmp_path / "out.zip").read_text() == "mine"


def test_no_adapter_at_all(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match="no adapter folder"):
        export_adapter(tmp_path / "none", tmp_path / "out")
