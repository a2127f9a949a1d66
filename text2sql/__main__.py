"""python -m text2sql ask | schema | run: the page's answers from the shell.

Exit status: 0 an answer, 1 no answer with the reason, 2 wrong use. What is going on is told on
standard error, so that standard output holds the answer alone. Heavy imports wait until needed.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from text2sql.answer import Answer
from text2sql.errors import ExecutionError, SchemaError, Text2SQLError, UploadError
from text2sql.released import NO_ADAPTER, adapter_name, find_adapter, newest_released
from text2sql.shown import harmless, in_words, piped
from text2sql.weights import DEFAULT_BASE

if TYPE_CHECKING:
    from text2sql.database import Database
    from text2sql.engine import Engine
    from text2sql.generator import Generator
    from text2sql.schema import Schema

DEMOS = Path(__file__).resolve().parent.parent / "demo_data"
MAX_SCHEMA_BYTES = 4_000_000  # a million characters, of four bytes each at most


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    chosen = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return piped(lambda: command(chosen))
    except _WrongUse as error:
        _say(f"error: {error}")
        return 2
    except Text2SQLError as error:
        return _refuse(error, chosen)
    except OSError as error:
        _say(f"error: {error.strerror or error}")
        return 1
    except KeyboardInterrupt:
        _say("interrupted")
        return 1


class _WrongUse(Exception):
    """The command line asks for what there is not."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m text2sql", description="Turn questions into SQL, check it and run it."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_ask(commands.add_parser("ask", help="answer a question on a database"))
    _add_schema(commands.add_parser("schema", help="read CREATE TABLE statements of any dialect"))
    _add_run(commands.add_parser("run", help="run one statement in the sandbox"))
    return parser


def _add_ask(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=_ask)
    parser.add_argument("question", metavar="QUESTION")
    _add_database(parser)
    parser.add_argument(
        "--adapter",
        default=os.environ.get("TEXT2SQL_ADAPTER", ""),
        help="adapter's name or path, or none (TEXT2SQL_ADAPTER; default: the newest released)",
    )
    parser.add_argument(
        "--base",
        default=os.environ.get("TEXT2SQL_BASE", ""),
        help=f"0.5b, 1.5b, a hub name or a folder (TEXT2SQL_BASE; default: {DEFAULT_BASE})",
    )
    parser.add_argument(
        "--endpoint",
        default=os.environ.get("TEXT2SQL_ENDPOINT", ""),
        help="ask an OpenAI-compatible server at this URL instead (TEXT2SQL_ENDPOINT)",
    )
    parser.add_argument(
        "--candidates", type=_positive, default=1, help="statements that vote by their rows"
    )
    _add_json(parser)


def _add_schema(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=_schema)
    parser.add_argument(
        "schema", metavar="FILE", help="CREATE TABLE statements; - is standard input"
    )
    parser.add_argument("--dialect", help="of the statements; recognised if left out")
    _add_json(parser)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=_run)
    parser.add_argument("sql", metavar="SQL")
    _add_database(parser)
    parser.add_argument(
        "--unchecked", action="store_true", help="skip the validator: the sandbox alone judges"
    )
    _add_json(parser)


