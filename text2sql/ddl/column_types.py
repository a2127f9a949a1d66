"""A column's type, as any dialect writes it, in DuckDB's words.

Knows nothing of columns or tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from text2sql.ddl.cursor import Cursor
from text2sql.ddl.quoting import quoted
from text2sql.ddl.source import shown
from text2sql.ddl.tokens import Token

MAX_NESTED = 8  # types within types
MAX_WORDS = 4  # of a type's name: UNSIGNED BIG INT, TIMESTAMP WITH TIME ZONE is a suffix
MAX_ENUM = 1_000
_ALIKE = {
    "VARCHAR": (
        "CHAR,CHARACTER,NCHAR,BPCHAR,VARCHAR,NVARCHAR,VARCHAR2,NVARCHAR2,TEXT,NTEXT,TINYTEXT,"
        "MEDIUMTEXT,LONGTEXT,CLOB,NCLOB,STRING,CHARACTER VARYING,CHAR VARYING,VARYING CHARACTER,"
        "NATIVE CHARACTER,NATIONAL CHARACTER,NATIONAL CHAR,NATIONAL CHARACTER VARYING,"
        "NATIONAL CHAR VARYING,NATIONAL VARCHAR,CHARACTER LARGE OBJECT,LONG,LONG VARCHAR,CITEXT,"
        "NAME,SYSNAME,XML,XMLTYPE,ROWID,UROWID,INET,CIDR,MACADDR,MACADDR8,SET,ENUM"
    ),
    "TINYINT": "TINYINT,INT1,BYTEINT",
    "SMALLINT": "SMALLINT,INT2,SMALLSERIAL,SERIAL2,YEAR,SHORT",
    "INTEGER": "INT,INTEGER,INT4,MEDIUMINT,INT3,MIDDLEINT,SERIAL,SERIAL4,INT32,PLS_INTEGER",
    "BIGINT": "BIGINT,INT8,BIGSERIAL,SERIAL8,INT64,OID,BIG INT,LONG INTEGER",
    "UTINYINT": "UTINYINT,UINT8",
    "USMALLINT": "USMALLINT,UINT16",
    "UINTEGER": "UINTEGER,UINT32",
    "UBIGINT": "UBIGINT,UINT64,UNSIGNED BIG INT",
    "HUGEINT": "HUGEINT,INT128",
    "UHUGEINT": "UHUGEINT,UINT128",
    "DOUBLE": (
        "DOUBLE,DOUBLE PRECISION,FLOAT,REAL,FLOAT4,FLOAT8,FLOAT64,FLOAT32,BINARY_DOUBLE,"
        "BINARY_FLOAT"
    ),
    "DECIMAL": "DECIMAL,DEC,NUMERIC,FIXED,NUMBER,BIGNUMERIC,BIGDECIMAL",
    "DECIMAL(19,4)": "MONEY",
    "DECIMAL(10,4)": "SMALLMONEY",
    "BOOLEAN": "BOOL,BOOLEAN,LOGICAL",
    "DATE": "DATE",
    "TIME": "TIME,TIMETZ",
    "TIMESTAMP": (
        "TIMESTAMP,TIMESTAMPTZ,DATETIME,DATETIME2,SMALLDATETIME,DATETIMEOFFSET,TIMESTAMP_NTZ,"
        "TIMESTAMP_LTZ,TIMESTAMP_TZ,TIMESTAMPNTZ,TIMESTAMPLTZ,TIMESTAMP_S,TIMESTAMP_MS,"
        "TIMESTAMP_US,TIMESTAMP_NS,DATETIME64"
    ),
    "INTERVAL": "INTERVAL",
    "UUID": "UUID,GUID,UNIQUEIDENTIFIER",
    "JSON": "JSON,JSONB,VARIANT,OBJECT,SUPER",
    "BLOB": (
        "BLOB,TINYBLOB,MEDIUMBLOB,LONGBLOB,BYTEA,BYTES,BINARY,VARBINARY,BINARY VARYING,IMAGE,RAW,"
        "LONG RAW,BFILE,ROWVERSION,BINARY LARGE OBJECT"
    ),
    "BIT": "BIT,BIT VARYING,VARBIT,BITSTRING",
}
_KNOWN = {name: type_ for type_, names in _ALIKE.items() for name in names.split(",")}
_OWN = {  # what a dialect means otherwise than the rest
    "tsql": {"TIMESTAMP": "BLOB", "BIT": "BOOLEAN", "TINYINT": "UTINYINT"},
    "postgres": {"BIT": "VARCHAR", "BIT VARYING": "VARCHAR", "VARBIT": "VARCHAR"},
    "snowflake": dict.fromkeys("INT INTEGER BIGINT SMALLINT TINYINT BYTEINT".split(), "BIGINT"),
}
_WIDER = {  # for UNSIGNED
    "TINYINT": "SMALLINT", "SMALLINT": "INTEGER", "INTEGER": "BIGINT", "BIGINT": "UBIGINT",
}  # fmt: skip
_SUFFIXES = frozenset("UNSIGNED SIGNED ZEROFILL BINARY ASCII UNICODE".split())
_UNITS = frozenset("YEAR MONTH DAY HOUR MINUTE SECOND".split())
_NESTING = frozenset({"STRUCT", "ROW", "MAP", "UNION", "ARRAY", "LIST", "NULLABLE"})
_PLAIN_DECIMAL = {"mysql": "DECIMAL(10,0)", "tsql": "DECIMAL(18,0)", "duckdb": "DECIMAL(18,3)"}


@dataclass(frozen=True)
class Type:
    """A DuckDB type; `unknown` is what was written if nothing here knows it.

    `loose` marks a number that may be whole or not, as Oracle's bare NUMBER.
    """

    text: str
    enum: tuple[str, ...] = ()
    unknown: str = ""
    loose: bool = False
    required: bool = False  # by the domain it came from
    checks: tuple[str, ...] = ()  # of a domain, about VALUE


@dataclass(frozen=True)
class TypeReader:
    """Reads types of one dialect; `named` are those that the text itself declares."""

    dialect: str
    named: Mapping[str, Type] = field(default_factory=dict)

    def known(self, cursor: Cursor, ahead: int = 0) -> bool:
        """Whether a type that is known here comes that many places ahead."""
        word = cursor.word(ahead)
        return word in _KNOWN or word in _NESTING or word.lower() in self.named

    def read(self, cursor: Cursor, depth: int = 0) -> Type:
        """The type that comes next, and move past it; raises SchemaError."""
        if depth > MAX_NESTED:
            raise cursor.error("Types are nested too deeply here.", "Use JSON for this column.")
        start = cursor.offset
        found = self._base(cursor, depth)
        if found.unknown:
            found = replace(found, unknown=cursor.source.text[start : _end(cursor)])
        return _arrays(cursor, found)

    def _base(self, cursor: Cursor, depth: int) -> Type:
        if cursor.word() in _NESTING and (nested := self._nested(cursor, depth)):
            return nested
        parts, last = cursor.qualified("a type")
        if declared := self.named.get(parts[-1].lower()):
            return declared
        phrase = _phrase(cursor, parts[-1].upper()) if len(parts) == 1 else parts[-1].upper()
        arguments = cursor.group() if cursor.symbol("(") else Cursor(cursor.source, ())
        unsigned = _suffixes(cursor, interval=phrase == "INTERVAL")
        base = _OWN.get(self.dialect, {}).get(phrase) or _KNOWN.get(phrase)
        if base is None:
            return self._affine(phrase, last)
        found = self._with_arguments(phrase, base, arguments, last)
        return replace(found, text=_WIDER.get(found.text, found.text)) if unsigned else found

    def _affine(self, phrase: str, written: Token) -> Type:
        """SQLite takes any word, and means something by its letters."""
        if self.dialect == "sqlite":
            for letters, type_ in (
                ("INT", "BIGINT"), ("CHAR", "VARCHAR"), ("CLOB", "VARCHAR"), ("TEXT", "VARCHAR"),
                ("BLOB", "BLOB"), ("REAL", "DOUBLE"), ("FLOA", "DOUBLE"), ("DOUB", "DOUBLE"),
            ):  # fmt: skip
                if letters in phrase:
                    return Type(type_)
        return Type("VARCHAR", unknown=written.text)

    def _with_arguments(self, phrase: str, base: str, arguments: Cursor, written: Token) -> Type:
        numbers = [int(t.text) for t in arguments.tokens if t.text.isdecimal() and len(t.text) < 9]
        if phrase == "ENUM":
            return Type("VARCHAR", enum=_labels(arguments, written))
        if base == "DECIMAL":
            return self._decimal(phrase, arguments, numbers)
        if phrase == "TINYINT" and self.dialect == "mysql" and numbers == [1]:
            return Type("BOOLEAN")
        if base == "BIT" and self.dialect == "mysql":
            return Type("BOOLEAN" if numbers in ([], [1]) else "UBIGINT")
        return Type(base)

    def _decimal(self, phrase: str, arguments: Cursor, numbers: list[int]) -> Type:
        if not numbers and (phrase == "NUMBER" or self.dialect in ("sqlite", "postgres")):
            star = arguments.symbol("*")
            whole = self.dialect == "snowflake" or (star and arguments.peek(1) is not None)
            return Type("BIGINT") if whole else Type("DOUBLE", loose=phrase == "NUMBER")
        if not numbers:
            bare = "DECIMAL(38,9)" if self.dialect == "bigquery" else "DECIMAL(18,3)"
            return Type(_PLAIN_DECIMAL.get(self.dialect, bare))
        if arguments.symbol("*"):
            numbers = [38, *numbers]
        negative = any(arguments.symbol("-", ahead) for ahead in range(len(arguments.tokens)))
        scale = 0 if negative or len(numbers) < 2 else min(numbers[1], 38)
        precision = min(max(numbers[0], scale, 1), 38)
        if scale == 0 and phrase == "NUMBER" and (precision <= 18 or precision == 38):
            return Type("INTEGER" if precision <= 9 else "BIGINT")
        return Type(f"DECIMAL({precision},{scale})")

    def _nested(self, cursor: Cursor, depth: int) -> Type | None:
        """ARRAY<…>, STRUCT(…), MAP(…); None (and nothing read) if that is not what it is."""
        word = cursor.word()
        if not (cursor.symbol("<", 1) or cursor.symbol("(", 1)):
            bare = {"ARRAY": "JSON", "MAP": "JSON", "STRUCT": "JSON"}.get(word)
            cursor.skip(bool(bare))
            return Type(bare) if bare else None
        cursor.skip()
        inner = cursor.group() if cursor.symbol("(") else _angled(cursor)
        parts = inner.split()
        if word in ("ARRAY", "LIST"):
            return Type(self.read(parts[0], depth + 1).text + "[]")
        if word == "NULLABLE":
            return self.read(parts[0], depth + 1)
        if word == "MAP":
            return Type(f"MAP({', '.join(self.read(p, depth + 1).text for p in parts[:2])})")
        fields = ", ".join(self._field(part, depth) for part in parts)
        return Type(f"{'UNION' if word == 'UNION' else 'STRUCT'}({fields})")

    def _field(self, cursor: Cursor, depth: int) -> str:
        name = cursor.name("a field").text
        cursor.accept_symbol(":")
        return f"{quoted(name)} {self.read(cursor, depth + 1).text}"


def _phrase(cursor: Cursor, first: str) -> str:
    """The longest known name of several words that begins with `first`; moves past it."""
    words = [first]
    while len(words) < MAX_WORDS and cursor.word(len(words) - 1):
        words.append(cursor.word(len(words) - 1))
    for length in range(len(words), 1, -1):
        phrase = " ".join(words[:length])
        if phrase in _KNOWN:
            cursor.skip(length - 1)
            return phrase
    return first


def _suffixes(cursor: Cursor, *, interval: bool) -> bool:
    """Move past what may follow a type's brackets; whether UNSIGNED is among it."""
    unsigned = False
    while True:
        word = cursor.word()
        if word in _SUFFIXES:
            unsigned = unsigned or word == "UNSIGNED"
            cursor.skip()
        elif word in ("WITH", "WITHOUT") and cursor.word(1) in ("TIME", "LOCAL"):
            cursor.skip(2 if cursor.word(1) == "TIME" else 3)
            cursor.accept("ZONE")
        elif word == "VARYING" or (interval and (word in _UNITS or word == "TO")):
            cursor.skip()
            if cursor.symbol("("):
                cursor.group()
        else:
            return unsigned


