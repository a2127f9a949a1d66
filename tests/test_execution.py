"""The sandbox with the checks off: no file is read or written, and all is over in time."""

from __future__ import annotations

import hashlib
import math
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from pathlib import Path

import pytest
from fixtures import evil

from text2sql.errors import ExecutionError, QueryError, QueryTimeout, SandboxError
from text2sql.execution import MEMORY_MB, Limits, Sandbox
from text2sql.loading import DATA_FILE, load_rows
from text2sql.problems import QueryResult
from text2sql.schema import parse_schema

SLACK_S = 0.5  # within which a statement is over after its deadline
QUICK = Limits(deadline_s=0.5)
BOMBERS = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of people, beside a file with a secret."""
    folder = tmp_path_factory.mktemp("data")
    load_rows(parse_schema(evil.DDL), {"people": evil.ROWS}, folder)
    (folder / "canary.txt").write_text(f"{evil.SECRET}\n{evil.SECRET}\n")
    return folder


@pytest.fixture(scope="module")
def sandbox(folder: Path) -> Iterator[Sandbox]:
    with Sandbox(folder / DATA_FILE) as sandbox:
        yield sandbox


def outcome(sandbox: Sandbox, sql: str, limits: Limits) -> QueryResult | ExecutionError:
    try:
        return sandbox.run(sql, limits=limits)
    except ExecutionError as error:
        return error


def one(sandbox: Sandbox, expression: str) -> object:
    return sandbox.run(f"SELECT {expression} AS x").rows[0][0]


def pid_of(sandbox: Sandbox) -> int:
    assert sandbox._child is not None
    return sandbox._child.pid


def state(folder: Path) -> dict[str, str]:
    """Each file below the folder with its contents' hash."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def test_evil_statements_read_and_write_nothing(folder: Path, sandbox: Sandbox) -> None:
    """All but the bombs, one after the other in one child, which stays alive and clean."""
    before = state(folder)
    found = evil.statements(
        "files", "settings", "writes", canary=folder / "canary.txt", target=folder / "target"
    )
    assert len(found) > 100
    sandbox.run("SELECT 1")
    child = pid_of(sandbox)
    for name, sql in found.items():
        began = time.monotonic()
        got = outcome(sandbox, sql, Limits(deadline_s=5))
        assert time.monotonic() - began < 5, name
        assert evil.SECRET not in str(got), name
        assert "root:" not in str(got), name
        if name.startswith("files"):
            assert isinstance(got, QueryError), name
    assert pid_of(sandbox) == child
    assert state(folder) == before
    assert sandbox.run("SELECT count(*), max(id) FROM people").rows == ((2_000, 1_999),)
    assert sandbox.run("SELECT name FROM people WHERE name = 'Eve'").rows == ()


def test_writers_are_refused(folder: Path, sandbox: Sandbox) -> None:
    harmless = {"writes: a line in the log"}  # nobody listens
    found = evil.statements("writes", canary=folder / "canary.txt", target=folder / "target")
    for name, sql in found.items():
        if name not in harmless:
            assert isinstance(outcome(sandbox, sql, Limits()), QueryError), name


def test_bombs_are_over_in_time(folder: Path) -> None:
    """Each in its turn, several side by side; after each the next statement works."""
    found = evil.statements("bombs", canary=folder / "canary.txt", target=folder / "target")
    assert len(found) > 20
    waiting = list(found.items())
    failures: list[str] = []

    def work(_: int) -> None:
        with Sandbox(folder / DATA_FILE) as own:
            while waiting:
                name, sql = waiting.pop()
                own.run("SELECT 1", limits=Limits(deadline_s=10))
                began = time.monotonic()
                got = outcome(own, sql, QUICK)
                took = time.monotonic() - began
                if took > QUICK.deadline_s + SLACK_S or not isinstance(got, ExecutionError):
                    failures.append(f"{name}: {took:.2f} s, {got}"[:200])
            assert own.run("SELECT count(*) FROM people").rows == ((2_000,),)

    with ThreadPoolExecutor(BOMBERS) as pool:
        list(pool.map(work, range(BOMBERS)))
    assert failures == []


