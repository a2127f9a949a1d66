"""How the page looks: quiet, in the system's own fonts; nothing is fetched from elsewhere."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")
STYLES = sorted(Path(__file__).parent.glob("*.css"), key=lambda path: path.name != "page.css")
CSS = "\n".join(path.read_text(encoding="utf-8") for path in STYLES)


def theme() -> gr.themes.Base:
    """Neutral greys and one colour; fields with a hairline, labels without a box."""
    made = gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.zinc,
        radius_size=gr.themes.sizes.radius_md,
        font=list(SANS),
        font_mono=list(MONO),
    )
    return made.set(
        body_text_color_subdued="*neutral_500",
        body_text_color_subdued_dark="*neutral_400",
        body_background_fill_dark="#131316",
        background_fill_primary_dark="#131316",
        background_fill_secondary_dark="#1c1c20",
        border_color_primary_dark="#333338",
        block_background_fill_dark="#131316",
        block_border_width="0px",
        block_title_background_fill="none",
        block_title_border_width="0px",
        block_title_padding="0",
        block_title_text_color="*body_text_color_subdued",
        block_title_text_size="13px",
        block_label_background_fill="none",
        block_label_border_width="0px",
        block_label_text_color="*body_text_color_subdued",
        block_info_text_color="*body_text_color_subdued",
        input_background_fill="*background_fill_primary",
        input_background_fill_dark="*background_fill_secondary",
        input_border_width="1px",
        input_border_color="#71717a",
        input_border_color_dark="#8b8b94",
        input_border_color_focus="*primary_600",
        input_border_color_focus_dark="*primary_400",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        input_radius="8px",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_800",
        button_primary_text_color="white",
        button_secondary_background_fill="none",
        button_secondary_background_fill_dark="none",
        button_secondary_border_color="*input_border_color",
        button_secondary_border_color_dark="#52525b",
        button_cancel_background_fill="none",
        button_cancel_background_fill_dark="none",
        button_cancel_border_color="*input_border_color",
        button_cancel_border_color_dark="#52525b",
        button_border_width="1px",
        button_large_radius="8px",
        button_medium_radius="8px",
        button_small_radius="8px",
        button_large_text_size="15px",
        button_large_text_weight="600",
        button_small_text_weight="500",
        color_accent="*primary_700",
        color_accent_soft="*primary_50",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
    )
