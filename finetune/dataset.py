"""Training data: files and hub data sets in, rows to learn out, with what was dropped and why.

Every target is checked by DuckDB, in its short form if wanted; questions that judge a model are
left out; whole schemas are held back for measuring. Nothing here needs the model. Knows nothing of
trainers.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlglot
from sqlglot import exp

from finetune.card import DataSource, data_source
from finetune.config import TrainConfig
from finetune.examples import Example, Examples, read_examples
from finetune.hub import LICENCES, hub_name, read_hub
from finetune.leakage import Judged, demo_questions, normalized
from finetune.rows import TrainingRow
from finetune.splits import held_out
from finetune.targets import Binder, Unusable, binder, target
from text2sql.database import Database, open_database
from text2sql.errors import DataError, ExecutionError, InputError
from text2sql.prompt import Prompt, Values, build_prompt
from text2sql.schema import Schema, parse_schema

BUNDLED = "bundled"
BUNDLED_FILE = Path(__file__).resolve().parent / "bundled" / "train.jsonl.gz"
BUNDLED_LICENCE = "Apache-2.0"
CHARS_PER_TOKEN = 3  # at the least, of SQL and English
PLACES_SHOWN = 3
Progress = Callable[[int, int], None]
"""Called with the examples done and the examples there are."""


@dataclass(frozen=True)
class Dropped:
    """Examples left out for one reason; `places` are the first of them, as file and line."""

    reason: str
    count: int
    places: tuple[str, ...]

    def __str__(self) -> str:
        more = ", …" if self.count > len(self.places) else ""
        return f"{self.count} dropped: {self.reason} ({', '.join(self.places)}{more})"


@dataclass(frozen=True)
class TrainingData:
    """Rows to learn and rows to measure by, where they came from, and what was left out.

    `held_out` are the examples behind the held-out rows, to be scored before and after; their
    databases lie below `databases`.
    """

    rows: tuple[TrainingRow, ...]
    held_out: tuple[Example, ...]
    databases: Path | None
    sources: tuple[DataSource, ...]
    dropped: tuple[Dropped, ...]

    def report(self) -> str:
        """What was read and what was left out, a line each."""
        learned = len(self.rows) - len(self.held_out)
        lines = [f"{learned} examples to learn, {len(self.held_out)} held out."]
        return "\n".join([*lines, *map(str, self.dropped)])


@dataclass(frozen=True)
class _Found:
    """An example and where it is at home: a database's file, or else its schema's text."""

    example: Example
    source: str
    database: Path | None

    @property
    def home(self) -> str:
        return str(self.database) if self.database else self.example.schema

    @property
    def place(self) -> str:
        name = Path(self.source).name
        return f"{name} line {self.example.line}" if self.example.line else self.example.id


@dataclass
class _Tally:
    """Reasons and whom they hit."""

    places: dict[str, list[str]] = field(default_factory=dict)

    def drop(self, reason: str, place: str) -> None:
        self.places.setdefault(reason, []).append(place)

    def listed(self) -> tuple[Dropped, ...]:
        found = [Dropped(r, len(p), tuple(p[:PLACES_SHOWN])) for r, p in self.places.items()]
        return tuple(sorted(found, key=lambda one: -one.count))


def training_data(
    config: TrainConfig, *, progress: Progress | None = None, first: int | None = None
) -> TrainingData:
    """All that a run learns from; DataError if a source can't be read or nothing usable is left.

    `first` looks at so many examples only, for a preview.
    """
    tally = _Tally()
    read = itertools.islice(_read_all(config, tally), first)
    found = _without_repeats(_unjudged(read, config, tally), tally)
    usable = list(_rendered(found, config, tally, progress))
    if not usable:
        raise DataError(
            "There is no usable example in the training data.",
            hint=" ".join(f"{one}." for one in tally.listed()[:3]),
        )
    apart = held_out(
        [one for one, _ in usable],
        config.eval_examples,
        config.seed,
        home=lambda one: one.home,
        statement=lambda one: " ".join(one.example.sql.lower().split()),
    )
    rows = tuple(
        replace(row, held_out=position in apart) for position, (_, row) in enumerate(usable)
    )
    kept = [one for one, _ in usable]
    examples, databases = _portable([kept[position] for position in sorted(apart)])
    return TrainingData(rows, examples, databases, _sources(kept), tally.listed())


def training_rows(config: TrainConfig) -> list[TrainingRow]:
    """The rows alone; see `training_data`."""
    return list(training_data(config).rows)


def _read_all(config: TrainConfig, tally: _Tally) -> Iterator[_Found]:
    for named in config.data:
        read, folders = _read(named, config)
        for bad in read.dropped:
            tally.drop(f"unreadable ({bad.reason})", f"{read.path.name} line {bad.line}")
        for example in read.examples:
            database = _database(example, folders)
            if example.database and not database and not example.schema:
                tally.drop("its database is not there", f"{read.path.name} line {example.line}")
                continue
            yield _Found(example, named, database)


def _read(named: str, config: TrainConfig) -> tuple[Examples, list[Path]]:
    """A source's examples and the folders in which to look for their databases."""
    folders = [Path(config.databases)] if config.databases else []
    path = BUNDLED_FILE if named == BUNDLED else Path(named)
    if path.is_file():
        return read_examples(path), [*folders, path.parent / "databases"]
    name = hub_name(named)
    if name is None:
        raise DataError(
            f"There is no file '{named}', and it is no data set's name.",
            hint="Give a .jsonl or .csv file, or a name such as b-mc2/sql-create-context.",
        )
    read = read_hub(name)
    if not folders and not any(example.schema for example in read.examples):
        raise DataError(
            f"'{name}' names databases and carries no schemas.",
            hint="Give the folder that holds its databases with --databases.",
        )
    return read, folders


