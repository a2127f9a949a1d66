"""Training jobs, with real processes: a small script stands in for the trainer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from finetune.config import TrainConfig
from finetune.files import write_text
from finetune.job_status import JobStatus
from finetune.jobs import ROOT, Jobs
from finetune.processes import is_alive, process_start
from finetune.run_folder import RunFolder, State, check_name
from text2sql.errors import TrainingError

TRAINER = (sys.executable, str(ROOT / "tests/fixtures/jobs/trainer.py"))
PATIENCE_S = 90.0  # a child at the lowest priority waits long on a busy machine


def wanted(run: str = "", **behaviour: Any) -> TrainConfig:
    return TrainConfig(data=("train.jsonl",), run=run, notes=json.dumps(behaviour))


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    jobs = Jobs(tmp_path / "runs", trainer=TRAINER)
    yield jobs
    kill_all(jobs)


def kill_all(jobs: Jobs) -> None:
    for job in jobs.list():
        if job.pid:
            os.kill(job.pid, signal.SIGKILL)
            wait(lambda pid=job.pid: process_start(pid) is None)


def wait(done: Callable[[], Any]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.02)


def until(jobs: Jobs, name: str, *states: str) -> JobStatus:
    wait(lambda: jobs.status(name).status in states)
    return jobs.status(name)


def until_step(jobs: Jobs, name: str, step: int) -> JobStatus:
    wait(lambda: jobs.status(name).step >= step)
    return jobs.status(name)


def test_a_run_from_start_to_finish(jobs: Jobs) -> None:
    started = jobs.start(wanted("first", steps=4))
    assert started.status in ("queued", "starting", "running")
    done = until(jobs, "first", "finished")
    assert (done.step, done.total, done.pid, done.resumable) == (4, 4, None, False)
    assert [m["step"] for m in done.metrics] == [1, 2, 3, 4]
    assert done.log == ("training from step 0",)
    assert done.ended and done.saved_step == 4
    assert started.queued <= done.started <= time.time()


def test_the_child_is_detached_and_polite(jobs: Jobs) -> None:
    jobs.start(wanted("polite", steps=500))
    pid = until(jobs, "polite", "running").pid
    assert pid
    assert os.getsid(pid) == pid != os.getsid(0)
    assert os.getpriority(os.PRIO_PROCESS, pid) == 19
    group = Path(f"/proc/{pid}/autogroup")
    assert not group.exists() or group.read_text().split()[-1] == "19"
    assert not os.readlink(f"/proc/{pid}/fd/1").startswith(("pipe:", "/dev/pts"))


def test_it_outlives_the_process_that_started_it(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    script = (
        f"import sys, os, signal; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path; from finetune.jobs import Jobs\n"
        "from finetune.config import TrainConfig\n"
        f"jobs = Jobs(Path({str(runs)!r}), trainer={TRAINER!r})\n"
        "config = TrainConfig(data=('a',), run='orphan', notes='{\"steps\": 400}')\n"
        "jobs.start(config); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    app = subprocess.run([sys.executable, "-c", script], timeout=PATIENCE_S, check=False)
    assert app.returncode == -signal.SIGKILL
    jobs = Jobs(runs, trainer=TRAINER)
    try:
        before = until_step(jobs, "orphan", 2)
        assert before.status == "running"
        until_step(jobs, "orphan", before.step + 2)
        jobs.stop("orphan")
        assert until(jobs, "orphan", "stopped").resumable
    finally:
        kill_all(jobs)


def test_stop_saves_and_resume_goes_on(jobs: Jobs) -> None:
    jobs.start(wanted("pause", steps=60, save=1000))
    until_step(jobs, "pause", 3)
    assert jobs.stop("pause").status in ("stopping", "stopped")
    stopped = until(jobs, "pause", "stopped")
    assert stopped.saved_step == stopped.step >= 3
    assert f"Step {stopped.step} is saved" in stopped.message
    resumed = jobs.resume("pause")
    assert resumed.status in ("queued", "starting", "running") and resumed.step >= stopped.step
    done = until(jobs, "pause", "finished")
    assert [m["step"] for m in jobs.folder("pause").read_metrics()] == list(range(1, 61))
    assert f"training from step {stopped.step}" in done.log


def test_a_killed_run_is_shown_as_died_and_resumes(jobs: Jobs) -> None:
    jobs.start(wanted("killed", steps=40, save=5))
    pid = until_step(jobs, "killed", 7).pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    died = until(jobs, "killed", "died")
    assert died.pid is None and died.resumable and died.log[-1] == "training from step 0"
    assert "kill -9" in died.message and f"Step {died.saved_step} is saved" in died.message
    jobs.resume("killed")
    until(jobs, "killed", "finished")
    steps = [m["step"] for m in jobs.folder("killed").read_metrics()]
    assert steps == list(range(1, 41))


def test_killed_before_anything_was_saved_begins_again(jobs: Jobs) -> None:
    jobs.start(wanted("early", steps=300, save=1000))
    pid = until_step(jobs, "early", 2).pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    died = until(jobs, "early", "died")
    assert "Nothing was saved" in died.message
    jobs.resume("early")
    again = until(jobs, "early", "running")
    assert again.log[-1] == "training from step 0"
    assert len(jobs.folder("early").read_metrics()) < 100


@pytest.mark.parametrize(
    ("end", "status", "words"),
    [
        ("fail", "failed", "The loss is not a number."),
        ("crash", "died", "out of memory"),
        ("silence", "died", "ended from outside"),
    ],
)
def test_a_run_that_ends_badly_says_why(jobs: Jobs, end: str, status: str, words: str) -> None:
    jobs.start(wanted("bad", steps=2, end=end))
    ended = until(jobs, "bad", "failed", "died", "finished")
    assert ended.status == status and words in ended.message
    assert "Step 2 is saved" in ended.message


def test_a_trainer_that_can_not_start_says_why(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "runs", trainer=("/no/such/trainer",))
    jobs.start(wanted("none"))
    failed = until(jobs, "none", "failed")
    assert "/no/such/trainer" in failed.message or "No such file" in failed.message


def test_a_second_run_waits_and_starts_by_itself(jobs: Jobs) -> None:
    jobs.start(wanted("one", steps=40))
    until(jobs, "one", "running")
    assert jobs.start(wanted("two", steps=2)).status == "queued"
    assert jobs.start(wanted("three", steps=2)).place == 2
    time.sleep(0.5)
    assert [jobs.status(name).place for name in ("one", "two", "three")] == [None, 1, 2]
    until(jobs, "two", "finished")
    assert jobs.status("one").status == "finished"
    done = until(jobs, "three", "finished")
    assert jobs.status("two").started < done.started


def test_the_queue_advances_when_the_running_one_is_killed(jobs: Jobs) -> None:
    jobs.start(wanted("one", steps=5000))
    pid = until(jobs, "one", "running").pid
    assert pid
    jobs.start(wanted("two", steps=2))
    os.kill(pid, signal.SIGKILL)
    until(jobs, "two", "finished")
    assert jobs.status("one").status == "died"


def test_a_killed_waiter_does_not_block_the_queue(jobs: Jobs) -> None:
    jobs.start(wanted("one", steps=30))
    jobs.start(wanted("two"))
    jobs.start(wanted("three"))
    pid = jobs.status("two").pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    died = until(jobs, "two", "died")
    assert "waited for its turn" in died.message
    until(jobs, "three", "finished")


def test_a_queued_run_can_be_stopped(jobs: Jobs) -> None:
    jobs.start(wanted("one", steps=500))
    until(jobs, "one", "running")
    jobs.start(wanted("two"))
    jobs.stop("two")
    stopped = until(jobs, "two", "stopped")
    assert stopped.resumable and stopped.place is None
    assert jobs.status("one").status == "running"


def test_many_browsers_pressing_start_at_once_give_one_run(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path; from finetune.jobs import Jobs\n"
        "from finetune.config import TrainConfig\n"
        f"jobs = Jobs(Path({str(runs)!r}), trainer={TRAINER!r})\n"
        "jobs.start(TrainConfig(data=('a',), notes='{\"steps\": 400}'))\n"
    )
    apps = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(4)]
    assert [app.wait(30) for app in apps] == [0] * 4
    jobs = Jobs(runs, trainer=TRAINER)
    try:
        wait(lambda: any(job.status == "running" for job in jobs.list()))
        states = sorted(job.status for job in jobs.list())
        assert states == ["queued", "queued", "queued", "running"]
        assert sorted(job.place or 0 for job in jobs.list()) == [0, 1, 2, 3]
    finally:
        kill_all(jobs)


def test_a_name_is_used_once(jobs: Jobs) -> None:
    jobs.start(wanted("name"))
    with pytest.raises(TrainingError, match="'name' already"):
        jobs.start(wanted("name"))


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".", "..", "a b", "x" * 65, "a\nb", "-x"])
def test_names_stay_in_their_folder(jobs: Jobs, name: str) -> None:
    with pytest.raises(TrainingError, match="run's name"):
        check_name(name)
    for act in (jobs.status, jobs.stop, jobs.resume, jobs.delete):
        with pytest.raises(TrainingError, match="run's name"):
            act(name)


def test_an_unknown_run_is_named_with_those_there_are(jobs: Jobs) -> None:
    jobs.start(wanted("known"))
    with pytest.raises(TrainingError, match=r"'unknown'.*known"):
        jobs.status("unknown")


def test_a_deaf_child_is_killed_when_patience_ends(tmp_path: Path) -> None:
    jobs = Jobs(tmp_path / "runs", trainer=TRAINER, patience_s=0.5)
    jobs.start(wanted("deaf", steps=5000, save=2, deaf=True))
    until_step(jobs, "deaf", 3)
    assert jobs.stop("deaf").status == "stopping"
    stopped = until(jobs, "deaf", "stopped")
    assert stopped.resumable and "is saved" in stopped.message


def test_only_a_run_that_is_over_can_be_deleted_or_resumed(jobs: Jobs) -> None:
    jobs.start(wanted("busy", steps=5000))
    until(jobs, "busy", "running")
    with pytest.raises(TrainingError, match="Stop it first"):
        jobs.delete("busy")
    with pytest.raises(TrainingError, match="nothing to resume"):
        jobs.resume("busy")
    jobs.stop("busy")
    until(jobs, "busy", "stopped")
    jobs.delete("busy")
    assert jobs.list() == () and not (jobs.runs / "busy").exists()


def test_a_reused_process_id_is_not_taken_for_the_run(jobs: Jobs) -> None:
    folder = RunFolder(jobs.runs / "old")
    folder.path.mkdir(parents=True)
    wanted("old").save(folder.config_file)
    folder.write_state(State("running", os.getpid(), "another boot/123", step=5, total=9))
    died = jobs.status("old")
    assert died.status == "died" and died.pid is None
    jobs.stop("old")  # must not send a signal to us


def test_a_zombie_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    wait(lambda: process_start(child.pid) is None)
    assert not is_alive(child.pid, "anything")
    child.wait()


def test_broken_files_are_read_as_far_as_they_go(jobs: Jobs) -> None:
    folder = RunFolder(jobs.runs / "torn")
    folder.path.mkdir(parents=True)
    wanted("torn").save(folder.config_file)
    (folder.path / "state.json").write_text('{"status": "runn')
    (folder.path / "metrics.jsonl").write_text('{"step": 1, "loss": 2.0}\n{"step": 2, "lo')
    (folder.path / "checkpoint-2").mkdir()
    (folder.path / "train.log").write_bytes(b"\xff\xfe 10%\r 20%\r 30%\nlast line\n")
    folder.append_metrics({"step": 3, "loss": float("nan")})
    found = jobs.status("torn")
    assert found.status == "died" and found.saved_step == 0
    assert [m["step"] for m in found.metrics] == [1, 3]
    assert found.metrics[-1]["loss"] == "nan"
    assert found.log == (" 30%", "last line")


def test_a_full_disk_leaves_a_state_that_says_so(tiny_disk: Path) -> None:
    jobs = Jobs(tiny_disk / "runs", trainer=TRAINER)
    jobs.start(wanted("full", steps=5000, save=3, fill=str(tiny_disk / "ballast")))
    died = until(jobs, "full", "died", "failed")
    assert "disk is full" in died.message and died.resumable
    assert f"Step {died.saved_step} is saved" in died.message and died.saved_step > 0
    assert jobs.folder("full").read_state() is not None
    with pytest.raises(TrainingError, match=r"could not be started.*disk is full"):
        jobs.start(wanted("another"))
    assert [job.name for job in jobs.list()] == ["full"]
    (tiny_disk / "ballast").unlink()
    jobs.resume("full")
    assert until_step(jobs, "full", died.saved_step + 1).status == "running"
    kill_all(jobs)


def test_a_state_is_replaced_even_on_a_full_disk(tiny_disk: Path) -> None:
    folder = RunFolder(tiny_disk)
    folder.write_state(State("running", 1, "x", step=100, total=200))
    fill(tiny_disk / "ballast")
    folder.update_state(status="failed", message="No space for the checkpoint.")
    state = folder.read_state()
    assert state and (state.status, state.step) == ("failed", 100)
    with pytest.raises(TrainingError, match=r"disk is full.*Free some space"):
        write_text(tiny_disk / "new.json", "x" * 10_000)
    assert not list(tiny_disk.glob(".*.tmp"))


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        for size in (1 << 16, 1 << 12, 1):
            while True:
                file.write(b"x" * size)
    assert path.stat().st_size > 0


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    place = tmp_path / "tiny"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tiny", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)
