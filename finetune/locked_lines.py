"""A small file of JSON lines that several processes change: one at a time, whole or not at all.

A line that can't be read is passed over and kept as it is. Knows nothing of what the lines say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from finetune.files import read_lines, told, write_text
from text2sql.errors import TrainingError

LOCK_S = 20.0

Row = dict[str, Any]


def read_rows(path: Path) -> tuple[Row, ...]:
    """The objects in the file, in its order; none if it is missing."""
    return tuple(row for line in read_lines(path) if (row := _object(line)) is not None)


def change_rows(
    path: Path, change: Callable[[tuple[Row, ...]], list[Row]], *, most_bytes: int
) -> None:
    """Replace the objects by what `change` makes of them; TrainingError if it can't be kept.

    What `change` raises leaves the file as it was.
    """
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        broken = [line for line in read_lines(path) if _object(line) is None]
        rows = change(read_rows(path))
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        data = "".join(f"{line.rstrip()}\n" for line in [*broken, *lines]).encode(
            "utf-8", "replace"
        )
        if len(data) > most_bytes:
            raise TrainingError(
                f"'{path.name}' would grow over {most_bytes >> 20} MB.",
                hint="Download it, then delete what you no longer need.",
            )
        write_text(path, data.decode())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Nobody else changes the file meanwhile."""
    lock = FileLock(path.with_name(f".{path.name}.lock"))
    with told(path):
        try:
            lock.acquire(timeout=LOCK_S)
        except Timeout:
            raise TrainingError(
                f"'{path.name}' is in use by another process.", hint="Try again in a moment."
            ) from None
    try:
        yield
    finally:
        lock.release()


def _object(line: str) -> Row | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
