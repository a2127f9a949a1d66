"""The real page, started as a child process on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
START_S = 120
EGGS = "How many customers decided to buy eggs in November?"
ARTICLE = (
    "CREATE TABLE purchases (purchase_id INT PRIMARY KEY, customer_id INT, "
    "product_name VARCHAR(50), purchase_date DATE, quantity INT);"
)


@dataclass(frozen=True)
class App:
    """A running page: where it is, how long it took to come up, what it printed, its process."""

    url: str
    seconds: float
    log: Path
    pid: int


@contextmanager
def running_app(
    log: Path,
    *arguments: str,
    cwd: Path = ROOT,
    under: Sequence[str] = (),
    environment: Mapping[str, str] = os.environ,
    **variables: str,
) -> Iterator[App]:
    """`python app.py` on a free port, up; `under` is a command that starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    named = {"NO_PROXY": "127.0.0.1", "GRADIO_SERVER_PORT": str(port), **variables}
    began = time.monotonic()
    with log.open("w") as out:
        child = subprocess.Popen(
            [*under, sys.executable, "app.py", *arguments],
            cwd=cwd,
            env={**environment, **named},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        while not _answers(url):
            assert child.poll() is None, log.read_text()
            assert time.monotonic() - began < START_S, log.read_text()
            time.sleep(0.2)
        yield App(url, time.monotonic() - began, log, child.pid)
    finally:
        child.terminate()
        child.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
