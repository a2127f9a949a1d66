"""Children of a server: what dies with what, and what is there again afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from text2sql import children
from text2sql.children import Child
from text2sql.errors import SandboxError
from text2sql.execution import Sandbox
from text2sql.loading import DATA_FILE, load_rows
from text2sql.schema import parse_schema

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = parse_schema("CREATE TABLE t (a INTEGER);")
GONE_S = 5.0


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("children")
    load_rows(SCHEMA, {"t": [(1,), (2,)]}, folder)
    return folder / DATA_FILE


@pytest.fixture
def sandbox(file: Path) -> Iterator[Sandbox]:
    with Sandbox(file) as sandbox:
        yield sandbox


def rows(sandbox: Sandbox) -> int:
    return len(sandbox.run("SELECT a FROM t").rows)


def server() -> int:
    assert children._SERVER.process is not None
    return children._SERVER.process.pid


def is_gone(pid: int) -> bool:
    until = time.monotonic() + GONE_S
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_one_server_has_all_children(file: Path) -> None:
    with Sandbox(file) as one, Sandbox(file) as two:
        assert rows(one) == 2
        first = server()
        assert rows(two) == 2 and server() == first
        assert one._child and two._child and one._child.pid != two._child.pid
        assert not {"PATH", "HOME"} & set(_environment(one._child.pid))


def _environment(pid: int) -> list[str]:
    text = Path(f"/proc/{pid}/environ").read_text("utf-8")
    return [line.partition("=")[0] for line in text.split("\0") if line]


def test_a_server_that_died_is_replaced(sandbox: Sandbox) -> None:
    assert rows(sandbox) == 2 and sandbox._child
    first, child = server(), sandbox._child.pid
    os.kill(first, signal.SIGKILL)
    assert is_gone(child), "children end with their server"
    assert rows(sandbox) == 2 and server() != first


def test_a_child_that_nobody_has_any_more_ends(file: Path) -> None:
    sandbox = Sandbox(file)
    assert rows(sandbox) == 2 and sandbox._child
    child = sandbox._child.pid
    del sandbox
    with Sandbox(file) as other:
        assert rows(other) == 2
        assert _ended(child)


def _ended(pid: int) -> bool:
    until = time.monotonic() + GONE_S
    while time.monotonic() < until:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text("ascii")
        except OSError:
            return True
        if stat.rpartition(")")[2].split()[0] == "Z":  # the server collects it with the next job
            return True
        time.sleep(0.05)
    return False


def test_a_child_can_be_killed_twice(file: Path) -> None:
    child = Child()
    child.kill()  # before it has done anything
    with Sandbox(file) as sandbox:
        assert rows(sandbox) == 2
        child.kill()
        assert rows(sandbox) == 2


def test_a_child_killed_as_it_is_born_is_gone_at_once() -> None:
    began = time.monotonic()
    for _ in range(30):
        Child().kill()
    assert time.monotonic() - began < 5


def test_many_threads_get_children_of_their_own(file: Path) -> None:
    found: list[int] = []

    def look() -> None:
        with Sandbox(file) as sandbox:
            found.append(rows(sandbox))

    threads = [threading.Thread(target=look) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2] * 12


def test_a_process_that_forked_has_a_server_of_its_own(file: Path, sandbox: Sandbox) -> None:
    assert rows(sandbox) == 2
    first = server()
    child = os.fork()
    if child == 0:
        with Sandbox(file) as own:
            os._exit(0 if rows(own) == 2 and server() != first else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert rows(sandbox) == 2 and server() == first


def test_nothing_outlives_an_application_that_is_killed(file: Path) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from text2sql import children\n"
        "from text2sql.execution import Sandbox\n"
        "box = Sandbox(Path(sys.argv[1]))\n"
        "box.run('SELECT a FROM t')\n"
        "print(children._SERVER.process.pid, box._child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    command = [sys.executable, "-c", program, str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        pids = [int(word) for word in app.stdout.readline().split()]
        app.kill()
    assert len(pids) == 2 and all(is_gone(pid) for pid in pids)


def test_where_nothing_can_be_started_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_SERVER", children._Server())
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(SandboxError, match="could not start"):
        Child()
