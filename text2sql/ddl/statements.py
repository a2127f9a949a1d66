"""Where one statement ends and the next begins, whatever is pasted around the DDL.

Semicolons, GO and `/` lines, DELIMITER, routines with BEGIN … END, COPY's rows, the commands of
psql, sqlite3 and SQL*Plus, statements with nothing at all between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from text2sql.ddl.cursor import CLOSING, OPENING
from text2sql.ddl.source import MAX_DEPTH, Source
from text2sql.ddl.tokens import Lexer, Token

READ = frozenset({"CREATE", "ALTER"})
WHOLE = READ | {"COPY"}  # statements of which all tokens are kept
KEPT = 12  # tokens kept of any other
KINDS = frozenset(
    "TABLE VIEW INDEX TYPE DOMAIN SCHEMA DATABASE SEQUENCE PROCEDURE FUNCTION TRIGGER PACKAGE "
    "EVENT EXTENSION ROLE USER MACRO STAGE STREAM TASK WAREHOUSE SYNONYM RULE POLICY AGGREGATE "
    "FORMAT OPERATOR CAST COLLATION SERVER PUBLICATION STATISTICS TABLESPACE LANGUAGE "
    "SECRET".split()
)
ROUTINES = frozenset({"PROCEDURE", "FUNCTION", "TRIGGER", "PACKAGE", "EVENT"})
RIGHTS = frozenset({"GRANT", "REVOKE", "DENY"})
CLIENT_WORDS = frozenset({"PROMPT", "REM", "REMARK", "SPOOL"})  # SQL*Plus: up to the line's end
BLOCKS = frozenset({"IF", "LOOP", "WHILE", "REPEAT", "FOR"})
_ALONE = re.compile(r"[ \t]*\d*[ \t]*(?:\r?\n|\Z)")
_COPY_END = re.compile(r"^\\\.[ \t]*\r?$", re.MULTILINE)


@dataclass
class Statement:
    """The tokens of one statement (for those that are not read, the first few) and its kind."""

    tokens: list[Token] = field(default_factory=list)
    kind: str = ""  # what a CREATE or ALTER is about
    depth: int = 0
    blocks: int = 0

    @property
    def verb(self) -> str:
        """The first word in capitals."""
        return self.tokens[0].upper if self.tokens else ""

    @property
    def in_routine(self) -> bool:
        """Whether a semicolon may belong to a routine's body."""
        return self.kind in ROUTINES and self.verb in READ

    def add(self, token: Token) -> None:
        """Take one more token."""
        if not self.kind and token.upper in KINDS and len(self.tokens) <= KEPT:
            self.kind = token.upper
        if token.kind == "symbol":
            self.depth = max(0, self.depth + (token.text in OPENING) - (token.text in CLOSING))
        elif self.in_routine:
            self._count_blocks(token)
        if len(self.tokens) < KEPT or (self.verb in WHOLE and not self.in_routine):
            self.tokens.append(token)

    def _count_blocks(self, token: Token) -> None:
        after_end = self.tokens[-1].upper == "END"
        if token.upper in ("BEGIN", "CASE") and not after_end:
            self.blocks += 1
        elif token.upper == "END":
            self.blocks -= 1
        elif token.upper in BLOCKS and after_end:
            self.blocks += 1


def statements(source: Source, dialect: str) -> Iterator[Statement]:
    """The statements of the text in turn; raises SchemaError."""
    return _Splitter(source, dialect).run()


class _Splitter:
    def __init__(self, source: Source, dialect: str) -> None:
        self.source = source
        self.lexer = Lexer(source, dialect)
        self.delimiter = ";"
        self.current = Statement()

    def run(self) -> Iterator[Statement]:
        for token in self.lexer:
            if self._is_command(token):
                self.lexer.skip_line()
            elif self._ends(token):
                yield from self._finish()
            else:
                if self._begins(token):
                    yield from self._finish()
                self.current.add(token)
                self._demand_depth(token)
        yield from self._finish()

    def _finish(self) -> Iterator[Statement]:
        done, self.current = self.current, Statement()
        if done.tokens:
            yield done
        words = [token.upper for token in done.tokens]
        if done.verb == "COPY" and "STDIN" in words:
            self._skip_rows(done)

    def _skip_rows(self, copy: Statement) -> None:
        end = _COPY_END.search(self.source.text, self.lexer.at)
        if end is None:
            raise self.source.error(
                copy.tokens[0].start,
                "The rows of this COPY have no end.",
                r"End them with a line that holds only \. or leave them out.",
            )
        self.lexer.at = end.end()

    def _is_command(self, token: Token) -> bool:
        """Whether the line is for a client program, not for the database."""
        if not token.first:
            return False
        if token.upper == "DELIMITER" and self.current.depth == 0:  # else a column's name
            line = self.source.text[token.end :].split("\n", 1)[0].split()
            self.delimiter = line[0] if line else ";"
            return True
        if self.current.tokens:
            return False
        return token.text in ("\\", ".", "@") or token.upper in CLIENT_WORDS

    def _ends(self, token: Token) -> bool:
        if self.delimiter != ";":
            return self._ends_by_delimiter(token)
        if token.kind == "symbol" and token.text == ";":
            return not (self.current.in_routine and self.current.blocks > 0)
        if token.first and self.current.depth == 0 and (token.upper == "GO" or token.text == "/"):
            return _ALONE.match(self.source.text, token.end) is not None
        return False

    def _ends_by_delimiter(self, token: Token) -> bool:
        if not self.source.text.startswith(self.delimiter, token.start):
            return False
        self.lexer.at = token.start + len(self.delimiter)
        return True

    def _begins(self, token: Token) -> bool:
        """Whether the token begins a statement though nothing ended the one before it."""
        current = self.current
        if not current.tokens or current.depth or current.in_routine or current.verb in RIGHTS:
            return False
        if token.upper == "CREATE" and current.tokens[-1].upper != "SHOW":
            return token.first or current.kind == "TABLE" or current.verb not in READ
        return token.first and token.upper in ("ALTER", "INSERT") and self._word_follows(token)

    def _word_follows(self, token: Token) -> bool:
        following = self.source.text[token.end : token.end + 40].split()
        return bool(following) and following[0].upper() in ("TABLE", "INTO")

    def _demand_depth(self, token: Token) -> None:
        if self.current.depth > MAX_DEPTH:
            raise self.source.error(
                token.start,
                f"Brackets are nested too deeply; the most is {MAX_DEPTH}.",
                "Remove brackets that nothing needs.",
            )
