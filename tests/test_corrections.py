"""Corrections: kept once, read as examples, whole whatever happens to the process or the file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from finetune.corrections import FILE, MAX_SCHEMA_CHARS, Correction, Corrections
from finetune.examples import read_examples
from text2sql.errors import DataError, TrainingError
from ui.corrections import CorrectionHandlers
from ui.models import Models
from ui.service import Service

SCHEMA = "CREATE TABLE singer (name VARCHAR, age INTEGER);"


def correction(question: str = "How many singers?", **changes: str) -> Correction:
    values = {"schema": SCHEMA, "sql": "SELECT count(*) FROM singer", "source": "ask", **changes}
    return Correction(question=question, **values)


@pytest.fixture
def kept(tmp_path: Path) -> Corrections:
    return Corrections(tmp_path / "runs" / FILE)


def test_nothing_is_kept_at_first(kept: Corrections) -> None:
    assert kept.list() == ()


def test_what_is_added_is_an_example(kept: Corrections) -> None:
    added = kept.add(correction(database="concert_singer"))
    (example,) = read_examples(kept.path).examples
    assert (example.id, example.question) == (added.id, "How many singers?")
    assert (example.schema, example.sql) == (SCHEMA, "SELECT count(*) FROM singer")
    assert (example.database, example.dialect) == ("concert_singer", "duckdb")
    assert added.source == "ask" and added.when.endswith("Z")


def test_the_folder_of_runs_is_the_usual_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXT2SQL_RUNS", str(tmp_path / "elsewhere"))
    Corrections().add(correction())
    assert (tmp_path / "elsewhere" / FILE).is_file()


def test_a_question_has_one_answer(kept: Corrections) -> None:
    kept.add(correction())
    kept.add(correction("Another?"))
    kept.add(correction("how many  singers?", sql="SELECT 2"))
    assert [(c.question, c.sql) for c in kept.list()] == [
        ("Another?", "SELECT count(*) FROM singer"),
        ("how many  singers?", "SELECT 2"),
    ]


def test_edit_and_delete(kept: Corrections) -> None:
    first, second = kept.add(correction("One?")), kept.add(correction("Two?"))
    kept.edit(first.id, question="One more?", sql="SELECT 1")
    assert kept.get(first.id).sql == "SELECT 1"
    assert kept.get(first.id).when == first.when
    kept.delete(second.id)
    assert [c.question for c in kept.list()] == ["One more?"]
    for again in (
        lambda: kept.delete(second.id),
        lambda: kept.edit(second.id, question="x", sql="SELECT 1"),
        lambda: kept.get(second.id),
    ):
        with pytest.raises(DataError, match="no correction"):
            again()


def test_export_is_the_same_examples(kept: Corrections, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no corrections yet"):
        kept.export(tmp_path / "out.jsonl")
    kept.add(correction("Größe?"))
    kept.add(correction("Two?"))
    found = read_examples(kept.export(tmp_path / "out.jsonl")).examples
    assert [e.question for e in found] == ["Größe?", "Two?"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sql": " "}, "no sql"),
        ({"question": ""}, "no question"),
        ({"schema": ""}, "no schema"),
        ({"question": "x" * 2_001}, "2,001 characters"),
        ({"sql": "SELECT " + "1," * 15_000 + "1"}, "characters"),
        ({"schema": "x" * (MAX_SCHEMA_CHARS + 1)}, "characters"),
        ({"database": "x" * 201}, "characters"),
        ({"sql": "SELECT 1; DROP TABLE singer"}, "one statement"),
        ({"sql": "SELECT ("}, "can't be kept"),
    ],
)
def test_what_can_be_no_example_is_refused(
    kept: Corrections, changes: dict[str, str], told: str
) -> None:
    with pytest.raises(DataError, match=told):
        kept.add(correction(**changes))
    assert not kept.path.exists()


def test_broken_lines_are_passed_over_and_kept(kept: Corrections) -> None:
    kept.add(correction("One?"))
    odd = ['{"id": "half', "[1, 2]", '{"id": 3, "question": "no text"}', "\x00\udcff", "[" * 9_999]
    with kept.path.open("a", encoding="utf-8", errors="replace") as file:
        file.write("\n".join(odd) + "\n")
    kept.add(correction("Two?"))
    assert [c.question for c in kept.list()] == ["One?", "Two?"]
    assert '{"id": "half' in kept.path.read_text("utf-8")


def test_characters_that_no_file_holds_are_replaced(kept: Corrections) -> None:
    kept.add(correction("odd \ud800 one"))
    assert kept.list()[0].question == "odd ? one"


def test_the_file_stays_small(kept: Corrections, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finetune.corrections.MAX_BYTES", 1_000)
    kept.add(correction("One?"))
    before = kept.path.read_bytes()
    with pytest.raises(TrainingError, match="would grow"):
        kept.add(correction("Two?", schema=SCHEMA + "-" * 900))
    assert kept.path.read_bytes() == before
    monkeypatch.setattr("finetune.corrections.MAX_ROWS", 1)
    with pytest.raises(DataError, match="already"):
        kept.add(correction("Three?"))


def test_a_folder_that_can_t_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingError, match="Could not write"):
        Corrections(tmp_path / "file" / FILE).add(correction())


ADDS = """
import sys
from pathlib import Path
from finetune.corrections import Correction, Corrections
kept = Corrections(Path(sys.argv[1]))
for n in range(int(sys.argv[3])):
    kept.add(Correction(f"{sys.argv[2]} {n}?", "CREATE TABLE t (a INT);", "SELECT a FROM t"))
    print(n, flush=True)
