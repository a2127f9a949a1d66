"""DDL text in any common dialect -> Schema -> canonical DuckDB DDL.

Knows nothing of rows, models or pages; `text2sql.ddl` does the reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from text2sql.ddl.checks import Check
from text2sql.ddl.dialects import dialect_named, recognise
from text2sql.ddl.draft import Draft, DraftTable
from text2sql.ddl.quoting import literal, quoted
from text2sql.ddl.reading import read
from text2sql.ddl.resolving import (
    Link,
    conditions,
    drop_unindexable,
    links,
    settle_types,
    table_names,
)
from text2sql.ddl.source import checked_source


@dataclass(frozen=True)
class Column:
    """One column; `type` is DuckDB's spelling, `enum` the values an ENUM or CHECK … IN allows."""

    name: str
    type: str
    nullable: bool = True
    enum: tuple[str, ...] = ()


@dataclass(frozen=True)
class ForeignKey:
    """`columns` of the table it stands in refer to `references` of `table`."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table; `checks` are DuckDB expressions."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """The column of that name, whatever its case."""
        return next((c for c in self.columns if c.name.lower() == name.lower()), None)


@dataclass(frozen=True)
class Schema:
    """Tables in the order pasted; `notes` say what was left out or changed, for the user."""

    tables: tuple[Table, ...]
    dialect: str = "duckdb"
    notes: tuple[str, ...] = ()

    def table(self, name: str) -> Table | None:
        """The table of that name, whatever its case."""
        return next((t for t in self.tables if t.name.lower() == name.lower()), None)


def parse_schema(text: str, dialect: str | None = None) -> Schema:
    """The tables that DDL text declares, whatever else is pasted around them.

    The dialect is recognised if not given. Raises SchemaError with line, column and what to do.

    >>> parse_schema("CREATE TABLE [t] ([name] NVARCHAR(20));").tables[0].columns
    (Column(name='name', type='VARCHAR', nullable=True, enum=()),)
    """
    source = checked_source(text)
    draft = read(source, dialect_named(dialect) if dialect else recognise(text))
    found = links(draft)
    settle_types(draft, found)
    drop_unindexable(draft)
    names, checks = table_names(draft), conditions(draft)
    tables = tuple(
        _table(table, names, found[id(table)], checks[id(table)]) for table in draft.tables.values()
    )
    return Schema(tables, draft.dialect, tuple(_notes(draft)))


def to_ddl(schema: Schema) -> str:
    """CREATE TABLE statements that DuckDB accepts as they stand, one column a line.

    Tables stand after those they refer to. A key that DuckDB can't declare (one of a circle, or
    one to columns that are no key) is not in the text, though it is in the schema.

    >>> print(to_ddl(parse_schema("create table `a` (`id` int primary key, `order` text)")))
    CREATE TABLE a (
        id INTEGER PRIMARY KEY,
        "order" VARCHAR
    );
    """
    ordered = _parents_first(schema)
    placed: dict[str, Table] = {}
    texts = []
    for table in ordered:
        placed[table.name.lower()] = table
        texts.append(
            _create(table, [k for k in table.foreign_keys if _declarable(k, table, placed)])
        )
    return "\n\n".join(texts)


def _table(
    draft: DraftTable, names: dict[int, str], found: list[Link], checks: tuple[Check, ...]
) -> Table:
    """The finished table; keys in the order of its columns, so that equal tables are equal."""
    place = {column.name: number for number, column in enumerate(draft.columns.values())}
    listed = {check.column: check.values for check in checks if check.column}
    columns = tuple(
        Column(c.name, c.type.text, c.nullable, listed.get(c.name) or c.type.enum)
        for c in draft.columns.values()
    )
    keys = {ForeignKey(k.columns, names[id(k.target)], k.references) for k in found}
    return Table(
        names[id(draft)],
        columns,
        draft.primary_key,
        tuple(sorted({*draft.unique} - {draft.primary_key}, key=lambda k: [place[c] for c in k])),
        tuple(sorted(keys, key=lambda k: ([place[c] for c in k.columns], k.table, k.references))),
        tuple(dict.fromkeys(check.text for check in checks if check.text)),
    )


def _notes(draft: Draft) -> Iterator[str]:
    yield from draft.notes
    if draft.left_out:
        kinds = (f"{count} {kind}" for kind, count in draft.left_out.most_common(12))
        yield f"Left out: {', '.join(kinds)}."


def _parents_first(schema: Schema) -> list[Table]:
    """The tables, each after those it refers to as far as circles allow, else as pasted."""
    waiting = {table.name.lower(): table for table in schema.tables}
    parents = {
        name: {k.table.lower() for k in table.foreign_keys} & waiting.keys() - {name}
        for name, table in waiting.items()
    }
    ordered = []
    while waiting:
        name = next((n for n in waiting if not parents[n] & waiting.keys()), next(iter(waiting)))
        ordered.append(waiting.pop(name))
    return ordered


def _declarable(key: ForeignKey, table: Table, placed: dict[str, Table]) -> bool:
    """Whether DuckDB takes the key: to a key of a table already there, of the same types."""
    target = placed.get(key.table.lower())
    if target is None or key.references not in (target.primary_key, *target.unique):
        return False
    sides = zip(key.columns, key.references, strict=True)
    return all(_type(table, one) == _type(target, other) is not None for one, other in sides)


def _type(table: Table, name: str) -> str | None:
    column = table.column(name)
    return column.type if column else None


def _create(table: Table, keys: Iterable[ForeignKey]) -> str:
    single: dict[str, ForeignKey] = {}
    for key in keys:
        if len(key.columns) == 1:
            single.setdefault(key.columns[0], key)
    lines = [_column(table, column, single.get(column.name)) for column in table.columns]
    if len(table.primary_key) > 1:
        lines.append(f"PRIMARY KEY {_listed(table.primary_key)}")
    lines += [f"UNIQUE {_listed(names)}" for names in table.unique if len(names) > 1]
    lines += [
        f"FOREIGN KEY {_listed(key.columns)} {_references(key)}"
        for key in keys
        if single.get(key.columns[0]) is not key
    ]
    lines += [f"CHECK ({check})" for check in table.checks]
    body = ",\n    ".join(lines)
    return f"CREATE TABLE {quoted(table.name)} (\n    {body}\n);"


def _column(table: Table, column: Column, key: ForeignKey | None) -> str:
    parts = [quoted(column.name), column.type]
    if table.primary_key == (column.name,):
        parts.append("PRIMARY KEY")
    elif not column.nullable and column.name not in table.primary_key:
        parts.append("NOT NULL")
    if (column.name,) in table.unique:
        parts.append("UNIQUE")
    if key is not None:
        parts.append(_references(key))
    if column.enum:
        values = ", ".join(map(literal, column.enum))
        parts.append(f"CHECK ({quoted(column.name)} IN ({values}))")
    return " ".join(parts)


def _references(key: ForeignKey) -> str:
    return f"REFERENCES {quoted(key.table)} {_listed(key.references)}"


def _listed(names: Iterable[str]) -> str:
    return f"({', '.join(map(quoted, names))})"