def _database(example: Example, folders: Sequence[Path]) -> Path | None:
    if not example.database:
        return None
    for folder in folders:
        with contextlib.suppress(OSError, ValueError):  # no name that a file could have
            path = (folder / example.database).resolve()
            if path.is_relative_to(folder.resolve()) and path.exists():
                return path
    return None


def _unjudged(found: Iterable[_Found], config: TrainConfig, tally: _Tally) -> Iterator[_Found]:
    """Leave out what models are judged by: demo questions and the files named in the settings."""
    judged = Judged([*demo_questions(), *map(Path, config.judged_by)])
    for one in found:
        if file := judged.file_with(one.example):
            tally.drop(f"kept for judging ({file})", one.place)
        else:
            yield one


def _without_repeats(found: Iterable[_Found], tally: _Tally) -> list[_Found]:
    seen: dict[tuple[str, str], str] = {}
    kept = []
    for one in found:
        asked, sql = (one.home, normalized(one.example.question)), one.example.sql
        if asked not in seen:
            seen[asked] = sql
            kept.append(one)
        elif seen[asked] == sql:
            tally.drop("a duplicate", one.place)
        else:
            tally.drop("the same question with other SQL", one.place)
    return kept


def _rendered(
    found: Sequence[_Found], config: TrainConfig, tally: _Tally, progress: Progress | None
) -> Iterator[tuple[_Found, TrainingRow]]:
    """Each usable example with its row; examples of one home come together."""
    homes: dict[str, list[_Found]] = {}
    for one in found:
        homes.setdefault(one.home, []).append(one)
    done = 0
    with binder() as judge:
        for together in homes.values():
            yield from _rows_of_home(together, judge, config, tally)
            done += len(together)
            if progress:
                progress(done, len(found))


def _rows_of_home(
    together: Sequence[_Found], judge: Binder, config: TrainConfig, tally: _Tally
) -> Iterator[tuple[_Found, TrainingRow]]:
    try:
        with _opened(together[0]) as (schema, database):
            values = database.values() if database and config.value_hints else None
            for one in together:
                try:
                    sql = target(one.example, schema, judge, database, canonical=config.canonical)
                    prompt = _prompt(one.example, schema, values, sql, config)
                except Unusable as reason:
                    tally.drop(str(reason), one.place)
                    continue
                yield one, TrainingRow(one.example.id, prompt, sql)
    except (InputError, ExecutionError) as error:
        for one in together:
            tally.drop(f"no usable schema ({str(error).splitlines()[0][:120]})", one.place)


@contextlib.contextmanager
def _opened(one: _Found) -> Iterator[tuple[Schema, Database | None]]:
    if one.database is None:
        yield parse_schema(one.example.schema), None
        return
    with contextlib.closing(open_database(one.database)) as database:
        yield database.schema, database


def _prompt(
    example: Example, schema: Schema, values: Values | None, sql: str, config: TrainConfig
) -> Prompt:
    """The prompt as the page would send it; Unusable if it has no room for what the SQL needs."""
    prompt = build_prompt(example.question, schema, values=values)
    if prompt.omitted:
        left_out = {name.lower() for name in prompt.omitted}
        used = {t.name.lower() for t in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Table)}
        if used & left_out:
            raise Unusable("the schema is longer than the context")
    size = len(prompt.context) + len(prompt.question) + len(sql)
    if size > config.max_length * CHARS_PER_TOKEN:
        raise Unusable(f"longer than max_length ({config.max_length} tokens)")
    return prompt


def _portable(found: Sequence[_Found]) -> tuple[tuple[Example, ...], Path | None]:
    """The examples with their databases as paths below one folder, and that folder."""
    paths = [one.database for one in found if one.database]
    if not paths:
        return tuple(replace(one.example, database="") for one in found), None
    folder = Path(os.path.commonpath([path.parent for path in paths]))
    examples = [
        replace(
            one.example,
            database=str(one.database.relative_to(folder)) if one.database else "",
        )
        for one in found
    ]
    return tuple(examples), folder


def _sources(kept: Sequence[_Found]) -> tuple[DataSource, ...]:
    names = dict.fromkeys(one.source for one in kept)
    return tuple(
        data_source(
            str(BUNDLED_FILE) if name == BUNDLED else name,
            rows=sum(one.source == name for one in kept),
            licence=BUNDLED_LICENCE if name == BUNDLED else LICENCES.get(hub_name(name) or "", ""),
        )
        for name in names
    )
