"""Messages between a process and its sandboxed child: length-prefixed JSON with typed values.

JSON and never pickle, because what a child sends may be shaped by hostile data. Knows nothing of
databases or processes.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

HEADER = struct.Struct(">I")
FORK, KILL = b"f", b"k"  # what is asked of the server of children
TAG = "$"  # a JSON object holding this key is a typed value; plain objects are never sent as values
MAX_DEPTH = 12
MAX_ITEMS = 200
MAX_DIGITS = 1_000


def pack(message: Mapping[str, Any]) -> bytes:
    """The message as bytes, its length first."""
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    return HEADER.pack(len(body)) + body


def unpack(body: bytes) -> dict[str, Any]:
    """The message of which `body` is the JSON text; ValueError if it is no JSON object."""
    try:
        message = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(message, dict):
        raise ValueError("not a JSON object")
    return message


def shorten(text: str, limit: int) -> str:
    """`text` cut to `limit` characters, marked with its full length if it was cut.

    >>> shorten("abcdef", 3)
    'abc… [6 characters]'
    """
    return text if len(text) <= limit else f"{text[:limit]}… [{len(text):,} characters]"


def encode_value(value: object, max_chars: int = 2_000, depth: int = 0) -> Any:
    """A database value as JSON; long text, long lists and deep nesting are cut and marked.

    >>> encode_value(Decimal("1.50"))
    {'$': 'decimal', 'v': '1.50'}
    """
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if value.bit_length() < MAX_DIGITS else shorten(hex(value), max_chars)
    if isinstance(value, str):
        return shorten(value, max_chars)
    if depth >= MAX_DEPTH:
        return "…"
    if isinstance(value, list | tuple):
        return _tagged("list", _encode_items(list(value), max_chars, depth))
    if isinstance(value, dict):
        pairs = [list(pair) for pair in value.items()]
        return _tagged("dict", [_encode_items(p, max_chars, depth) for p in pairs[:MAX_ITEMS]])
    return _encode_scalar(value, max_chars)


def _encode_items(items: list[Any], max_chars: int, depth: int) -> list[Any]:
    kept = [encode_value(item, max_chars, depth + 1) for item in items[:MAX_ITEMS]]
    if len(items) > MAX_ITEMS:
        kept.append(f"… [{len(items):,} items]")
    return kept


def _encode_scalar(value: object, max_chars: int) -> Any:
    if isinstance(value, Decimal):
        return _tagged("decimal", str(value))
    if isinstance(value, datetime):
        return _tagged("datetime", value.isoformat())
    if isinstance(value, date):
        return _tagged("date", value.isoformat())
    if isinstance(value, time):
        return _tagged("time", value.isoformat())
    if isinstance(value, timedelta):
        return _tagged("interval", [value.days, value.seconds, value.microseconds])
    if isinstance(value, bytes | bytearray | memoryview):
        return _tagged("blob", base64.b64encode(bytes(value[:max_chars])).decode())
    return shorten(str(value), max_chars)


def _tagged(kind: str, value: Any) -> dict[str, Any]:
    return {TAG: kind, "v": value}


def _decode_dict(pairs: Any) -> dict[Any, Any]:
    return {_hashable(decode_value(key)): decode_value(value) for key, value in pairs}


def _hashable(key: Any) -> Any:
    return str(key) if isinstance(key, list | dict) else key


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "interval": lambda v: timedelta(days=v[0], seconds=v[1], microseconds=v[2]),
    "blob": base64.b64decode,
    "list": lambda v: [decode_value(item) for item in v],
    "dict": _decode_dict,
}


def decode_value(value: Any) -> Any:
    """The value that `encode_value` encoded; ValueError if it is none of its making.

    >>> decode_value({"$": "date", "v": "2024-11-05"})
    datetime.date(2024, 11, 5)
    """
    if not isinstance(value, dict):
        return value
    try:
        return _DECODERS[value[TAG]](value["v"])
    except (KeyError, TypeError, IndexError, ArithmeticError, RecursionError) as error:
        raise ValueError(f"no typed value: {error!r}") from None
