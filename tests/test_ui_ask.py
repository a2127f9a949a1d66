"""The Ask tab's handlers without a browser: real databases, only the model is told what to say."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from text2sql.database import Database
from text2sql.errors import ModelError
from ui import asking, choosing, components
from ui.ask_handlers import AskHandlers
from ui.databases import Databases, Source
from ui.models import Loading, Models
from ui.service import Service
from ui.settings import Settings
from ui.visit import KEPT_SCHEMA_CHARS, MOST_HISTORY, Chosen, Past, after, past_json, read_past

EGGS = "How many customers decided to buy eggs in November?"
DDL = (
    "CREATE TABLE purchases (purchase_id INT PRIMARY KEY, customer_id INT, "
    "product_name VARCHAR(50), purchase_date DATE, quantity INT);"
)
COUNT = (
    "SELECT COUNT(DISTINCT customer_id) AS n FROM purchases "
    "WHERE product_name = 'eggs' AND EXTRACT(MONTH FROM purchase_date) = 11"
)
SHOP = Source("demo", "shop")
PASTED = Source("schema", DDL)
PICKED = ("demo:shop", "", "", "")


class Visitor:
    """Stands for gradio's request: which open page it is."""

    def __init__(self, session_hash: str = "one") -> None:
        self.session_hash = session_hash


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    made = Databases()
    yield made
    made.close()


@pytest.fixture
def service(databases: Databases, fake_generator: Any) -> Any:
    """`service("SELECT 1")`: a page whose model says that."""

    def make(*replies: str, **more: Any) -> Service:
        return Service(Models.of(fake_generator(*replies, **more)), databases)

    return make


def last(steps: Iterator[Any]) -> Any:
    return list(steps)[-1]


# Asking


def test_the_articles_question_on_its_pasted_schema_finds_buyers_of_eggs(service: Any) -> None:
    views = list(asking.ask(service(COUNT), EGGS, PASTED))
    answer = views[-1].answer
    assert answer is not None and answer.result is not None
    assert answer.result.rows[0][0] > 0
    assert "made-up rows" in views[-1].rows
    assert all(view.running for view in views[:-1]) and not views[-1].running
    assert answer.timings_ms["total"] >= answer.timings_ms["load"] > 0


def test_rows_of_a_sample_are_not_called_made_up(service: Any) -> None:
    view = last(asking.ask(service(COUNT), EGGS, SHOP))
    assert "made-up" not in view.rows and "1 row" in view.rows


@pytest.mark.parametrize("question", ["", "  \n", "x" * 3_000, None, 7])
def test_a_question_that_cannot_be_asked_is_told_so(service: Any, question: Any) -> None:
    view = last(asking.ask(service("SELECT 1"), question, SHOP))
    assert view.answer is None and "question" in view.error and "failure" in view.head


def test_a_broken_schema_is_told_with_its_place(service: Any) -> None:
    view = last(asking.ask(service("SELECT 1"), EGGS, Source("schema", "CREATE TABLE (")))
    assert view.error and view.answer is None


def test_statements_that_do_not_fit_show_where_and_what_instead(service: Any) -> None:
    view = last(asking.ask(service("SELECT quantty, zzz FROM purchases"), "q", SHOP))
    assert view.sql == "SELECT quantty, zzz FROM purchases"
    assert "Line 1, column 8" in view.findings and "quantity" in view.findings
    assert 'class="bad"' in view.head and view.rows == ""


def test_a_write_never_runs(service: Any) -> None:
    written = "WITH gone AS (DELETE FROM purchases RETURNING *) SELECT * FROM gone"
    view = last(asking.ask(service(written), "q", SHOP))
    assert view.answer.result is None and "not reached" in view.head


def test_candidates_vote_and_are_listed(service: Any) -> None:
    samples = ["SELECT count(*) FROM purchases", "SELECT count(*) FROM purchases", "SELECT nope"]
    asked = service("SELECT count(*) FROM purchases", samples=samples)
    view = last(asking.ask(asked, "q", SHOP, candidates=4))
    assert view.answer.agreement == pytest.approx(0.75)
    assert "75% agreement" in view.head and "took part in the vote" in view.foot


@pytest.mark.parametrize(
    ("asked", "meant"), [(99, 8), (0, 1), (-1, 1), (float("nan"), 1), ("x", 1)]
)
def test_candidates_stay_within_bounds(asked: Any, meant: int) -> None:
    assert asking._count(asked) == meant


def test_stop_reaches_the_model_and_is_no_answer(service: Any) -> None:
    stop = threading.Event()
    steps = asking.ask(service("SELECT 1"), "q", SHOP, stop=stop)
    next(steps)
    stop.set()
    view = last(steps)
    assert view.answer is None or view.answer.stopped
    assert "Stopped" in view.head and not view.running


