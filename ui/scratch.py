"""Files that a visitor downloads: each in a new folder, all of them gone when the page ends."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path


def scratch_folder() -> Path:
    """A new empty folder."""
    return Path(tempfile.mkdtemp(dir=_all().name))


@cache
def _all() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="text2sql-page-")
