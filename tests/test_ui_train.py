"""The Train tab's handlers: real runs in real processes; a script stands in for the trainer."""

from __future__ import annotations

import inspect
import json
import os
import signal
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from finetune.config import PRESETS, TrainConfig
from finetune.files import write_json
from finetune.foreseen import Foreseen
from finetune.jobs import ROOT, Jobs
from finetune.processes import process_start
from finetune.run_folder import RunFolder, State
from text2sql.engine import Engine
from text2sql.errors import DataError, TrainingError, UploadError
from ui import train, train_data
from ui.models import Models
from ui.service import Service
from ui.settings import Settings
from ui.train_api import TrainApi
from ui.train_charts import MOST_POINTS, chart, line_of
from ui.train_data import Choice
from ui.train_handlers import Seen, TrainHandlers, training_allowed
from ui.train_panel import LISTS, PANEL
from ui.train_runs import first_shown, view_of
from ui.train_settings import NAMES, changed, config_of, kind, preset_values

TRAINER = (sys.executable, str(ROOT / "tests/fixtures/jobs/trainer.py"))
PATIENCE_S = 90.0  # a child at the lowest priority waits long on a busy machine
SHOP = (
    "CREATE TABLE goods (id INTEGER PRIMARY KEY, name VARCHAR, price DECIMAL(8,2), stock INTEGER)"
)
EXAMPLE = {"question": "How many goods?", "schema": SHOP, "sql": "SELECT count(*) FROM goods"}


class Switching(Models):
    """Models whose adapters need no loading."""

    def __init__(self, fake_generator: Any) -> None:
        super().__init__(Settings())
        self.fake_generator = fake_generator

    def engine(self, adapter: str | None) -> Engine:
        return Engine(self.fake_generator("SELECT 1", adapter=adapter))


@pytest.fixture
def does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_generator: Any) -> Iterator[Any]:
    monkeypatch.setenv("TEXT2SQL_RUNS", str(tmp_path / "runs"))
    jobs = Jobs(tmp_path / "runs", trainer=TRAINER)
    yield TrainHandlers(Service(Switching(fake_generator)), jobs, allowed=True)
    for job in jobs.list():
        if job.pid:
            os.kill(job.pid, signal.SIGKILL)
            wait(lambda pid=job.pid: process_start(pid) is None)


def wait(done: Callable[[], Any]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.02)


def until(does: TrainHandlers, name: str, *states: str) -> None:
    wait(lambda: does.jobs.status(name).status in states)


def form(
    run: str = "", *, choice: Choice | None = None, adapter: str = "", **behaviour: Any
) -> list[Any]:
    """What the page's fields hold; the stand-in reads its behaviour from the notes."""
    of = choice or Choice()
    data = [of.source, of.schema, of.dialect, of.count, of.file or None, of.hub]
    return [*data, adapter, run, json.dumps(behaviour), "quick", *preset_values("quick")]


def started(does: TrainHandlers, run: str, **behaviour: Any) -> str:
    told, name = does.start(*form(run, **behaviour))
    assert told == ""
    return str(name)


def finished(does: TrainHandlers, run: str, **settings: Any) -> str:
    """A run that ended, as its folder tells it."""
    folder = RunFolder(does.jobs.runs / run)
    folder.adapter.mkdir(parents=True)
    TrainConfig(data=("bundled",), run=run, preset="quick", **settings).save(folder.config_file)
    for step in (1, 2, 3):
        folder.append_metrics({"step": step, "loss": 1 / step, "tokens_per_second": 80.0})
    folder.log_file.write_text("training from step 0\n", encoding="utf-8")
    folder.write_state(State("finished", step=3, total=3, message="Done."))
    write_json(folder.adapter / "card.json", {})
    return run


def rows(updates: list[Any]) -> list[list[str]]:
    """The list of runs as it is drawn."""
    found: list[list[str]] = updates[PANEL].constructor_args["samples"]
    return found


# Settings


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
    told, _ = does.start(*form("x", choice=Choice("corrections")))
    assert "no corrections yet" in told and "Set answers right" in told
    assert not (does.jobs.runs / "x").exists()


def test_an_upload_outlives_the_browser_s_copy(does: TrainHandlers, tmp_path: Path) -> None:
    file = tmp_path / "My $data.jsonl"
    file.write_text(json.dumps(EXAMPLE), encoding="utf-8")
    told, name = does.start(*form("up", choice=Choice("upload", file=str(file))))
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


