"""A real browser that looks at the real page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from model_server import ModelServer
from page_process import App, running_app
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run"
).split()
WAIT_MS = 60_000

expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="session")
def model() -> Iterator[ModelServer]:
    """The model that the page asks, which says what a test tells it to."""
    server = ModelServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def app(model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The page on that model."""
    folder = tmp_path_factory.mktemp("page")
    with running_app(
        folder / "page.log", "--endpoint", model.url, TEXT2SQL_RUNS=str(folder / "runs")
    ) as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(app: App, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`visit()`: a new visitor's page; it must ask nothing of others and throw nothing."""
    opened = []
    strayed: list[str] = []
    thrown: list[str] = []

    def open_page(url: str = app.url, *, width: int = 1280, height: int = 900) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(WAIT_MS)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: thrown.append(str(error)))
        page.on(
            "request",
            lambda request: (
                strayed.append(request.url)
                if not request.url.startswith(("http://127.0.0.1", "data:", "blob:"))
                else None
            ),
        )
        page.goto(url)
        expect(page.get_by_label("Question", exact=True).first).not_to_be_empty()
        return page

    yield open_page
    for context in opened:
        context.close()
    assert not strayed and not thrown
