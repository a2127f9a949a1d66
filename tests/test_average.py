"""The mean of adapters: exact, of adapters that fit together only, and told in its card."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from finetune.__main__ import main
from finetune.average import average
from finetune.card import WEIGHTS, BaseId, Card, DataSource, read_card, write_card
from text2sql.errors import AdapterError, TrainingError
from text2sql.prompt import FINGERPRINT

pytestmark = pytest.mark.model  # for torch, not for a base
NAMES = ("layer.0.lora_A.weight", "layer.0.lora_B.weight")
SPIDER = DataSource("spider.jsonl", 100, "aa", "CC BY-SA 4.0")


def adapter(place: Path, fill: float, *, rank: int = 2, data: tuple[DataSource, ...] = ()) -> Path:
    place.mkdir()
    weights = {name: torch.full((rank, 3), fill, dtype=torch.bfloat16) for name in NAMES}
    save_file(weights, place / WEIGHTS)
    settings = {"peft_type": "LORA", "r": rank, "lora_alpha": 4, "inference_mode": True}
    (place / "adapter_config.json").write_text(json.dumps(settings))
    config = {"run": place.name, "rank": rank, "learning_rate": fill}
    base = BaseId("base", "1", "bb")
    write_card(place, Card(place.name, base, FINGERPRINT, config, (SPIDER, *data), seconds=60))
    return place


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    more = (DataSource("more.jsonl", 5),)
    return adapter(tmp_path / "one", 0.5), adapter(tmp_path / "two", 1.5, data=more)


def test_each_weight_is_the_mean_and_the_card_says_of_what(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    found = average(pair, tmp_path / "both")
    weights = load_file(found / WEIGHTS)
    assert set(weights) == set(NAMES)
    assert all(one.dtype is torch.bfloat16 and bool((one == 1.0).all()) for one in weights.values())
    card = read_card(found)
    assert (card.name, card.seconds, card.accuracy) == ("both", 120, ())
    assert card.config == {"run": "both", "rank": 2, "averaged": ["one", "two"]}
    assert [one.file for one in card.data] == ["spider.jsonl", "more.jsonl"]
    assert "the mean of: one, two" in (found / "README.md").read_text("utf-8")
    assert sorted(tmp_path.iterdir()) == sorted([*pair, found])


@pytest.mark.parametrize("told", [None, 3, "text", {"a": 1}])
def test_a_card_that_says_nonsense_of_its_parts_names_none(told: object, tmp_path: Path) -> None:
    one = adapter(tmp_path / "one", 0.3)
    card = read_card(one)
    write_card(one, replace(card, config={**card.config, "averaged": told}))
    assert read_card(one).averaged == ()


def test_the_mean_of_one_with_itself_is_the_same(tmp_path: Path) -> None:
    one = adapter(tmp_path / "one", 0.3)
    found = load_file(average([one, one, one], tmp_path / "out") / WEIGHTS)
    assert all(
        torch.equal(found[name], tensor) for name, tensor in load_file(one / WEIGHTS).items()
    )


def other_base(place: Path) -> None:
    write_card(place, replace(read_card(place), base=BaseId("other")))


def other_prompt(place: Path) -> None:
    write_card(place, replace(read_card(place), prompt_fingerprint="0"))


def other_scale(place: Path) -> None:
    (place / "adapter_config.json").write_text(json.dumps({"r": 2, "lora_alpha": 64}))


def other_layers(place: Path) -> None:
    save_file({NAMES[0]: torch.zeros(2, 3)}, place / WEIGHTS)


def no_card(place: Path) -> None:
    (place / "card.json").unlink()


def no_settings(place: Path) -> None:
    (place.parent / "one" / "adapter_config.json").write_text("{")


@pytest.mark.parametrize(
    "spoil", [other_base, other_prompt, other_scale, other_layers, no_card, no_settings]
)
def test_what_does_not_fit_is_refused_and_nothing_is_left(
    spoil: Callable[[Path], None], pair: tuple[Path, Path], tmp_path: Path
) -> None:
    spoil(pair[1])
    with pytest.raises(AdapterError):
        average(pair, tmp_path / "both")
    assert sorted(tmp_path.iterdir()) == sorted(pair)


def test_one_alone_has_no_mean_and_nothing_is_overwritten(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(AdapterError, match="two adapters"):
        average(pair[:1], tmp_path / "both")
    shutil.copytree(pair[0], tmp_path / "both")
    with pytest.raises(TrainingError, match="exists already"):
        average(pair, tmp_path / "both")


def test_from_the_shell(
    pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [part for place in pair for part in ("--adapter", str(place))]
    assert main(["average", *named, "--output", str(tmp_path / "both")]) == 0
    assert "adapter_model.safetensors" in capsys.readouterr().out
    assert main(["average", "--adapter", "gone", "--output", str(tmp_path / "x")]) == 1
    assert "no adapter 'gone'" in capsys.readouterr().err