# Runs


def drawn(does: TrainHandlers, name: str, seen: Seen | None = None) -> tuple[list[Any], Seen]:
    *updates, shown, now = does.tick(name, seen or Seen())
    assert shown == (gr.skip() if name == now.name else now.name)
    assert len(updates) == PANEL + LISTS
    return updates, now


def skips(updates: list[Any]) -> int:
    return sum(one == gr.skip() for one in updates)


def test_a_run_that_another_browser_started_is_shown_where_none_was(does: TrainHandlers) -> None:
    updates, seen = drawn(does, "")
    assert "No run yet" in updates[0] and seen.name == ""
    finished(does, "first")
    updates, seen = drawn(does, "", seen)
    assert "first" in updates[0] and seen.name == "first"


def test_a_run_is_drawn_from_its_folder_and_only_when_it_changed(does: TrainHandlers) -> None:
    name = finished(does, "first", notes="tried")
    updates, seen = drawn(does, name)
    head, charts = updates[0], updates[1]
    assert "finished" in head and "first" in head and "quick" in head
    assert charts.count("<svg") == 5 and charts.count("<polyline") == 2
    updates, again = drawn(does, name, seen)
    assert again == seen and skips(updates) == PANEL + LISTS
    does.notes(name, "good <b>one</b>")
    updates, _ = drawn(does, name, seen)
    assert skips(updates[:PANEL]) == PANEL
    assert rows(updates)[0][4] == "good <b>one</b>"
    assert view_of(does.jobs, name).config["notes"] == "tried"


def test_a_new_visit_finds_the_run_at_work(does: TrainHandlers) -> None:
    assert does.restore() == ("", Seen())
    started(does, "work", steps=500)
    until(does, "work", "running")
    started(does, "later", steps=2)
    shown, _ = does.restore()
    assert shown == "work"
    assert "place 1 in the queue" in drawn(does, "later")[0][0]
    wait(lambda: "work trains now" in does.training_line())
    assert "queued, place 1" in str(rows(drawn(does, "work")[0]))
    assert does.stop("work") == ""
    until(does, "work", "stopped")
    until(does, "later", "finished")
    assert does.training_line() == "" and first_shown(does.jobs) == "later"


def test_stop_resume_and_delete(does: TrainHandlers) -> None:
    started(does, "pause", steps=60, save=1000)
    wait(lambda: does.jobs.status("pause").step >= 2)
    assert "Stop it first" in does.delete("pause")[0]
    assert does.stop("pause") == ""
    until(does, "pause", "stopped")
    head = drawn(does, "pause")[0][0]
    assert "is saved: resume goes on from there" in head
    assert does.resume("pause") == ""
    until(does, "pause", "finished")
    assert "nothing to resume" in does.resume("pause")
    question, group = does.ask_delete("pause<b>")
    assert group.visible and "<b>" not in question
    told, hidden, shown = does.delete("pause")
    assert (told, shown) == ("", "") and not hidden.visible
    assert does.jobs.list() == ()


def test_a_killed_run_is_shown_as_died_with_its_last_lines(does: TrainHandlers) -> None:
    started(does, "victim", steps=500)
    until(does, "victim", "running")
    wait(lambda: does.jobs.status("victim").saved_step)
    _, seen = drawn(does, "victim")
    pid = does.jobs.status("victim").pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    until(does, "victim", "died")
    updates, _ = drawn(does, "victim", seen)
    assert "It died at step" in updates[0] and "resume goes on from there" in updates[0]
    assert "training from step 0" in updates[2]