def _add_database(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--schema", metavar="FILE", help="CREATE TABLE statements, rows are made up; - is stdin"
    )
    which.add_argument(
        "--database",
        metavar="PATH",
        help="a CSV, Parquet, SQLite or DuckDB file, a folder with schema.sql, or a demo's name",
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def _ask(arguments: argparse.Namespace) -> int:
    from text2sql.engine import Engine

    question = _readable(arguments.question)
    database = _database(arguments, question)
    began = time.perf_counter()
    engine = Engine(_generator(arguments), candidates=arguments.candidates)
    load_ms = (time.perf_counter() - began) * 1e3
    _say(engine.generator.summary)
    answer = _answered(engine, question, database)
    total = answer.timings_ms["total"] + load_ms
    timings = {**answer.timings_ms, "load": load_ms, "total": total}
    return _give(replace(answer, timings_ms=timings), arguments.json)


def _answered(engine: Engine, question: str, database: Database) -> Answer:
    """The answer, its growth shown where a person watches."""
    answer = Answer()
    watched = sys.stderr.isatty()
    for answer in engine.steps(question, database):
        if watched and answer.step == "generate":
            print(f"\rWriting SQL: {answer.tokens} tokens", end="", file=sys.stderr, flush=True)
    if watched:
        print(file=sys.stderr)
    return answer


def _schema(arguments: argparse.Namespace) -> int:
    from text2sql.schema import parse_schema, to_ddl

    schema = parse_schema(_text(arguments.schema), arguments.dialect)
    ddl = to_ddl(schema)
    if not arguments.json:
        print(harmless(ddl))
        for note in schema.notes:
            _say(note)
        return 0
    _print_json({"ddl": ddl, **_described(schema), "problems": [], "error": None})
    return 0


def _described(schema: Schema) -> dict[str, Any]:
    return {
        "dialect": schema.dialect,
        "tables": [asdict(table) for table in schema.tables],
        "notes": list(schema.notes),
    }


def _run(arguments: argparse.Namespace) -> int:
    sql = _readable(arguments.sql)
    database = _database(arguments)
    answer = _unchecked(sql, database) if arguments.unchecked else _checked(sql, database)
    return _give(answer, arguments.json)


def _checked(sql: str, database: Database) -> Answer:
    """The statement checked and run as it is: problems are told, not mended."""
    from text2sql.settling import settle

    began = time.perf_counter()
    settled = settle(sql, database, rules=())
    return _timed(
        Answer(
            generated=sql,
            step="done",
            sql=settled.sql,
            valid=settled.valid,
            problems=settled.problems,
            result=settled.result,
            error=settled.error,
        ),
        began,
        validate=settled.validate_ms,
        execute=settled.execute_ms,
    )


def _unchecked(sql: str, database: Database) -> Answer:
    """The statement as the sandbox alone takes it; `valid` stays False, for nothing was checked."""
    answer = Answer(generated=sql, sql=sql, step="done")
    began = time.perf_counter()
    try:
        answer = replace(answer, result=database.run(sql))
    except ExecutionError as error:
        answer = replace(answer, error=str(error))
    return _timed(answer, began, execute=(time.perf_counter() - began) * 1e3)


def _timed(answer: Answer, began: float, **spent: float) -> Answer:
    total = (time.perf_counter() - began) * 1e3
    return replace(answer, timings_ms={**answer.timings_ms, **spent, "total": total})


def _database(arguments: argparse.Namespace, question: str = "") -> Database:
    """The database that was named, or made-up rows for the schema that was."""
    from text2sql.database import database_from_schema, open_database
    from text2sql.schema import parse_schema

    if arguments.schema is not None:
        return database_from_schema(parse_schema(_text(arguments.schema)), question=question)
    path = Path(arguments.database)
    if not path.exists():
        demos = sorted(place.parent.name for place in DEMOS.glob("*/schema.sql"))
        if arguments.database not in demos:
            raise _WrongUse(
                f"There is no database {arguments.database!r}. Give a file, a folder, or one of "
                f"the demos: {', '.join(demos)}."
            )
        path = DEMOS / arguments.database
    try:
        return open_database(path)
    except UnicodeDecodeError as error:
        raise UploadError(f"'{path.name}' is not written in UTF-8.") from error


def _text(named: str) -> str:
    """The text of a file, or of standard input, bounded; raises SchemaError if it is no text."""
    try:
        if named == "-":
            data = sys.stdin.buffer.read(MAX_SCHEMA_BYTES + 1)
        else:
            with Path(named).open("rb") as file:
                data = file.read(MAX_SCHEMA_BYTES + 1)
    except OSError as error:
        raise _WrongUse(f"{named!r} can't be read: {error.strerror}.") from error
    if len(data) > MAX_SCHEMA_BYTES:
        raise SchemaError(
            f"{named!r} is longer than {MAX_SCHEMA_BYTES / 1e6:g} MB.",
            hint="Give only the CREATE TABLE statements, without rows.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SchemaError(
            f"{named!r} is not written in UTF-8.", hint="Save it as UTF-8 text."
        ) from error


def _readable(text: str) -> str:
    """An argument without the halves of characters that a console's odd bytes become."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _generator(arguments: argparse.Namespace) -> Generator:
    """The model that was asked for, ready to answer."""
    if arguments.endpoint:
        from text2sql.endpoint import EndpointGenerator

        return EndpointGenerator(arguments.endpoint, model=arguments.base)
    place = _wanted_adapter(arguments.adapter)
    _say("Loading the model")
    from text2sql.adapters import Adapters
    from text2sql.generation import LocalGenerator
    from text2sql.model import load_base

    base = load_base(arguments.base or DEFAULT_BASE, progress=_tell)
    adapters = Adapters(base)
    if not arguments.adapter:
        place = newest_released(base.name, base.sha256)
    if place is None:
        return LocalGenerator(adapters)
    name = adapter_name(str(place))
    adapters.load(name, place)
    return LocalGenerator(adapters, name)


def _wanted_adapter(named: str) -> Path | None:
    """The folder of the adapter that was named, if one was: a wrong name needs no model loaded."""
    return find_adapter(named) if named not in ("", NO_ADAPTER) else None


def _give(answer: Answer, as_json: bool) -> int:
    """Print the answer; returns the exit status."""
    if as_json:
        _print_json(answer.to_json())
    else:
        print(in_words(answer))
        if answer.error:
            _say(f"error: {answer.error}")
    return 0 if answer.answered else 1


def _refuse(error: Text2SQLError, arguments: argparse.Namespace) -> int:
    """Say why there is no answer; as an object too, where one was asked for."""
    if not arguments.json:
        _say(f"error: {error}")
        return 1
    found = Answer(error=str(error)).to_json() if hasattr(arguments, "database") else {"ddl": None}
    _print_json({**found, "problems": [_problem(error)], "error": str(error)})
    return 1


def _problem(error: Text2SQLError) -> dict[str, Any]:
    placed = isinstance(error, SchemaError)
    return {
        "stage": "schema" if placed else "input",
        "message": error.message,
        "line": error.line if isinstance(error, SchemaError) else None,
        "column": error.column if isinstance(error, SchemaError) else None,
        "suggestion": error.hint,
    }


def _print_json(found: dict[str, Any]) -> None:
    print(json.dumps(found, indent=2, allow_nan=False))


def _tell(what: str, part: float) -> None:
    """How far a long step is: a line that grows where a person watches, else only its end."""
    if sys.stderr.isatty():
        print(f"\r{what}: {part:4.0%}", end="\n" if part >= 1 else "", file=sys.stderr, flush=True)
    elif part >= 1:
        _say(what)


def _say(text: str) -> None:
    print(harmless(text), file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
