"""The Train tab's check before a run, and what is drawn of one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from finetune.config import TrainConfig
from finetune.foreseen import Foreseen
from tests.train_page import drawn, finished, form, request, rows, wait
from text2sql.errors import TrainingError
from ui.train_charts import MOST_POINTS, chart, line_of
from ui.train_handlers import TrainHandlers


def foreseen(**changes: Any) -> Foreseen:
    usual: dict[str, Any] = {
        "steps": 40, "seconds": 540.0, "scoring_seconds": 60.0, "tokens_per_second": 85.0,
        "examples": 300, "sequences": 24, "tokens": 40_000, "longest": 1_900,
        "peak_memory_mb": 1_700.0, "checkpoint_mb": 54.0, "data": "300 examples.\n2 dropped: <x>",
    }  # fmt: skip
    return Foreseen(**{**usual, **changes})


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
