"""Open databases: each opened once, few at a time, and an upload its own visitor's alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from text2sql.database import Database
from text2sql.errors import InputError, UploadError
from ui.databases import Databases, Source

PASTED = Source("schema", "CREATE TABLE purchases (id INT PRIMARY KEY, product VARCHAR(50));")


@pytest.fixture
def databases() -> Iterator[Databases]:
    made = Databases()
    yield made
    made.close()


def test_few_stay_open_and_none_is_closed_in_use(tmp_path: Path) -> None:
    made = Databases(tmp_path, most=2)
    texts = [f"CREATE TABLE t{n} (a INT)" for n in range(5)]
    with made.using(Source("schema", texts[0])) as first:
        for text in texts[1:]:
            with made.using(Source("schema", text)):
                pass
        assert first.run("SELECT count(*) FROM t0").rows[0][0] > 0
    assert len(made._open) <= 2
    made.close()
    assert not made._open


def test_one_pasted_schema_and_question_is_opened_once(databases: Databases) -> None:
    with (
        databases.using(PASTED, "How many?") as one,
        databases.using(PASTED, " how  many? ") as two,
    ):
        assert one is two
    with databases.using(PASTED, "How many eggs in November?") as other:
        assert other is not one


def test_two_at_once_open_a_database_once(databases: Databases) -> None:
    found: list[Database] = []

    def use() -> None:
        with databases.using(Source("schema", "CREATE TABLE once (a INT)")) as database:
            found.append(database)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1 and len(found) == 4


def test_uploads_are_reached_by_their_id_alone(tmp_path: Path) -> None:
    made = Databases(tmp_path)
    (tmp_path / "mine.csv").write_text("secret\n1\n")
    source = made.add_upload(tmp_path / "mine.csv")
    assert len(source.value) >= 32
    for guess in ("", "mine", source.value[:-1], source.value.upper()):
        with pytest.raises(UploadError), made.using(Source("upload", guess)):
            pass
    with pytest.raises(InputError), made.using(Source("demo", source.value)):
        pass
    made.close()


@pytest.mark.parametrize("name", ["..", "../shop", "/etc", "shop/../shop", ""])
def test_only_the_samples_there_are_can_be_opened(databases: Databases, name: str) -> None:
    refused = pytest.raises(InputError, match="There is no sample database")
    with refused, databases.using(Source("demo", name)):
        pass
    assert databases.examples(name) == ()
