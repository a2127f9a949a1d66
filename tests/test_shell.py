"""The shell: what it prints, where it prints it, and with which exit status it ends."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from text2sql.__main__ import main
from text2sql.problems import QueryResult
from text2sql.released import find_adapter, newest_released
from text2sql.shown import MOST_ROWS, WIDEST, harmless, table

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = "CREATE TABLE city (id INT PRIMARY KEY, name VARCHAR(20), people INT);\n"
KEYS = {
    "sql",
    "valid",
    "problems",
    "repairs",
    "columns",
    "rows",
    "truncated",
    "error",
    "candidates",
    "agreement",
    "timings_ms",
    "base",
    "adapter",
}
STAGES = {"load", "prompt", "first_token", "generate", "validate", "execute", "total"}


def shell(
    *arguments: str | bytes, given: bytes = b"", timeout: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """One command, as a user's terminal runs it; what it says never holds a trace."""
    ran = subprocess.run(
        [sys.executable, "-m", "text2sql", *arguments],
        input=given,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=timeout,
    )
    told = subprocess.CompletedProcess(
        ran.args, ran.returncode, ran.stdout.decode(), ran.stderr.decode()
    )
    assert "Traceback" not in told.stdout + told.stderr, told.stderr[-2000:]
    return told


def answer(ran: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found = json.loads(ran.stdout)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def schema_file(tmp_path: Path) -> str:
    place = tmp_path / "schema.sql"
    place.write_text(SCHEMA)
    return str(place)


@pytest.fixture
def city_file(tmp_path: Path) -> str:
    place = tmp_path / "cities.sqlite"
    with sqlite3.connect(place) as connection:
        connection.executescript(SCHEMA + "INSERT INTO city VALUES (1, 'Rome', 9), (2, NULL, 3);")
    return str(place)


def test_a_statement_on_a_file_gives_its_rows(city_file: str) -> None:
    ran = shell(
        "run", "select name, people from city order by id", "--database", city_file, "--json"
    )
    found = answer(ran)
    assert ran.returncode == 0 and found["valid"] and found["error"] is None
    assert found["columns"] == ["name", "people"]
    assert found["rows"] == [["Rome", 9], [None, 3]]
    assert found.keys() >= KEYS and found["timings_ms"].keys() == STAGES


def test_a_person_gets_a_table_and_nothing_else_on_standard_output(city_file: str) -> None:
    ran = shell("run", "SELECT name, people FROM city ORDER BY id", "--database", city_file)
    assert ran.returncode == 0 and ran.stderr == ""
    assert "name │ people\n─────┼───────\nRome │      9\nNULL │      3\n2 rows" in ran.stdout


def test_a_demo_is_found_by_its_name() -> None:
    ran = shell("run", "SELECT count(*) FROM customers", "--database", "shop", "--json")
    assert ran.returncode == 0 and answer(ran)["rows"][0][0] > 100


def test_rows_are_made_up_for_a_schema_from_standard_input() -> None:
    ran = shell("run", "SELECT * FROM city", "--schema", "-", "--json", given=SCHEMA.encode())
    assert ran.returncode == 0 and len(answer(ran)["rows"]) > 1


def test_a_wrong_name_is_told_with_its_place_and_not_mended(schema_file: str) -> None:
    ran = shell("run", "SELECT peeple FROM city", "--schema", schema_file, "--json")
    found = answer(ran)
    assert ran.returncode == 1 and not found["valid"] and found["rows"] == []
    first = found["problems"][0]
    assert (first["stage"], first["line"], first["column"]) == ("names", 1, 8)
    assert "people" in first["suggestion"] and found["error"] and found["repairs"] == []


def test_what_writes_is_refused_and_without_the_checks_the_sandbox_refuses_it(
    city_file: str,
) -> None:
    ask = ("run", "DELETE FROM city", "--database", city_file, "--json")
    checked, unchecked = shell(*ask), shell(*ask, "--unchecked")
    assert checked.returncode == unchecked.returncode == 1
    assert answer(checked)["problems"][0]["stage"] == "safety"
    assert answer(unchecked)["problems"] == [] and answer(unchecked)["error"]
    left = shell("run", "SELECT count(*) FROM city", "--database", city_file, "--json")
    assert answer(left)["rows"] == [[2]]


def test_unchecked_runs_what_the_validator_would_refuse(city_file: str) -> None:
    ask = ("run", "SELECT current_setting('threads')", "--database", city_file, "--json")
    assert shell(*ask).returncode == 1
    ran = shell(*ask, "--unchecked")
    assert ran.returncode == 0 and not answer(ran)["valid"]


def test_a_schema_of_another_dialect_becomes_duckdbs() -> None:
    text = b"create table `a` (`id` int primary key, `order` longtext) engine=InnoDB;"
    ran = shell("schema", "-", given=text)
    assert ran.returncode == 0
    assert ran.stdout == 'CREATE TABLE a (\n    id INTEGER PRIMARY KEY,\n    "order" VARCHAR\n);\n'
    found = answer(shell("schema", "-", "--dialect", "mysql", "--json", given=text))
    assert found["ddl"] + "\n" == ran.stdout and found["dialect"] == "mysql"
    assert found["tables"][0]["columns"][1]["name"] == "order"


def test_a_broken_schema_is_told_with_its_place() -> None:
    text = b"CREATE TABLE a (\n  id INT,,\n  b INT);"
    ran = shell("schema", "-", given=text)
    assert ran.returncode == 1 and ran.stdout == "" and "Line 2, column" in ran.stderr
    found = answer(shell("schema", "-", "--json", given=text))
    assert found["ddl"] is None and found["error"]
    assert found["problems"][0]["line"] == 2


def test_ask_says_in_its_object_why_there_is_no_answer() -> None:
    ran = shell("ask", "How many?", "--schema", "-", "--json", given=b"no tables here")
    found = answer(ran)
    assert ran.returncode == 1 and found.keys() >= KEYS and found["error"]
    assert found["problems"][0]["stage"] == "schema"


def test_an_adapter_that_is_not_there_is_told_before_a_model_is_loaded(schema_file: str) -> None:
    ran = shell("ask", "How many?", "--schema", schema_file, "--adapter", "nowhere", timeout=60)
    assert ran.returncode == 1 and "There is no adapter 'nowhere'" in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("ask",),
        ("ask", "How many?"),
        ("run", "SELECT 1", "--schema", "nowhere.sql"),
        ("run", "SELECT 1", "--database", "nowhere"),
        ("run", "SELECT 1", "--database", "shop", "--schema", "-"),
        ("ask", "How many?", "--database", "shop", "--candidates", "0"),
        ("schema", "-", "--unknown"),
    ],
)
def test_wrong_use_ends_with_two(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(list(arguments))
    except SystemExit as error:  # how argparse ends
        status = int(str(error.code))
    told = capsys.readouterr()
    assert status == 2 and told.out == "" and told.err


@pytest.mark.parametrize("text", [b"\xff\xfe\x00C", b"\0" * 50, b"x" * 4_000_001, b""])
def test_a_schema_that_is_no_text_is_refused(text: bytes) -> None:
    ran = shell("schema", "-", given=text)
    assert ran.returncode == 1 and ran.stderr.startswith("error: ")


def test_odd_bytes_in_an_argument_do_no_harm(city_file: str) -> None:
    ran = shell("run", b"SELECT 'a\xff' AS x", "--database", city_file, "--json")
    assert ran.returncode == 0 and answer(ran)["rows"] == [["a?"]]


def test_a_folder_that_is_no_database_is_refused(tmp_path: Path) -> None:
    assert shell("run", "SELECT 1", "--database", str(tmp_path)).returncode == 1
    (tmp_path / "schema.sql").write_bytes(b"CREATE TABLE caf\xe9 (id INT);")
    assert shell("run", "SELECT 1", "--database", str(tmp_path)).returncode == 1


def test_a_reader_that_stops_reading_gets_no_trace(city_file: str) -> None:
    command = f"{sys.executable} -m text2sql run 'SELECT * FROM range(900)' --unchecked"
    ran = subprocess.run(
        ["sh", "-c", f"{command} --json --database {city_file} | head -c 10"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.stdout.startswith("{") and ran.stderr == ""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_never_reads_gets_no_trace(city_file: str, unbuffered: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        [sys.executable, "-m", "text2sql", "run", "SELECT 1", "--database", city_file],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        stdout=writer,
        stderr=subprocess.PIPE,
        timeout=120,
    )
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (1, b"")


def test_a_cell_can_not_command_the_terminal() -> None:
    shown = table(QueryResult(("a\x1b]0;b\x07",), ("VARCHAR",), (("\x1b[2J\r\nx",),)))
    assert "\x1b" not in shown and "\r" not in shown and "\\x1b[2J" in shown
    assert harmless("a\tb\x9bc‮\n") == "a    b\\x9bc\\u202e\n"


def test_long_and_wide_cells_are_cut_and_many_rows_counted() -> None:
    rows = tuple((text,) for text in ("x" * 200, "日" * 200, "y")) * MOST_ROWS
    shown = table(QueryResult(("a",), ("VARCHAR",), rows, truncated=True)).splitlines()
    assert len(shown) == MOST_ROWS + 3
    assert len(shown[2]) == WIDEST and len(shown[3]) <= WIDEST // 2 + 1
    assert shown[-1] == f"The first {len(rows)} rows; there are more ({MOST_ROWS} shown)"


def test_the_newest_adapter_for_the_base_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("text2sql.released.RELEASED", tmp_path)
    assert newest_released("base", "abc") is None
    for name, created, base in [
        ("old", "2026-01-01", {"name": "base", "sha256": "abc"}),
        ("new", "2026-02-01", {"name": "base", "sha256": "abc"}),
        ("other", "2026-03-01", {"name": "base", "sha256": "xyz"}),
    ]:
        (tmp_path / name).mkdir()
        card = json.dumps({"created": created, "base": base})
        (tmp_path / name / "card.json").write_text(card)
        (tmp_path / name / "adapter_config.json").write_text("{}")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "card.json").write_text("[")
    assert newest_released("base", "abc") == tmp_path / "new"
    assert newest_released("nobody", "") is None
    assert find_adapter("old") == tmp_path / "old"


@pytest.mark.model
def test_a_question_is_answered_end_to_end() -> None:
    ran = shell(
        "ask",
        "How many customers are there?",
        *("--database", "shop", "--adapter", "none", "--json"),
        timeout=900,
    )
    found = answer(ran)
    assert ran.returncode == 0 and found["valid"], found["error"]
    assert len(found["rows"]) == 1 and found["adapter"] is None
    spent = found["timings_ms"]
    assert spent.keys() == STAGES and 0 < spent["first_token"] <= spent["generate"]
    assert spent["total"] >= spent["load"] + spent["generate"]
    assert "%|" not in ran.stderr and "kernels" not in ran.stderr, "noise of the libraries"
