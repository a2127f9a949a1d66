"""Who may train: every handler and the named API of the Train tab, switched on and off."""

from __future__ import annotations

import inspect

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.train_page import SHOP, finished, request, until
from ui import train
from ui.settings import training_allowed
from ui.train_api import TrainApi
from ui.train_handlers import TrainHandlers
from ui.train_runs import view_of


@pytest.mark.parametrize(
    ("environment", "allowed"),
    [
        ({}, True),
        ({"TEXT2SQL_TRAINING": "off"}, False),
        ({"TEXT2SQL_TRAINING": " ON "}, True),
        ({"TEXT2SQL_TRAINING": "maybe"}, False),
        ({"SPACE_ID": "me/x"}, False),
        ({"SPACE_ID": "me/x", "TEXT2SQL_TRAINING": "on"}, True),
        ({"SPACE_ID": "me/x", "TEXT2SQL_TRAINING": ""}, False),
    ],
)
def test_who_may_train(environment: dict[str, str], allowed: bool) -> None:
    assert training_allowed(environment) is allowed


HANDLERS = sorted(
    name
    for name, method in vars(TrainHandlers).items()
    if inspect.isfunction(method) and not name.startswith("_") and name != "demand"
)


@pytest.mark.parametrize("name", HANDLERS)
def test_every_handler_refuses_where_training_is_off(does: TrainHandlers, name: str) -> None:
    finished(does, "there")
    locked = TrainHandlers(does.service, does.jobs, allowed=False)
    method = getattr(locked, name)
    names = [p for p in inspect.signature(method).parameters if p != "given"]
    given = [request() if p == "request" else "there" for p in names]
    with pytest.raises(gr.Error, match="switched off"):
        list(method(*given))  # a generator runs when it is asked
    assert [job.name for job in does.jobs.list()] == ["there"]


def test_the_named_api_refuses_where_training_is_off(
    does: TrainHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXT2SQL_TRAINING", "off")
    with gr.Blocks() as page:
        train.build(does.service)
    events = {fn.api_name for fn in page.fns.values()}
    assert events == {"train", "train_status", "train_stop"}
    page.queue().launch(prevent_thread_lock=True, quiet=True, footer_links=[])
    try:
        client = Client(page.local_url, verbose=False)
        calls = (("/train", "bundled"), ("/train_status", "there"), ("/train_stop", "there"))
        for api_name, value in calls:
            with pytest.raises(AppError, match="switched off"):
                client.predict(value, api_name=api_name)
    finally:
        page.close()
    assert does.jobs.list() == ()


def test_the_named_api_trains(does: TrainHandlers) -> None:
    begun = TrainApi(does).train(SHOP, {"run": "api", "notes": "x"})
    assert "no setting 'notes'" in begun["error"]
    begun = TrainApi(does).train("bundled", {"run": "api", "rank": 8})
    assert (begun["run"], "error" in begun) == ("api", False)
    until(does, "api", "finished")
    assert TrainApi(does).status("api")["step"] == 3
    assert TrainApi(does).stop("api")["status"] == "finished"
    assert "error" in TrainApi(does).status("../x") and "error" in TrainApi(does).train(
        "/etc/passwd"
    )
    assert view_of(does.jobs, "api").config["rank"] == 8
