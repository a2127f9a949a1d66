"""What the engine reports about a statement: problems found, repairs made, rows returned.

Plain frozen data that every other module may use; knows nothing of how it was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Stage = Literal["generate", "parse", "safety", "names", "bind", "run"]


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a statement; line and column are 1-based, in the statement shown."""

    stage: Stage
    message: str
    line: int | None = None
    column: int | None = None
    suggestion: str = ""


@dataclass(frozen=True)
class Repair:
    """One change that made a statement run: which rule, and what it did in plain English."""

    rule: str
    message: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class QueryResult:
    """Rows of one statement; `types` are DuckDB's, `truncated` says the row cap cut them."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False
    elapsed_ms: float = 0.0
