"""Compare in a browser with the real base: the article's question to both sides."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from page_process import EGGS, running_app
from playwright.sync_api import Browser, expect
from safetensors.torch import save_file

from text2sql.prompt import FINGERPRINT
from text2sql.weights import KNOWN

PATIENCE_MS = 300_000  # two answers of a model on two busy cores
LAYERS, WIDTH, RANK = 24, 896, 4

pytestmark = [pytest.mark.model, pytest.mark.browser]


def make_adapter(folder: Path) -> None:
    """A LoRA adapter with a real, small effect: what it says hardly differs, its logits do."""
    folder.mkdir(parents=True)
    draw = torch.Generator().manual_seed(0)
    weights = {}
    for layer in range(LAYERS):
        stem = f"base_model.model.model.layers.{layer}.self_attn.q_proj"
        weights[f"{stem}.lora_A.weight"] = torch.randn(RANK, WIDTH, generator=draw) * 0.02
        weights[f"{stem}.lora_B.weight"] = torch.randn(WIDTH, RANK, generator=draw) * 0.02
    save_file(weights, folder / "adapter_model.safetensors")
    lora = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": RANK, "lora_alpha": 2 * RANK}
    settings = {**lora, "target_modules": ["q_proj"], "inference_mode": True}
    (folder / "adapter_config.json").write_text(json.dumps(settings))
    base = KNOWN["0.5b"]
    card = {
        "name": "shaken",
        "base": {"name": base.name, "revision": base.revision, "sha256": base.sha256},
        "prompt_fingerprint": FINGERPRINT,
        "config": {},
        "data": [{"file": "nothing.jsonl", "rows": 12, "licence": "CC0"}],
    }
    (folder / "card.json").write_text(json.dumps(card))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page on the real base, with that adapter as a finished run."""
    runs = tmp_path_factory.mktemp("runs")
    make_adapter(runs / "shaken" / "adapter")
    log = runs / "page.log"
    with running_app(log, "--adapter", "shaken", TEXT2SQL_RUNS=str(runs)) as started:
        yield started.url


def test_both_sides_answer_the_article_s_question(url: str, browser: Browser) -> None:
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
    for side, name in ((sides.nth(0), "Base, no adapter"), (sides.nth(1), "shaken")):
        expect(side.locator(".side-name")).to_contain_text(name)
        expect(side.locator(".badges")).to_contain_text("Parsed")
        expect(side.locator(".cm-content")).to_contain_text("SELECT")
        expect(side.locator(".latency")).to_contain_text("total")
    expect(page.locator(".cmp-verdict")).to_contain_text(re.compile("right|wrong"))
    fairness = page.locator(".fairness")
    expect(fairness).to_contain_text("nothing.jsonl, 12 examples, CC0")
    told = re.search(r"on this prompt: ([0-9.e+-]+)\.", fairness.inner_text())
    assert told is not None and float(told[1]) > 0
    expect(page.locator(".alarm")).to_have_count(0)

    page.get_by_role("tab", name="About").click()
    expect(page.locator(".about").first).to_contain_text(KNOWN["0.5b"].sha256)
    expect(page.locator(".about").first).to_contain_text("nothing.jsonl")
    assert errors == []
    page.close()
