"""Answers that people found right or set right, kept as examples to learn from.

One file, `corrections.jsonl` in the folder of runs, in the form of all examples, so that training
and evaluation read it as any other. Knows nothing of pages or models.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from finetune.files import write_text
from finetune.locked_lines import Row, change_rows, read_rows
from finetune.run_folder import runs_folder
from text2sql.engine import MAX_QUESTION_CHARS
from text2sql.errors import DataError
from text2sql.parsing import MAX_CHARS as MAX_SQL_CHARS
from text2sql.parsing import Unparsable, parse_statement

FILE = "corrections.jsonl"
MAX_ROWS = 5_000
MAX_BYTES = 32 << 20
MAX_SCHEMA_CHARS = 400_000
MAX_PLACE_CHARS = 200


@dataclass(frozen=True)
class Correction:
    """One question with its right statement; `source` says where it was found right.

    `database` is the folder of a sample database, or empty where rows were pasted or uploaded.
    """

    question: str
    schema: str
    sql: str
    database: str = ""
    dialect: str = "duckdb"
    source: str = ""
    when: str = ""
    id: str = ""


class Corrections:
    """The kept corrections; safe with other processes, and whole after a crash."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """Where they are kept now: the folder of runs may be set after the page is built."""
        return self._path or runs_folder() / FILE

    def list(self) -> tuple[Correction, ...]:
        """All that can be read, oldest first."""
        found = (_correction(row) for row in read_rows(self.path))
        return tuple(one for one in found if one is not None)

    def get(self, key: str) -> Correction:
        """The correction of that id; DataError if there is none."""
        return next((one for one in self.list() if one.id == key), None) or _missing(key)

    def add(self, correction: Correction) -> Correction:
        """Keep it, in place of an earlier answer to the same question on the same tables.

        Raises DataError for what can be no example, TrainingError if it can't be written.
        """
        new = replace(
            _checked(correction),
            id=f"correction-{secrets.token_hex(6)}",
            when=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        )

        def change(rows: tuple[Row, ...]) -> list[Row]:
            kept = [row for row in rows if not _answers_the_same(row, new)]
            if len(kept) >= MAX_ROWS:
                raise DataError(
                    f"There are {MAX_ROWS:,} corrections already.",
                    hint="Download them, then delete what you no longer need.",
                )
            return [*kept, asdict(new)]

        change_rows(self.path, change, most_bytes=MAX_BYTES)
        return new

    def edit(self, key: str, *, question: str, sql: str) -> Correction:
        """Change what one says; DataError if it is gone or would be no example."""
        new = _checked(replace(self.get(key), question=question, sql=sql))

        def change(rows: tuple[Row, ...]) -> list[Row]:
            if all(row.get("id") != key for row in rows):
                _missing(key)
            return [{**row, **asdict(new)} if row.get("id") == key else row for row in rows]

        change_rows(self.path, change, most_bytes=MAX_BYTES)
        return new

    def delete(self, key: str) -> None:
        """Forget one; DataError if there is none of that id."""

        def change(rows: tuple[Row, ...]) -> list[Row]:
            kept = [row for row in rows if row.get("id") != key]
            if len(kept) == len(rows):
                _missing(key)
            return kept

        change_rows(self.path, change, most_bytes=MAX_BYTES)

    def export(self, target: Path) -> Path:
        """Write them all to a file of examples; DataError if there are none."""
        found = self.list()
        if not found:
            raise DataError("There are no corrections yet.", hint="Keep an answer first.")
        lines = (json.dumps(asdict(one), ensure_ascii=False) for one in found)
        write_text(target, "".join(f"{line}\n" for line in lines))
        return target


def _missing(key: str) -> Correction:
    raise DataError(f"There is no correction '{key[:60]}'.", hint="Somebody may have deleted it.")


def _checked(one: Correction) -> Correction:
    """The correction with its texts trimmed, if it can be an example; raises DataError."""
    limits = {
        "question": MAX_QUESTION_CHARS,
        "sql": MAX_SQL_CHARS,
        "schema": MAX_SCHEMA_CHARS,
        "database": MAX_PLACE_CHARS,
        "dialect": MAX_PLACE_CHARS,
        "source": MAX_PLACE_CHARS,
    }
    texts = {name: getattr(one, name).strip() for name in limits}
    for name, most in limits.items():
        if not texts[name] and name in ("question", "sql", "schema"):
            raise DataError(f"There is no {name} to keep.", hint="Ask and run something first.")
        if len(texts[name]) > most:
            raise DataError(
                f"The {name} has {len(texts[name]):,} characters; the most is {most:,}.",
                hint="Make it shorter.",
            )
    try:
        parse_statement(texts["sql"])
    except Unparsable as error:
        raise DataError(f"The SQL can't be kept: {error.problem.message}") from None
    return replace(one, **texts)


def _correction(row: Mapping[str, Any]) -> Correction | None:
    """The row as a correction; None if it lacks what an example needs."""
    known = {item.name for item in fields(Correction)}
    texts = {k: v for k, v in row.items() if k in known and isinstance(v, str)}
    needed = ("id", "question", "schema", "sql")
    return Correction(**texts) if all(texts.get(name, "").strip() for name in needed) else None


def _answers_the_same(row: Mapping[str, Any], one: Correction) -> bool:
    """Whether the row asks the same of the same tables: two answers would contradict."""
    said = str(row.get("question", ""))
    same_question = " ".join(said.lower().split()) == " ".join(one.question.lower().split())
    same_rows = row.get("database", "") == one.database
    return same_question and same_rows and str(row.get("schema", "")).strip() == one.schema
