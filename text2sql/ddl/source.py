"""The pasted text: bounds, positions, and errors that point into it.

Knows nothing of SQL but its brackets' greatest depth.
"""

from __future__ import annotations

from dataclasses import dataclass

from text2sql.errors import SchemaError

MAX_CHARS = 1_000_000
MAX_DEPTH = 50  # of brackets
SHOWN = 40  # characters of a value quoted in a message


@dataclass(frozen=True)
class Source:
    """A text, and the way from an offset in it to a line and a column."""

    text: str

    def place(self, offset: int) -> tuple[int, int]:
        """The 1-based line and column of a character.

        >>> Source("a\\nbc").place(3)
        (2, 2)
        """
        offset = min(offset, max(len(self.text) - 1, 0))
        before = self.text[:offset]
        return before.count("\n") + 1, offset - before.rfind("\n")

    def line(self, offset: int) -> int:
        """The 1-based line of a character."""
        return self.place(offset)[0]

    def error(self, offset: int, message: str, hint: str = "") -> SchemaError:
        """The error to raise for what begins at `offset`."""
        line, column = self.place(offset)
        return SchemaError(message, line=line, column=column, hint=hint)


def checked_source(text: str) -> Source:
    """The text within its bounds; raises SchemaError."""
    source = Source(text)
    if not text.strip():
        raise SchemaError(
            "There is no text.", line=1, column=1, hint="Paste CREATE TABLE statements."
        )
    if len(text) > MAX_CHARS:
        raise source.error(
            MAX_CHARS,
            f"The text has {len(text):,} characters; the most is {MAX_CHARS:,}.",
            "Paste only the CREATE TABLE statements, without rows.",
        )
    _demand_text(source)
    return source


def _demand_text(source: Source) -> None:
    found = source.text.find("\0")
    if found >= 0:
        raise source.error(
            found, "There is a NUL character: this is no plain text.", "Save it as UTF-8 text."
        )
    try:
        source.text.encode("utf-8")
    except UnicodeEncodeError as error:
        message = "There is a character that is no valid Unicode."
        raise source.error(error.start, message, "Save the text as UTF-8.") from None


def shown(text: str) -> str:
    """A value quoted in a message, on one line and cut if long.

    >>> shown("a\\n b"), shown("x" * 50)
    ('"a b"', '"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"')
    """
    flat = " ".join(text[: 4 * SHOWN].split())
    return f'"{flat[:SHOWN]}{"…" if len(flat) > SHOWN else ""}"'
