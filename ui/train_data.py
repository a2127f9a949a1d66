"""What a training is to learn from: chosen on the page, looked into, and kept with the runs.

Values in, values out: knows nothing of gradio. Names and files come from outside: only sources on
offer are read, and what a run learns from is copied to where it stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetune.config import TrainConfig
from finetune.corrections import Corrections
from finetune.examples import read_examples
from finetune.files import read_json, told, write_text
from finetune.hub import hub_name
from finetune.jobs import ROOT
from finetune.run_folder import run_folders
from text2sql.errors import DataError, UploadError
from text2sql.generator import never
from text2sql.prompt import Prompt, render
from text2sql.schema import parse_schema
from ui.databases import DEMOS

if TYPE_CHECKING:
    from finetune.encoding import Tokenizer

BUNDLED, CORRECTIONS, SCHEMA, UPLOAD, HUB = "bundled", "corrections", "schema", "upload", "hub"
SOURCES: tuple[tuple[str, str], ...] = (
    ("The bundled examples", BUNDLED),
    ("My corrections", CORRECTIONS),
    ("Made up for my schema", SCHEMA),
    ("A file of mine", UPLOAD),
    ("A data set of the hub", HUB),
)
KEPT = ".data"  # beside the runs, where no run can have its folder
SPARE_S = 24 * 3600.0  # a kept file that no run names is removed when it is older
FILE_TYPES = (".jsonl", ".json", ".csv")
MAX_UPLOAD_MB = 50
FEWEST, USUAL, MOST = 20, 300, 2_000  # examples made up for a schema
LOOKED_AT = 100
SHOWN = 4


@dataclass(frozen=True)
class Choice:
    """A source, and what belongs to it: `file` is an upload's path, `hub` a data set's name."""

    source: str = BUNDLED
    schema: str = ""
    dialect: str = ""
    count: int = USUAL
    file: str = ""
    hub: str = ""


@dataclass(frozen=True)
class PreviewRow:
    """One example as the model will see it; `tokens` is None while there is no tokenizer."""

    prompt: str
    completion: str
    tokens: int | None


@dataclass(frozen=True)
class Preview:
    """The first rows, how many of those looked at are usable, and why others are not.

    `whole` says that all of the data was looked at; `dropped` are sentences.
    """

    rows: tuple[PreviewRow, ...]
    usable: int
    whole: bool
    dropped: tuple[str, ...]


def named(choice: Choice, runs: Path, *, cancelled: Callable[[], bool] = never) -> str:
    """What a config calls the chosen data; DataError, UploadError or SchemaError if it can't be.

    Data for a schema is made up here, which takes a while the first time.
    """
    if choice.source == BUNDLED:
        return BUNDLED
    if choice.source == CORRECTIONS:
        return _corrections()
    if choice.source == SCHEMA:
        return str(_made_up(choice, runs / KEPT, cancelled))
    if choice.source == UPLOAD:
        return _uploaded(choice.file)
    if choice.source == HUB:
        return _on_the_hub(choice.hub)
    raise DataError("There is no such data.", hint="Choose one of those on the page.")


def settled(config: TrainConfig, choice: Choice, data: str, runs: Path) -> TrainConfig:
    """The config with its data, kept where a resume finds it, and with the databases it names."""
    file = choice.source in (CORRECTIONS, UPLOAD)
    kept = str(_keep(Path(data), runs / KEPT)) if file else data
    return with_data(config, choice, kept)


def with_data(config: TrainConfig, choice: Choice, data: str) -> TrainConfig:
    """The config with its data where it lies now."""
    # Corrections, and files in their form, name sample databases; nothing else can be reached.
    file = choice.source in (CORRECTIONS, UPLOAD)
    return replace(config, data=(data,), databases=str(DEMOS) if file else "")


def preview(config: TrainConfig, tokenizer: Tokenizer | None) -> Preview:
    """The first examples of the config's data, as the run would read them; raises as it would."""
    from finetune.dataset import training_data

    found = training_data(replace(config, eval_examples=0), first=LOOKED_AT)
    unread = sum(one.count for one in found.dropped if one.reason.startswith("unreadable"))
    dropped = sum(one.count for one in found.dropped) - unread
    shown = found.rows[:SHOWN]
    return Preview(
        rows=tuple(
            PreviewRow(
                _as_text(row.prompt, tokenizer),
                row.sql,
                len(row.encode(tokenizer)) if tokenizer else None,
            )
            for row in shown
        ),
        usable=len(found.rows),
        whole=len(found.rows) + dropped < LOOKED_AT,
        dropped=tuple(map(str, found.dropped)),
    )