def test_memory_is_capped_by_the_system(folder: Path) -> None:
    """Past DuckDB's own count: states of aggregates, and the rows that Python copies."""
    with Sandbox(folder / DATA_FILE) as own:
        own.run("SELECT 1")
        limit = Path(f"/proc/{pid_of(own)}/limits").read_text()
        sizes = {line[:26].strip(): line[26:].split()[:2] for line in limit.splitlines()}
        soft, hard = sizes["Max address space"]
        assert soft == hard
        assert int(hard) < (MEMORY_MB + 4_096) << 20
        assert sizes["Max file size"] == ["0", "0"]
        assert sizes["Max open files"] == ["0", "0"]
        assert sizes["Max processes"] == ["0", "0"]
        with pytest.raises(SandboxError, match="more than the 512 MB of memory"):
            own.run("SELECT string_agg(repeat('x', 1000000), '') FROM range(1000)")
        assert own.run("SELECT 1").rows == ((1,),)


def test_the_environment_and_folder_are_empty(sandbox: Sandbox) -> None:
    sandbox.run("SELECT 1")
    environ = Path(f"/proc/{pid_of(sandbox)}/environ").read_text().split("\0")
    assert {entry.split("=")[0] for entry in environ if entry} == {"PYTHONPATH", "LC_ALL"}
    assert list(Path(f"/proc/{pid_of(sandbox)}/cwd").iterdir()) == []


def test_row_cap(sandbox: Sandbox) -> None:
    limits = Limits(max_rows=10)
    assert len(sandbox.run("FROM range(11)", limits=limits).rows) == 10
    assert sandbox.run("FROM range(11)", limits=limits).truncated
    assert not sandbox.run("FROM range(10)", limits=limits).truncated
    assert sandbox.run("FROM range(0)", limits=limits).rows == ()


def test_byte_cap(sandbox: Sandbox) -> None:
    result = sandbox.run(
        "SELECT repeat('x', 1000) FROM range(500)", limits=Limits(max_bytes=100_000)
    )
    assert result.truncated
    assert 50 < len(result.rows) < 150


def test_long_texts_are_cut_and_marked(sandbox: Sandbox) -> None:
    text = sandbox.run("SELECT repeat('x', 5000)", limits=Limits(max_chars=100)).rows[0][0]
    assert text == "x" * 100 + "… [5,000 characters]"


def test_deadline(sandbox: Sandbox) -> None:
    began = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"stopped after 0\.5 seconds.*Ask for less"):
        sandbox.run("SELECT sum(i * i) FROM range(1000000000000) AS r(i)", limits=QUICK)
    assert time.monotonic() - began < QUICK.deadline_s + SLACK_S
    assert one(sandbox, "1") == 1


def test_a_killed_child_is_replaced(sandbox: Sandbox) -> None:
    one(sandbox, "1")
    os.kill(pid_of(sandbox), signal.SIGKILL)
    assert one(sandbox, "2") == 2


def test_a_child_killed_in_the_middle(sandbox: Sandbox) -> None:
    one(sandbox, "1")
    killer = threading.Timer(0.6, os.kill, (pid_of(sandbox), signal.SIGKILL))
    killer.start()
    with pytest.raises(SandboxError, match="stopped"):
        sandbox.run("SELECT sleep_ms(20000)")
    killer.join()
    assert one(sandbox, "2") == 2


def test_a_closed_sandbox_leaves_no_process(folder: Path) -> None:
    sandbox = Sandbox(folder / DATA_FILE)
    one(sandbox, "1")
    pid = pid_of(sandbox)
    sandbox.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_threads_get_their_own_rows(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: one(sandbox, str(i)), range(60)))
    assert found == list(range(60))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="could not open the database"):
        Sandbox(tmp_path / "none.duckdb").run("SELECT 1")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("NULL", None),
        ("true", True),
        ("-7", -7),
        ("1.5::DOUBLE", 1.5),
        ("'infinity'::DOUBLE", math.inf),
        ("'-infinity'::FLOAT", -math.inf),
        ("12345678901234567.89::DECIMAL(19, 2)", Decimal("12345678901234567.89")),
        ("DATE '2024-02-29'", date(2024, 2, 29)),
        ("TIMESTAMP '2024-02-29 12:34:56.789'", datetime(2024, 2, 29, 12, 34, 56, 789_000)),
        ("TIME '12:34:56.5'", clock_time(12, 34, 56, 500_000)),
        ("INTERVAL '3 days 2 hours'", timedelta(days=3, hours=2)),
        ("'infinity'::DATE", date.max),
        ("'it''s “ü” 🙂\n'", "it's “ü” 🙂\n"),
        ("''", ""),
        ("'\\x00\\xFF'::BLOB", b"\x00\xff"),
        ("[1, NULL, 3]", [1, None, 3]),
        ("[]::INTEGER[]", []),
        ("[[DATE '2024-01-01']]", [[date(2024, 1, 1)]]),
        ("{'a': 1, 'b': [1.5::DECIMAL(3, 1)]}", {"a": 1, "b": [Decimal("1.5")]}),
        ("MAP {'k': 1, 'l': NULL}", {"k": 1, "l": None}),
        ("170141183460469231731687303715884105727::HUGEINT", 2**127 - 1),
        ("340282366920938463463374607431768211455::UHUGEINT", 2**128 - 1),
        ("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("'[1, {\"a\": null}]'::JSON", '[1, {"a": null}]'),
        ("'b'::ENUM ('a', 'b')", "b"),
        ("row(1, 'x')", [1, "x"]),
        ("'0101'::BIT", "0101"),
    ],
)
def test_types_come_through(expression: str, expected: object, sandbox: Sandbox) -> None:
    found = one(sandbox, expression)
    assert found == expected
    assert type(found) is type(expected)


