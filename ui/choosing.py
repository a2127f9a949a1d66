"""The database that a visitor works on: chosen, pasted or uploaded, and what is in it.

Handlers only, values in and values out. Knows nothing of the model.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from text2sql.engine import MAX_QUESTION_CHARS
from text2sql.errors import InputError, Text2SQLError, UploadError
from ui import render
from ui.databases import Source
from ui.schema_view import schema_html
from ui.service import Service
from ui.visit import DEMO, PASTE, UPLOAD, Chosen

log = logging.getLogger(__name__)

PREVIEW_ROWS = 8
FIRST = "shop"  # what a fresh visit sees
NOTHING_PASTED = '<p class="empty">Tables appear here as you paste.</p>'
NOTHING_UPLOADED = '<p class="empty">CSV, Parquet, SQLite or DuckDB, up to 50 MB.</p>'
UNREADABLE = "This could not be read."
DIALECTS: tuple[tuple[str, str], ...] = (
    ("Detect", ""),
    ("MySQL", "mysql"),
    ("PostgreSQL", "postgres"),
    ("SQLite", "sqlite"),
    ("SQL Server", "tsql"),
    ("Oracle", "oracle"),
    ("Snowflake", "snowflake"),
    ("BigQuery", "bigquery"),
    ("DuckDB", "duckdb"),
)


@dataclass(frozen=True)
class SchemaShown:
    """The schema as HTML, or what is wrong with it; `tables` are those with rows to look at."""

    html: str
    tables: tuple[str, ...] = ()


def choices(service: Service) -> list[tuple[str, str]]:
    """What the picker offers: samples by friendly names, then one's own."""
    samples = [(demo_title(name), f"{DEMO}{name}") for name in service.databases.demos]
    return [*samples, ("Paste CREATE TABLE …", PASTE), ("Upload a file …", UPLOAD)]


def first_choice(service: Service) -> str:
    """What a fresh visit starts with."""
    demos = service.databases.demos
    return f"{DEMO}{FIRST if FIRST in demos else demos[0]}" if demos else PASTE


def demo_title(name: str) -> str:
    """A sample's folder as a name for people.

    >>> demo_title("city_bikes")
    'City bikes (sample)'
    """
    return f"{name.replace('_', ' ').capitalize()} (sample)"


def shown_schema(service: Service, chosen: Chosen) -> SchemaShown:
    """The chosen database's tables; says what to do where there are none yet."""
    if chosen.choice == PASTE and not chosen.ddl.strip():
        return SchemaShown(NOTHING_PASTED)
    if chosen.choice == UPLOAD and not chosen.upload:
        return SchemaShown(NOTHING_UPLOADED)
    try:
        schema = service.databases.schema(chosen.source)
    except Text2SQLError as error:
        return SchemaShown(render.failure(str(error)))
    except Exception:  # the page's edge: pasted text may hold anything
        log.exception("A schema could not be read.")
        return SchemaShown(render.failure(UNREADABLE))
    made_up = chosen.source.made_up
    names = tuple(table.name for table in schema.tables)
    return SchemaShown(schema_html(schema, made_up=made_up), names)


def preview(service: Service, chosen: Chosen, table: object, question: object) -> str:
    """The first rows of a table as HTML; "" if none is chosen."""
    if not isinstance(table, str) or not table:
        return ""
    asked = question[:MAX_QUESTION_CHARS] if isinstance(question, str) else ""
    try:
        with service.databases.using(chosen.source, asked) as database:
            known = database.schema.table(table)
            if known is None:
                return ""
            found = database.preview(known.name, PREVIEW_ROWS)
    except Text2SQLError as error:
        return render.failure(error.message, error.hint)
    except Exception:  # the page's edge
        log.exception("A table's first rows could not be read.")
        return render.failure(UNREADABLE)
    mark = render.made_up_mark() if chosen.source.made_up else ""
    told = f"first {render.counted(len(found.rows), 'row')}" if found.rows else "no rows"
    head = f'<div class="result-head"><span>{told}</span>{mark}</div>'
    return head + render.rows_table(found, label=f"First rows of {known.name}")


def upload(service: Service, path: object, earlier: str) -> Source:
    """The uploaded file as this visitor's database, in place of an earlier one.

    Raises UploadError; the earlier one is then still open.
    """
    if not isinstance(path, str) or not path:
        raise UploadError("There is no file.", hint="Choose one.")
    source = service.databases.add_upload(Path(path))
    if earlier:
        service.databases.forget(Source("upload", earlier))
    return source


def named_source(service: Service, database: object) -> Source:
    """What the API's `database` means: a sample's name, or CREATE TABLE text; raises InputError."""
    if not isinstance(database, str) or not database.strip():
        known = ", ".join(service.databases.demos)
        raise InputError("There is no database.", hint=f"Give CREATE TABLE text, or: {known}.")
    if database.strip() in service.databases.demos:
        return Source("demo", database.strip())
    return Source("schema", database)
