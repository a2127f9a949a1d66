"""A place in a run of tokens, and the ways to move on from it.

Knows nothing of what the tokens mean.
"""

from __future__ import annotations

from collections.abc import Sequence

from text2sql.ddl.source import Source, shown
from text2sql.ddl.tokens import Token
from text2sql.errors import SchemaError

OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
ANGLED = frozenset({"ARRAY", "STRUCT", "MAP", "RANGE", "TABLE"})


class Cursor:
    """Reads tokens; `end` is the offset to name when they run out."""

    def __init__(self, source: Source, tokens: Sequence[Token], end: int = 0) -> None:
        self.source = source
        self.tokens = tokens
        self.at = 0
        self.end = tokens[-1].end if tokens else end

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.tokens)

    @property
    def offset(self) -> int:
        """Where the next token begins."""
        return self.end if self.done else self.tokens[self.at].start

    def peek(self, ahead: int = 0) -> Token | None:
        """The token that many places ahead."""
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    def word(self, ahead: int = 0) -> str:
        """The unquoted word that many places ahead in capitals; empty if there is none."""
        token = self.peek(ahead)
        return token.upper if token else ""

    def symbol(self, text: str, ahead: int = 0) -> bool:
        """Whether that symbol stands that many places ahead."""
        token = self.peek(ahead)
        return token is not None and token.kind == "symbol" and token.text == text

    def skip(self, count: int = 1) -> None:
        """Move on."""
        self.at += count

    def accept(self, *words: str) -> bool:
        """Move past these words if they come next, all of them."""
        if all(self.word(ahead) == word for ahead, word in enumerate(words)):
            self.at += len(words)
            return True
        return False

    def accept_symbol(self, text: str) -> bool:
        """Move past a symbol if it comes next."""
        if self.symbol(text):
            self.at += 1
            return True
        return False

    def name(self, what: str) -> Token:
        """A name, quoted or not (SQLite takes '…' too); raises SchemaError."""
        token = self.peek()
        if token is None or token.kind == "symbol" or not token.text.strip():
            raise self.error(
                f"Expected the name of {what}{self._instead()}.",
                "Write it here, in double quotes if it has spaces or signs.",
            )
        self.at += 1
        return token

    def qualified(self, what: str) -> tuple[tuple[str, ...], Token]:
        """A name with all that stands before its dots, and its last token."""
        token = self.name(what)
        parts = [token.text]
        while self.symbol(".") or self.symbol(":"):
            self.skip()
            if self.symbol("."):  # SQL Server's db..table
                continue
            token = self.name(what)
            parts.append(token.text)
        if len(parts) == 1 and self.source.text[token.start] == "`":
            parts = token.text.split(".")  # BigQuery's `project.dataset.table`
        return tuple(part for part in parts if part.strip()) or ("?",), token

    def group(self) -> Cursor:
        """What stands in the bracket that comes next, and move past it; raises SchemaError."""
        start, depth = self.at, 0
        while not self.done:
            token = self.tokens[self.at]
            self.at += 1
            if token.kind == "symbol":
                depth += (token.text in OPENING) - (token.text in CLOSING)
            if depth == 0:
                inner = self.tokens[start + 1 : self.at - 1]
                return Cursor(self.source, inner, token.start)
        opening = self.tokens[start]
        raise self.source.error(
            opening.start, f"The bracket {opening.text} is never closed.", "Close it, or remove it."
        )

    def split(self) -> list[Cursor]:
        """The parts of what is left between the commas that stand in no bracket."""
        parts: list[Cursor] = []
        start = self.at
        stack: list[str] = []
        for index in range(start, len(self.tokens)):
            token = self.tokens[index]
            if token.kind != "symbol":
                continue
            if token.text == "," and not stack:
                parts.append(Cursor(self.source, self.tokens[start:index], token.start))
                start = index + 1
            elif token.text in OPENING or (token.text == "<" and self._after_angled(index)):
                stack.append(token.text)
            elif stack and token.text in (CLOSING if stack[-1] != "<" else ">"):
                stack.pop()
        parts.append(Cursor(self.source, self.tokens[start:], self.end))
        return parts

    def rest(self) -> str:
        """The source of what is left."""
        return "" if self.done else self.source.text[self.offset : self.tokens[-1].end]

    def error(self, message: str, hint: str = "") -> SchemaError:
        """The error to raise for what comes next."""
        return self.source.error(self.offset, message, hint)

    def _after_angled(self, index: int) -> bool:
        return index > 0 and self.tokens[index - 1].upper in ANGLED

    def _instead(self) -> str:
        token = self.peek()
        return f", found {shown(token.text)}" if token else ", but nothing follows"