def test_nan(sandbox: Sandbox) -> None:
    found = one(sandbox, "'nan'::DOUBLE")
    assert isinstance(found, float)
    assert math.isnan(found)


def test_names_and_types_of_columns(sandbox: Sandbox) -> None:
    result = sandbox.run('SELECT id, name AS "the name", 1.5 AS id FROM people LIMIT 1')
    assert result.columns == ("id", "the name", "id")
    assert result.types == ("INTEGER", "VARCHAR", "DECIMAL(2,1)")
    assert result.elapsed_ms > 0


@pytest.mark.parametrize(
    ("sql", "message", "place"),
    [
        ("SELECT nam FROM people", 'Referenced column "nam" not found', (1, 8)),
        ("SELECT 1\nFROM peple", "Table with name peple does not exist", (2, 6)),
        ("SELECT 'ü', nope(1)", "Function with name nope does not exist", (1, 13)),
        ("SELECT FROM WHERE", "syntax error", (1, 13)),
        ("SELECT 1 +", "syntax error", (1, 10)),
        ("SELECT 'x'::INTEGER", "Could not convert string 'x' to INT32", (1, 11)),
        ("SELECT id, count(*) FROM people", "must appear in the GROUP BY", (1, 8)),
        ("SELECT 1; SELECT 2", "this has 2", None),
        ("", "this has 0", None),
        ("DROP TABLE people", "this is DROP", None),
    ],
)
def test_messages(sql: str, message: str, place: tuple[int, int] | None, sandbox: Sandbox) -> None:
    with pytest.raises(QueryError) as raised:
        sandbox.run(sql)
    assert message in raised.value.message
    assert "\n" not in raised.value.message
    assert "LINE 1" not in raised.value.message
    assert len(raised.value.message) <= 600
    expected = f"(Line {place[0]}, column {place[1]})" if place else ""
    assert raised.value.hint == expected


def test_a_message_is_never_long(sandbox: Sandbox) -> None:
    with pytest.raises(QueryError) as raised:
        sandbox.run(f'SELECT "{"x" * 15_000}" FROM people')
    assert len(str(raised.value)) < 700


def test_bind_runs_nothing(sandbox: Sandbox) -> None:
    sandbox.bind("SELECT sleep_ms(60000), sum(range) FROM range(100000000000)", limits=QUICK)
    with pytest.raises(QueryError, match='"nam" not found') as raised:
        sandbox.bind("SELECT 1,\n nam FROM people")
    assert raised.value.hint == "(Line 2, column 2)"


@pytest.mark.parametrize(
    "sql", ["SELECT '\ud800' AS x", "SELECT 'a\0b' AS x", "SELECT '\ufeff' AS x"]
)
def test_odd_characters_end_no_child(sql: str, sandbox: Sandbox) -> None:
    one(sandbox, "1")
    child = pid_of(sandbox)
    outcome(sandbox, sql, Limits())
    assert one(sandbox, "1") == 1
    assert pid_of(sandbox) == child


def test_a_reply_nested_too_deeply_is_cut(sandbox: Sandbox) -> None:
    deep = "[" * 40 + "1" + "]" * 40
    assert "…" in str(one(sandbox, deep))
