"""The Train tab's handlers: real runs in real processes; a script stands in for the trainer."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from tests.train_page import drawn, finished, form, rows, skips, started, until, wait
from ui.train_api import TrainApi
from ui.train_handlers import Seen, TrainHandlers
from ui.train_panel import LISTS, PANEL
from ui.train_runs import first_shown, view_of
from ui.train_show import USE


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
    assert does.notes(name, "tried", "good <b>one</b>") == ("", "good <b>one</b>")
    assert does.notes(name, "as drawn", "as drawn") == ("", gr.skip())
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
    assert [name for told, name, _ in found if not told] == ["same"]
    assert all("There is a run &#x27;same&#x27; already" in told for told, *_ in found if told)


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
        does.notes(name, "", "x")[0],
        does.use(name, USE),
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
    assert does.start(*form("second", adapter="first", steps=1))[:2] == ["", "second"]
    config = json.loads(does.jobs.folder("second").config_file.read_text("utf-8"))
    assert config["adapter"] == "first"
    until(does, "second", "finished")
    assert "from first" in does.tick("second", Seen())[0]
    elsewhere = str(does.jobs.folder("first").adapter)
    for named in ("nobody", elsewhere, "../first"):
        assert "no adapter" in does.start(*form("third", adapter=named))[0]
        assert "no adapter" in TrainApi(does).train("bundled", {"adapter": named})["error"]


def test_a_bad_name_starts_nothing(does: TrainHandlers) -> None:
    told, *_ = does.start(*form("../../tmp/x"))
    assert "can&#x27;t be a run&#x27;s name" in told
    assert does.jobs.list() == ()


def test_a_crowd_is_turned_away(does: TrainHandlers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.train_start.MOST_WAITING", 1)
    started(does, "one", steps=500)
    until(does, "one", "running")
    started(does, "two", steps=1)
    assert "1 runs wait already" in does.start(*form("three"))[0]
