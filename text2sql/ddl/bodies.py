"""The column list of a CREATE TABLE: columns with their attributes, and the table's keys.

Knows nothing of what comes before or after the list.
"""

from __future__ import annotations

from text2sql.ddl.column_types import Type, TypeReader
from text2sql.ddl.cursor import Cursor
from text2sql.ddl.draft import Draft, DraftCheck, DraftColumn, DraftKey, DraftTable
from text2sql.ddl.source import shown

_ATTRIBUTES = frozenset(  # what may follow a column's type, or its name if it has no type
    "NOT NULL DEFAULT PRIMARY UNIQUE REFERENCES CHECK CONSTRAINT COLLATE COMMENT KEY AS ON "
    "AUTO_INCREMENT AUTOINCREMENT IDENTITY GENERATED ENCODE OPTIONS CHARACTER CHARSET ENABLE "
    "DISABLE VISIBLE INVISIBLE SPARSE ROWGUIDCOL STORED VIRTUAL WITH MASKED MASKING TAG SRID "
    "DEFERRABLE INITIALLY USING FOREIGN PERSISTED FILESTREAM COMPRESSION STORAGE SORTKEY DISTKEY "
    "COLUMN_FORMAT ENCRYPT SCOPE HIDDEN".split()
)
_INDEX = frozenset({"KEY", "INDEX", "FULLTEXT", "SPATIAL"})
_ACTIONS = (
    ("SET", "NULL"), ("SET", "DEFAULT"), ("NO", "ACTION"), ("CASCADE",), ("RESTRICT",),
    ("CURRENT_TIMESTAMP",),
)  # fmt: skip


