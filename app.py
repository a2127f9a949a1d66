"""Entry point of the page, and of a Space: reads settings, builds the tabs, launches."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal

with contextlib.suppress(ImportError):  # only a Space has it; it wants to be there before torch
    importlib.import_module("spaces")

# No word to anybody about who uses the page; must stand before gradio is imported.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import gradio as gr

from text2sql.zero_gpu import is_lent
from ui import about, ask, compare, components, train
from ui.models import Models
from ui.service import Service
from ui.settings import read_settings
from ui.theme import CSS, theme

TITLE = "text2sql"
TABS = (
    ("Ask", ask.build),
    ("Compare", compare.build),
    ("Train", train.build),
    ("About", about.build),
)
WAITING = 24  # visitors in the queue before the page says that it is busy
UPLOAD = "50mb"
KEPT_FILES = (1_800, 7_200)  # seconds: look so often for uploads older than that, and remove them


def build_page(service: Service) -> gr.Blocks:
    """The whole page on one service."""
    page = gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=KEPT_FILES)
    with page:
        components.header(service)
        train.training_line(service)
        with gr.Tabs():
            for name, build in TABS:
                with gr.Tab(name):
                    build(service)
    return page


def main() -> None:
    """Read the settings, load the model behind the page, and serve."""
    # A container's stop ends the page as Ctrl-C does: visitors' data are removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = read_settings()
    service = Service(Models(settings))
    page = build_page(service)
    if is_lent():  # ZeroGPU takes what is in memory when the page is launched
        service.models.load()
    else:
        service.models.start()
    page.queue(max_size=WAITING).launch(
        server_name=settings.host,
        server_port=settings.port,
        max_file_size=UPLOAD,
        footer_links=[],
        theme=theme(),
        css=CSS,
    )


if __name__ == "__main__":
    main()
