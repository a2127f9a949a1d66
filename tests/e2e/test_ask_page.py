"""The Ask tab in a real browser, on the real page in a child process."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from gradio_client import Client
from model_server import ModelServer
from page_process import ARTICLE, EGGS, App, running_app
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

BUYERS = (
    "SELECT COUNT(DISTINCT customer_id) AS buyers FROM purchases "
    "WHERE product_name = 'eggs' AND EXTRACT(MONTH FROM purchase_date) = 11"
)
Visit = Callable[..., Page]


def ask(page: Page, question: str) -> None:
    """Type the question and press Enter."""
    field = page.get_by_label("Question", exact=True).first
    field.fill(question)
    field.press("Enter")


def rows(page: Page) -> list[str]:
    """The cells of the result, once it is there."""
    expect(page.locator(".answer-foot .latency")).to_be_visible()
    return page.locator(".answer-rows td").all_inner_texts()


def paste(page: Page, ddl: str) -> None:
    page.get_by_label("Database", exact=True).first.click()
    page.get_by_role("option", name="Paste CREATE TABLE").click()
    page.get_by_label("CREATE TABLE statements").fill(ddl)


def test_a_fresh_visit_is_one_key_from_its_first_answer(visit: Visit, model: ModelServer) -> None:
    model.replies = {"eggs": BUYERS}
    page = visit()
    expect(page.get_by_label("Question", exact=True).first).to_have_value(EGGS)
    page.get_by_label("Question", exact=True).first.press("Enter")
    (count,) = rows(page)
    assert int(count) > 0
    expect(page.locator(".answer-sql")).to_contain_text("COUNT(DISTINCT customer_id)")
    expect(page.locator(".badges .good")).to_have_count(4)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert Path(download.value.path()).read_text().split() == ["buyers", count]


def test_an_example_fills_the_question(visit: Visit) -> None:
    page = visit()
    chip = page.locator(".examples button").nth(1)
    expect(chip).not_to_be_empty()
    text = chip.inner_text()
    chip.click()
    expect(page.get_by_label("Question", exact=True).first).to_have_value(text)


def test_a_pasted_schema_is_read_asked_and_there_after_a_refresh(
    visit: Visit, model: ModelServer
) -> None:
    model.replies = {"eggs": BUYERS}
    page = visit()
    paste(page, ARTICLE)
    expect(page.locator(".block.schema-view")).to_contain_text("product_name")
    expect(page.locator(".schema-view .made-up")).to_be_visible()
    ask(page, EGGS)
    assert int(rows(page)[0]) > 0
    expect(page.locator(".answer-rows .made-up")).to_be_visible()
    expect(page.locator(".past button")).to_have_count(1)
    page.reload()
    expect(page.get_by_label("CREATE TABLE statements")).to_have_value(ARTICLE)
    expect(page.get_by_label("Question", exact=True).first).to_have_value(EGGS)
    page.locator(".past button").click()
    assert int(rows(page)[0]) > 0


def test_own_data_is_asked_for_only_where_it_is_chosen(visit: Visit) -> None:
    page = visit()
    shown = page.locator(".own-data:visible")
    expect(shown).to_have_count(0)
    page.get_by_role("tab", name="Compare").click()
    compare = page.locator(".cmp-box")
    expect(compare.get_by_label("Question for both")).to_be_visible()
    expect(shown).to_have_count(0)
    compare.get_by_label("Database", exact=True).click()
    page.get_by_role("option", name="Paste CREATE TABLE").click()
    expect(compare.get_by_label("CREATE TABLE statements")).to_be_visible()
    expect(shown).to_have_count(1)
    page.get_by_role("tab", name="Ask").click()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    expect(shown).to_have_count(0)


def test_bad_input_is_told_and_stays(visit: Visit) -> None:
    page = visit()
    broken = "CREATE TABLE t (a INT,\n b"
    paste(page, broken)
    expect(page.locator(".schema-view .failure")).to_contain_text("Line")
    ask(page, "anything?")
    expect(page.locator(".answer-head .failure")).to_be_visible()
    expect(page.get_by_label("CREATE TABLE statements")).to_have_value(broken)
    expect(page.get_by_label("Question", exact=True).first).to_have_value("anything?")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


def test_edited_sql_runs_again(visit: Visit, model: ModelServer) -> None:
    model.replies = {"one": "SELECT 1 AS one"}
    page = visit()
    ask(page, "one?")
    assert rows(page) == ["1"]
    editor = page.locator(".answer-sql .cm-content")
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT 41 + 1 AS more")
    page.get_by_role("button", name="Run again").click()
    expect(page.locator(".answer-rows td")).to_have_text("42")
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT nothing FROM purchases")
    page.get_by_role("button", name="Run again").click()
    expect(page.locator(".problems")).to_contain_text("Line 1, column 8")
    expect(editor).to_contain_text("SELECT nothing FROM purchases")


def test_stop_stops_and_the_page_goes_on(visit: Visit, model: ModelServer) -> None:
    model.replies = {"one": "SELECT 1 AS one"}
    model.hold.clear()
    page = visit()
    ask(page, "one?")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".block.answer-head")).to_contain_text("Stopped.", timeout=8_000)
    model.hold.set()
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".answer-rows td")).to_have_text(["1"])


def test_an_upload_is_asked_and_its_markup_stays_text(
    visit: Visit, model: ModelServer, tmp_path: Path
) -> None:
    evil = "<img src=x onerror=window.hacked=1>${window.hacked=2}{{value}}"
    (tmp_path / "notes.csv").write_text(f'id,"note"\n1,"{evil}"\n2,plain\n')
    model.replies = {"notes": "SELECT note FROM notes ORDER BY id"}
    page = visit()
    page.get_by_label("Database", exact=True).first.click()
    page.get_by_role("option", name="Upload a file").click()
    page.locator(".own-data input[type=file]").set_input_files(tmp_path / "notes.csv")
    expect(page.locator(".block.schema-view")).to_contain_text("note")
    ask(page, "all notes?")
    assert rows(page) == [evil, "plain"]
    assert page.evaluate("window.hacked") is None
    expect(page.locator(".answer-rows .made-up")).to_have_count(0)


def test_rows_of_a_category_and_a_number_get_a_chart(visit: Visit, model: ModelServer) -> None:
    model.replies = {"kinds": "SELECT category, count(*) AS n FROM products GROUP BY category"}
    page = visit()
    ask(page, "how many of which kinds?")
    assert len(rows(page)) > 4
    expect(page.locator(".answer .vega-embed").first).to_be_visible()


def test_visitors_do_not_see_each_other(visit: Visit, model: ModelServer) -> None:
    model.replies = {"secret": "SELECT 1 AS mine"}
    first, second = visit(), visit()
    ask(first, "my secret?")
    rows(first)
    second.reload()
    expect(second.get_by_label("Question", exact=True).first).to_have_value(EGGS)
    expect(second.locator(".past button")).to_have_count(0)


def test_a_phone_shows_it_all_without_scrolling_sideways(visit: Visit, model: ModelServer) -> None:
    model.replies = {"all": "SELECT * FROM purchases LIMIT 30"}
    page = visit(width=390, height=844)
    ask(page, "all of it?")
    rows(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_keyboard_reaches_what_matters(visit: Visit) -> None:
    page = visit()
    page.get_by_label("Question", exact=True).first.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_focused()


def test_the_named_api_answers(app: App, model: ModelServer) -> None:
    model.replies = {"eggs": BUYERS}
    client = Client(app.url, verbose=False)
    found = client.predict(EGGS, ARTICLE, 1, api_name="/ask")
    assert found["rows"][0][0] > 0 and found["valid"] and found["error"] is None
    assert client.predict("SELECT 1 AS one", "shop", api_name="/run")["rows"] == [[1]]
    assert client.predict(EGGS, "no such sample", 1, api_name="/ask")["error"]


def test_a_server_that_is_down_is_told_on_the_page(visit: Visit, tmp_path: Path) -> None:
    with running_app(tmp_path / "log", "--endpoint", "http://127.0.0.1:9/v1") as down:
        page = visit(down.url)
        expect(page.locator("#page-head .failed")).to_contain_text("No server answers")
        ask(page, "anything?")
        expect(page.locator(".answer-head .failure")).to_contain_text("Start it")


@pytest.mark.model
def test_the_articles_question_on_the_real_model(visit: Visit, tmp_path: Path) -> None:
    with running_app(tmp_path / "log", TEXT2SQL_RUNS=str(tmp_path / "runs")) as real:
        page = visit(real.url)
        paste(page, ARTICLE)
        ask(page, EGGS)  # at once: it waits for the model and says so
        expect(page.locator(".answer-foot .latency")).to_be_visible(timeout=300_000)
        expect(page.locator(".badges .good")).to_have_count(4)
        assert int(page.locator(".answer-rows td").first.inner_text()) > 0
        assert re.search(r"Ready: .*4-bit NF4.*(cpu|cuda)", real.log.read_text())
