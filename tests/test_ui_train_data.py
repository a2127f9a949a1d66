"""The Train tab's settings and data: what comes from the page's fields, and what is refused."""

from __future__ import annotations

import json
import os
import time
from dataclasses import fields
from pathlib import Path

import pytest

from finetune.config import PRESETS, TrainConfig
from tests.train_page import EXAMPLE, SHOP, form, until
from text2sql.errors import DataError, TrainingError, UploadError
from ui import train_data
from ui.train_data import Choice
from ui.train_handlers import TrainHandlers
from ui.train_runs import view_of
from ui.train_settings import NAMES, changed, config_of, kind, preset_values


def test_every_setting_is_on_the_page_or_the_page_s_own() -> None:
    own = {"data", "databases", "judged_by", "base", "adapter", "run", "preset", "notes", "resume"}
    assert {*NAMES} | own == {field.name for field in fields(TrainConfig)}
    assert not {*NAMES} & own


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_comes_back_from_the_page_unchanged(preset: str) -> None:
    values = preset_values(preset)
    config = config_of(values, run="a", notes="b", preset=preset, base="0.5b")
    for name, value in {**PRESETS[preset], "run": "a", "notes": "b", "preset": preset}.items():
        if name != "data":
            assert getattr(config, name) == value
    assert all(isinstance(v, kind(n)) for n, v in zip(NAMES, values, strict=True) if v != 0)
    assert config.max_steps is None and config.neftune_alpha is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rank", None),
        ("rank", 4.5),
        ("rank", 10**6),
        ("learning_rate", "fast"),
        ("target", ".*(a+)+$"),
        ("target", None),
        ("schedule", "steep"),
        ("epochs", float("nan")),
        ("no_such", 1),
    ],
)
def test_settings_that_make_no_sense_are_refused(name: str, value: object) -> None:
    with pytest.raises(TrainingError, match=name):
        values = changed("quick", {name: value})
        config = config_of(values, run="", notes="", preset="quick", base="0.5b")
        train_data.with_data(config, Choice(), "bundled").validate()


# Data


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../x", "finetune/config.py", "demo_data/shop", "a/b/c", "x.jsonl"]
)
def test_the_hub_s_name_never_reads_a_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no data set's name"):
        train_data.named(Choice("hub", hub=name), tmp_path)
    assert train_data.named(Choice("hub", hub="b-mc2/sql-create-context"), tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("x.jsonl", b"\x00\xff{{{", "holds no usable example"),
        ("x.csv", b"a,b\n1,2\n", "holds no usable example"),
        ("x.jsonl.gz", b"\x1f\x8b", "no JSONL or CSV"),
        ("x.py", b"print()", "no JSONL or CSV"),
        ("gone.jsonl", None, "no file"),
    ],
)
def test_an_upload_that_can_t_be_used_says_why(
    name: str, content: bytes | None, told: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises((DataError, UploadError), match=told) as caught:
        train_data.named(Choice("upload", file=str(file)), tmp_path)
    assert str(tmp_path) not in str(caught.value)


def test_there_must_be_corrections_to_learn_from(does: TrainHandlers) -> None:
    told, *_ = does.start(*form("x", choice=Choice("corrections")))
    assert "no corrections yet" in told and "Set answers right" in told
    assert not (does.jobs.runs / "x").exists()


def test_an_upload_outlives_the_browser_s_copy(does: TrainHandlers, tmp_path: Path) -> None:
    file = tmp_path / "My $data.jsonl"
    file.write_text(json.dumps(EXAMPLE), encoding="utf-8")
    told, name, _ = does.start(*form("up", choice=Choice("upload", file=str(file))))
    assert (told, name) == ("", "up")
    file.unlink()
    (kept,) = view_of(does.jobs, "up").config["data"]
    assert Path(kept).parent == does.jobs.runs / ".data"
    assert Path(kept).name.startswith("My-data-") and json.loads(Path(kept).read_text()) == EXAMPLE
    until(does, "up", "finished")
    assert [job.name for job in does.jobs.list()] == ["up"]
    long_ago = time.time() - 2 * train_data.SPARE_S
    os.utime(kept, (long_ago, long_ago))
    train_data.tidy(does.jobs.runs)
    assert Path(kept).is_file()
    assert does.delete("up")[0] == ""
    assert not Path(kept).exists()


def test_examples_are_made_up_for_a_schema_and_shown(does: TrainHandlers) -> None:
    choice = Choice("schema", schema=SHOP, count=20)
    shown = list(does.preview(*form(choice=choice)))[-1]
    assert "20 usable examples" in shown
    assert shown.count("<details") == train_data.SHOWN
    assert "You write SQL for DuckDB" in shown and "CREATE TABLE goods" in shown
    first = train_data.named(choice, does.jobs.runs)
    assert train_data.named(choice, does.jobs.runs) == first
    (tuned,) = [p for p in (does.jobs.runs / ".data").iterdir() if not p.name.startswith(".")]
    assert str(tuned) == first


def test_dropped_rows_are_shown_with_reasons(does: TrainHandlers, tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    bad = {**EXAMPLE, "question": "Prices<script>?", "sql": "SELECT nothing FROM nowhere"}
    file.write_text("\n".join(map(json.dumps, [EXAMPLE, EXAMPLE, bad])) + "\nno json\n")
    shown = list(does.preview(*form(choice=Choice("upload", file=str(file)))))[-1]
    assert "1 usable example." in shown
    for reason in ("a duplicate (mixed.jsonl line 2)", "unreadable", "mixed.jsonl line 3"):
        assert reason in shown
    assert "<script>" not in shown


def test_a_bad_schema_or_source_is_told_not_raised(does: TrainHandlers) -> None:
    for choice in (Choice("schema", schema="DROP"), Choice("nonsense"), Choice("schema")):
        assert 'class="failure"' in list(does.preview(*form(choice=choice)))[-1]
        assert 'class="failure"' in does.start(*form(choice=choice))[0]
    assert does.jobs.list() == ()
