"""A database behind its sandbox: values, previews, made-up rows, threads, an end without traces."""

from __future__ import annotations

import gc
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from text2sql.database import Database, database_from_schema, open_database
from text2sql.errors import QueryError, QueryTimeout, SchemaError, UploadError
from text2sql.execution import Limits
from text2sql.schema import parse_schema


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Database]:
    """A folder as demo data come: a schema and a CSV file for each table but one."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "schema.sql").write_text(
        "CREATE TABLE item (id INTEGER PRIMARY KEY, name VARCHAR, price DECIMAL(8, 2));\n"
        'CREATE TABLE "order" (id INTEGER, item_id INTEGER REFERENCES item (id), note VARCHAR);\n'
        "CREATE TABLE empty (id INTEGER, word VARCHAR);\n"
    )
    (folder / "item.csv").write_text("price,name,id\n1.50,Tea,1\n2.25,Café au lait,2\n0.5,Tea,3\n")
    (folder / "order.csv").write_text('id,item_id,note\n1,1,"two\nlines"\n2,2,\n3,9,"a ""b"""\n')
    database = open_database(folder)
    yield database
    database.close()


def test_a_folder(shop: Database) -> None:
    assert shop.name == "shop"
    assert [table.name for table in shop.schema.tables] == ["item", "order", "empty"]
    assert shop.schema.table("order").foreign_keys[0].table == "item"  # type: ignore[union-attr]
    assert shop.run("SELECT sum(price) FROM item").rows[0][0].as_tuple().digits == (4, 2, 5)
    notes = shop.run('SELECT note FROM "order" ORDER BY id').rows
    assert notes == (("two\nlines",), (None,), ('a "b"',))
    assert shop.run("SELECT * FROM empty").rows == ()
    assert not shop.made_up


def test_values(shop: Database) -> None:
    values = shop.values()
    assert values["item", "name"] == ("Tea", "Café au lait")
    assert values["empty", "word"] == ()
    assert ("item", "price") not in values
    assert shop.values() is values


def test_long_values_are_left_out() -> None:
    schema = parse_schema("CREATE TABLE t (a VARCHAR CHECK (a IN ('x', 'y')), b INTEGER)")
    database = database_from_schema(schema)
    assert set(database.values()["t", "a"]) == {"x", "y"}
    database.close()


def test_preview(shop: Database) -> None:
    assert len(shop.preview("item", 2).rows) == 2
    assert shop.preview("order").columns == ("id", "item_id", "note")


def test_bind(shop: Database) -> None:
    shop.bind("SELECT name FROM item")
    with pytest.raises(QueryError, match="nam"):
        shop.bind("SELECT nam FROM item")


def test_threads_wait_for_each_other(shop: Database) -> None:
    def ask(number: int) -> object:
        if number % 7 == 0:
            with pytest.raises(QueryTimeout):
                shop.run("SELECT sleep_ms(9000)", limits=Limits(deadline_s=0.2))
        return shop.run(f"SELECT {number} + count(*) FROM item").rows[0][0]

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(ask, range(1, 15))) == [n + 3 for n in range(1, 15)]


def test_the_end_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    database = database_from_schema(parse_schema("CREATE TABLE t (a INTEGER)"))
    database.run("SELECT 1")
    assert os.listdir(tmp_path)
    database.close()
    assert os.listdir(tmp_path) == []


def test_a_forgotten_database_is_cleared_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    database = database_from_schema(parse_schema("CREATE TABLE t (a INTEGER)"))
    database.run("SELECT 1")
    del database
    gc.collect()
    assert os.listdir(tmp_path) == []


def test_a_failed_load_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"PAR1 and no more")
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    with pytest.raises(UploadError):
        open_database(bad)
    assert os.listdir(private) == []


def test_made_up_rows(tmp_path: Path) -> None:
    schema = parse_schema(
        "CREATE TABLE city (id INTEGER PRIMARY KEY, name VARCHAR);"
        "CREATE TABLE person (id INTEGER PRIMARY KEY, city_id INTEGER REFERENCES city (id))"
    )
    first = database_from_schema(schema, seed=3)
    again = database_from_schema(schema, seed=3)
    sql = "SELECT p.id, c.name FROM person p JOIN city c ON c.id = p.city_id ORDER BY p.id"
    assert first.made_up
    assert first.run(sql).rows
    assert first.run(sql).rows == again.run(sql).rows
    orphans = "SELECT count(*) FROM person WHERE city_id NOT IN (SELECT id FROM city)"
    assert first.run(orphans).rows == ((0,),)
    first.close()
    again.close()


def test_hostile_names_in_a_pasted_schema() -> None:
    schema = parse_schema('CREATE TABLE "t""; DROP TABLE x; --" ("a\'b" INTEGER, "c;d" VARCHAR);')
    database = database_from_schema(schema)
    assert database.preview(schema.tables[0].name).columns == ("a'b", "c;d")
    assert ('t"; DROP TABLE x; --', "c;d") in database.values()
    database.close()


@pytest.mark.parametrize(
    ("files", "error", "message"),
    [
        ({}, UploadError, "has no schema.sql"),
        ({"schema.sql": "SELECT 1"}, SchemaError, "CREATE TABLE"),
        ({"schema.sql": ""}, SchemaError, ""),
        (
            {"schema.sql": "CREATE TABLE t (a INTEGER)", "t.csv": "a\nx\n"},
            UploadError,
            "CSV Error on Line: 2",
        ),
        ({"schema.sql": "CREATE TABLE t (a INTEGER)", "t.csv": "b\n1\n"}, UploadError, '"b"'),
        ({"schema.sql": "CREATE TABLE t (a INTEGER)", "t.csv": ""}, UploadError, ""),
        ({"schema.sql": b"\xff\xfe\xff"}, UploadError, "UTF-8"),
    ],
)
def test_bad_folders(
    files: dict[str, str | bytes], error: type[Exception], message: str, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    began = time.monotonic()
    with pytest.raises(error) as raised:
        open_database(folder)
    assert time.monotonic() - began < 2
    assert message in str(raised.value)
    assert str(tmp_path) not in str(raised.value)


def test_a_schema_cannot_read_files(tmp_path: Path) -> None:
    """The DDL is read, not run; a table's name leads to no file outside the folder."""
    (tmp_path / "outside.csv").write_text("a\ncanary-7f3a\n")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "schema.sql").write_text('CREATE TABLE "../outside" (a VARCHAR)')
    try:
        database = open_database(folder)
    except (UploadError, SchemaError) as error:
        assert "canary" not in str(error)
    else:
        assert "canary" not in str(database.preview("../outside").rows)
        database.close()


def test_opening_in_threads(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x\n1\n2\n")
    found: list[int] = []

    def work() -> None:
        database = open_database(path)
        found.append(database.run("SELECT sum(x) FROM a").rows[0][0])
        database.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3, 3, 3]
