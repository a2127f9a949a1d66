"""Uploads: what can be read is read with types and keys; the rest is refused, with reasons."""

from __future__ import annotations

import io
import os
import random
import sqlite3
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from text2sql.database import open_database
from text2sql.errors import UploadError
from text2sql.loading import DATA_FILE, MAX_FILE_MB, load_file
from text2sql.schema import ForeignKey, Schema, Table

SIDE_BY_SIDE = 2
LONGEST_S = 3.0  # a refusal takes a third of a second on an idle machine


@dataclass(frozen=True)
class Loaded:
    """What came of a file: the schema, and rows straight from the DuckDB file that was built."""

    schema: Schema
    folder: Path

    @property
    def table(self) -> Table:
        return self.schema.tables[0]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / DATA_FILE), read_only=True) as connection:
            return connection.execute(sql).fetchall()


Opener = Callable[[Path], Loaded]


@pytest.fixture
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opener:
    def opener(path: Path) -> Loaded:
        folder = tmp_path_factory.mktemp("private")
        return Loaded(load_file(path, folder), folder)

    return opener


def written(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def sqlite_file(path: Path, script: str) -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return path


def duckdb_file(path: Path, script: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(script)
    return path


CSV_FILES: dict[str, tuple[str | bytes, list[tuple[str, str]], list[tuple[Any, ...]]]] = {
    "comma.csv": (
        "id,when,price,name\n1,2024-02-29,1.5,Ann\n2,2024-03-01,,\n",
        [("id", "BIGINT"), ("when_", "DATE"), ("price", "DOUBLE"), ("name", "VARCHAR")],
        [(1, date(2024, 2, 29), 1.5, "Ann"), (2, date(2024, 3, 1), None, None)],
    ),
    "semicolon.csv": ("a;b\n1;x\n", [("a", "BIGINT"), ("b", "VARCHAR")], [(1, "x")]),
    "tab.tsv": ("a\tb\n1\tx\n", [("a", "BIGINT"), ("b", "VARCHAR")], [(1, "x")]),
    "pipe.txt": ("a|b\n1|x\n", [("a", "BIGINT"), ("b", "VARCHAR")], [(1, "x")]),
    "one column.csv": ("x\n1\n2\n", [("x", "BIGINT")], [(1,), (2,)]),
    "no rows.csv": ("a,b\n", [("a", "VARCHAR"), ("b", "VARCHAR")], []),
    "quoted.csv": (
        'a,b\n"two\nlines",1\n"a ""b"", c",2\n',
        [("a", "VARCHAR"), ("b", "BIGINT")],
        [("two\nlines", 1), ('a "b", c', 2)],
    ),
    "windows.csv": ("a,b\r\n1,x\r\n", [("a", "BIGINT"), ("b", "VARCHAR")], [(1, "x")]),
    "mark.csv": ("\ufeffa,b\n1,x\n", [("a", "BIGINT"), ("b", "VARCHAR")], [(1, "x")]),
    "latin.csv": (
        "näme,b\nüö,1\n".encode("cp1252"),
        [("näme", "VARCHAR"), ("b", "BIGINT")],
        [("üö", 1)],
    ),
    "utf16.csv": ("a,b\nü,1\n".encode("utf-16"), [("a", "VARCHAR"), ("b", "BIGINT")], [("ü", 1)]),
    "twice.csv": (
        "a,A,Order Date\n1,2,x\n",
        [("a", "BIGINT"), ("a_1", "BIGINT"), ("order_date", "VARCHAR")],
        [(1, 2, "x")],
    ),
    "title.csv": (
        "Sales of 2024\n\na,b\n1,2\n3,4\n",
        [("a", "BIGINT"), ("b", "BIGINT")],
        [(1, 2), (3, 4)],
    ),
}


@pytest.mark.parametrize("name", CSV_FILES)
def test_csv(name: str, tmp_path: Path, opened: Opener) -> None:
    data, columns, rows = CSV_FILES[name]
    database = opened(written(tmp_path / name, data))
    table = database.table
    assert [(column.name, column.type) for column in table.columns] == columns
    assert database.rows(f"FROM {table.name}") == rows
    assert table.name == name.split(".")[0].replace(" ", "_")


def test_notes_on_csv(tmp_path: Path, opened: Opener) -> None:
    title = opened(written(tmp_path / "title.csv", CSV_FILES["title.csv"][0]))
    assert title.schema.notes == ("The first 2 lines were left out: they are no rows.",)
    latin = opened(written(tmp_path / "latin.csv", CSV_FILES["latin.csv"][0]))
    assert latin.schema.notes == ("The text was read as Windows-1252 (Western European).",)


def test_parquet(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "Some Rows.parquet"
    query = "SELECT 1::TINYINT AS a, 1.50::DECIMAL(5,2) AS \"b c\", [1, 2] AS l, {'x': 1} AS s"
    duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    database = opened(path)
    table = database.schema.tables[0]
    assert table.name == "some_rows"
    assert [c.name for c in table.columns] == ["a", "b_c", "l", "s"]
    assert database.rows("FROM some_rows") == [(1, Decimal("1.50"), [1, 2], {"x": 1})]


def test_more_rows_than_fit(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "many.parquet"
    duckdb.sql(f"COPY (SELECT 1 AS a FROM range(1000005)) TO '{path}' (FORMAT parquet)")
    database = opened(path)
    assert database.rows("SELECT count(*) FROM many") == [(1_000_000,)]
    assert database.schema.notes == ("Only the first 1,000,000 rows of many were loaded.",)


def test_sqlite(tmp_path: Path, opened: Opener) -> None:
    """Types are those of what is stored, keys are kept, and data that break them load."""
    path = sqlite_file(
        tmp_path / "shop.db",
        """
        CREATE TABLE sale (id INTEGER PRIMARY KEY, item INT REFERENCES item, day DATE,
            big INT, price REAL, mixed INT, note VARCHAR(20) NOT NULL, data BLOB, none DOUBLE,
            FOREIGN KEY (note, mixed) REFERENCES pair (a, b));
        CREATE TABLE item (code INT PRIMARY KEY, "odd ""name" TEXT);
        CREATE TABLE pair (a TEXT, b INT, PRIMARY KEY (a, b));
        CREATE VIEW v AS SELECT * FROM item;
        CREATE INDEX i ON sale (day);
        INSERT INTO item VALUES (1, 'x'), (2, NULL);
        INSERT INTO sale VALUES (1, 1, '2024-01-01', 1, 1, 7, 'n', x'00ff', NULL),
            (2, 9, 'soon', 5000000000, 2.5, 'seven', 'm', NULL, NULL);
        """,
    )
    database = opened(path)
    tables = {table.name: table for table in database.schema.tables}
    assert list(tables) == ["item", "pair", "sale"]
    sale = tables["sale"]
    assert {c.name: c.type for c in sale.columns} == {
        "id": "INTEGER",
        "item": "INTEGER",
        "day": "VARCHAR",
        "big": "BIGINT",
        "price": "DOUBLE",
        "mixed": "VARCHAR",
        "note": "VARCHAR",
        "data": "BLOB",
        "none": "DOUBLE",
    }
    assert sale.primary_key == ("id",)
    assert tables["pair"].primary_key == ("a", "b")
    assert set(sale.foreign_keys) == {
        ForeignKey(("item",), "item", ("code",)),
        ForeignKey(("note", "mixed"), "pair", ("a", "b")),
    }
    assert database.rows('SELECT "odd ""name" FROM item ORDER BY code') == [("x",), (None,)]
    assert database.rows("SELECT mixed, data FROM sale ORDER BY id") == [
        ("7", b"\x00\xff"),
        ("seven", None),
    ]
    assert database.schema.notes == ("Left out: 1 view (v).",)


def test_hostile_sqlite(tmp_path: Path, opened: Opener) -> None:
    """Nothing of the file's own SQL runs: no view, no default, no virtual table."""
    path = sqlite_file(
        tmp_path / "evil.db",
        """
        CREATE VIEW endless AS WITH RECURSIVE r AS (SELECT 1 n UNION ALL SELECT n FROM r)
            SELECT * FROM r;
        CREATE VIRTUAL TABLE words USING fts5(body);
        CREATE TABLE ok (a INT, b INT GENERATED ALWAYS AS (a + 1) VIRTUAL);
        INSERT INTO ok (a) VALUES (1);
        CREATE TABLE "x""; ATTACH 'y" (a INT);
        """,
    )
    database = opened(path)
    assert [table.name for table in database.schema.tables] == ["ok", "x\"; ATTACH 'y"]
    assert database.rows("SELECT a FROM ok") == [(1,)]
    assert "The virtual table words was left out." in database.schema.notes


def test_duckdb(tmp_path: Path, opened: Opener) -> None:
    path = duckdb_file(
        tmp_path / "shop.duckdb",
        """
        CREATE TABLE item (id INTEGER PRIMARY KEY, name VARCHAR UNIQUE);
        CREATE TABLE sale (item_id INTEGER REFERENCES item (id), kind ENUM ('a', 'b'));
        CREATE SCHEMA other; CREATE TABLE other.item (x INTEGER); CREATE TABLE other.extra (y INT);
        CREATE VIEW readers AS SELECT * FROM item;
        INSERT INTO item VALUES (1, 'x'); INSERT INTO sale VALUES (1, 'b');
        """,
    )
    database = opened(path)
    tables = {table.name: table for table in database.schema.tables}
    assert set(tables) == {"item", "sale", "extra"}
    assert tables["item"].primary_key == ("id",)
    assert tables["item"].unique == (("name",),)
    assert tables["sale"].foreign_keys == (ForeignKey(("item_id",), "item", ("id",)),)
    assert database.rows("SELECT kind, name FROM sale JOIN item ON id = item_id") == [("b", "x")]
    assert database.schema.notes == (
        "Left out: 1 view (readers).",
        "A second table item (schema other) was left out.",
    )


def test_a_view_in_a_file_reads_no_other_file(tmp_path: Path, opened: Opener) -> None:
    canary = written(tmp_path / "canary.csv", "a\ncanary-7f3a\n")
    path = duckdb_file(
        tmp_path / "evil.duckdb",
        f"CREATE VIEW v AS SELECT * FROM '{canary}'; CREATE TABLE t AS SELECT 1 AS a",
    )
    database = opened(path)
    assert [table.name for table in database.schema.tables] == ["t"]


def test_content_decides_and_not_the_name(tmp_path: Path, opened: Opener) -> None:
    path = sqlite_file(tmp_path / "really.csv", "CREATE TABLE t (a INT); INSERT INTO t VALUES (1)")
    assert opened(path).rows("SELECT a FROM t") == [(1,)]


@pytest.mark.parametrize(
    "name",
    [
        "a*?[b].csv",
        "it's; DROP.csv",
        "..csv",
        "-rf.csv",
        'q"uo\nte.csv',
        "ünï 漢.csv",
        "select.csv",
    ],
)
def test_odd_names(name: str, tmp_path: Path, opened: Opener) -> None:
    database = opened(written(tmp_path / name, "a\n1\n"))
    assert database.rows(f"SELECT a FROM {database.table.name}") == [(1,)]


def test_a_link_to_a_file(tmp_path: Path, opened: Opener) -> None:
    written(tmp_path / "real.csv", "a\n1\n")
    (tmp_path / "link.csv").symlink_to("real.csv")
    assert opened(tmp_path / "link.csv").table.name == "link"


def test_the_upload_itself_is_not_changed(tmp_path: Path, opened: Opener) -> None:
    path = written(tmp_path / "latin.csv", "a\nü\n".encode("latin-1"))
    opened(path)
    assert path.read_bytes() == "a\nü\n".encode("latin-1")
    assert os.listdir(tmp_path) == ["latin.csv"]


def _zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", "a\n1\n")
    return buffer.getvalue()


def _bad_files(folder: Path) -> dict[str, str]:
    """Files of every kind that can't be used -> what the message must hold."""
    parquet = folder / "ok.parquet"
    duckdb.sql(f"COPY (SELECT i, 'x' || i AS s FROM range(2000) r(i)) TO '{parquet}'")
    good = parquet.read_bytes()
    base = duckdb_file(folder / "ok.duckdb", "CREATE TABLE t AS SELECT range AS i FROM range(9999)")
    data = base.read_bytes()
    lite = sqlite_file(
        folder / "ok.sqlite",
        "CREATE TABLE t (a, b); WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r "
        "WHERE i < 999) INSERT INTO t SELECT i, hex(zeroblob(30)) FROM r",
    )
    stored = lite.read_bytes()
    for path in (parquet, base, lite):
        path.unlink()
    noise = random.Random(7).randbytes(5_000)
    files: dict[str, tuple[bytes, str]] = {
        "empty.csv": (b"", "is empty"),
        "empty.parquet": (b"", "is empty"),
        "blank.csv": (b" \n \n", "nothing but white space"),
        "binary.csv": (noise, "binary data"),
        "nul.csv": (b"a,b\n\0,1\n", "binary data"),
        "ragged.csv": (b"a,b\n1,2\n1,2,3\n", "Line 3 has 3 values where the first has 2"),
        "short.csv": (b"a;b\n1;2\n1\n", "Line 3 has 1 values where the first has 2"),
        "broken16.csv": (b"\xff\xfea\0,", "unknown encoding"),
        "wide.csv": (b",".join([b"c"] * 600) + b"\n", "columns of the widest: 600"),
        "archive.zip": (_zipped(), "no known kind"),
        "archive.csv": (_zipped(), "binary data"),
        "archive.parquet": (_zipped(), "not a Parquet file"),
        "archive.sqlite": (_zipped(), "not a SQLite file"),
        "archive.duckdb": (_zipped(), "not a DuckDB file"),
        "picture.png": (b"\x89PNG\r\n\x1a\n" + noise, "no known kind"),
        "noname": (b"a,b\n1,2\n", "no known kind"),
        "cut.parquet": (good[:500], "No magic bytes"),
        "start.parquet": (b"PAR1", "too small"),
        "flipped.parquet": (good[:200] + b"\xff" * 400 + good[600:], ""),
        "footer.parquet": (good[:-40] + b"\xff" * 30 + good[-10:], ""),
        "cut.duckdb": (data[:5_000], "enough bytes"),
        "start.duckdb": (data[:20], "enough bytes"),
        "flipped.duckdb": (data[:4_096] + b"\xff" * 4_096 + data[8_192:], "orrupt"),
        "version.duckdb": (data[:12] + b"\xff" * 8 + data[20:], "orrupt"),
        "cut.sqlite": (stored[:5_000], "malformed"),
        "start.sqlite": (stored[:16], "not a database"),
        "flipped.sqlite": (stored[:100] + b"\xff" * 900 + stored[1_000:], "malformed"),
        "pages.sqlite": (stored[:4_096] + b"\xff" * 4_096 + stored[8_192:], "malformed"),
    }
    for name, (content, _) in files.items():
        written(folder / name, content)
    sqlite_file(folder / "none.sqlite", "CREATE TABLE t (a); DROP TABLE t; VACUUM")
    duckdb_file(folder / "none.duckdb", "SELECT 1")
    with (folder / "huge.csv").open("wb") as huge:
        huge.truncate(1 << 30)
    with (folder / "over.parquet").open("wb") as over:
        over.write(b"PAR1")
        over.truncate((MAX_FILE_MB << 20) + 1)
    os.mkfifo(folder / "pipe.csv")
    (folder / "nowhere.csv").symlink_to("/nowhere/at/all.csv")
    (folder / "circle.csv").symlink_to("circle.csv")
    return {name: message for name, (_, message) in files.items()} | {
        "none.sqlite": "has no tables",
        "none.duckdb": "has no tables",
        "huge.csv": "1,024 MB; the most that fits is 50 MB",
        "over.parquet": "50 MB",
        "pipe.csv": "is no file",
        "nowhere.csv": "No such file",
        "circle.csv": "symbolic links",
        "missing.csv": "No such file",
        "nul\0byte.csv": "null byte",
        "x" * 300 + ".csv": "too long",
        "../../../../../../../../../../etc/passwd": "no known kind",
        "../../../../../../../../../../dev/zero": "is no file",
    }


def test_bad_files_are_refused_and_the_next_works(tmp_path: Path) -> None:
    expected = _bad_files(tmp_path)

    def refusal(name: str) -> str:
        began = time.monotonic()
        try:
            open_database(tmp_path / name).close()
        except UploadError as error:
            told = str(error)
        else:
            return f"{name}: was loaded"
        took = time.monotonic() - began
        wrong = (
            took > LONGEST_S
            or expected[name] not in told
            or str(tmp_path) in told
            or len(told) > 500
        )
        return f"{name[:50]}: {took:.1f} s, {told}" if wrong else ""

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        assert [failure for failure in pool.map(refusal, expected) if failure] == []
    good = open_database(written(tmp_path / "good.csv", "a\n1\n"))
    assert good.run("SELECT a FROM good").rows == ((1,),)
    good.close()


def test_a_message_quotes_no_data(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i}\n" for i in range(30_000))
    path = written(tmp_path / "late.csv", f"a,b\n{rows}secret words,1,2,3\n")
    with pytest.raises(UploadError) as raised:
        open_database(path)
    assert "30002" in str(raised.value)
    assert "secret" not in str(raised.value)