class BodyReader:
    """Reads the elements of one table's list into its draft."""

    def __init__(self, draft: Draft, types: TypeReader, table: DraftTable) -> None:
        self.draft = draft
        self.source = draft.source
        self.types = types
        self.table = table

    def read(self, body: Cursor) -> None:
        """All elements; keys last, since they may name columns further down."""
        parts = body.split()
        if len(parts) > 1 and parts[-1].done:  # a comma after the last one
            parts.pop()
        waiting: list[Cursor] = []
        for part in parts:
            if part.done:
                raise part.error(
                    "A column is missing here: there is a comma or a bracket with nothing "
                    "before it.",
                    "Remove it, or write a name and a type.",
                )
            if not self.is_constraint(part):
                self.column(part)
            elif part.accept("LIKE"):
                self.like(part)
            else:
                waiting.append(part)
        for part in waiting:
            self.constraint(part)

    def is_constraint(self, part: Cursor) -> bool:
        """Whether an element is about the table, not a column of that name."""
        word, following = part.word(), part.word(1)
        if word in ("PRIMARY", "FOREIGN"):
            return following == "KEY"
        if word in ("CHECK", "EXCLUDE"):
            return part.symbol("(", 1) or following == "USING"
        if word in ("PERIOD", "SUPPLEMENTAL", "LIKE"):
            return following in ("FOR", "LOG") or (word == "LIKE" and not self.types.known(part, 1))
        if word == "UNIQUE":
            return not self.types.known(part, 1) or part.symbol("(", 2)
        return word == "CONSTRAINT" or (word in _INDEX and self._is_index(part))

    def _is_index(self, part: Cursor) -> bool:
        """`KEY name (column)` is an index; `key VARCHAR(20)` is a column."""
        if part.word(1) in _INDEX:
            return True
        for ahead in (1, 2, 3, 4):
            if part.symbol("(", ahead):
                inner = part.peek(ahead + 1)
                return inner is not None and not inner.text.isdecimal() and inner.kind != "string"
        return False

    def column(self, part: Cursor) -> DraftColumn:
        """One column with its attributes."""
        token = part.name("a column")
        if part.done or (part.word() in _ATTRIBUTES and not self.types.known(part)):
            type_ = self._untyped(part, token.text)
        else:
            type_ = self.types.read(part)
        if type_.unknown:
            written = f"{self.table.name}.{token.text}"
            self.draft.note(
                f"Column {written}: the type {shown(type_.unknown)} has no counterpart here "
                "and became VARCHAR."
            )
        column = DraftColumn(token.text, type_, token.start, nullable=not type_.required)
        self.table.add_column(self.source, column)
        for text in type_.checks:
            self.table.checks.append(DraftCheck(text, token.start, column=token.text))
        self._demand_one_type(part, type_)
        self._attributes(part, column)
        return column

    def _demand_one_type(self, part: Cursor, found: Type) -> None:
        """`first name TEXT` and `unit price INT` are names with a space, not types."""
        before = part.tokens[part.at - 1]
        odd = found.unknown or before.upper == "NAME"
        if self.draft.dialect == "sqlite" or not odd or not self.types.known(part):
            return
        if part.word() not in _ATTRIBUTES:
            raise self.source.error(
                before.start,
                f"Found {shown(before.text)} before a column's type.",
                "If the column's name has a space, put the name in double quotes.",
            )

    def _untyped(self, part: Cursor, name: str) -> Type:
        computed = part.word() == "AS" or part.word() == "GENERATED"
        why = "is computed" if computed else "has no type"
        self.draft.note(f"Column {self.table.name}.{name} {why} and became VARCHAR.")
        return Type("VARCHAR")

    def _attributes(self, part: Cursor, column: DraftColumn) -> None:
        while not part.done:
            start = part.offset
            if part.accept("NOT"):
                column.nullable = column.nullable and part.word() != "NULL"
                part.skip()
            elif part.accept("PRIMARY") or (part.word() == "KEY" and part.accept("KEY")):
                part.accept("KEY")
                self.table.set_primary_key(self.source, (column.name,), start)
            elif part.accept("UNIQUE"):
                part.accept("KEY")
                self.table.unique.append((column.name,))
            elif part.accept("REFERENCES"):
                self._references(part, (column.name,), start)
            elif part.accept("CHECK"):
                self._check(part)
            elif part.accept("FOREIGN", "KEY") or part.accept("NULL"):
                continue
            else:
                self._other(part)

    def _other(self, part: Cursor) -> None:
        """An attribute that says nothing about the values."""
        if part.accept("DEFAULT") or part.accept("COLLATE") or part.accept("COMMENT"):
            if part.accept("NOT") or part.symbol("(") or part.symbol("-"):
                return self._pass(part)
            return part.skip()
        if part.accept("ON"):
            part.skip()
            any(part.accept(*action) for action in _ACTIONS)
            return None
        if part.accept("CONSTRAINT"):
            return part.skip(part.peek() is not None)
        if part.word() not in _ATTRIBUTES:
            self._demand_comma(part)
        return self._pass(part)

    def _pass(self, part: Cursor) -> None:
        if part.symbol("(") or part.symbol("["):
            part.group()
        else:
            part.skip()

    def _demand_comma(self, part: Cursor) -> None:
        """What looks like the next column within a column is a forgotten comma."""
        token = part.peek()
        if token is None or token.kind not in ("word", "name") or not self.types.known(part, 1):
            return
        before = part.peek(-1) if part.at else None
        if before is not None and before.text in (":", ".", "=", "'"):
            return
        raise part.error(
            f"Found {shown(token.text)} within another column.",
            "Is a comma missing before it? If its name has a space, put it in double quotes.",
        )

    def constraint(self, part: Cursor) -> None:
        """One key or condition of the table."""
        if part.accept("CONSTRAINT") and not self._is_unnamed(part):
            part.name("a constraint")
        start = part.offset
        if part.accept("PRIMARY", "KEY"):
            if names := self._names(part, "the primary key"):
                self.table.set_primary_key(self.source, names, start)
        elif part.accept("UNIQUE"):
            self._unique(part, start)
        elif part.accept("FOREIGN", "KEY"):
            self._foreign_key(part, start)
        elif part.accept("CHECK"):
            self._check(part)
        elif part.word() not in _INDEX and part.word() not in ("PERIOD", "SUPPLEMENTAL"):
            self.draft.left_out[f"{part.word() or 'unknown'} constraint"] += 1

    def _is_unnamed(self, part: Cursor) -> bool:
        if part.word() == "CHECK":
            return part.symbol("(", 1)
        return part.word() in ("PRIMARY", "UNIQUE", "FOREIGN")

    def like(self, part: Cursor) -> None:
        """The columns of another table."""
        path, token = part.qualified("a table")
        other = self.draft.find(path, near=self.table.path)
        if other is None:
            raise self.source.error(
                token.start,
                f"There is no table {shown('.'.join(path))} to take columns from.",
                "Paste its CREATE TABLE before this one.",
            )
        for column in other.columns.values():
            copy = DraftColumn(column.name, column.type, token.start, column.nullable)
            self.table.add_column(self.source, copy)

    def _unique(self, part: Cursor, start: int) -> None:
        names = self._names(part, "the unique key")
        if names:
            self.table.unique.append(self.table.spelled(self.source, names, start))

    def _foreign_key(self, part: Cursor, start: int) -> None:
        names = self._names(part, "the foreign key")
        if not part.accept("REFERENCES"):
            raise part.error(
                "A foreign key does not say what it refers to.",
                "Write FOREIGN KEY (column) REFERENCES table (column).",
            )
        self._references(part, self.table.spelled(self.source, names, start), start)

    def _references(self, part: Cursor, columns: tuple[str, ...], start: int) -> None:
        path, _ = part.qualified("the table that the key refers to")
        references = self._names(part, "the key") if part.symbol("(") else ()
        if references and len(references) != len(columns):
            raise self.source.error(
                start,
                f"A foreign key of {len(columns)} columns refers to {len(references)}.",
                "Name as many on both sides.",
            )
        self.table.foreign_keys.append(DraftKey(columns, path, references, start))

    def _check(self, part: Cursor) -> None:
        if not part.symbol("("):
            raise part.error("A CHECK has no condition.", "Write CHECK (condition).")
        inner = part.group()
        self.table.checks.append(DraftCheck(inner.rest(), inner.offset))

    def _names(self, part: Cursor, what: str) -> tuple[str, ...]:
        """The columns in the next bracket, without orders and lengths.

        Empty if one is an expression, as only an index may have.
        """
        while not part.done and not part.symbol("("):
            if part.word() == "REFERENCES":
                break
            part.skip()
        if part.done or not part.symbol("("):
            raise part.error(f"The columns of {what} are missing.", "List them in brackets.")
        found = []
        for one in part.group().split():
            if one.symbol("(") or (one.symbol("(", 1) and not _is_length(one)):
                self.draft.left_out["key over expressions"] += 1
                return ()
            found.append(one.name(f"a column of {what}").text)
        return tuple(found)


def _is_length(part: Cursor) -> bool:
    """Whether `(20)` follows: MySQL's index over the first characters."""
    token = part.peek(2)
    return token is not None and token.text.isdecimal()
