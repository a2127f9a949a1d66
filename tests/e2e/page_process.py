"""The real page, started as a child process on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
START_S = 120


@dataclass(frozen=True)
class App:
    """A running page: where it is, how long it took to come up, and what it printed."""

    url: str
    seconds: float
    log: Path


@contextmanager
def running_app(log: Path, *arguments: str, **variables: str) -> Iterator[App]:
    """`python app.py` on a free port, up."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", **variables}
    began = time.monotonic()
    with log.open("w") as out:
        child = subprocess.Popen(
            [sys.executable, "app.py", "--port", str(port), *arguments],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        while not _answers(url):
            assert child.poll() is None, log.read_text()
            assert time.monotonic() - began < START_S, log.read_text()
            time.sleep(0.2)
        yield App(url, time.monotonic() - began, log)
    finally:
        child.terminate()
        child.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
