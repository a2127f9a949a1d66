"""The databases that visitors have open: few at a time, the least used closed first.

Sample databases are everybody's; an upload is reached only by the unguessable id that its own
visitor was given. Knows nothing of gradio or of models.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from text2sql.database import Database, database_from_schema, open_database
from text2sql.errors import InputError, SchemaError, UploadError
from text2sql.schema import Schema, parse_schema

DEMOS = Path(__file__).resolve().parent.parent / "demo_data"
MOST_OPEN = 12  # of each kind; each holds a small process once it was asked something
IDLE_S = 2 * 3600.0  # an upload that nobody asks about is forgotten
MAX_EXAMPLES = 4
EXAMPLE_CHARS = 58  # what a button of the page shows whole

Kind = Literal["demo", "schema", "upload"]


@dataclass(frozen=True)
class Source:
    """Which database is meant: a sample's name, CREATE TABLE text, or the id of an upload."""

    kind: Kind = "schema"
    value: str = ""
    dialect: str = ""

    @property
    def made_up(self) -> bool:
        """Whether its rows are invented, and so depend on the question."""
        return self.kind == "schema"


@dataclass
class _Open:
    """One database, opened once, and how many use it now."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    database: Database | None = None
    users: int = 0
    used: float = 0.0


class Databases:
    """Opens databases, keeps the latest `most` of samples and schemas, and as many uploads."""

    def __init__(self, demos: Path = DEMOS, *, most: int = MOST_OPEN) -> None:
        self.folder = demos
        self.demos = tuple(sorted(p.parent.name for p in demos.glob("*/schema.sql")))
        self.most = most
        self._lock = threading.Lock()
        self._open: OrderedDict[tuple[str, ...], _Open] = OrderedDict()

    def add_upload(self, path: Path) -> Source:
        """The file's tables as a new database of this visitor; raises UploadError."""
        database = open_database(path)
        source = Source("upload", secrets.token_urlsafe(24))
        with self._lock:
            self._open[_key(source, "")] = _Open(database=database, used=time.monotonic())
        self._close_old()
        return source

    def forget(self, source: Source) -> None:
        """Close an upload that its visitor has done with."""
        with self._lock:
            found = self._open.pop(_key(source, ""), None) if source.kind == "upload" else None
        if found is not None and found.database is not None:
            found.database.close()

    @contextmanager
    def using(self, source: Source, question: str = "") -> Iterator[Database]:
        """The open database, which stays open while it is used; raises InputError.

        Made-up rows hold what the question names, so that its answer is not empty.
        """
        key = _key(source, question if source.made_up else "")
        entry = self._entry(key)
        try:
            with entry.lock:
                if entry.database is None:
                    entry.database = self._opened(source, question)
            yield entry.database
        finally:
            with self._lock:
                entry.users -= 1
                if entry.database is None and not entry.users:
                    self._open.pop(key, None)
            self._close_old()

    def schema(self, source: Source) -> Schema:
        """The tables, without opening more than is needed; raises InputError."""
        if source.kind == "schema":
            return _parsed(source)
        with self.using(source) as database:
            return database.schema

    def examples(self, demo: str) -> tuple[str, ...]:
        """Questions that a sample database comes with."""
        path = self.folder / demo / "questions.jsonl"
        if demo not in self.demos or not path.is_file():
            return ()
        lines = path.read_text(encoding="utf-8").splitlines()
        asked = [str(json.loads(line)["question"]) for line in lines if line.strip()]
        short = [one for one in asked if len(one) <= EXAMPLE_CHARS]
        # The files go from easy to hard: a few from all of it.
        return tuple(short[:: max(1, len(short) // MAX_EXAMPLES)][:MAX_EXAMPLES])

    def close(self) -> None:
        """Close everything."""
        with self._lock:
            entries, self._open = list(self._open.values()), OrderedDict()
        for entry in entries:
            if entry.database is not None:
                entry.database.close()

    def _entry(self, key: tuple[str, ...]) -> _Open:
        with self._lock:
            entry = self._open.setdefault(key, _Open())
            self._open.move_to_end(key)
            entry.users += 1
            entry.used = time.monotonic()
        return entry

    def _opened(self, source: Source, question: str) -> Database:
        if source.kind == "demo":
            if source.value not in self.demos:
                known = ", ".join(self.demos) or "none"
                raise InputError(
                    f"There is no sample database '{source.value[:80]}'.",
                    hint=f"There are: {known}.",
                )
            return open_database(self.folder / source.value)
        if source.kind == "upload":
            raise UploadError(
                "The uploaded file is no longer open.", hint="Upload it again to go on."
            )
        return database_from_schema(_parsed(source), question=question)

    def _close_old(self) -> None:
        """Close those above the limits that nobody uses, the least lately used first."""
        now = time.monotonic()
        closed: list[_Open] = []
        with self._lock:
            for uploads in (True, False):
                kept = [key for key in self._open if (key[0] == "upload") == uploads]
                spare = len(kept) - self.most
                for key in kept:
                    entry = self._open[key]
                    stale = uploads and now - entry.used > IDLE_S
                    if not entry.users and (spare > 0 or stale):
                        closed.append(self._open.pop(key))
                        spare -= 1
        for entry in closed:
            if entry.database is not None:
                entry.database.close()


def _key(source: Source, question: str) -> tuple[str, ...]:
    if source.kind != "schema":
        return source.kind, source.value
    asked = " ".join(question.lower().split())
    text = json.dumps([source.value, source.dialect, asked])
    return source.kind, hashlib.sha256(text.encode()).hexdigest()


def _parsed(source: Source) -> Schema:
    if not source.value.strip():
        raise SchemaError("There is no schema.", hint="Paste one or more CREATE TABLE statements.")
    return parse_schema(source.value, source.dialect or None)
