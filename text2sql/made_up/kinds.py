"""A column's DuckDB type, as far as values for it must know it.

Knows nothing of names or rows.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from text2sql.schema import Column

MAX_TEXT = 1_000
_INTEGER_BITS = {
    "TINYINT": 8, "INT1": 8, "SMALLINT": 16, "INT2": 16, "SHORT": 16, "INTEGER": 32, "INT": 32,
    "INT4": 32, "SIGNED": 32, "BIGINT": 64, "INT8": 64, "LONG": 64, "HUGEINT": 128,
}  # fmt: skip
_UNSIGNED_BITS = {
    "UTINYINT": 8, "USMALLINT": 16, "UINTEGER": 32, "UBIGINT": 64, "UHUGEINT": 128,
}  # fmt: skip
_FAMILIES = {
    "DOUBLE": "float", "FLOAT8": "float", "FLOAT": "float", "FLOAT4": "float", "REAL": "float",
    "VARCHAR": "text", "CHAR": "text", "TEXT": "text", "STRING": "text", "BPCHAR": "text",
    "NVARCHAR": "text", "ENUM": "text", "DATE": "date", "DATETIME": "timestamp",
    "TIME": "time", "TIMETZ": "time", "TIMESTAMP": "timestamp", "TIMESTAMPTZ": "timestamp",
    "TIMESTAMP_S": "timestamp", "TIMESTAMP_MS": "timestamp", "TIMESTAMP_NS": "timestamp",
    "BOOLEAN": "boolean", "BOOL": "boolean", "LOGICAL": "boolean", "UUID": "uuid", "GUID": "uuid",
    "BLOB": "blob", "BYTEA": "blob", "BINARY": "blob", "VARBINARY": "blob", "INTERVAL": "interval",
    "JSON": "json", "BIT": "bit", "BITSTRING": "bit",
}  # fmt: skip
_TYPE = re.compile(r"\s*([A-Za-z_0-9]+)\s*(?:\((.*)\))?\s*([A-Za-z ]*)", re.DOTALL)
_LABEL = re.compile(r"'((?:[^']|'')*)'")
_TRUE = frozenset("true t yes y 1 on".split())


@dataclass(frozen=True)
class Kind:
    """A type's family, its bounds (whole numbers), the digits after its point, its characters.

    `allowed` are the only texts there may be, if there are any; `item` is a list's own kind and
    `size` the length of a list that has a fixed one; `fields` are a struct's, or a map's two.
    """

    family: str
    low: int = 0
    high: int = 0
    scale: int = 0
    length: int = MAX_TEXT
    allowed: tuple[str, ...] = ()
    item: Kind | None = None
    size: int | None = None
    fields: tuple[tuple[str, Kind], ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether values are compared by size."""
        return self.family in ("integer", "decimal", "float")

    @property
    def is_moment(self) -> bool:
        """Whether values have a year and a month."""
        return self.family in ("date", "timestamp")


def column_kind(column: Column) -> Kind:
    """The kind of a column, with the values that its ENUM or CHECK … IN allows."""
    kind = kind_of(column.type)
    if not column.enum:
        return kind
    return Kind(
        kind.family if kind.family != "other" else "text",
        kind.low,
        kind.high,
        kind.scale,
        kind.length,
        column.enum,
    )


@lru_cache(maxsize=1_000)
def kind_of(type_name: str) -> Kind:
    """The kind that a DuckDB type's name means; family `other` for one that is not known.

    >>> kind_of("DECIMAL(8, 2)").high, kind_of("VARCHAR(50)").length, kind_of("UTINYINT").high
    (999999, 50, 255)
    >>> kind_of("ENUM('a', 'b')").allowed, kind_of("INTEGER[3]").size
    (('a', 'b'), 3)
    >>> [name for name, kind in kind_of("STRUCT(x INTEGER, y DECIMAL(4, 2))").fields]
    ['x', 'y']
    """
    text = type_name.strip()
    if text.endswith("]"):
        inner, _, size = text[:-1].rpartition("[")
        return Kind("list", item=kind_of(inner), size=int(size) if size.isdigit() else None)
    match = _TYPE.match(text)
    if match is None:
        return Kind("other")
    name, inside = match[1].upper(), match[2] or ""
    if name in ("DECIMAL", "NUMERIC", "DEC"):
        return _decimal(inside)
    if name in ("STRUCT", "ROW"):
        return Kind("struct", fields=tuple(_field(part) for part in _parts(inside)))
    if name == "MAP":
        both = tuple(kind_of(part) for part in _parts(inside))
        return Kind("map", fields=tuple(zip(("key", "value"), both, strict=False)))
    if name == "ENUM":
        return Kind("text", allowed=tuple(v.replace("''", "'") for v in _LABEL.findall(inside)))
    return _plain(name, inside)


