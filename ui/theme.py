"""How the page looks: quiet, in the system's own fonts; nothing is fetched from elsewhere."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")
STYLES = sorted(Path(__file__).parent.glob("*.css"), key=lambda path: path.name != "page.css")
CSS = "\n".join(path.read_text(encoding="utf-8") for path in STYLES)


def theme() -> gr.themes.Base:
    """Neutral greys and one colour."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.zinc,
        radius_size=gr.themes.sizes.radius_md,
        font=list(SANS),
        font_mono=list(MONO),
    )
