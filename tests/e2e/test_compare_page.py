"""Compare in a browser: the article's question to the real base and to the released adapter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_process import EGGS, running_app
from playwright.sync_api import Browser, expect

from finetune.card import Card, read_card
from text2sql.released import newest_released
from text2sql.weights import KNOWN

PATIENCE_MS = 300_000  # two answers of a model on two busy cores
BASE = KNOWN["0.5b"]

pytestmark = [pytest.mark.model, pytest.mark.browser]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page as it starts by default."""
    runs = tmp_path_factory.mktemp("runs")
    with running_app(runs / "page.log", TEXT2SQL_RUNS=str(runs)) as started:
        yield started.url


@pytest.fixture(scope="module")
def card() -> Card:
    """The released adapter's."""
    released = newest_released(BASE.name, BASE.sha256)
    assert released is not None
    return read_card(released)


def test_the_tuned_side_answers_the_article_s_question_rightly(
    url: str, card: Card, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url, wait_until="domcontentloaded")
    expect(page.locator("#page-head .ready")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("tab", name="Compare").click()
    page.get_by_label("Question for both").fill(EGGS)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".fairness")).to_be_visible(timeout=PATIENCE_MS)

    sides = page.locator(".cmp-side")
    expect(sides).to_have_count(2)
    for side, name in ((sides.nth(0), "Base, no adapter"), (sides.nth(1), card.name)):
        expect(side.locator(".side-name")).to_contain_text(name)
        expect(side.locator(".badges")).to_contain_text("Parsed")
        expect(side.locator(".cm-content")).to_contain_text("SELECT")
        expect(side.locator(".latency")).to_contain_text("total")
    expect(page.locator(".cmp-verdict")).to_contain_text(f"{card.name}: right.")
    fairness = page.locator(".fairness")
    learned = Path(card.data[0].file).name
    expect(fairness).to_contain_text(f"{learned}, {card.data[0].rows:,} examples")
    told = re.search(r"on this prompt: ([0-9.e+-]+)\.", fairness.inner_text())
    assert told is not None and float(told[1]) > 0
    expect(page.locator(".alarm")).to_have_count(0)

    page.get_by_role("tab", name="About").click()
    expect(page.locator(".about").first).to_contain_text(BASE.sha256)
    expect(page.locator(".about").first).to_contain_text(learned)
    assert errors == []
    page.close()
