"""A schema as HTML: tables, columns, types and keys. Knows nothing of gradio or of rows."""

from __future__ import annotations

from text2sql.schema import Column, Schema, Table
from ui.render import counted, made_up_mark, text

OPEN_TABLES = 3  # so many are unfolded at first; all if there are hardly more
MOST_NOTES = 8


def schema_html(schema: Schema, *, made_up: bool) -> str:
    """Every table with its columns, the first few unfolded; what was left out, below."""
    unfolded = OPEN_TABLES if len(schema.tables) > OPEN_TABLES + 1 else len(schema.tables)
    tables = "".join(
        _table(table, unfolded=place < unfolded) for place, table in enumerate(schema.tables)
    )
    mark = made_up_mark() if made_up else ""
    read_as = f", read as {text(schema.dialect)}" if made_up and schema.dialect != "duckdb" else ""
    head = f'<div class="schema-head"><span>{_size(schema)}{read_as}</span>{mark}</div>'
    return f'<div class="schema">{head}{tables}{_notes(schema)}</div>'


def _size(schema: Schema) -> str:
    columns = sum(len(table.columns) for table in schema.tables)
    return f"{counted(len(schema.tables), 'table')}, {counted(columns, 'column')}"


def _table(table: Table, *, unfolded: bool) -> str:
    rows = "".join(_column(column, table) for column in table.columns)
    state = " open" if unfolded else ""
    return (
        f"<details{state}><summary><b>{text(table.name)}</b>"
        f"<small>{len(table.columns)}</small></summary><ul>{rows}</ul></details>"
    )


def _column(column: Column, table: Table) -> str:
    listed = ", ".join(column.enum[:12])
    tip = f' title="One of: {text(listed)}"' if listed else ""
    return (
        f"<li{tip}><span>{text(column.name)}{_keys(column, table)}</span>"
        f"<code>{text(column.type)}</code></li>"
    )


def _keys(column: Column, table: Table) -> str:
    marks = ""
    if column.name in table.primary_key:
        marks += '<abbr title="Primary key">PK</abbr>'
    for key in table.foreign_keys:
        if column.name in key.columns:
            target = f"{key.table}.{key.references[key.columns.index(column.name)]}"
            marks += f'<abbr title="Foreign key">→ {text(target)}</abbr>'
    return marks


def _notes(schema: Schema) -> str:
    if not schema.notes:
        return ""
    listed = "".join(f"<li>{text(note)}</li>" for note in schema.notes[:MOST_NOTES])
    more = len(schema.notes) - MOST_NOTES
    listed += f"<li>and {more} more</li>" if more > 0 else ""
    return f'<ul class="notes" aria-label="Notes on the schema">{listed}</ul>'
