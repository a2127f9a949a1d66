"""Which dialect a text is written in, by the evidence in it.

Knows nothing of what the statements say. Names of dialects are sqlglot's.
"""

from __future__ import annotations

import re

from text2sql.errors import SchemaError

DIALECTS = ("mysql", "postgres", "sqlite", "tsql", "oracle", "snowflake", "bigquery", "duckdb")
ALIASES = {
    "mariadb": "mysql",
    "postgresql": "postgres",
    "pg": "postgres",
    "redshift": "postgres",
    "sqlite3": "sqlite",
    "mssql": "tsql",
    "sqlserver": "tsql",
    "sql server": "tsql",
    "t-sql": "tsql",
    "plsql": "oracle",
    "google": "bigquery",
    "hive": "bigquery",  # its types are BigQuery's, written alike
    "spark": "bigquery",
    "databricks": "bigquery",
}
DEFAULT = "duckdb"
SAMPLE = 100_000  # characters looked at

# Weight 5: hardly anything else writes it. 3: typical. 1: a hint among others. Each line of words
# counts once.
_WORDS: tuple[tuple[str, int, str], ...] = (
    ("mysql", 5, "AUTO_INCREMENT"),
    ("mysql", 3, "MEDIUMTEXT LONGTEXT TINYTEXT MEDIUMINT MEDIUMBLOB LONGBLOB FULLTEXT ZEROFILL"),
    ("mysql", 2, "CHARSET UTF8MB4 INNODB DELIMITER"),
    ("postgres", 5, "PG_CATALOG PLPGSQL SETVAL"),
    ("postgres", 4, "BIGSERIAL SMALLSERIAL JSONB TSVECTOR"),
    ("postgres", 3, "NEXTVAL"),
    ("postgres", 3, "BYTEA INET CIDR HSTORE GIN GIST TIMESTAMPTZ GEN_RANDOM_UUID CITEXT"),
    ("sqlite", 5, "AUTOINCREMENT ROWID PRAGMA SQLITE_SEQUENCE"),
    ("sqlite", 4, "STRFTIME FTS5 FTS4 FTS3"),
    ("tsql", 5, "DBO UNIQUEIDENTIFIER ROWGUIDCOL DATETIMEOFFSET HIERARCHYID SMALLMONEY"),
    ("tsql", 4, "CLUSTERED NONCLUSTERED DATETIME2 SMALLDATETIME GETDATE NTEXT NOCHECK"),
    ("tsql", 2, "NVARCHAR SYSNAME"),
    ("oracle", 5, "VARCHAR2 NVARCHAR2 NOVALIDATE SUPPLEMENTAL"),
    ("oracle", 3, "SYSDATE PCTFREE SYSTIMESTAMP TABLESPACE BINARY_DOUBLE BINARY_FLOAT"),
    ("oracle", 2, "CLOB NCLOB ENABLE"),
    ("snowflake", 5, "TIMESTAMP_NTZ TIMESTAMP_LTZ TIMESTAMP_TZ"),
    ("snowflake", 4, "DATA_RETENTION_TIME_IN_DAYS MASKING BYTEINT"),
    ("bigquery", 5, "INT64 FLOAT64 BIGNUMERIC"),
    ("duckdb", 5, "HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT READ_CSV"),
)
_TYPES: tuple[tuple[str, int, str], ...] = (  # words that may be names; they count after a name
    ("postgres", 4, "SERIAL"),
    ("tsql", 2, "MONEY"),
    ("oracle", 3, "NUMBER"),
    ("snowflake", 5, "VARIANT"),
    ("bigquery", 5, "BYTES"),
    ("bigquery", 3, "STRING"),
)
_PATTERNS: tuple[tuple[str, int, str], ...] = (
    ("mysql", 5, r"\bENGINE\s*=|\)\s*ENGINE\b"),
    ("mysql", 5, r"MySQL dump|MariaDB dump|/\*!\d{5}"),
    ("mysql", 3, r"\bUNSIGNED\s*(?:,|\)|NOT\b|NULL\b|DEFAULT\b|AUTO)"),
    ("mysql", 3, r"\bENUM\s*\(\s*['\"]|\bON\s+UPDATE\s+CURRENT_TIMESTAMP"),
    ("mysql", 2, r"`\w+`\s+\w+\s*\(\d+\)|\b(?:TINY|SMALL|BIG)?INT\s*\(\d+\)"),
    ("mysql", 2, r"`\w+`\s+\w|^\s*(?:UNIQUE )?KEY\s+\S+\s*\(|\bCOMMENT\s+'"),
    ("postgres", 5, r"PostgreSQL database dump|\bFROM\s+stdin\b|\bLANGUAGE\s+plpgsql"),
    ("postgres", 4, r"\bALTER\s+TABLE\s+ONLY\b|\bOWNER\s+TO\b|\bCREATE\s+DOMAIN\b"),
    ("postgres", 3, r"\bcharacter varying\b|\bwith(?:out)? time zone\b|'::|\)::"),
    ("postgres", 2, r"\bpublic\.|\bCREATE\s+TYPE\s+\S+\s+AS\s+ENUM\b"),
    ("postgres", 3, r"\bGENERATED\s+(?:ALWAYS|BY\s+DEFAULT)\s+AS\s+IDENTITY\b"),
    ("postgres", 1, r"\w\[\]|\bINT[48]\b|\bFLOAT[48]\b"),
    ("sqlite", 5, r"\bWITHOUT\s+ROWID\b|^PRAGMA\s|\)\s*STRICT\s*;|\bdatetime\s*\(\s*'now'"),
    ("sqlite", 2, r"\bINTEGER\s+(?:NOT NULL )?PRIMARY\s+KEY\b(?!\s+AUTO_)"),
    ("sqlite", 3, r"\bON\s+CONFLICT\s+(?:REPLACE|ABORT|IGNORE|FAIL)\b"),
    ("sqlite", 1, r"\bTEXT\b"),
    ("sqlite", 1, r"\bREAL\b"),
    ("tsql", 5, r"\bIDENTITY\s*\(\s*\d|^[ \t]*GO[ \t]*$|\bON\s+\[PRIMARY\]|\(\s*max\s*\)"),
    ("tsql", 3, r"\[\w[\w ]*\]\s+\[?\w"),
    ("tsql", 2, r"\bBIT\s+(?:NOT\s+)?NULL\b"),
    ("oracle", 3, r"\bNUMBER\s*\(\s*[\d*]|^/[ \t]*$|\bUSING\s+INDEX\b"),
    ("oracle", 3, r"\d\s+(?:CHAR|BYTE)\)|\bSEGMENT\s+CREATION\b"),
    ("snowflake", 4, r"\bNUMBER\s*\(\s*38\s*,|\bAUTOINCREMENT\s+START\b|\b16777216\b"),
    ("snowflake", 4, r"\bCLUSTER\s+BY\s*\(|\bFILE\s+FORMAT\b|\bUSE\s+WAREHOUSE\b"),
    ("snowflake", 5, r"\bTRANSIENT\s+TABLE\b"),
    ("snowflake", 3, r"\bCREATE\s+OR\s+REPLACE\s+TABLE\b"),
    ("bigquery", 5, r"`[\w-]+\.[\w-]+(?:\.[\w-]+)?`|\bSTRUCT\s*<|\bARRAY\s*<"),
    ("bigquery", 5, r"\bOPTIONS\s*\(|\bNOT\s+ENFORCED\b"),
    ("duckdb", 5, r"\bDEFAULT\(nextval\("),
    ("duckdb", 3, r"\bCREATE TABLE main\."),
    ("duckdb", 5, r"\bSTRUCT\s*\(|\bMAP\s*\(|\bUNION\s*\(\s*\w+\s+\w"),
    ("duckdb", 4, r"\b(?:VARCHAR|INTEGER|DOUBLE|BIGINT)\[\d*\]"),
    ("duckdb", 1, r"\bVARCHAR\s*(?:,|\)|NOT\b|PRIMARY\b|UNIQUE\b|DEFAULT\b|$)"),
    ("duckdb", 1, r"\bDOUBLE\s*[,)]"),
)
_WORD_SETS = tuple((dialect, weight, frozenset(words.split())) for dialect, weight, words in _WORDS)
_COMPILED = tuple(
    (dialect, weight, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
    for dialect, weight, pattern in (
        *_PATTERNS,
        *((name, weight, rf"[\w\"`\]][ \t]+{word}\b(?!\s*\.)") for name, weight, word in _TYPES),
    )
)
LEAST = 3  # below this the evidence is chance


def recognise(text: str) -> str:
    """The dialect with the most evidence; DuckDB's own if there is hardly any.

    >>> recognise("CREATE TABLE `a` (`id` int(11) NOT NULL AUTO_INCREMENT) ENGINE=InnoDB")
    'mysql'
    >>> recognise("CREATE TABLE a (id INT)")
    'duckdb'
    """
    sample = text[:SAMPLE]
    words = set(re.findall(r"\w+", sample.upper()))
    score = dict.fromkeys(DIALECTS, 0)
    for dialect, weight, listed in _WORD_SETS:
        score[dialect] += weight * (not words.isdisjoint(listed))
    for dialect, weight, pattern in _COMPILED:
        score[dialect] += weight * (pattern.search(sample) is not None)
    best = max(DIALECTS, key=lambda dialect: score[dialect])
    return best if score[best] >= LEAST else DEFAULT


def dialect_named(name: str) -> str:
    """The dialect that a user names; raises SchemaError."""
    lower = name.strip().lower()
    found = ALIASES.get(lower, lower)
    if found not in DIALECTS:
        raise SchemaError(
            f'There is no dialect "{name}".', hint=f"Choose one of: {', '.join(DIALECTS)}."
        )
    return found