def _arrays(cursor: Cursor, found: Type) -> Type:
    """The type with the [] that follow it."""
    while cursor.symbol("[") or cursor.word() == "ARRAY":
        cursor.skip(cursor.word() == "ARRAY")
        if cursor.symbol("["):
            cursor.group()
        found = Type(found.text + "[]", unknown=found.unknown)
    return found


def _angled(cursor: Cursor) -> Cursor:
    """What stands between < and >."""
    start, depth = cursor.at, 0
    while not cursor.done:
        depth += cursor.symbol("<") - cursor.symbol(">")
        cursor.skip()
        if depth == 0:
            end = cursor.tokens[cursor.at - 1].start
            return Cursor(cursor.source, cursor.tokens[start + 1 : cursor.at - 1], end)
    raise cursor.source.error(
        cursor.tokens[start].start, "The bracket < is never closed.", "Close it with >."
    )


def _labels(arguments: Cursor, written: Token) -> tuple[str, ...]:
    labels = [token.text for token in arguments.tokens if token.kind in ("string", "name")]
    if not labels:
        raise arguments.source.error(
            written.start,
            f"The ENUM {shown(written.text)} has no values.",
            "List them: ENUM('a', 'b').",
        )
    return tuple(dict.fromkeys(labels))[:MAX_ENUM]


def _end(cursor: Cursor) -> int:
    return cursor.tokens[cursor.at - 1].end if cursor.at else cursor.end
