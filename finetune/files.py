"""Files that are whole or absent: atomic writes, and reads that take a broken file for none.

Knows nothing of runs.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from text2sql.errors import TrainingError


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that a reader sees the old file or the new one, never half of either."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically; TrainingError if it can't be.

    On a full disk a small file that exists is overwritten in place: its block is there already,
    and the reason why a run ended should reach the user.
    """
    data = text.encode()
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with told(path):
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            if not (full and path.is_file() and len(data) < 4096):
                raise
            _overwrite(path, data)


def _overwrite(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(descriptor, data, 0)
        os.ftruncate(descriptor, len(data))
    finally:
        os.close(descriptor)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in the file; None if it is missing, broken, or no object."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        found = json.loads(path.read_text("utf-8"))
        return found if isinstance(found, dict) else None
    return None


def read_lines(path: Path) -> Iterator[str]:
    """The file's lines that are not empty; none if it is missing."""
    with contextlib.suppress(OSError), path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.strip():
                yield line


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns what the disk says into a TrainingError that says what to do."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        hint = "Free some space, then resume the run." if full else "Check the folder's rights."
        reason = "the disk is full" if full else (error.strerror or str(error))
        raise TrainingError(f"Could not write '{path}': {reason}.", hint=hint) from error