def test_asking_waits_for_the_model_and_shows_how_far_it_is(
    databases: Databases, fake_generator: Any
) -> None:
    models = Models(Settings())
    models._tell(Loading("Fetching the model", 0.4))
    steps = asking.ask(Service(models, databases), EGGS, SHOP)
    waiting = next(steps)
    assert "Fetching the model" in waiting.head and "width:40%" in waiting.head
    models._use(fake_generator("SELECT 1"))
    assert last(steps).answer.result.rows == ((1,),)


def test_a_model_that_failed_to_load_says_what_to_do(databases: Databases) -> None:
    models = Models(Settings(endpoint="nonsense"))
    models._tell(Loading("Failed", error="No disk space. Free some."))
    view = last(asking.ask(Service(models, databases), EGGS, SHOP))
    assert "Free some" in view.head
    assert "Free some" in components.head_html(models.state)


def test_an_unforeseen_fault_is_a_message_and_no_traceback(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret path")

    asked = service("SELECT 1")
    monkeypatch.setattr(Database, "values", broken)
    view = last(asking.ask(asked, EGGS, SHOP))
    assert "Something went wrong" in view.head and "secret" not in view.head


def test_run_again_runs_what_was_edited_without_any_model(databases: Databases) -> None:
    view = asking.run(Service(Models(Settings()), databases), "SELECT 1 AS one", "", SHOP)
    assert view.answer is not None and view.answer.result is not None
    assert view.sql is None  # what the visitor typed stays as it is


def test_run_again_sees_the_rows_that_the_question_shaped(service: Any) -> None:
    asked = service(COUNT)
    first = last(asking.ask(asked, EGGS, PASTED)).answer.result.rows
    again = asking.run(asked, COUNT, EGGS, PASTED).answer
    assert again is not None and again.result is not None and again.result.rows == first


def test_long_statements_are_laid_out_and_mean_the_same() -> None:
    assert asking.formatted(COUNT).count("\n") > 2
    assert asking.formatted("SELECT 1") == "SELECT 1"
    assert asking.formatted("no sql " * 20) == "no sql " * 20


# The tab


def test_an_answer_is_remembered_with_its_database(service: Any) -> None:
    does = AskHandlers(service(COUNT))
    *_, asked, asked_of, kept, _, _ = last(does.ask(EGGS, "", 1, None, *PICKED, Visitor()))
    assert (asked, asked_of["choice"]) == (EGGS, "demo:shop")
    (past,) = read_past(kept)
    assert (past.question, past.chosen.choice) == (EGGS, "demo:shop")
    back = does.bring_back(0, kept)
    assert back[0] == "demo:shop" and EGGS in back[:9]
    assert any("1 row" in one for one in back if isinstance(one, str))


def test_a_fresh_visit_meets_the_shop_and_its_first_question(service: Any) -> None:
    shown = AskHandlers(service("SELECT 1")).restore(None, None)
    assert shown[0] == "demo:shop" and EGGS in [one for one in shown if isinstance(one, str)]


def test_a_visit_comes_back_as_it_was_left(service: Any) -> None:
    does = AskHandlers(service("SELECT 1"))
    kept = does.remember("why?", "paste", DDL, "mysql", "")
    shown = does.restore(json.loads(json.dumps(kept)), None)
    assert shown[:3] == ["paste", DDL, "mysql"] and "why?" in shown[:8]
    assert any("purchases" in one and "made-up" in one for one in shown if isinstance(one, str))


@pytest.mark.parametrize(
    "kept",
    [
        *(None, 7, "x", [], [1, {"sql": {}}], {"past": 3}, {"chosen": [], "question": 4}),
        {"chosen": {"choice": "demo:../../etc", "ddl": 5}},
        [{}] * 500,
    ],
)
def test_whatever_a_browser_says_it_kept_does_no_harm(service: Any, kept: Any) -> None:
    shown = AskHandlers(service("SELECT 1")).restore(kept, kept)
    assert shown[0] in {value for _, value in choosing.choices(service("SELECT 1"))}
    assert len(read_past(kept)) <= MOST_HISTORY


def test_the_same_question_again_moves_to_the_front() -> None:
    past: tuple[Past, ...] = ()
    for question in ("a", "b", "a"):
        past = after(past, question, "SELECT 1", Chosen("demo:shop"))
    assert [one.question for one in past] == ["a", "b"]
    for number in range(50):
        past = after(past, str(number), "SELECT 1", Chosen("demo:shop"))
    assert len(past) == MOST_HISTORY and past[0].question == "49"


def test_a_schema_too_long_for_the_history_is_not_wiped_from_the_page(service: Any) -> None:
    past = after((), "q", "SELECT 1", Chosen("paste", ddl="-" * (KEPT_SCHEMA_CHARS + 1)))
    with pytest.raises(gr.Error, match="paste it again"):
        AskHandlers(service("SELECT 1")).bring_back(0, past_json(past))


def test_stop_is_for_ones_own_page_only(service: Any) -> None:
    page = service("SELECT 1")
    does = AskHandlers(page)
    with page.stops.working("one") as mine, page.stops.working("two") as other:
        does.stop(Visitor("one"))
        assert mine.is_set() and not other.is_set()


def test_a_second_question_does_not_disturb_the_one_at_work(service: Any) -> None:
    does = AskHandlers(service("SELECT 1"))
    assert "Waiting for the model" in str(does.begin(Visitor())[0])
    assert all(one == gr.skip() for one in does.begin(Visitor()))
    assert "Stopping" in does.stop(Visitor())
    assert "Stopped" in str(last(does.ask(EGGS, "", 1, None, *PICKED, Visitor())))
    assert does.stop(Visitor()) == gr.skip()  # too late: nothing is at work
    assert does.begin(Visitor())[0] != gr.skip()
    does.refused(Visitor())
    assert does.begin(Visitor())[0] != gr.skip()


@pytest.mark.parametrize("number", [-1, 99, None, "0", 1.5])
def test_numbers_of_examples_and_history_are_checked(service: Any, number: Any) -> None:
    does = AskHandlers(service("SELECT 1"))
    with pytest.raises(gr.Error):
        does.example(number, "demo:shop")
    with pytest.raises(gr.Error):
        does.bring_back(number, None)


def test_an_upload_is_a_database_and_a_bad_one_loses_nothing(service: Any, tmp_path: Path) -> None:
    page = service("SELECT sum(b) FROM sales")
    does = AskHandlers(page)
    (tmp_path / "sales.csv").write_text("a,b\nx,1\ny,2\n")
    (tmp_path / "bad.parquet").write_text("no parquet")
    key = does.upload(str(tmp_path / "sales.csv"), "")[0]
    kept, told, *_ = does.upload(str(tmp_path / "bad.parquet"), key)
    assert kept == key and "not a Parquet file" in told
    view = last(asking.ask(page, "sum of b?", Source("upload", key)))
    assert view.answer.result.rows == ((3,),) and "made-up" not in view.rows
    second = does.upload(str(tmp_path / "sales.csv"), key)[0]
    assert second != key
    assert "no longer open" in last(asking.ask(page, "q", Source("upload", key))).error


def test_the_first_rows_of_a_table(service: Any) -> None:
    does = AskHandlers(service("SELECT 1"))
    assert "first 8 rows" in does.preview("customers", "", *PICKED)
    assert does.preview("customers; DROP", "", *PICKED) == ""
    made_up = does.preview("purchases", EGGS, "paste", DDL, "", "")
    assert "made-up rows" in made_up


def test_the_schema_view_says_what_is_wrong_and_where(service: Any) -> None:
    does = AskHandlers(service("SELECT 1"))
    assert "Tables appear here" in does.show_schema("paste", " ", "", "")[0]
    told = does.show_schema("paste", "CREATE TABLE t (a INT,\n b", "", "")[0]
    assert "failure" in told and "Line" in told
    assert "Upload it again" in does.show_schema("upload", "", "", "guessed")[0]


# The API


def test_the_api_gives_the_object_of_the_shell(service: Any) -> None:
    does = AskHandlers(service(COUNT))
    found = does.api_ask(EGGS, DDL, 1)
    assert found["rows"][0][0] > 0 and found["error"] is None and found["base"] == "fake-base"
    assert does.api_run("SELECT 2 AS two", "shop")["rows"] == [[2]]
    assert "No table of this query has a column" in str(
        does.api_run("SELECT zzz FROM purchases", "shop")["problems"]
    )


@pytest.mark.parametrize("database", ["", None, 5, "no such sample", "../../etc"])
def test_the_api_tells_a_bad_database_in_the_object(service: Any, database: Any) -> None:
    does = AskHandlers(service("SELECT 1"))
    for found in (does.api_ask("q", database), does.api_run("SELECT 1", database)):
        assert found["error"] and not found["valid"] and found["rows"] == []


# Models


@pytest.mark.parametrize("name", ["../../etc", "/etc/passwd", "nobody", "."])
def test_an_adapter_from_outside_is_one_of_those_on_offer(name: str, fake_generator: Any) -> None:
    models = Models.of(fake_generator("SELECT 1"))
    with pytest.raises(ModelError, match="There is no adapter"):
        models._folder(name)