def tidy(runs: Path) -> None:
    """Remove kept files that no run names, once they are a day old."""
    used = {name for folder in run_folders(runs) for name in _data_of(folder.config_file)}
    with contextlib.suppress(OSError):
        for path in (runs / KEPT).iterdir():
            if str(path) not in used and time.time() - path.stat().st_mtime > SPARE_S:
                path.unlink()


def _data_of(config: Path) -> list[Any]:
    named = (read_json(config) or {}).get("data")
    return named if isinstance(named, list) else []


def _as_text(prompt: Prompt, tokenizer: Tokenizer | None) -> str:
    if tokenizer is not None:
        return "".join(render(tokenizer, prompt))
    return "\n\n".join(message["content"] for message in prompt.messages())


def _corrections() -> str:
    kept = Corrections()
    if not kept.list():
        raise DataError(
            "There are no corrections yet.",
            hint="Set answers right on Ask or Compare and keep them as examples.",
        )
    return str(kept.path)


def _made_up(choice: Choice, place: Path, cancelled: Callable[[], bool]) -> Path:
    """The file of examples for a schema; the same again for the same schema and count."""
    from finetune.synthesis import for_schema  # slow to import
    from finetune.synthesis.bundle import write_examples

    schema = parse_schema(choice.schema, choice.dialect or None)
    count = max(FEWEST, min(choice.count, MOST))
    mark = _mark(f"{choice.dialect} {count} {choice.schema}".encode())
    path = place / f"schema-{mark}.jsonl"
    if path.is_file():
        return path
    examples = for_schema(schema, count, cancelled=cancelled)
    if cancelled():
        raise DataError("Stopped before the examples were made up.")
    if not examples:
        raise DataError(
            "No question could be made up for this schema.",
            hint="It needs a table with a few columns of usual types.",
        )
    with told(path):
        place.mkdir(parents=True, exist_ok=True)
        unfinished = place / f".{path.name}.{time.monotonic_ns()}"
        try:
            write_examples(unfinished, examples)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    return path


def _uploaded(file: str) -> str:
    path = Path(file)
    if not file or not path.is_file():
        raise UploadError("There is no file.", hint="Upload a JSONL or CSV file.")
    # No .gz: a few kilobytes of it can be gigabytes.
    if path.suffix.lower() not in FILE_TYPES:
        raise UploadError(f"'{path.name[:80]}' is no JSONL or CSV file.", hint="Convert it first.")
    if path.stat().st_size > MAX_UPLOAD_MB << 20:
        raise UploadError(f"The file is larger than {MAX_UPLOAD_MB} MB.", hint="Use a part of it.")
    try:
        read_examples(path)
    except DataError as error:
        raise DataError(error.message.replace(file, path.name), hint=error.hint) from None
    return file


def _on_the_hub(hub: str) -> str:
    # A name is read as a file where there is one: nothing of this machine may be read that way.
    local = Path(hub).exists() or (ROOT / hub).exists() or hub.startswith(".")
    if local or not hub_name(hub):
        raise DataError(
            f"'{hub[:80]}' is no data set's name.",
            hint="Write it as on the hub, as in b-mc2/sql-create-context.",
        )
    return hub


def _keep(path: Path, place: Path) -> Path:
    """A copy of a file of examples that lasts, named after what is in it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UploadError(f"'{path.name}' is gone.", hint="Upload it again.") from error
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem)[:40].strip("-") or "data"
    suffix = path.suffix.lower()
    kept = place / f"{stem}-{_mark(data)}{suffix}"
    if not kept.is_file():
        with told(kept):
            place.mkdir(parents=True, exist_ok=True)
        write_text(kept, _decoded(data))
    return kept


def _decoded(data: bytes) -> str:
    """The text as examples are read."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _mark(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
