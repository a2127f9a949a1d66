"""Train in a browser with the real base: a short real run, left, found again, stopped, resumed,
and its adapter used at once."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_process import App, running_app
from playwright.sync_api import Browser, Page, expect

from finetune.jobs import Jobs

PATIENCE_MS = 420_000  # a step of the real base at the lowest priority on two busy cores
SCHEMA = (
    "CREATE TABLE goods (id INTEGER PRIMARY KEY, name VARCHAR, kind VARCHAR, stock INTEGER);"
    "CREATE TABLE sales (id INTEGER PRIMARY KEY, good_id INTEGER REFERENCES goods(id), "
    "amount INTEGER, sold DATE);"
)
PAIRS = (
    ("How many goods are there?", "SELECT count(*) FROM goods"),
    ("List the names of all goods.", "SELECT name FROM goods"),
    ("How many sales were made?", "SELECT count(*) FROM sales"),
    ("What is the largest amount sold?", "SELECT max(amount) FROM sales"),
    ("Which kinds of goods are there?", "SELECT DISTINCT kind FROM goods"),
    ("What is the average stock?", "SELECT avg(stock) FROM goods"),
)
SETTINGS = {
    "Max steps": "3",
    "Minutes": "0",
    "Questions per sequence": "1",
    "Batch": "6",  # so that a step takes long enough to be stopped in
    "Rank": "2",
    "Eval examples": "0",
    "Save every": "1",
}

pytestmark = [pytest.mark.model, pytest.mark.browser]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("runs")
    yield folder
    for job in Jobs(folder).list():
        if job.pid:
            os.kill(job.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def app(runs: Path) -> Iterator[App]:
    """The page on the real base, without an adapter."""
    log = runs.parent / f"{runs.name}.log"
    with running_app(log, "--adapter", "none", TEXT2SQL_RUNS=str(runs)) as started:
        yield started


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "goods.jsonl"
    lines = [{"question": q, "schema": SCHEMA, "sql": sql} for q, sql in PAIRS]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return file


def train_tab(browser: Browser, app: App) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    page.goto(app.url, wait_until="domcontentloaded")
    page.get_by_role("tab", name="Train").click()
    return page


def status(page: Page, name: str, *, after: int = PATIENCE_MS) -> None:
    expect(page.locator(".run-head .status")).to_have_text(name, timeout=after)


def test_a_run_is_left_found_stopped_resumed_and_used(
    app: App, runs: Path, data: Path, browser: Browser
) -> None:
    page = train_tab(browser, app)
    expect(page.locator("#page-head .ready")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".run-top").first).to_contain_text("No run yet")

    page.get_by_label("Data", exact=True).click()
    page.get_by_role("option", name="A file of mine").click()
    page.locator(".train-form input[type=file]").set_input_files(str(data))
    expect(page.get_by_text("goods.jsonl").first).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    shown = page.locator(".data-preview")
    expect(shown).to_contain_text("6 usable examples", timeout=PATIENCE_MS)
    expect(shown.locator("summary").first).to_contain_text("tokens")
    expect(shown.locator(".completion").first).to_contain_text("SELECT COUNT(*) FROM goods")

    page.get_by_role("button", name="More settings").click()
    for label, value in SETTINGS.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Name", exact=True).fill("goods")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".run-head h3")).to_have_text("goods")
    status(page, "running")

    page.close()
    page = train_tab(browser, app)
    expect(page.locator(".run-head h3")).to_have_text("goods")
    expect(page.locator("#training-line")).to_contain_text("answers take longer")
    expect(page.locator(".run-state")).to_contain_text("of 3", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Stop and save").click()
    status(page, "stopped")
    stopped = Jobs(runs).status("goods")
    assert 1 <= stopped.saved_step <= 3 and stopped.resumable
    expect(page.locator(".run-state")).to_contain_text("resume goes on from there")

    page.get_by_role("button", name="Resume").click()
    status(page, "finished")
    assert [m["step"] for m in Jobs(runs).status("goods").metrics] == [1, 2, 3]
    expect(page.locator(".chart polyline").first).to_be_visible()

    page.get_by_role("button", name="Use it now").click()
    expect(page.locator(".train-runs .done")).to_contain_text("goods now", timeout=PATIENCE_MS)
    page.get_by_role("tab", name="Ask").click()
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".latency").first).to_contain_text("total", timeout=PATIENCE_MS)
    expect(page.locator(".answer .cm-content").first).to_contain_text("SELECT")
    page.reload(wait_until="domcontentloaded")
    expect(page.locator("#page-head .ready")).to_contain_text("adapter goods")
    page.close()
