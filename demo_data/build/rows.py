"""Rows of tables: read from text, numbered, written as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]  # by column; one whose name begins with `_` helps to make others, unwritten
Tables = dict[str, list[Row]]


def table(text: str) -> list[Row]:
    """The rows of a table written as text: a line each, cells parted by `|`, names first.

    >>> table("city|_size\\nYork|2\\nBath|")
    [{'city': 'York', '_size': '2'}, {'city': 'Bath', '_size': ''}]
    """
    names, *rows = (line.split("|") for line in text.strip().splitlines())
    return [dict(zip(names, row, strict=True)) for row in rows]


def numbered(key: str, rows: Iterable[Row], *by: str) -> list[Row]:
    """The rows counted from 1 in a first column, in the order of the columns `by` as text."""
    ordered = sorted(rows, key=lambda row: [str(row[name]) for name in by])
    return [{key: number, **row} for number, row in enumerate(ordered, 1)]


def money(value: float) -> str:
    return f"{round(value * 100) / 100:.2f}"


def address(name: str, host: str) -> str:
    plain = "".join(c for c in name.lower().replace(" ", ".") if c.isascii() and c not in "'’")
    return f"{plain}@{host}"


def write(rows: list[Row], path: Path) -> None:
    names = [name for name in rows[0] if not name.startswith("_")]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_cell(row[name]) for name in names] for row in rows)


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
