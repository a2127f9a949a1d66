"""Data sets of the hub by their names, as examples. Says within seconds if the hub is out of reach.

Knows nothing of how examples are used.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from finetune.examples import BadLine, Example, Examples, example_of
from text2sql.errors import DataError

HUB_TIMEOUT_S = 5.0
SPIDER = frozenset({"xlangai/spider", "spider", "yale-lily/spider", "taoyds/spider"})
LICENCES = {
    "b-mc2/sql-create-context": "CC BY 4.0",
    "xlangai/spider": "CC BY-SA 4.0",
}
_DIALECTS = {"b-mc2/sql-create-context": "sqlite", "xlangai/spider": "sqlite"}
_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)


def hub_name(named: str) -> str | None:
    """The hub's name for a data set, or None if this can't be one.

    >>> hub_name("spider"), hub_name("b-mc2/sql-create-context"), hub_name("./a/b.jsonl")
    ('xlangai/spider', 'b-mc2/sql-create-context', None)
    """
    if named.lower() in SPIDER:
        return "xlangai/spider"
    looks_like_a_file = re.search(r"\.(jsonl?|csv|gz|txt|sqlite|parquet)$", named.lower())
    if looks_like_a_file or "/" not in named or not _NAME.fullmatch(named):
        return None
    return named


def read_hub(name: str) -> Examples:
    """The training split of a data set; DataError if it can't be had or holds no example.

    Spider comes without schemas: its examples name a database each, `<id>/<id>.sqlite`.
    """
    rows, short = _rows(name), name.rpartition("/")[2]
    found: list[Example] = []
    dropped: list[BadLine] = []
    for number, row in enumerate(rows, 1):
        try:
            found.append(example_of(_described(row, name), f"{short}-{number}", number))
        except ValueError as error:
            dropped.append(BadLine(number, str(error)))
    if not found:
        raise DataError(
            f"The data set '{name}' holds no usable example.",
            hint="Its rows need question, schema (or context) and sql (or query, answer).",
        )
    return Examples(Path(name), tuple(found), tuple(dropped))


def _described(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    described = dict(row)
    if isinstance(row.get("db_id"), str) and not row.get("schema") and not row.get("context"):
        described["database"] = f"{row['db_id']}/{row['db_id']}.sqlite"
    described.setdefault("dialect", _DIALECTS.get(name, "sqlite"))
    return described


def _rows(name: str) -> Iterable[Mapping[str, Any]]:
    """The rows of the training split; asks the hub once, briefly, before anything that retries."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import datasets
    import httpx2  # what huggingface_hub speaks through, and raises from
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

    if constants.HF_HUB_OFFLINE:
        raise DataError(
            f"'{name}' can't be fetched: the hub is switched off (HF_HUB_OFFLINE).",
            hint="Give a file instead.",
        )
    try:
        HfApi().dataset_info(name, timeout=HUB_TIMEOUT_S)
        rows: Iterable[Mapping[str, Any]] = datasets.load_dataset(name, split="train")
        return rows
    except RepositoryNotFoundError as error:
        raise DataError(f"There is no data set '{name}' on the hub, and no such file.") from error
    except (HfHubHTTPError, httpx2.HTTPError, OSError, ValueError) as error:
        raise DataError(
            f"'{name}' can't be fetched from the hub ({type(error).__name__}).",
            hint="Check the connection, or give a file.",
        ) from error