"""


def adding(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ADDS, str(path), name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_lose_nothing_of_each_other(kept: Corrections) -> None:
    children = [adding(kept.path, name, 12) for name in ("a", "b")]
    assert [child.wait(60) for child in children] == [0, 0]
    assert len(kept.list()) == 24
    assert len({c.id for c in kept.list()}) == 24


def test_a_kill_in_the_middle_leaves_a_whole_file(kept: Corrections) -> None:
    child = adding(kept.path, "a", 100_000)
    assert child.stdout is not None
    told = [child.stdout.readline() for _ in range(20)]
    os.kill(child.pid, signal.SIGKILL)
    child.wait(30)
    assert told[-1] == "19\n"
    lines = kept.path.read_text("utf-8").splitlines()
    assert len(lines) >= 20 and all(json.loads(line)["sql"] for line in lines)
    began = time.monotonic()
    kept.add(correction("After?"))  # the dead one's lock holds nobody up
    assert time.monotonic() - began < 5
    assert kept.list()[-1].question == "After?"


# On the page


SHOP = {"choice": "demo:shop"}


@pytest.fixture
def handlers(
    kept: Corrections, fake_generator: type, monkeypatch: pytest.MonkeyPatch
) -> CorrectionHandlers:
    monkeypatch.setenv("TEXT2SQL_TRAINING", "on")
    return CorrectionHandlers(Service(Models.of(fake_generator("SELECT 1"))), kept)


def test_an_answer_is_kept_with_schema_and_database(
    handlers: CorrectionHandlers, kept: Corrections
) -> None:
    told, _ = handlers.keep("ask", "select COUNT(*) from customers", "How many <b>?", SHOP)
    assert "Kept as an example" in told and "<b>" not in told
    (one,) = kept.list()
    assert (one.database, one.source, one.question) == ("shop", "ask", "How many <b>?")
    assert one.sql == "SELECT COUNT(*) FROM customers" and "CREATE TABLE customers" in one.schema


@pytest.mark.parametrize(
    ("sql", "question", "told"),
    [
        ("SELECT oops FROM customers", "How many?", "does not run"),
        ("DROP TABLE customers", "How many?", "does not run"),
        ("", "How many?", "no answer to keep"),
        ("SELECT 1", " ", "no answer to keep"),
    ],
)
def test_what_does_not_run_is_not_kept(
    sql: str, question: str, told: str, handlers: CorrectionHandlers, kept: Corrections
) -> None:
    assert told in handlers.keep("ask", sql, question, SHOP)[0]
    assert kept.list() == ()


def test_kept_examples_are_edited_and_deleted(
    handlers: CorrectionHandlers, kept: Corrections
) -> None:
    added = kept.add(correction())
    assert handlers.open(added.id)[:2] == ["How many singers?", "SELECT count(*) FROM singer"]
    assert "Saved" in handlers.save(added.id, "How many are there?", "SELECT 2")[0]
    assert kept.get(added.id).question == "How many are there?"
    assert Path(handlers.download()).read_text("utf-8").count("\n") == 1
    assert "Deleted" in handlers.delete(added.id)[0]
    assert "no correction" in handlers.delete(added.id)[0] and kept.list() == ()


def test_a_page_for_everybody_keeps_and_shows_nothing(
    handlers: CorrectionHandlers, kept: Corrections, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = kept.add(correction())
    monkeypatch.setenv("TEXT2SQL_TRAINING", "off")
    refused = [
        handlers.keep("ask", "SELECT 1", "How many?", SHOP)[0],
        handlers.open(added.id)[2],
        handlers.save(added.id, "x", "SELECT 1")[0],
        handlers.delete(added.id)[0],
    ]
    assert all("open to everybody" in told for told in refused)
    assert handlers.show().choices == [] and kept.list() == (added,)
