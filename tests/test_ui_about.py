"""The About tab: what a card says is shown, whole and harmless; no card is said plainly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from finetune.card import SETTINGS, WEIGHTS, read_card, sha256
from text2sql.prompt import FINGERPRINT
from text2sql.released import AdapterInfo
from text2sql.weights import KNOWN
from ui.about import NO_ADAPTER_LOADED, about_html, machine
from ui.models import Loading, Models
from ui.settings import Settings

CARD = {
    "name": "spider",
    "base": {"name": KNOWN["0.5b"].name, "sha256": KNOWN["0.5b"].sha256},
    "prompt_fingerprint": FINGERPRINT,
    "config": {"epochs": 2.0, "rank": 16},
    "data": [{"file": "train.jsonl", "rows": 7000, "sha256": "ab12", "licence": "CC BY-SA 4.0"}],
    "accuracy": [
        {
            "set": "demo",
            "examples": 229,
            "before": {"value": 0.5, "low": 0.44, "high": 0.56},
            "after": {"value": 0.62, "low": 0.55, "high": 0.68},
            "p": 0.0004,
        }
    ],
    "seconds": 720.0,
    "created": "2026-11-25T03:00:00Z",
}


class WithAdapter(Models):
    """Models that have one adapter in memory."""

    def __init__(self, folder: Path | None, settings: Settings | None = None) -> None:
        super().__init__(settings or Settings())
        self.folder = folder
        self.default = "spider" if folder else None
        self.state = Loading("Ready", 1.0, ready=True, summary="Base · 4-bit NF4 · cpu")

    def loaded(self, adapter: str | None) -> AdapterInfo | None:
        if adapter is None or self.folder is None:
            return None
        return AdapterInfo(adapter, self.folder, "1a2b", {})


def adapter(tmp_path: Path, **changes: Any) -> Path:
    folder = tmp_path / "spider"
    folder.mkdir()
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    (folder / WEIGHTS).write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 4)
    (folder / SETTINGS).write_text("{}")
    (folder / "card.json").write_text(json.dumps({**CARD, **changes}))
    return folder


def test_base_adapter_scores_data_and_machine_are_told(tmp_path: Path) -> None:
    folder = adapter(tmp_path)
    html = about_html(WithAdapter(folder))
    base = KNOWN["0.5b"]
    for told in (base.name, base.sha256, base.licence, base.revision, f"{base.size:,}"):
        assert told in html
    for told in (sha256(folder / WEIGHTS), "50.0% (44.0% to 56.0%)", "62.0% (55.0% to 68.0%)"):
        assert told in html
    for told in ("train.jsonl", "CC BY-SA 4.0", "229", "&lt; 0.001", "12 minutes", "4-bit NF4"):
        assert told in html
    assert machine() in html and "Limits" in html


def test_without_an_adapter_it_says_so() -> None:
    assert NO_ADAPTER_LOADED in about_html(WithAdapter(None))


def test_while_loading_it_claims_nothing() -> None:
    models = Models(Settings())
    html = about_html(models)
    assert "still loading" in html and NO_ADAPTER_LOADED not in html


def test_another_server_s_weights_are_not_known() -> None:
    html = about_html(WithAdapter(None, Settings(endpoint="http://localhost:1/v1")))
    assert "not known here" in html and KNOWN["0.5b"].sha256 not in html


def test_a_base_by_name_has_no_proven_bytes() -> None:
    html = about_html(WithAdapter(None, Settings(base="some/model")))
    assert "some/model" in html and KNOWN["0.5b"].sha256 not in html


def test_a_card_can_t_write_on_the_page(tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>${1+1}"
    folder = adapter(
        tmp_path,
        created=evil,
        data=[{"file": evil, "rows": 1, "licence": evil}],
        accuracy=[{"set": evil, "examples": 1, "before": {}, "after": {"value": evil}, "p": 1.0}],
    )
    assert read_card(folder).created == evil
    html = about_html(WithAdapter(folder))
    assert "<img" not in html and "${" not in html and "not told" in html


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"base": 3}'])
def test_a_broken_card_is_told(text: str, tmp_path: Path) -> None:
    folder = adapter(tmp_path)
    (folder / "card.json").write_text(text)
    assert 'role="alert"' in about_html(WithAdapter(folder))