def _parts(inside: str) -> list[str]:
    """What stands between the commas that are in no brackets."""
    parts, depth = [""], 0
    for letter in inside:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def _field(text: str) -> tuple[str, Kind]:
    """A struct's field: its name, maybe in quotes, and its kind."""
    match = re.fullmatch(r'(?:"((?:[^"]|"")*)"|(\S+))\s+(.+)', text, re.DOTALL)
    if match is None:
        return text, Kind("other")
    return (match[1] or match[2] or "").replace('""', '"'), kind_of(match[3])


def _decimal(inside: str) -> Kind:
    parts = [int(part) for part in re.findall(r"\d+", inside)]
    precision, scale = (parts[0], parts[1] if len(parts) > 1 else 0) if parts else (18, 3)
    high = 10 ** max(precision - scale, 0) - 1
    return Kind("decimal", -high, high, scale)


def _plain(name: str, inside: str) -> Kind:
    if name in _INTEGER_BITS:
        high = 2 ** (_INTEGER_BITS[name] - 1) - 1
        return Kind("integer", -high - 1, high)
    if name in _UNSIGNED_BITS:
        return Kind("integer", 0, 2 ** _UNSIGNED_BITS[name] - 1)
    family = _FAMILIES.get(name, "other")
    if family == "float":
        return Kind("float", -(10**30), 10**30, 2)
    if family == "text" and inside.strip().isdigit():
        return Kind("text", length=max(1, int(inside)))
    return Kind(family)


def fit(value: object, kind: Kind) -> object:
    """The value as that kind can hold it; None where it can't.

    >>> fit("abcdef", kind_of("VARCHAR(3)")), fit(3.14159, kind_of("DECIMAL(4,2)"))
    ('abc', Decimal('3.14'))
    >>> fit("12", kind_of("INTEGER")), fit("x", kind_of("INTEGER")), fit(300, kind_of("TINYINT"))
    (12, None, None)
    """
    if value is None:
        return None
    if kind.allowed:
        return _allowed(str(value), kind)
    if kind.family == "text":
        return str(value)[: kind.length].rstrip() or None
    if kind.is_number:
        return _number(value, kind)
    return _converted(value, kind)


def _allowed(text: str, kind: Kind) -> object:
    spelled = next((one for one in kind.allowed if one.lower() == text.lower()), None)
    if spelled is None or kind.family == "text":
        return spelled
    return _number(spelled, kind) if kind.is_number else _converted(spelled, kind)


def _number(value: object, kind: Kind) -> object:
    with suppress(InvalidOperation, ValueError):
        exact = Decimal(str(int(value) if isinstance(value, bool) else value))
        if not exact.is_finite() or not kind.low <= exact <= kind.high:
            return None
        if kind.family == "integer":
            return int(exact.to_integral_value())
        if kind.family == "decimal":
            return exact.quantize(Decimal(1).scaleb(-kind.scale))
        return float(exact)
    return None


def _converted(value: object, kind: Kind) -> object:
    if not isinstance(value, str):
        return _between_times(value, kind)
    with suppress(ValueError):
        if kind.family == "date":
            return datetime.fromisoformat(value).date()
        if kind.family == "timestamp":
            return datetime.fromisoformat(value)
        if kind.family == "time":
            return time.fromisoformat(value)
    if kind.family == "boolean":
        return value.lower() in _TRUE
    return value if kind.family in ("uuid", "json", "bit", "map") else None


def _between_times(value: object, kind: Kind) -> object:
    if kind.family == "timestamp" and isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    if kind.family == "date" and isinstance(value, datetime):
        return value.date()
    if kind.family == "interval" and isinstance(value, int):
        return timedelta(days=value)
    return value