def test_two_who_press_start_at_once_get_one_run_of_a_name(does: TrainHandlers) -> None:
    found: list[list[Any]] = []
    threads = [
        threading.Thread(target=lambda: found.append(does.start(*form("same", steps=3))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [name for told, name in found if not told] == ["same"]
    assert all("There is a run &#x27;same&#x27; already" in told for told, _ in found if told)


BAD_NAMES = [
    "",
    "..",
    "../x",
    "/etc",
    "a/b",
    ".data",
    "x" * 65,
    "a\n",
    "${x}",
    "nobody",
    None,
    3,
    [],
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_from_outside_are_checked(does: TrainHandlers, name: Any) -> None:
    finished(does, "real")
    answers = [
        does.stop(name),
        does.resume(name),
        does.delete(name)[0],
        does.notes(name, "x"),
        does.use(name),
        does.export(name)[0],
        does.compare("real", name) if name else 'class="failure"',
        does.select([name])[1],
    ]
    assert all('class="failure"' in one for one in answers)
    assert not any("$" in one or "{" in one for one in answers)
    updates, seen = drawn(does, name)
    assert "real" in updates[0] and seen.name == "real"
    assert [job.name for job in does.jobs.list()] == ["real"]


def test_a_run_starts_from_an_adapter_on_offer_and_from_nothing_else(
    does: TrainHandlers, tmp_path: Path
) -> None:
    finished(does, "first")
    offered = does.adapters().constructor_args["choices"]
    assert ("first", "first") in offered and ("A new adapter", "") in offered
    assert does.start(*form("second", adapter="first", steps=1)) == ["", "second"]
    config = json.loads(does.jobs.folder("second").config_file.read_text("utf-8"))
    assert config["adapter"] == "first"
    until(does, "second", "finished")
    assert "from first" in does.tick("second", Seen())[0]
    elsewhere = str(does.jobs.folder("first").adapter)
    for named in ("nobody", elsewhere, "../first"):
        assert "no adapter" in does.start(*form("third", adapter=named))[0]
        assert "no adapter" in TrainApi(does).train("bundled", {"adapter": named})["error"]


def test_a_bad_name_starts_nothing(does: TrainHandlers) -> None:
    told, _ = does.start(*form("../../tmp/x"))
    assert "can&#x27;t be a run&#x27;s name" in told
    assert does.jobs.list() == ()


def test_a_crowd_is_turned_away(does: TrainHandlers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.train_start.MOST_WAITING", 1)
    started(does, "one", steps=500)
    until(does, "one", "running")
    started(does, "two", steps=1)
    assert "1 runs wait already" in does.start(*form("three"))[0]


# When it is done


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
    assert "Ask answers with tuned now" in does.use("tuned")
    assert models.default == "tuned" and "tuned" in models.state.summary
    assert "Stop using it" in str(drawn(does, "tuned")[0][7].value)
    assert "Ask answers with" in does.delete("tuned")[0]
    assert "untuned base again" in does.use("tuned")
    assert models.default is None
    assert does.delete("tuned")[0] == ""


def test_an_unfinished_run_is_not_used_or_exported(does: TrainHandlers) -> None:
    started(does, "half", steps=60)
    assert "no adapter yet" in does.use("half")
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


# Check


def foreseen(**changes: Any) -> Foreseen:
    usual: dict[str, Any] = {
        "steps": 40, "seconds": 540.0, "scoring_seconds": 60.0, "tokens_per_second": 85.0,
        "examples": 300, "sequences": 24, "tokens": 40_000, "longest": 1_900,
        "peak_memory_mb": 1_700.0, "checkpoint_mb": 54.0, "data": "300 examples.\n2 dropped: <x>",
    }  # fmt: skip
    return Foreseen(**{**usual, **changes})


def request() -> gr.Request:
    return gr.Request(session_hash="visit")


def test_check_tells_time_memory_and_disk(
    does: TrainHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.train_handlers.foresee", lambda config, **_: foreseen())
    told, check, cancel = does.check(request(), *form())
    assert "about 10.0 min" in told and "1.7 GB" in told and "checkpoints of 54 MB" in told
    assert "40" in told and "2 dropped: &lt;x&gt;" in told
    assert check.visible and not cancel.visible


def test_check_refuses_what_can_t_fit(does: TrainHandlers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "ui.train_handlers.foresee", lambda config, **_: foreseen(checkpoint_mb=1e9)
    )
    told, *_ = does.check(request(), *form())
    assert 'class="failure"' in told and "disk has" in told and "Free some space" in told
    assert does.jobs.list() == ()


def test_a_check_is_cancelled_by_its_own_visitor(
    does: TrainHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def patient(config: TrainConfig, *, cancelled: Callable[[], bool]) -> Foreseen:
        wait(cancelled)
        raise TrainingError("The dry run was cancelled.")

    monkeypatch.setattr("ui.train_handlers.foresee", patient)
    does.begin_check(request())
    timer = threading.Timer(0.1, does.cancel_check, [request()])
    timer.start()
    assert "cancelled" in does.check(request(), *form())[0]


# What it looks like


def test_a_chart_has_the_same_frame_with_and_without_points() -> None:
    steps = [{"step": n, "loss": 1 / n, "grad_norm": "nan"} for n in range(1, 2000)]
    full = line_of("training", steps, "loss")
    assert len(full.points) <= MOST_POINTS + 1 and full.points[-1] == (1999.0, 1 / 1999)
    assert line_of("", steps, "grad_norm").points == ()
    empty = chart("Loss", [line_of("training", [], "loss")], total=0)
    for drawn_one in (empty, chart("Loss", [full], total=2000)):
        assert drawn_one.startswith('<figure class="chart">') and drawn_one.count("<svg") == 1
        assert "nan" not in drawn_one


def test_what_a_run_writes_is_text(does: TrainHandlers) -> None:
    finished(does, "loud")
    folder = does.jobs.folder("loud")
    folder.log_file.write_text("<script>alert(1)</script> ${x} {{y}}\n")
    folder.update_state(message="<img src=x> ${z}")
    for html in drawn(does, "loud")[0][:4]:
        assert "<script" not in html and "<img" not in html and "${" not in html


def test_a_broken_folder_does_not_break_the_page(does: TrainHandlers) -> None:
    finished(does, "torn")
    folder = does.jobs.folder("torn").path
    for name in ("state.json", "evaluation.json", "config.json", "metrics.jsonl"):
        (folder / name).write_text('{"torn": ')
    updates, _ = drawn(does, "torn")
    assert "torn" in updates[0] and rows(updates)[0][0] == "torn"


# The lock


@pytest.mark.parametrize(
    ("environment", "allowed"),
    [
        ({}, True),
        ({"TEXT2SQL_TRAINING": "off"}, False),
        ({"TEXT2SQL_TRAINING": " ON "}, True),
        ({"TEXT2SQL_TRAINING": "maybe"}, False),
        ({"SPACE_ID": "me/x"}, False),
        ({"SPACE_ID": "me/x", "TEXT2SQL_TRAINING": "on"}, True),
        ({"SPACE_ID": "me/x", "TEXT2SQL_TRAINING": ""}, False),
    ],
)
def test_who_may_train(environment: dict[str, str], allowed: bool) -> None:
    assert training_allowed(environment) is allowed


HANDLERS = sorted(
    name
    for name, method in vars(TrainHandlers).items()
    if inspect.isfunction(method) and not name.startswith("_") and name != "demand"
)


@pytest.mark.parametrize("name", HANDLERS)
def test_every_handler_refuses_where_training_is_off(does: TrainHandlers, name: str) -> None:
    finished(does, "there")
    locked = TrainHandlers(does.service, does.jobs, allowed=False)
    method = getattr(locked, name)
    names = [p for p in inspect.signature(method).parameters if p != "given"]
    given = [request() if p == "request" else "there" for p in names]
    with pytest.raises(gr.Error, match="switched off"):
        list(method(*given))  # a generator runs when it is asked
    assert [job.name for job in does.jobs.list()] == ["there"]


def test_the_named_api_refuses_where_training_is_off(
    does: TrainHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXT2SQL_TRAINING", "off")
    with gr.Blocks() as page:
        train.build(does.service)
    events = {fn.api_name for fn in page.fns.values()}
    assert events == {"train", "train_status", "train_stop"}
    page.queue().launch(prevent_thread_lock=True, quiet=True, footer_links=[])
    try:
        client = Client(page.local_url, verbose=False)
        calls = (("/train", "bundled"), ("/train_status", "there"), ("/train_stop", "there"))
        for api_name, value in calls:
            with pytest.raises(AppError, match="switched off"):
                client.predict(value, api_name=api_name)
    finally:
        page.close()
    assert does.jobs.list() == ()


def test_the_named_api_trains(does: TrainHandlers) -> None:
    begun = TrainApi(does).train(SHOP, {"run": "api", "notes": "x"})
    assert "no setting 'notes'" in begun["error"]
    begun = TrainApi(does).train("bundled", {"run": "api", "rank": 8})
    assert (begun["run"], "error" in begun) == ("api", False)
    until(does, "api", "finished")
    assert TrainApi(does).status("api")["step"] == 3
    assert TrainApi(does).stop("api")["status"] == "finished"
    assert "error" in TrainApi(does).status("../x") and "error" in TrainApi(does).train(
        "/etc/passwd"
    )
    assert view_of(does.jobs, "api").config["rank"] == 8
