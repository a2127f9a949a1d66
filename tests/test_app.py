"""The page as a whole: it builds, tells nobody, and only what is meant to be public is."""

from __future__ import annotations

import os
from typing import Any

import gradio as gr
import pytest

import app
from ui.components import MODEL_QUEUE
from ui.models import Models
from ui.service import Service
from ui.settings import Settings
from ui.theme import CSS, theme


@pytest.fixture(scope="module")
def config() -> Any:
    return app.build_page(Service(Models(Settings()))).get_config_file()


def test_only_the_named_api_is_public(config: Any) -> None:
    public = {
        event["api_name"] for event in config["dependencies"] if event["api_visibility"] == "public"
    }
    assert public == {"ask", "run", "compare", "train", "train_status", "train_stop"}
    assert all(isinstance(name, str) and "_" not in name[:1] for name in public)


def test_the_tabs_stand_in_order(config: Any) -> None:
    tabs = [c["props"]["label"] for c in config["components"] if c["type"] == "tabitem"]
    assert tabs[0] == "Ask" and tabs == [name for name, _ in app.TABS]


def test_every_field_has_a_label(config: Any) -> None:
    fields = {"textbox", "dropdown", "slider", "code", "file", "radio", "checkbox", "dataset"}
    for component in config["components"]:
        props = component["props"]
        if component["type"] in fields and props.get("visible", True) is True:
            assert props.get("label") or props.get("placeholder"), component


def test_what_uses_the_model_waits_in_one_line() -> None:
    page = app.build_page(Service(Models(Settings())))
    asking = [fn for fn in page.fns.values() if fn.name in ("ask", "api_ask")]
    assert len(asking) == 2
    assert {(fn.concurrency_id, fn.concurrency_limit) for fn in asking} == {(MODEL_QUEUE, 1)}


def test_nothing_is_fetched_from_elsewhere() -> None:
    look = theme()
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert not any(isinstance(font, gr.themes.GoogleFont) for font in look._font + look._font_mono)
    assert "http" not in CSS and "@import" not in CSS
