"""An answer as text for a terminal: the statement, what was repaired, a table, the times.

What comes from a model, a file or a database may hold control characters that a terminal would
obey; they are shown as escapes. Knows nothing of how an answer is found.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from text2sql.answer import Answer, plain
from text2sql.problems import QueryResult

MOST_ROWS = 40
WIDEST = 40  # columns of the terminal that one cell may take


def in_words(answer: Answer) -> str:
    """The whole answer, in paragraphs."""
    return "\n\n".join(paragraph for paragraph in _paragraphs(answer) if paragraph)


def _paragraphs(answer: Answer) -> Iterator[str]:
    yield harmless(answer.sql)
    yield "\n".join(f"Repaired: {harmless(one.message)}" for one in answer.repairs)
    if answer.agreement is not None:
        yield f"{answer.agreement:.0%} of {len(answer.candidates)} candidates gave these rows."
    if answer.omitted:
        yield f"Left out of the prompt for want of room: {harmless(', '.join(answer.omitted))}."
    if answer.result is not None:
        yield table(answer.result)
    yield times(answer.timings_ms)


def table(result: QueryResult, most: int = MOST_ROWS) -> str:
    """The rows under their columns' names, numbers to the right, and how many there are.

    >>> print(table(QueryResult(("city", "n"), ("VARCHAR", "INTEGER"), (("Rome", 12), (None, 3)))))
    city │  n
    ─────┼───
    Rome │ 12
    NULL │  3
    2 rows
    """
    head = [_cell(name) for name in result.columns]
    body = [[_cell(value) for value in row] for row in result.rows[:most]]
    widths = [max(map(_width, column)) for column in zip(head, *body, strict=True)]
    right = [_is_number_column(result, place) for place in range(len(head))]
    lines = [_line(row, widths, right) for row in (head, *body)]
    lines.insert(1, "─┼─".join("─" * width for width in widths))
    return "\n".join([*lines, _count(result, most)])


def times(timings_ms: Mapping[str, float]) -> str:
    """What each stage took, in one line, without those that took nothing."""
    spent = (f"{name.replace('_', ' ')} {_time(ms)}" for name, ms in timings_ms.items() if ms > 0)
    return " · ".join(spent)


def piped(command: Callable[[], int]) -> int:
    """The command's exit status, with all it printed read; 1 if whoever read that has gone."""
    try:
        status = command()
        sys.stdout.flush()  # at exit it would be too late to do something about it
        return status
    except BrokenPipeError:  # nothing more may be written
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def harmless(text: str) -> str:
    """The text with control characters as escapes; lines stay lines.

    >>> print(harmless("a\\x1b[2Jb"))
    a\\x1b[2Jb
    """
    return "".join(c if c == "\n" or c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return "    " if character == "\t" else ascii(character)[1:-1]


def _count(result: QueryResult, most: int) -> str:
    count = len(result.rows)
    told = "1 row" if count == 1 else f"{count:,} rows"
    if result.truncated:
        told = f"The first {told}; there are more"
    return told + (f" ({most} shown)" if count > most else "")


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, width, is_right in zip(cells, widths, right, strict=True):
        gap = " " * (width - _width(cell))
        padded.append(gap + cell if is_right else cell + gap)
    return " │ ".join(padded).rstrip()


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    number = isinstance(value, Decimal)
    text = harmless(str(value if number else plain(value))).replace("\n", "\\n")
    while _width(text) > WIDEST:
        text = text[: min(len(text) - 2, WIDEST - 1)] + "…"
    return text


def _is_number_column(result: QueryResult, place: int) -> bool:
    values = [row[place] for row in result.rows if row[place] is not None]
    return bool(values) and all(
        isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in values
    )


def _width(text: str) -> int:
    """Columns of the terminal: wide characters take two, combining ones none."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def _time(ms: float) -> str:
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms"
