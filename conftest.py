"""Leaves unread what has nothing to run: some modules take longer to load than their tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WHOLLY_MODEL = re.compile(r"^pytestmark = .*mark\.model\b", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Modules without an example, and files all of whose tests `-m` leaves out."""
    if collection_path.suffix != ".py" or not collection_path.is_file():
        return None
    text = collection_path.read_text("utf-8")
    if not collection_path.name.startswith("test_"):
        return True if ">>>" not in text else None
    left_out = "not model" in (config.option.markexpr or "") and WHOLLY_MODEL.search(text)
    return True if left_out else None
