"""Answers, rows, charts and schemas as the page shows them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from text2sql.answer import Answer
from text2sql.problems import Problem, QueryResult, Repair
from text2sql.schema import Column, Schema, Table, parse_schema
from ui import components, render
from ui.charts import chart_of
from ui.models import Loading
from ui.schema_view import schema_html

EVIL = "<img src=x onerror=alert(1)>${alert(1)}{{value}}@children`"


def test_nothing_from_outside_becomes_markup_or_a_template() -> None:
    result = QueryResult((EVIL,), (EVIL,), ((EVIL,), (None,)))
    answer = Answer(
        sql=EVIL,
        problems=(Problem("names", EVIL, 1, 2, EVIL),),
        repairs=(Repair(EVIL, EVIL, EVIL, EVIL + "x"),),
        omitted=(EVIL,),
        result=result,
    )
    table = Table(EVIL, (Column(EVIL, EVIL, enum=(EVIL,)),), primary_key=(EVIL,))
    shown = [
        render.findings(answer),
        render.rows_table(result, label=EVIL),
        render.failure(EVIL, EVIL),
        render.busy(EVIL, 0.5),
        schema_html(Schema((table,), EVIL, (EVIL,)), made_up=True),
        components.head_html(Loading(EVIL, error=EVIL, notice=EVIL)),
    ]
    for html in shown:
        assert "<img" not in html and "&lt;img" in html
        assert not any(mark in html for mark in ("${", "{{", "@children", "`"))


def test_rows_as_csv_keep_what_the_cells_hold() -> None:
    rows = ((1, 'say "hi", you', None), (Decimal("1.50"), "two\nlines", date(2026, 11, 1)))
    text = render.as_csv(QueryResult(("n", "t", "d"), ("INTEGER", "VARCHAR", "DATE"), rows))
    assert text == 'n,t,d\r\n1,"say ""hi"", you",\r\n1.50,"two\nlines",2026-11-01\r\n'


def test_repairs_show_only_what_changed_as_changed() -> None:
    answer = Answer(
        repairs=(Repair("nearest_name", "m", "SELECT nam FROM t", "SELECT name FROM t"),)
    )
    html = render.findings(answer)
    assert "<del>nam</del><ins>name</ins>" in html and "nearest name" in html


def test_a_wide_answer_says_how_much_of_it_is_shown() -> None:
    rows = tuple((n,) for n in range(1_000))
    answer = Answer(result=QueryResult(("n",), ("INTEGER",), rows, truncated=True))
    html = render.result(answer, made_up=False)
    assert "The first 1,000 rows; there are more (200 shown)" in html
    assert html.count("<tr>") == 201


def rows_of(*rows: tuple[Any, ...], names: tuple[str, ...] = ("what", "n")) -> QueryResult:
    return QueryResult(names, ("VARCHAR",) * len(names), rows)


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        (rows_of(("a", 1), ("b", 2)), "bar"),
        (rows_of((None, 1), ("b", Decimal("2.5"))), "bar"),
        (rows_of((date(2026, 1, 1), 1), (date(2026, 2, 1), 2)), "line"),
        (rows_of((datetime(2026, 1, 1), 1.0), (datetime(2026, 2, 1), 2.0)), "line"),
        (rows_of(("2026-01", 1), ("2026-02", 2)), "line"),
        (rows_of((11, 5), (12, 6), names=("purchase_month", "n")), "line"),
        (rows_of(("a", 1)), None),
        (rows_of(("a", 1), ("a", 2)), None),
        (rows_of(("a", "x"), ("b", "y")), None),
        (rows_of(("a", None), ("b", 2)), None),
        (rows_of(("a", float("nan")), ("b", 2)), None),
        (rows_of(("a", True), ("b", False)), None),
        (rows_of(("a", 1), ("b", 2), names=("name", "customer_id")), None),
        (rows_of((11, 5), (12, 6), names=("quantity", "n")), None),
        (rows_of(("2026-13", 1), ("2026-14", 2)), "bar"),
        (rows_of(*((f"c{n}", n) for n in range(60))), None),
        (rows_of(("a", 1, 2), ("b", 2, 3), names=("a", "b", "c")), None),
        (QueryResult(("a", "b"), ("VARCHAR",) * 2, (("a", 1), ("b", 2)), truncated=True), None),
    ],
)
def test_the_shape_of_the_rows_decides_the_chart(result: QueryResult, kind: str | None) -> None:
    chart = chart_of(result)
    assert (chart.kind if chart else None) == kind


def test_a_schema_shows_keys_types_and_what_was_left_out() -> None:
    schema = parse_schema(
        "CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE b (a_id INT REFERENCES a (id)); "
        "INSERT INTO a VALUES (1);"
    )
    html = schema_html(schema, made_up=True)
    assert "2 tables, 2 columns" in html and "Primary key" in html and "→ a.id" in html
    assert "Left out" in html and "INTEGER" in html
