"""Settings of a run: presets, files, and what is said of a wrong one."""

from __future__ import annotations

import dataclasses
import doctest
import json
from pathlib import Path
from typing import Any

import pytest

from finetune import config
from finetune.config import (
    PRESETS,
    TrainConfig,
    from_dict,
    from_file,
    from_preset,
    help_for,
    parse_setting,
)
from text2sql.errors import TrainingError


def test_doctests() -> None:
    assert doctest.testmod(config).failed == 0


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_presets_are_valid_and_say_their_name(preset: str) -> None:
    settings = from_preset(preset, data=["train.jsonl"], run="a").validate()
    assert settings.preset == preset


def test_quick_fits_its_twelve_minutes() -> None:
    minutes = from_preset("quick").minutes
    assert minutes is not None and minutes < 12


def test_the_defaults_are_those_of_qlora() -> None:
    settings = TrainConfig()
    assert (settings.rank, settings.alpha, settings.learning_rate) == (16, 32, 3e-4)
    assert (settings.target, settings.schedule) == ("all-linear", "cosine")
    assert settings.questions_per_sequence == 16


def test_saved_and_read_back_is_the_same(tmp_path: Path) -> None:
    settings = from_preset("full", data=["a.jsonl", "b.csv"], run="x", neftune_alpha=5, seed=7)
    settings.save(tmp_path / "config.json")
    assert from_file(tmp_path / "config.json") == settings
    saved = json.loads((tmp_path / "config.json").read_text())
    assert set(saved) == {field.name for field in dataclasses.fields(TrainConfig)}


def test_what_the_caller_says_wins_over_the_file(tmp_path: Path) -> None:
    TrainConfig(data=("a.jsonl",), run="x", rank=4).save(tmp_path / "c.json")
    assert from_file(tmp_path / "c.json", rank=8, resume=True).rank == 8


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"learnin_rate": 1e-4}, ["'learnin_rate'", "'learning_rate'"]),
        ({"zzz": 1}, ["'zzz'", "Known are", "epochs"]),
        ({"rank": "16"}, ["'rank'", "'16'", "whole number"]),
        ({"rank": 16.5}, ["'rank'", "16.5", "whole number"]),
        ({"rank": True}, ["'rank'", "True"]),
        ({"rank": None}, ["'rank'", "None"]),
        ({"pack": 1}, ["'pack'", "true or false"]),
        ({"epochs": "two"}, ["'epochs'", "'two'", "a number"]),
        ({"epochs": float("nan")}, ["'epochs'", "nan"]),
        ({"learning_rate": 10**400}, ["'learning_rate'", "a number"]),
        ({"data": "train.jsonl"}, ["'data'", "a list of texts"]),
        ({"data": [1]}, ["'data'", "a list of texts"]),
        ({"max_steps": 1.5}, ["'max_steps'", "a whole number or null"]),
    ],
)
def test_unknown_names_and_wrong_types_are_refused(
    settings: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(TrainingError) as caught:
        from_dict(settings)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"data": []}, ["no training data", "--data"]),
        ({"epochs": 0}, ["'epochs'", "0"]),
        ({"epochs": -1}, ["'epochs'", "-1"]),
        ({"rank": 0}, ["'rank'", "1 to 512"]),
        ({"learning_rate": 3}, ["'learning_rate'", "3"]),
        ({"max_steps": 0}, ["'max_steps'"]),
        ({"minutes": 0}, ["'minutes'"]),
        ({"dropout": 1}, ["'dropout'"]),
        ({"schedule": "cosin"}, ["'cosin'", "'cosine'"]),
        ({"target": " "}, ["'target'", "all-linear"]),
        ({"run": "../evil"}, ["'../evil'", "letters"]),
        ({"run": ""}, ["''", "letters"]),
        ({"run": ".hidden"}, ["'.hidden'"]),
        ({"run": "a/b"}, ["'a/b'"]),
        ({"run": "x" * 65}, ["letters"]),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    settings: dict[str, Any], words: list[str]
) -> None:
    whole = {"data": ["train.jsonl"], "run": "a", **settings}
    with pytest.raises(TrainingError) as caught:
        from_dict(whole).validate()
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("text", ["", "[1, 2]", "{", "\x00"])
def test_a_file_that_holds_no_settings_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(TrainingError, match=r"config\.json"):
        from_file(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="No such file"):
        from_file(tmp_path / "none.json")


def test_an_unknown_preset_gets_the_nearest() -> None:
    with pytest.raises(TrainingError, match="'quick'"):
        from_preset("quikc")


def test_settings_from_the_shell() -> None:
    assert parse_setting("learning_rate=1e-4") == ("learning_rate", 1e-4)
    assert parse_setting("target=q_proj,v_proj") == ("target", "q_proj,v_proj")
    assert parse_setting("minutes=null") == ("minutes", None)
    with pytest.raises(TrainingError, match="NAME=VALUE"):
        parse_setting("rank")


def test_every_setting_has_its_line_of_help() -> None:
    for field in dataclasses.fields(TrainConfig):
        assert 10 < len(help_for(field.name)) < 90, field.name
