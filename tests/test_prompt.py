"""The prompt's parts, what is left out for want of room, the values it names, and its replies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from text2sql import prompt as prompt_module
from text2sql.prompt import (
    FINGERPRINT,
    INSTRUCTION,
    REPLY_START,
    Prompt,
    build_prompt,
    extract_sql,
    find_values,
    is_finished,
    render,
    render_schema,
    repair_prompt,
)
from text2sql.schema import parse_schema

SCHEMA = parse_schema(
    """
    CREATE TABLE city (id INTEGER PRIMARY KEY, name VARCHAR(40), "zip code" VARCHAR);
    CREATE TABLE orders (id INTEGER, city_id INTEGER REFERENCES city (id), price DECIMAL(8, 2),
        status VARCHAR CHECK (status IN ('paid', 'open')), PRIMARY KEY (id, city_id));
    CREATE TABLE line (order_id INTEGER, city_id INTEGER, "order" INTEGER,
        FOREIGN KEY (order_id, city_id) REFERENCES orders (id, city_id));
    """
)


@dataclass
class Tokenizer:
    """The shape of a chat template, without a model; none for a base that has no template."""

    chat_template: str | None = "chat"
    bos_token: str | None = "<s>"

    @property
    def apply_chat_template(self) -> Callable[..., Any]:
        def apply(messages: list[dict[str, str]], **options: bool) -> str:
            assert options == {"tokenize": False, "add_generation_prompt": True}
            turns = (f"<{m['role']}>{m['content']}</>\n" for m in messages)
            return "".join(turns) + "<assistant>"

        return apply


def test_a_schema_is_a_line_for_each_table() -> None:
    assert render_schema(SCHEMA, {}).splitlines() == [
        'CREATE TABLE city (id INTEGER PRIMARY KEY, name VARCHAR, "zip code" VARCHAR);',
        "CREATE TABLE orders (id INTEGER, city_id INTEGER REFERENCES city(id), price DECIMAL, "
        "status VARCHAR /* 'open', 'paid' */, PRIMARY KEY (id, city_id));",
        'CREATE TABLE line (order_id INTEGER, city_id INTEGER, "order" INTEGER, '
        "FOREIGN KEY (order_id, city_id) REFERENCES orders(id, city_id));",
    ]


def test_few_values_are_listed_and_many_are_not() -> None:
    few = render_schema(SCHEMA, {("city", "name"): ("Rome", "*/ DROP", "it's")})
    assert "name VARCHAR /* '* / DROP', 'Rome', 'it''s' */" in few
    many = render_schema(SCHEMA, {("city", "name"): tuple(f"c{i}" for i in range(6))})
    assert "name VARCHAR, " in many
    long = render_schema(SCHEMA, {("city", "name"): ("x" * 41,)})
    assert "name VARCHAR, " in long


@pytest.mark.parametrize("tokenizer", [Tokenizer(), Tokenizer(chat_template=None)])
@pytest.mark.parametrize("question", ["How many?", "CREATE TABLE city (id", "<assistant>", "ü 🙂"])
def test_rendered_in_two_parts_cut_where_the_schema_ends(
    tokenizer: Tokenizer, question: str
) -> None:
    prompt = build_prompt(question, SCHEMA)
    first, second = render(tokenizer, prompt)
    assert first.endswith(prompt.context)
    assert first.count(INSTRUCTION) == 1
    assert second.startswith(f"\n\nQuestion: {question}")
    assert second.endswith(REPLY_START)
    other, _ = render(tokenizer, build_prompt("Something else?", SCHEMA))
    assert first == other


def test_a_question_that_repeats_the_schema_is_cut_at_the_first() -> None:
    context = render_schema(SCHEMA, {})
    first, second = render(Tokenizer(), Prompt(context, f"Question: {context}"))
    assert context not in first.removesuffix(context)
    assert context in second


def test_without_a_template_there_are_plain_paragraphs() -> None:
    first, second = render(Tokenizer(chat_template=None, bos_token=None), Prompt("C", "Q"))
    assert first + second == f"{INSTRUCTION}\n\nC\n\nQ\n\n{REPLY_START}"


def test_a_question_is_one_line() -> None:
    assert build_prompt("  How\n\tmany? ", SCHEMA).question == "Question: How many?"


def test_all_tables_where_there_is_room() -> None:
    prompt = build_prompt("How many?", SCHEMA)
    assert prompt.omitted == ()
    assert prompt.context == render_schema(SCHEMA, {})


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("How many cities?", {"city"}),
        ("The price of all orders", {"orders"}),
        ("Where is Rome?", {"city"}),
        ("Each line in order", {"line"}),
    ],
)
def test_the_least_relevant_tables_are_left_out_and_named(question: str, kept: set[str]) -> None:
    values = {("city", "name"): ("Rome", *map(str, range(6)))}
    longest = max(len(line) for line in render_schema(SCHEMA, values).splitlines())
    prompt = build_prompt(question, SCHEMA, values=values, budget=longest, count_tokens=len)
    assert kept <= {t.name for t in SCHEMA.tables} - set(prompt.omitted)
    assert len(prompt.context) <= longest
    assert prompt.omitted
    assert all(f"CREATE TABLE {name} " not in prompt.context for name in prompt.omitted)


def test_one_table_stays_even_without_room() -> None:
    prompt = build_prompt("The price of orders", SCHEMA, budget=1, count_tokens=len)
    assert prompt.omitted == ("city", "line")
    assert prompt.context.startswith("CREATE TABLE orders")


def test_tables_keep_their_order() -> None:
    budget = len(render_schema(SCHEMA, {})) - 1
    prompt = build_prompt("line and city", SCHEMA, budget=budget, count_tokens=len)
    assert prompt.omitted == ("orders",)
    assert prompt.context.index("city (") < prompt.context.index("line (")


def test_values_of_tables_left_out_are_not_named() -> None:
    values = {("city", "name"): ("Rome",), ("orders", "status"): ("paid",)}
    asked = "the price of orders paid in Rome"
    prompt = build_prompt(asked, SCHEMA, values=values, budget=1)
    assert prompt.question == f"Values: orders.status = 'paid'\nQuestion: {asked}"


CITIES = (
    "Berlin",
    "New York",
    "York",
    "New York City",
    "7",
    "A",
    "order",
    "O'Brien",
    "the",
    "paid",
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who lives in Berlin?", ["city.name = 'Berlin'"]),
        ("who lives in BERLIN", ["city.name = 'Berlin'"]),
        ("Berliners?", []),
        ("Flats in New York", ["city.name = 'New York'"]),
        ("Flats in New York City", ["city.name = 'New York City'"]),
        ("From York to Berlin", ["city.name = 'York'", "city.name = 'Berlin'"]),
        ("More than 7", []),
        ("The city '7'", ["city.name = '7'"]),
        ("A city", []),
        ("Grade 'A'", ["city.name = 'A'"]),
        ("The last order", []),
        ('The city "order"', ["city.name = 'order'"]),
        ("What did O'Brien say?", ["city.name = 'O''Brien'"]),
        ("the the the", []),
        ("Which are paid?", ["city.name = 'paid'"]),
        ("", []),
    ],
)
def test_values_that_a_question_names(question: str, expected: list[str]) -> None:
    found = find_values(question, SCHEMA, {("city", "name"): CITIES})
    assert sorted(found) == sorted(expected)


def test_at_most_five_values_and_the_longest_first() -> None:
    names = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta Eta")
    found = find_values(" ".join(names), SCHEMA, {("city", "zip code"): names})
    assert len(found) == 5
    assert found[0] == "city.\"zip code\" = 'Zeta Eta'"


def test_one_value_in_two_columns() -> None:
    values = {("city", "name"): ("Rome",), ("city", "zip code"): ("Rome",)}
    assert len(find_values("Rome?", SCHEMA, values)) == 2


def test_values_stand_before_the_question() -> None:
    prompt = build_prompt("Who is in Rome?", SCHEMA, values={("city", "name"): ("Rome",)})
    assert prompt.question == "Values: city.name = 'Rome'\nQuestion: Who is in Rome?"


def test_the_second_attempt_shares_the_context() -> None:
    prompt = build_prompt("How many?", SCHEMA)
    again = repair_prompt(prompt, "SELECT x", 'no column "x"')
    assert again.context == prompt.context
    assert "SELECT x" in again.question
    assert 'no column "x"' in again.question


@pytest.mark.parametrize(
    ("reply", "sql"),
    [
        ("SELECT 1", "SELECT 1"),
        ("SELECT 1;", "SELECT 1"),
        ("SELECT 1;\n```\nThat is one.", "SELECT 1"),
        ("SELECT 1\n```", "SELECT 1"),
        ("```sql\nSELECT 1\n```", "SELECT 1"),
        ("```\nSELECT 1\n```", "SELECT 1"),
        ("```SQL\nSELECT 1", "SELECT 1"),
        ("Here you are:\n```sql\nSELECT a\nFROM t;\n```\nIt reads a.", "SELECT a\nFROM t"),
        ("```sql\nSELECT 1\n```\nor\n```sql\nSELECT 2\n```", "SELECT 1"),
        ("Sure: SELECT 1", "SELECT 1"),
        ("SELECT ';' AS s; SELECT 2", "SELECT ';' AS s"),
        ('SELECT "a;b" FROM t; x', 'SELECT "a;b" FROM t'),
        ("SELECT 'it''s; so'; x", "SELECT 'it''s; so'"),
        ("SELECT '```' AS s", "SELECT '```' AS s"),
        ("WITH a AS (SELECT 1) SELECT * FROM a;", "WITH a AS (SELECT 1) SELECT * FROM a"),
        ("(SELECT 1) UNION (SELECT 2);", "(SELECT 1) UNION (SELECT 2)"),
        ("VALUES (1);", "VALUES (1)"),
        ("FROM t;", "FROM t"),
        ("SELECT 'not closed", "SELECT 'not closed"),
        ("I can't.\nSELECT 1;", "SELECT 1"),
        ("I do not know.", "I do not know."),
        ("", ""),
        ("\n\n", ""),
        ("DELETE FROM t WHERE a = 1", "DELETE FROM t WHERE a = 1"),
        ("```sql\nUPDATE t SET a = 1;\n```", "UPDATE t SET a = 1"),
        ("CREATE TABLE u AS SELECT 1", "CREATE TABLE u AS SELECT 1"),
        ("COPY (SELECT 1) TO 'f.csv'", "COPY (SELECT 1) TO 'f.csv'"),
        ("Create a query:\nSELECT 1", "SELECT 1"),
        ("Copy this and run it:\nSELECT 1", "SELECT 1"),
    ],
)
def test_the_statement_in_a_reply(reply: str, sql: str) -> None:
    assert extract_sql(reply) == sql


@pytest.mark.parametrize(
    ("reply", "finished"),
    [
        ("SELECT 1;", True),
        ("SELECT 1\n```", True),
        ("SELECT ';'; ", True),
        ("SELECT 1", False),
        ("SELECT ';'", False),
        ('SELECT "a;b', False),
        ("SELECT '``` ", False),
        ("SELECT 1\n``", False),
        ("Well; ", False),
        ("```sql\nSELECT 1", False),
        ("```sql\nSELECT 1\n```", True),
        ("", False),
    ],
)
def test_whether_a_reply_is_finished(reply: str, finished: bool) -> None:
    assert is_finished(reply) is finished


def test_a_finished_reply_gives_the_same_statement_as_the_longer_one() -> None:
    whole = "SELECT ';', a FROM t WHERE b = 'x;y';\n```\nThis selects; a."
    ends = [end for end in range(len(whole) + 1) if is_finished(whole[:end])]
    assert {extract_sql(whole[:end]) for end in ends} == {extract_sql(whole)}


def test_the_fingerprint_is_of_the_prompt_as_it_is() -> None:
    assert prompt_module._fingerprint() == FINGERPRINT
    assert len(FINGERPRINT) == 16


@pytest.mark.parametrize(
    ("name", "value"),
    [("INSTRUCTION", "Write SQL."), ("REPLY_START", "SQL: "), ("MAX_LISTED", 1)],
)
def test_the_fingerprint_changes_with_the_prompt(
    name: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompt_module, name, value)
    assert prompt_module._fingerprint() != FINGERPRINT
