"""A model behind a server, tested against a real HTTP server on this machine."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator

import pytest
from model_server import ModelServer

from text2sql.database import database_from_schema
from text2sql.endpoint import EndpointGenerator, checked_url
from text2sql.engine import Engine
from text2sql.errors import GenerationError
from text2sql.generator import Completion
from text2sql.prompt import Prompt
from text2sql.schema import parse_schema

PROMPT = Prompt("CREATE TABLE t (a INTEGER);", "Question: how many?")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made = ModelServer()
    yield made
    made.close()


def last(generator: EndpointGenerator) -> Completion:
    return list(generator.stream(PROMPT))[-1]


def test_a_reply_grows_and_ends(server: ModelServer) -> None:
    states = list(EndpointGenerator(server.url).stream(PROMPT))
    texts = [state.text for state in states]
    assert texts[-1] == "```sql\nSELECT count(*) FROM t\n```"
    assert all(more.startswith(less) for less, more in itertools.pairwise(texts))
    assert [state.done for state in states] == [False] * 4 + [True]
    assert states[-1].tokens == 5 and 0 < states[-1].first_token_ms <= states[-1].total_ms


def test_the_request_is_the_projects_own_prompt_decoded_greedily(server: ModelServer) -> None:
    last(EndpointGenerator(server.url))
    (asked,) = server.asked
    assert asked["path"] == "/v1/chat/completions"
    assert asked["messages"] == PROMPT.messages()
    assert (asked["model"], asked["temperature"], asked["stream"]) == ("tiny", 0.0, True)


def test_the_engine_answers_through_a_server(server: ModelServer) -> None:
    database = database_from_schema(parse_schema(PROMPT.context))
    answer = Engine(EndpointGenerator(server.url, model="named")).ask("how many?", database)
    database.close()
    assert answer.result is not None and answer.result.rows[0][0] > 0
    assert (answer.base, answer.adapter) == ("named", None)


def test_chat_after_the_statement_is_not_waited_for(server: ModelServer) -> None:
    server.pieces += [" And now", " a long story"]
    assert last(EndpointGenerator(server.url)).text.endswith("\n```")


def test_samples_differ_in_their_seed(server: ModelServer) -> None:
    found = EndpointGenerator(server.url).sample(PROMPT, 3, seed=5)
    assert len(found) == 3
    assert [asked["seed"] for asked in server.asked] == [5, 6, 7]


def test_stopping_does_not_wait_for_a_silent_server(server: ModelServer) -> None:
    server.hold.clear()
    pressed = threading.Event()
    threading.Timer(0.3, pressed.set).start()
    began = time.monotonic()
    states = list(EndpointGenerator(server.url).stream(PROMPT, cancelled=pressed.is_set))
    assert states[-1].stopped and states[-1].done
    assert time.monotonic() - began < 3


def test_a_server_that_is_down_is_told_with_what_to_do() -> None:
    with pytest.raises(GenerationError, match=r"No server answers at .*Start it"):
        last(EndpointGenerator("http://127.0.0.1:9/v1", model="m"))
    with pytest.raises(GenerationError, match="No server answers"):
        EndpointGenerator("http://127.0.0.1:9/v1")


def test_an_error_of_the_server_is_told_with_its_words(server: ModelServer) -> None:
    generator = EndpointGenerator(server.url)
    server.status = 404
    with pytest.raises(GenerationError, match=r"answered 404.*path"):
        last(generator)


def test_nonsense_is_no_reply(server: ModelServer) -> None:
    generator = EndpointGenerator(server.url)
    server.pieces = ["x" * 50_000]
    assert len(last(generator).text) == 20_000
    server.models = []
    with pytest.raises(GenerationError, match="lists no model"):
        EndpointGenerator(server.url)


@pytest.mark.parametrize("url", ["", "localhost", "file:///etc/passwd", "http://", "://x"])
def test_only_the_url_of_a_server_will_do(url: str) -> None:
    with pytest.raises(GenerationError, match="not the URL of a server"):
        checked_url(url)
