"""python -m finetune: wrong use is told in a line, and nothing heavy loads for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from finetune.__main__ import main

ROOT = Path(__file__).parent.parent
SCHEMA = "CREATE TABLE shop (id INTEGER PRIMARY KEY, name VARCHAR);"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [
        {"question": "Which shops?", "schema": SCHEMA, "sql": "SELECT name FROM shop"},
        {"question": "How many shops?", "schema": SCHEMA, "sql": "SELECT COUNT(*) FROM shop"},
    ]
    path = tmp_path / "d.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "--resume"], "Name the run"),
        (["train", "--resume", "--run", "a", "--preset", "quick"], "keeps its settings"),
        (["train", "--config", "c.json", "--preset", "quick"], "exclude each other"),
        (["train", "--set", "rank"], "sets nothing"),
        (["train", "--set", "rnak=8"], "Did you mean 'rank'"),
        (["train", "--set", "rank=many"], "'rank' can't be 'many'"),
        (["train", "--run", "../up", "--data", "bundled"], "can't be a run's name"),
        (["train", "--run", "gone", "--resume"], "Can't read"),
        (["train", "--run", "a", "--data", "gone.jsonl"], "no file 'gone.jsonl'"),
        (["train", "--run", "a", "--data", "d.jsonl", "--databases", "gone"], "no folder 'gone'"),
        (["evaluate", "--data", "gone.jsonl"], "gone.jsonl"),
        (["evaluate", "--data", "d.jsonl", "--adapter", "gone"], "no adapter 'gone'"),
        (["evaluate", "--data", "d.jsonl", "--output", "."], "is a folder"),
        (["train", "--set", "target=q_proj,"], "'target' names no layer"),
        (["export", "--adapter", "gone", "--output", "x"], "no adapter 'gone'"),
    ],
)
def test_what_is_wrong_is_told(
    arguments: list[str],
    said: str,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(data.parent)
    monkeypatch.setenv("TEXT2SQL_RUNS", str(data.parent / "runs"))
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ") and said in error
    assert not (data.parent / "runs").exists(), "no name is taken by what did not start"


@pytest.mark.parametrize(
    "arguments", [[], ["learn"], ["evaluate"], ["evaluate", "--data", "d.jsonl", "--limit", "0"]]
)
def test_wrong_use_is_status_two(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


def test_the_scorers_self_test(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--data", str(data), "--self-test"]) == 0
    assert "passed" in capsys.readouterr().out


def test_help_loads_no_torch() -> None:
    script = (
        "import sys; from finetune.__main__ import main\n"
        "try: main(['train', '--help'])\n"
        "except SystemExit: pass\n"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=90
    )
    assert done.returncode == 0, done.stderr
    assert "--preset" in done.stdout


def test_a_reader_that_never_reads_gets_no_trace(data: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        [sys.executable, "-m", "finetune", "evaluate", "--self-test", "--data", str(data)],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
        stdout=writer,
        stderr=subprocess.PIPE,
        timeout=120,
    )
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (1, b"")
