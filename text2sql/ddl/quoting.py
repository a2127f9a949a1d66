"""DuckDB's spelling of names and texts.

Knows nothing of statements.
"""

from __future__ import annotations

import re

# DuckDB's words that can't name a column, a type or a table unquoted (its keyword categories
# reserved and type_function).
_RESERVED = frozenset(
    "all analyse analyze and any array as asc asymmetric both case cast check collate column "
    "constraint create default deferrable desc describe distinct do else end except false fetch "
    "for foreign from group having in initially intersect into lambda lateral leading limit not "
    "null offset on only or order pivot pivot_longer pivot_wider placing primary qualify "
    "references returning select show some summarize symmetric table then to trailing true union "
    "unique unpivot using variadic when where window with anti asof at authorization binary by "
    "collation columns concurrently cross freeze full generated glob ilike inner is isnull join "
    "left like map natural notnull outer overlaps positional right semi similar struct "
    "tablesample try_cast tuple unpack verbose".split()
)
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def quoted(name: str) -> str:
    """The name as DuckDB reads it, in quotes only where it needs them.

    >>> quoted("Title"), quoted("order"), quoted("due date")
    ('Title', '"order"', '"due date"')
    """
    if _PLAIN.fullmatch(name) and name.lower() not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """The text as an SQL string.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"
