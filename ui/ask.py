"""The Ask tab."""

from __future__ import annotations

import gradio as gr

from ui.service import Service


def build(service: Service) -> None:
    """The tab's components, inside a gr.Tab."""
    gr.Markdown("Ask")
