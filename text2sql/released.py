"""Where adapters lie: by path, by the name of a released one, or by the name of a finished run.

Reads folders and cards only; knows nothing of torch, and trusts no card: the loader checks them.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from text2sql.errors import AdapterError

CARD = "card.json"
SETTINGS = "adapter_config.json"
RELEASED = Path(__file__).resolve().parent.parent / "finetune" / "adapters"
NO_ADAPTER = "none"


@dataclass(frozen=True)
class AdapterInfo:
    """A loaded adapter: `fingerprint` is its weights' SHA-256, shortened; `card` as written."""

    name: str
    path: Path
    fingerprint: str
    card: dict[str, Any]


def runs_folder() -> Path:
    """Where runs are kept: TEXT2SQL_RUNS, or `runs` in the current folder.

    Where that can't be written, as in a read-only checkout, a folder of the user's own.
    """
    if named := os.environ.get("TEXT2SQL_RUNS"):
        return Path(named).absolute()
    here = Path("runs").absolute()
    if os.access(here if here.is_dir() else here.parent, os.W_OK):
        return here
    return Path.home() / ".local" / "share" / "text2sql" / "runs"


def find_adapter(named: str) -> Path:
    """The folder of an adapter given by path, by the name of a released one, or of a run.

    Raises AdapterError that names those there are.
    """
    released, runs = RELEASED, runs_folder()
    for place in (Path(named), released / named, runs / named / "adapter"):
        if (place / SETTINGS).is_file():
            return place
    found = [p.parent.name for p in released.glob(f"*/{CARD}")]
    found += [p.parent.parent.name for p in runs.glob(f"*/adapter/{CARD}")]
    known = ", ".join(sorted(found)) or "none yet"
    raise AdapterError(f"There is no adapter {named!r}.", hint=f"There are: {known}.")


def newest_released(base: str, sha256: str) -> Path | None:
    """The newest released adapter whose card names this base, by hash or else by name."""
    dated = [
        (str(card.get("created", "")), path.parent)
        for path in RELEASED.glob(f"*/{CARD}")
        if (card := _card(path)) and _is_for(card, base, sha256)
    ]
    return max(dated)[1] if dated else None


def adapter_name(named: str) -> str:
    """What to call an adapter; a path's name is its folder's, or its run's.

    >>> adapter_name("spider-0.5b"), adapter_name("runs/shop/adapter")
    ('spider-0.5b', 'shop')
    """
    path = Path(named)
    return path.parent.name if path.name == "adapter" and path.parent.name else path.name


def _card(path: Path) -> dict[str, object]:
    """The card as written; empty if it can't be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_for(card: dict[str, object], base: str, sha256: str) -> bool:
    named = card.get("base")
    if not isinstance(named, dict):
        return False
    return bool(named.get("sha256") == sha256 if sha256 else named.get("name") == base)
