"""All statements of a text -> a draft of its tables.

Types and domains first, tables next, what alters them last: the order of pasting is the user's.
Knows nothing of how keys and conditions are resolved.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

from text2sql.ddl.bodies import BodyReader
from text2sql.ddl.column_types import Type, TypeReader
from text2sql.ddl.cursor import Cursor
from text2sql.ddl.draft import Draft, DraftTable
from text2sql.ddl.source import Source, shown
from text2sql.ddl.statements import Statement, statements
from text2sql.ddl.tokens import Token
from text2sql.errors import SchemaError

_BEFORE_TABLE = frozenset(
    "OR REPLACE TEMP TEMPORARY GLOBAL LOCAL PRIVATE UNLOGGED TRANSIENT VOLATILE EXTERNAL FOREIGN "
    "DYNAMIC HYBRID SNAPSHOT COLUMN ROW ALTER".split()
)
_SILENT = frozenset({"SET", "USE", "BEGIN", "COMMIT", "START", "END", "ROLLBACK"})
_VERBS = _SILENT | frozenset(
    "CREATE ALTER DROP INSERT UPDATE DELETE SELECT WITH GRANT REVOKE DENY COMMENT COPY LOCK UNLOCK "
    "TRUNCATE PRAGMA EXEC EXECUTE CALL DECLARE IF ANALYZE VACUUM EXPLAIN MERGE REPLACE LOAD "
    "INSTALL ATTACH DETACH EXPORT IMPORT DO SHOW PRINT REINDEX RENAME PURGE SAVEPOINT SECURITY "
    "REFRESH CLUSTER RETURN FLUSH DESCRIBE WHENEVER DEFINE CONNECT DISCONNECT RESTORE PUT LIST "
    "FROM VALUES".split()
)
UNIQUE = Token("word", "UNIQUE", "UNIQUE", 0, 0, False)


def read(source: Source, dialect: str) -> Draft:
    """The draft of all that the text declares; raises SchemaError."""
    draft = Draft(source, dialect)
    found = list(statements(source, dialect))
    named: dict[str, Type] = {}
    types = TypeReader(dialect, named)
    readers: tuple[Callable[[Draft, TypeReader, dict[str, Type], Statement], bool], ...]
    readers = (_read_type, _read_table, _read_change)
    rest = found
    for reader in readers:
        rest = [one for one in rest if not reader(draft, types, named, one)]
    for statement in rest:
        _leave_out(draft, statement)
    if not draft.tables:
        raise _nothing(source, found)
    return draft


def _cursor(source: Source, statement: Statement) -> Cursor:
    return Cursor(source, statement.tokens)


def _read_type(
    draft: Draft, types: TypeReader, named: dict[str, Type], statement: Statement
) -> bool:
    """CREATE TYPE … AS ENUM or of another type, CREATE DOMAIN."""
    cursor = _cursor(draft.source, statement)
    if not cursor.accept("CREATE"):
        return False
    cursor.accept("OR", "REPLACE")
    if not (cursor.accept("TYPE") or cursor.accept("DOMAIN")):
        return False
    cursor.accept("IF", "NOT", "EXISTS")
    path, _ = cursor.qualified("a type")
    cursor.accept("AS") or cursor.accept("FROM")
    if cursor.done or cursor.symbol("(") or cursor.word() == "TABLE":
        named[path[-1].lower()] = Type("VARCHAR", unknown=path[-1])
        return True
    found = types.read(cursor)
    checks: list[str] = []
    required = False
    while not cursor.done:
        if cursor.accept("CHECK") and cursor.symbol("("):
            checks.append(cursor.group().rest())
        else:
            required = cursor.accept("NOT", "NULL") or required
            cursor.skip(not cursor.done)
    named[path[-1].lower()] = Type(
        found.text, found.enum, found.unknown, required=required, checks=tuple(checks)
    )
    return True


def _read_table(
    draft: Draft, types: TypeReader, named: dict[str, Type], statement: Statement
) -> bool:
    """CREATE TABLE in all its forms that have a column list."""
    cursor = _cursor(draft.source, statement)
    if not cursor.accept("CREATE"):
        return False
    while cursor.word() in _BEFORE_TABLE:
        cursor.skip()
    virtual = cursor.accept("VIRTUAL")
    if not cursor.accept("TABLE"):
        return False
    cursor.accept("IF", "NOT", "EXISTS")
    path, token = cursor.qualified("a table")
    table = DraftTable(path, token.start)
    if virtual or table.name.lower() == "sqlite_sequence":
        draft.left_out["table of SQLite's own"] += 1
        return True
    if not _fill(draft, types, table, cursor):
        return True
    if not table.columns:
        raise draft.source.error(
            token.start,
            f"The table {shown(table.name)} has no columns.",
            "Write at least one column with its type.",
        )
    draft.add_table(table)
    return True


def _fill(draft: Draft, types: TypeReader, table: DraftTable, cursor: Cursor) -> bool:
    """Read the columns; False if the form has none, which is noted."""
    reader = BodyReader(draft, types, table)
    if cursor.accept("LIKE") or cursor.accept("CLONE"):
        reader.like(cursor)
        return True
    if cursor.word() in ("AS", "OF", "PARTITION", "SELECT", "USING"):
        draft.note(f"The table {table.name} was left out: it lists no columns of its own.")
        return False
    if not cursor.symbol("("):
        raise cursor.error(
            f"The columns of the table {shown(table.name)} are missing.",
            "Write them in brackets after its name.",
        )
    body = cursor.group()
    if body.done and cursor.word() != "INHERITS":
        return True
    if body.tokens and body.word() in ("SELECT", "WITH") and body.word(1):
        draft.note(f"The table {table.name} was left out: it lists no columns of its own.")
        return False
    while not cursor.done and cursor.word() not in ("INHERITS", "PARTITIONED"):
        cursor.skip()
    if cursor.accept("INHERITS") and cursor.symbol("("):
        for parent in cursor.group().split():
            reader.like(parent)
    if not body.done:
        reader.read(body)
    if cursor.accept("PARTITIONED", "BY") and cursor.symbol("("):  # Hive
        for part in cursor.group().split():
            if types.known(part, 1):
                reader.column(part)
    return True


def _read_change(
    draft: Draft, types: TypeReader, named: dict[str, Type], statement: Statement
) -> bool:
    """ALTER TABLE and CREATE UNIQUE INDEX."""
    cursor = _cursor(draft.source, statement)
    if cursor.accept("ALTER", "TABLE"):
        _alter(draft, types, cursor)
        return True
    if cursor.accept("CREATE", "UNIQUE"):
        return _unique_index(draft, types, cursor)
    return False


def _alter(draft: Draft, types: TypeReader, cursor: Cursor) -> None:
    while cursor.accept("IF", "EXISTS") or cursor.accept("ONLY"):
        continue
    path, _ = cursor.qualified("a table")
    table = draft.find(path)
    if table is None:
        draft.note(f"ALTER TABLE {'.'.join(path)} was left out: there is no such table.")
        return
    reader = BodyReader(draft, types, table)
    adding = False
    for part in cursor.split():
        while part.word() == "WITH" and part.word(1) in ("CHECK", "NOCHECK"):
            part.skip(2)
        if part.accept("ADD"):
            adding = True
            _add(reader, part)
        elif adding and draft.dialect == "tsql" and types.known(part, 1):  # ADD a INT, b INT
            reader.column(part)
        elif part.accept("ALTER"):
            _alter_column(table, part)
        elif reader.is_constraint(part):  # ADD a, b
            reader.constraint(part)


def _add(reader: BodyReader, part: Cursor) -> None:
    part.accept("COLUMN")
    part.accept("IF", "NOT", "EXISTS")
    if part.symbol("("):  # Oracle
        for one in part.group().split():
            _add(reader, one)
    elif reader.is_constraint(part):
        reader.constraint(part)
    elif part.word() not in ("PARTITION", "GENERATED", "VALUE") and part.peek(1) is not None:
        reader.column(part)


def _alter_column(table: DraftTable, part: Cursor) -> None:
    part.accept("COLUMN")
    column = table.columns.get(part.name("a column").text.lower())
    if column and (part.accept("SET", "NOT", "NULL")):
        column.nullable = False


def _unique_index(draft: Draft, types: TypeReader, cursor: Cursor) -> bool:
    """Read a unique index over plain columns of a known table; others say nothing."""
    while not cursor.done and cursor.word() != "ON":
        cursor.skip()
    cursor.skip()
    if cursor.done:
        return False
    cursor.accept("ONLY")
    path, _ = cursor.qualified("a table")
    table = draft.find(path)
    if table is None or any(token.upper == "WHERE" for token in cursor.tokens):
        return False
    reader = BodyReader(draft, types, table)
    reader.constraint(Cursor(draft.source, (UNIQUE, *cursor.tokens[cursor.at :])))
    return True


def _leave_out(draft: Draft, statement: Statement) -> None:
    if statement.verb in _SILENT:
        return
    if meant := _misspelled(draft.source, statement):
        raise meant
    if statement.verb not in _VERBS:
        line = draft.source.line(statement.tokens[0].start)
        draft.note(
            f"Line {line} was left out: {shown(_start_of(draft.source, statement))} "
            "is no statement."
        )
        return
    draft.left_out[f"{statement.verb} {statement.kind}".strip()] += 1


def _misspelled(source: Source, statement: Statement) -> SchemaError | None:
    """The error for CREAT TABLE, CREATE TABEL or a bare TABLE; None for anything else."""
    words = [token.upper for token in statement.tokens[:3]]
    last = 2 if words[0] == "CREATE" else 1
    wrong = " ".join(token.text for token in statement.tokens[:last])
    if statement.verb == "CREATE":
        if statement.kind or not get_close_matches(" ".join(words[1:2]), ["TABLE"], cutoff=0.7):
            return None
    elif statement.verb in _VERBS or "TABLE" not in words:
        return None
    return source.error(
        statement.tokens[0].start,
        f"There is no statement that begins with {shown(wrong)}.",
        "Did you mean CREATE TABLE?",
    )


def _start_of(source: Source, statement: Statement) -> str:
    return source.text[statement.tokens[0].start : statement.tokens[-1].end]


def _nothing(source: Source, found: list[Statement]) -> SchemaError:
    """What to say of a text that declares no table."""
    offset = found[0].tokens[0].start if found else 0
    hint = "Paste CREATE TABLE statements, as a dump or a schema file holds them."
    return source.error(offset, "There is no CREATE TABLE with columns in this text.", hint)
