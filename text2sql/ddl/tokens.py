"""Words, quoted names, strings and symbols of DDL text; comments and space are skipped.

Knows nothing of what the words mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from text2sql.ddl.source import Source

Kind = Literal["word", "name", "string", "symbol"]
BACKSLASH_DIALECTS = frozenset({"mysql", "bigquery", "snowflake"})  # '\'' is one quote there
HASH_DIALECTS = frozenset({"mysql", "bigquery", "duckdb"})  # `#` begins a comment
NO_DOLLAR_DIALECTS = frozenset({"mysql"})  # where $$ is a delimiter, not a quote
_CLOSING = {"'": "'", '"': '"', "`": "`", "/*": "*/"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Token(NamedTuple):
    """`text` is the value (quotes gone), `upper` is empty but for words.

    `first` says that nothing but space stands before it on its line.
    """

    kind: Kind
    text: str
    upper: str
    start: int
    end: int
    first: bool


class Lexer:
    """Tokens one after the other; `at` may be moved on by who reads (COPY's rows, a line)."""

    def __init__(self, source: Source, dialect: str) -> None:
        self.source = source
        self.at = 0
        self._fresh = True
        self._backslash = dialect in BACKSLASH_DIALECTS
        dollar = dialect not in NO_DOLLAR_DIALECTS
        triple = dialect == "bigquery"
        self._match = _pattern(self._backslash, dialect in HASH_DIALECTS, dollar, triple).match

    def __iter__(self) -> Iterator[Token]:
        while (token := self.next()) is not None:
            yield token

    def next(self) -> Token | None:
        """The next token, None at the end; raises SchemaError for a quote that stays open."""
        text = self.source.text
        while self.at < len(text):
            match = self._match(text, self.at)
            assert match is not None  # the last alternative takes any character
            self.at, kind = match.end(), match.lastgroup
            if kind == "skip":
                self._fresh = self._fresh or "\n" in match.group()
            else:
                first, self._fresh = self._fresh, False
                return self._token(str(kind), match, first)
        return None

    def skip_line(self) -> None:
        """Go on with the next line."""
        end = self.source.text.find("\n", self.at)
        self.at = len(self.source.text) if end < 0 else end
        self._fresh = True

    def _token(self, kind: str, match: re.Match[str], first: bool) -> Token:
        text, start, end = match.group(), match.start(), match.end()
        if kind == "word":
            return Token("word", text, text.upper(), start, end, first)
        if kind == "string":
            return Token("string", self._unquoted(text), "", start, end, first)
        if kind == "name":
            return Token("name", self._unquoted(text), "", start, end, first)
        if kind == "dollar":
            return self._dollar(text, start, first)
        if kind == "open":
            raise self._unclosed(text, start)
        return Token("symbol", text, "", start, end, first)

    def _unquoted(self, text: str) -> str:
        text = text[1:] if text[0] in "eEnN" and text[1:2] == "'" else text
        quote = "]" if text[0] == "[" else text[0]
        inner = text[1:-1].replace(quote * 2, quote)
        return _ESCAPED.sub(r"\1", inner) if self._backslash and quote in "'\"" else inner

    def _dollar(self, tag: str, start: int, first: bool) -> Token:
        end = self.source.text.find(tag, start + len(tag))
        if end < 0:
            raise self._unclosed(tag, start)
        self.at = end + len(tag)
        return Token("string", self.source.text[start + len(tag) : end], "", start, self.at, first)

    def _unclosed(self, opening: str, start: int) -> Exception:
        what = "comment" if opening == "/*" else "quote"
        close = _CLOSING.get(opening, opening)
        return self.source.error(
            start, f"The {what} that begins here is never closed.", f"Close it with {close}"
        )


@lru_cache
def _pattern(backslash: bool, hash_comments: bool, dollar: bool, triple: bool) -> re.Pattern[str]:
    """All tokens in one pattern; possessive throughout, so that it never goes back."""
    escaped = r"\\.|" if backslash else ""
    plain = r"\\" if backslash else ""
    hashed = r"|\#[^\n]*+" if hash_comments else ""
    dollars = r"\$\w*+\$" if dollar else r"(?!)"
    # Elsewhere three quotes begin a name that begins with a quote.
    tripled = r"\"\"\"(?s:.*?)\"\"\"|" if triple else ""
    word_hash = "" if hash_comments else r"|\#{1,2}\w[\w@#$]*+"
    return re.compile(
        rf"""
        (?P<skip>\s++|--[^\n]*+{hashed}|/\*!\d++|\*/|/\*(?s:.*?)\*/|```\w*+|\ufeff)
        |(?P<string>[eE]'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'
            |[nN]?'[^'{plain}]*+(?:(?:{escaped}'')[^'{plain}]*+)*+')
        |(?P<name>{tripled}"[^"{plain}]*+(?:(?:{escaped}"")[^"{plain}]*+)*+"
            |`[^`]*+(?:``[^`]*+)*+`
            |(?<![\w\])])\[(?!\s*+\d*+\s*+\])(?!['"\s])[^\[\]\n]{{1,200}}+\])
        |(?P<word>[\w@][\w@#]*+(?:\$[\w@#]++)*+{word_hash})
        |(?P<dollar>{dollars})
        |(?P<open>/\*|['"`])
        |(?P<symbol>.)
        """,
        re.VERBOSE | re.DOTALL,
    )
