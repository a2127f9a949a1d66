"""What a visitor's browser keeps between visits; read with care, for anyone can write it.

Knows nothing of gradio.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from ui.databases import Source

PASTE, UPLOAD, DEMO = "paste", "upload", "demo:"
MOST_HISTORY = 20
MAX_SCHEMA_CHARS = 400_000
KEPT_SCHEMA_CHARS = 60_000  # of each entry of the history
MAX_TEXT = 20_000


@dataclass(frozen=True)
class Chosen:
    """Which database the page shows: the picker's choice and what belongs to it."""

    choice: str = PASTE
    ddl: str = ""
    dialect: str = ""
    upload: str = ""

    @property
    def source(self) -> Source:
        """The database meant; whether there is such a one is seen when it is opened."""
        if self.choice == UPLOAD:
            return Source("upload", self.upload)
        if self.choice.startswith(DEMO):
            return Source("demo", self.choice.removeprefix(DEMO))
        return Source("schema", self.ddl, self.dialect)


@dataclass(frozen=True)
class Past:
    """One question of the history, with what it was asked of."""

    question: str = ""
    sql: str = ""
    chosen: Chosen = field(default_factory=Chosen)


@dataclass(frozen=True)
class Visit:
    """The page as it was left."""

    question: str = ""
    chosen: Chosen = field(default_factory=Chosen)

    def to_json(self) -> dict[str, Any]:
        """What is given to the browser to keep."""
        return asdict(self)


def after(past: Sequence[Past], question: str, sql: str, chosen: Chosen) -> tuple[Past, ...]:
    """The history after one more question; the same one asked again moves to the front."""
    kept = chosen if len(chosen.ddl) <= KEPT_SCHEMA_CHARS else replace(chosen, ddl="")
    if chosen.choice != PASTE:
        kept = replace(kept, ddl="", dialect="")
    others = (one for one in past if (one.question, one.chosen) != (question, kept))
    return (Past(question, sql, kept), *others)[:MOST_HISTORY]


def past_json(past: Sequence[Past]) -> list[dict[str, Any]]:
    """What is given to the browser to keep of the history."""
    return [asdict(one) for one in past]


def read_visit(value: object) -> Visit:
    """The visit that a browser kept; whatever is not as written here is left out."""
    kept = value if isinstance(value, Mapping) else {}
    return Visit(_text(kept.get("question"), MAX_TEXT), read_chosen(kept.get("chosen")))


def read_past(value: object) -> tuple[Past, ...]:
    """The history that a browser kept, the latest question first."""
    listed = value[:MOST_HISTORY] if isinstance(value, list | tuple) else ()
    return tuple(_past(one) for one in listed if isinstance(one, Mapping))


def read_chosen(value: object) -> Chosen:
    """The choice of a database, its texts bounded."""
    kept = value if isinstance(value, Mapping) else {}
    texts = {f.name: _text(kept.get(f.name), MAX_SCHEMA_CHARS) for f in fields(Chosen)}
    return Chosen(**texts) if texts["choice"] else replace(Chosen(**texts), choice=PASTE)


def _past(value: Mapping[str, Any]) -> Past:
    return Past(
        _text(value.get("question"), MAX_TEXT),
        _text(value.get("sql"), MAX_TEXT),
        read_chosen(value.get("chosen")),
    )


def _text(value: object, most: int) -> str:
    return value if isinstance(value, str) and len(value) <= most else ""
