"""Logged numbers over steps, as lines in SVG: the same frame at every redraw, so nothing moves.

Knows nothing of gradio or of what the numbers mean.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ui import render

MOST_POINTS = 300  # of a line; a long run's neighbours are averaged


@dataclass(frozen=True)
class Line:
    """One line: (step, value), in order of steps."""

    name: str
    points: tuple[tuple[float, float], ...]


def line_of(
    name: str, metrics: Iterable[Mapping[str, Any]], key: str, *, scale: float = 1.0
) -> Line:
    """The line of one logged number; what is no finite number is left out."""
    points = [
        (float(one["step"]), float(one[key]) * scale)
        for one in metrics
        if isinstance(one.get(key), int | float) and math.isfinite(one[key])
    ]
    return Line(name, tuple(_thinned(points)))


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most MOST_POINTS, each the mean of its neighbours; the last one stays as it is."""
    width = math.ceil(len(points) / MOST_POINTS)
    if width <= 1:
        return list(points)
    parts = [points[start : start + width] for start in range(0, len(points) - 1, width)]
    return [*map(_mean, parts), points[-1]]


def _mean(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    count = len(points)
    return sum(step for step, _ in points) / count, sum(value for _, value in points) / count


def chart(
    title: str, lines: Sequence[Line], *, total: int, small: bool = False, from_zero: bool = False
) -> str:
    """A figure with its last value in its title; empty, in the same size, before the first step.

    `total` steps make its width; `from_zero` has its height begin at 0.
    """
    drawn = [line for line in lines if line.points]
    low, high = _range([v for line in drawn for _, v in line.points], from_zero)
    width = max([total, *(line.points[-1][0] for line in drawn)], default=1) or 1
    shapes = "".join(
        _shape(line, place, width, low, high) for place, line in enumerate(lines) if line.points
    )
    kind = "chart small" if small else "chart"
    axis = (
        f'<div class="axis"><span>{number(high)}</span><span>{number(low)}</span></div>'
        if drawn
        else '<div class="axis"></div>'
    )
    return (
        f'<figure class="{kind}"><figcaption><span>{render.text(title)}</span>'
        f'{_legend(lines)}</figcaption><div class="plot">{axis}'
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{render.text(_told(title, drawn))}">'
        f'<path class="grid" d="M0 0H100M0 50H100M0 100H100"/>{shapes}</svg></div>'
        f'<div class="steps"><span>step 0</span><span>{width:,.0f}</span></div></figure>'
    )


def _legend(lines: Sequence[Line]) -> str:
    return "".join(
        f'<span class="key line-{place}">{render.text(line.name)} '
        f"<b>{number(line.points[-1][1]) if line.points else '–'}</b></span>"
        for place, line in enumerate(lines)
    )


def _shape(line: Line, place: int, width: float, low: float, high: float) -> str:
    """The line, or a dot where there is one point only."""
    span = (high - low) or 1.0
    at = [(100 * step / width, 100 - 100 * (value - low) / span) for step, value in line.points]
    if len(at) == 1:
        at = [at[0], (at[0][0] + 0.01, at[0][1])]
    path = " ".join(f"{x:.2f},{y:.2f}" for x, y in at)
    single = " dot" if len(line.points) == 1 else ""
    return f'<polyline class="line-{place}{single}" points="{path}"/>'


def _range(values: Sequence[float], from_zero: bool) -> tuple[float, float]:
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
    return (0.0 if from_zero and low >= 0 else low - room), high + room


def _told(title: str, lines: Sequence[Line]) -> str:
    """The chart in a sentence, for who can't see it."""
    parts = [
        f"{line.name} {number(line.points[0][1])} at step {line.points[0][0]:.0f}, "
        f"{number(line.points[-1][1])} at step {line.points[-1][0]:.0f}"
        for line in lines
    ]
    return f"{title}: {'; '.join(parts) or 'nothing yet'}"


def number(value: float) -> str:
    """A value in few characters.

    >>> number(0.12345), number(1234.5), number(0.0003)
    ('0.123', '1,234', '3.0e-04')
    """
    if value and abs(value) < 0.001:
        return f"{value:.1e}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
