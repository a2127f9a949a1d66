"""Pieces of SQL that several kinds of question share.

Knows nothing of words.
"""

from __future__ import annotations

from collections.abc import Iterable

from finetune.synthesis.facts import Link
from finetune.synthesis.filters import Filter


def where(filters: Iterable[Filter]) -> str:
    """The WHERE clause, with a space before it; empty without filters."""
    conditions = " AND ".join(f.sql for f in filters)
    return f" WHERE {conditions}" if conditions else ""


def order(by: str, *, down: bool, top: int | None = None) -> str:
    """ORDER BY; with LIMIT where only the first are asked for."""
    return f"ORDER BY {by}{' DESC' if down else ''}{f' LIMIT {top}' if top else ''}"


def per_parent(link: Link, filters: Iterable[Filter] = ()) -> str:
    """FROM to GROUP BY for one group of children per parent."""
    return f"FROM {link.tables}{where(filters)} GROUP BY {group_key(link)}"


def group_key(link: Link) -> str:
    """What to group by for one group per parent: its label if that is unique, else with its key."""
    label = link.parent.label
    if label and label.distinct == link.parent.rows:
        return label.sql
    return ", ".join([link.parent_key, *(c.sql for c in link.parent.labels)])
