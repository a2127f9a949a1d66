"""Which chart, if any, the shape of some rows asks for. Knows nothing of gradio."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Literal

import pandas as pd

from text2sql.problems import QueryResult

FEWEST = 2
MOST_BARS = 40
MOST_POINTS = 1_000
_PERIOD = re.compile(r"(?:^|_)(?:year|month|quarter|week|day|hour|date)s?(?:$|_)", re.IGNORECASE)
_MONTH_TEXT = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
_IDENTIFIER = re.compile(r"(?:^|_)(?:id|code|zip|phone|number)$", re.IGNORECASE)


@dataclass(frozen=True)
class Chart:
    """Two columns to draw: `frame` has them as `label` and `value`, in the order of the rows."""

    kind: Literal["bar", "line"]
    frame: pd.DataFrame
    label: str
    value: str


def chart_of(result: QueryResult) -> Chart | None:
    """A line over dates or periods, bars over categories; None for rows of any other shape.

    The rows must be two columns, the second a number, each label once.
    """
    if len(result.columns) != 2 or result.truncated or not len(result.rows) >= FEWEST:
        return None
    labels = [row[0] for row in result.rows]
    values = [_number(row[1]) for row in result.rows]
    if None in values or len(set(map(str, labels))) < len(labels):
        return None
    if _IDENTIFIER.search(result.columns[1]) or _PERIOD.search(result.columns[1]):
        return None
    moments = _moments(labels, result.columns[0])
    if moments is not None and len(labels) <= MOST_POINTS:
        frame = pd.DataFrame({"label": moments, "value": values})
        return Chart("line", frame.sort_values("label"), *result.columns)
    if not all(isinstance(label, str | bool) or label is None for label in labels):
        return None
    if len(labels) > MOST_BARS or moments is not None:
        return None
    names = ["(none)" if label is None else str(label)[:60] for label in labels]
    if len(set(names)) < len(names):
        return None
    return Chart("bar", pd.DataFrame({"label": names, "value": values}), *result.columns)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return float(value) if isfinite(value) else None


def _moments(labels: Sequence[Any], name: str) -> list[Any] | None:
    """The labels as places on a time axis; None if they are no time."""
    if all(isinstance(label, date) for label in labels):
        return [_naive(label) for label in labels]
    if all(isinstance(label, str) and _MONTH_TEXT.fullmatch(label) for label in labels):
        try:
            return [datetime.fromisoformat(f"{label}-01"[:10]) for label in labels]
        except ValueError:
            return None
    whole = all(isinstance(label, int) and not isinstance(label, bool) for label in labels)
    return list(labels) if whole and _PERIOD.search(name) else None


def _naive(moment: date) -> datetime:
    """The moment without a time zone, which the plot would shift."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime(moment.year, moment.month, moment.day)
