"""A database that is looked at is read ahead: the latest one, and without harm if it can't be."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.conftest import FakeGenerator
from text2sql.generator import never
from text2sql.prompt import Prompt
from ui.databases import Databases, Source
from ui.models import Models
from ui.warming import Warming


def pasted(table: str) -> Source:
    return Source("schema", f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, city VARCHAR);")


def names(generator: FakeGenerator) -> list[str]:
    return [prompt.context.split()[2] for prompt in generator.warmed]


def test_what_is_looked_at_is_read_as_a_question_would_have_it() -> None:
    generator, databases = FakeGenerator("SELECT 1"), Databases()
    models = Models.of(generator)
    warming = Warming(models, databases)
    warming.begin(pasted("pears"))
    warming.join()
    with databases.using(pasted("pears"), "How many pears?") as database:
        models.engine(None).ask("How many pears?", database)
    databases.close()
    assert [one.context for one in generator.warmed] == [generator.prompts[0].context]


def test_of_many_only_the_latest_is_read() -> None:
    begun, go_on, given_up = threading.Event(), threading.Event(), []

    class Slow(FakeGenerator):
        def warm(self, prompt: Prompt, *, cancelled: Callable[[], bool] = never) -> None:
            super().warm(prompt)
            begun.set()
            assert go_on.wait(20)
            given_up.append(cancelled())

    generator, databases = Slow("SELECT 1"), Databases()
    warming = Warming(Models.of(generator), databases)
    warming.begin(pasted("first"))
    assert begun.wait(20)
    for name in ("second", "third", "last"):
        warming.begin(pasted(name))
    go_on.set()
    warming.join()
    databases.close()
    assert names(generator) == ["first", "last"] and given_up == [True, False]


def test_what_cannot_be_read_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeGenerator):
        def warm(self, prompt: Prompt, *, cancelled: Callable[[], bool] = never) -> None:
            super().warm(prompt)
            if len(self.warmed) == 1:
                raise RuntimeError("no memory")

    generator, databases = Broken("SELECT 1"), Databases()
    warming = Warming(Models.of(generator), databases)
    for source in (Source("upload", "gone"), Source(), pasted("one"), pasted("two")):
        warming.begin(source)
        warming.join()
    databases.close()
    assert names(generator) == ["one", "two"]
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_a_lent_gpu_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.warming.is_lent", lambda: True)
    generator = FakeGenerator("SELECT 1")
    warming = Warming(Models.of(generator), Databases())
    warming.begin(pasted("pears"))
    warming.join()
    assert generator.warmed == []
