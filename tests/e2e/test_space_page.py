"""The page as a Space starts it: no privileges, and nothing to write in but a home folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from page_process import ARTICLE, EGGS, ROOT, App, running_app

from finetune.memory import most_memory_mb
from text2sql.weights import cache_dir

NOT_SHIPPED = (".git", ".venv", "venv", "runs", "__pycache__", ".*_cache", "tests")
# Root may write what is read-only; without its capabilities it is a user like any other.
PLAIN = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
MOST_MB = 3_000

pytestmark = pytest.mark.model


@dataclass(frozen=True)
class Space:
    """A running Space, where its code is, and the one folder that it may write in."""

    app: App
    checkout: Path
    home: Path
    variables: dict[str, str]


def under() -> tuple[str, ...]:
    return PLAIN if os.getuid() == 0 else ()


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    place = tmp_path_factory.mktemp("space")
    checkout, home = place / "checkout", place / "home"
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(*NOT_SHIPPED))
    shutil.copytree(cache_dir(), home / ".cache" / "text2sql")
    writable(checkout, False)
    try:
        variables = {
            "PATH": os.defpath,
            "HOME": str(home),
            "TMPDIR": str(home),
            "SPACE_ID": "somebody/text2sql",
            "SYSTEM": "spaces",
            "GRADIO_SERVER_NAME": "0.0.0.0",
            "HF_HUB_OFFLINE": "1",
        }
        log = place / "log"
        with running_app(log, cwd=checkout, under=under(), environment=variables) as app:
            yield Space(app, checkout, home, variables)
    finally:
        writable(checkout, True)  # or it could not be tidied up


def writable(folder: Path, yes: bool) -> None:
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | 0o200 if yes else mode & ~0o222)


def test_a_space_answers_the_article_s_question(space: Space) -> None:
    found = Client(space.app.url, verbose=False).predict(EGGS, ARTICLE, 1, api_name="/ask")
    assert found["error"] is None and found["valid"] and found["rows"][0][0] > 0
    assert found["adapter"], "the released adapter answers"
    assert most_memory_mb(space.app.pid) < MOST_MB


def test_a_space_trains_nothing(space: Space) -> None:
    client = Client(space.app.url, verbose=False)
    with pytest.raises(AppError, match="switched off"):
        client.predict("bundled", api_name="/train")


def test_a_space_writes_into_its_home_alone(space: Space) -> None:
    told = space.app.log.read_text("utf-8")
    assert "Ready" in told and "PermissionError" not in told and "Read-only" not in told
    ask = "from text2sql.released import runs_folder; print(runs_folder())"
    kept = subprocess.run(
        [*under(), sys.executable, "-c", ask],
        cwd=space.checkout,
        env=space.variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(kept.stdout.strip()).is_relative_to(space.home)
    assert not list(space.checkout.rglob("*.pyc"))
