"""The demo databases: sound rows, golds that judge fairly, a script that makes them again."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from demo_data.build.__main__ import build
from finetune.examples import Example, read_examples
from finetune.leakage import DEMO_DATA, Judged, demo_questions, normalized
from finetune.scoring import excluded_reason, is_ordered, rows_match
from text2sql.database import Database, open_database
from text2sql.problems import QueryResult
from text2sql.schema import Schema
from text2sql.validation import validate

NAMES = sorted(path.parent.name for path in DEMO_DATA.glob("*/schema.sql"))
QUESTIONS = {name: read_examples(DEMO_DATA / name / "questions.jsonl").examples for name in NAMES}
EVERY = [example for name in NAMES for example in QUESTIONS[name]]
SHARES = {"easy": 0.30, "medium": 0.30, "hard": 0.25, "extra": 0.15}


@dataclass(frozen=True)
class Demo:
    """A demo database as users open it, and the same rows the other way round.

    `strict` is a DuckDB with every key and CHECK of `schema.sql` in force. Its rows stand in
    reverse, so that a gold whose answer hangs on their order shows.
    """

    database: Database
    strict: duckdb.DuckDBPyConnection

    def backwards(self, sql: str) -> QueryResult:
        cursor = self.strict.execute(sql)
        described: Any = cursor.description
        names = tuple(str(column[0]) for column in described)
        return QueryResult(names, ("",) * len(names), tuple(cursor.fetchall()))


def fill(connection: duckdb.DuckDBPyConnection, folder: Path, schema: Schema) -> None:
    """Raises duckdb.ConstraintException for a row that breaks a key or a CHECK."""
    connection.execute("SET threads = 1")
    connection.execute((folder / "schema.sql").read_text(encoding="utf-8"))
    for table in schema.tables:
        key = ", ".join(f'"{name}"' for name in table.primary_key)
        read = f"read_csv('{folder / table.name}.csv', header = true, all_varchar = true)"
        connection.execute(f'CREATE TEMP TABLE raw AS SELECT * FROM "{table.name}" LIMIT 0')
        connection.execute(f"INSERT INTO raw BY NAME SELECT * FROM {read}")
        connection.execute(f'INSERT INTO "{table.name}" SELECT * FROM raw ORDER BY ({key}) DESC')
        connection.execute("DROP TABLE raw")


@pytest.fixture(scope="module")
def demos() -> Iterator[dict[str, Demo]]:
    opened = {}
    for name in NAMES:
        database = open_database(DEMO_DATA / name)
        strict = duckdb.connect()
        fill(strict, DEMO_DATA / name, database.schema)
        opened[name] = Demo(database, strict)
    yield opened
    for demo in opened.values():
        demo.database.close()
        demo.strict.close()


def tree(sql: str) -> Any:
    return sqlglot.parse_one(sql, read="duckdb")


def test_there_are_enough_questions_of_every_difficulty() -> None:
    assert len(NAMES) >= 6
    assert all(len(QUESTIONS[name]) >= 30 for name in NAMES)
    assert len(EVERY) >= 180
    for label, share in SHARES.items():
        assert abs(sum(one.difficulty == label for one in EVERY) / len(EVERY) - share) < 0.05, label
    for name in NAMES:
        assert {one.difficulty for one in QUESTIONS[name]} == set(SHARES)


def test_lines_are_whole_and_questions_all_different() -> None:
    for path in demo_questions():
        assert read_examples(path).dropped == ()
    assert Counter(one.id for one in EVERY).most_common(1)[0][1] == 1
    for name in NAMES:
        asked = Counter(normalized(one.question) for one in QUESTIONS[name])
        assert asked.most_common(1)[0][1] == 1
        assert [one.id for one in QUESTIONS[name]] == [
            f"{name}-{number:02}" for number in range(1, len(QUESTIONS[name]) + 1)
        ]
        assert {one.database for one in QUESTIONS[name]} == {name}


def test_questions_are_plain_english() -> None:
    for one in EVERY:
        assert one.question[0].isupper() and one.question[-1] in ".?", one.id
        assert "_" not in one.question and "  " not in one.question, one.id


def test_tables_and_files_agree(demos: dict[str, Demo]) -> None:
    for name, demo in demos.items():
        tables = {table.name: table for table in demo.database.schema.tables}
        files = {path.stem: path for path in (DEMO_DATA / name).glob("*.csv")}
        assert 3 <= len(tables) <= 8
        assert set(files) == set(tables)
        for table, path in files.items():
            with path.open(encoding="utf-8", newline="") as file:
                header, *rows = csv.reader(file)
            assert header == [column.name for column in tables[table].columns]
            assert demo.database.run(f'SELECT count(*) FROM "{table}"').rows == ((len(rows),),)
        assert max(sum(1 for _ in path.open("rb")) for path in files.values()) > 1_000


def test_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in DEMO_DATA.glob("*/*.csv")) < 3_000_000


def test_every_foreign_key_leads_to_a_row(demos: dict[str, Demo]) -> None:
    for demo in demos.values():
        keys = [(t, key) for t in demo.database.schema.tables for key in t.foreign_keys]
        assert len(keys) >= len(demo.database.schema.tables) - 2
        for table, key in keys:
            (column,), (reference,) = key.columns, key.references
            sql = (
                f'SELECT count(t."{column}"), count(p."{reference}") FROM "{table.name}" AS t '
                f'LEFT JOIN "{key.table}" AS p ON p."{reference}" = t."{column}"'
            )
            ((set_, found),) = demo.database.run(sql).rows
            assert set_ == found > 0, (table.name, column)


def test_a_broken_row_would_be_seen(demos: dict[str, Demo]) -> None:
    with pytest.raises(duckdb.ConstraintException):
        demos["shop"].strict.execute("UPDATE purchases SET quantity = 0 WHERE purchase_id = 1")
    with pytest.raises(duckdb.ConstraintException):
        demos["shop"].strict.execute("UPDATE purchases SET store_id = 99 WHERE purchase_id = 1")


def test_the_articles_question(demos: dict[str, Demo]) -> None:
    first = QUESTIONS["shop"][0]
    assert first.question == "How many customers decided to buy eggs in November?"
    ((count,),) = demos["shop"].database.run(first.sql).rows
    assert isinstance(count, int) and count > 10


@pytest.mark.parametrize("name", NAMES)
def test_golds_are_accepted_and_judge(demos: dict[str, Demo], name: str) -> None:
    """Each passes every check, and what runs after them answers as the gold does on other rows."""
    database = demos[name].database
    for one in QUESTIONS[name]:
        checked = validate(one.sql, database.schema)
        assert checked.ok, (one.id, checked.problems)
        database.bind(one.sql)
        result = database.run(checked.sql)
        assert excluded_reason(result) is None, one.id
        assert result.rows != ((0,),), one.id
        assert rows_match(demos[name].backwards(one.sql), result, is_ordered(one.sql)), one.id


def with_keys_shown(sql: str) -> tuple[str, int]:
    """The ordered query with its sort keys as last columns and one row more, and their number."""
    query = tree(sql)
    keys = [ordered.this for ordered in query.args["order"].expressions]
    for key in keys:
        query.append("expressions", key.copy())
    if limit := query.args.get("limit"):
        query = query.limit(int(limit.expression.name) + 1)
    return query.sql("duckdb"), len(keys)


@pytest.mark.parametrize(
    "one", [one for one in EVERY if is_ordered(one.sql)], ids=lambda one: one.id
)
def test_no_ties_where_order_counts(demos: dict[str, Demo], one: Example) -> None:
    sql, keys = with_keys_shown(one.sql)
    rows = demos[one.database].database.run(sql).rows
    sorted_by = [row[-keys:] for row in rows]
    assert len(set(sorted_by)) == len(sorted_by)
    if limit := tree(one.sql).args.get("limit"):
        assert len(rows) == int(limit.expression.name) + 1


KINDS: dict[str, Callable[[Any], bool]] = {
    "filter": lambda t: bool(t.find(exp.Where)),
    "join": lambda t: len(list(t.find_all(exp.Join))) == 1,
    "join of three": lambda t: len(list(t.find_all(exp.Join))) >= 2,
    "outer join": lambda t: any(join.side == "LEFT" for join in t.find_all(exp.Join)),
    "grouping": lambda t: bool(t.find(exp.Group)),
    "having": lambda t: bool(t.find(exp.Having)),
    "part of a date": lambda t: bool(t.find(exp.Extract)),
    "months": lambda t: bool(t.find(exp.TimestampTrunc, exp.DateTrunc)),
    "span of days": lambda t: bool(t.find(exp.DateDiff)),
    "relative dates": lambda t: bool(t.find(exp.Interval)),
    "between": lambda t: bool(t.find(exp.Between)),
    "top": lambda t: bool(t.find(exp.Limit)),
    "in a query": lambda t: any(node.args.get("query") for node in t.find_all(exp.In)),
    "not exists": lambda t: any(node.find(exp.Exists) for node in t.find_all(exp.Not)),
    "union": lambda t: bool(t.find(exp.Union)),
    "intersect": lambda t: bool(t.find(exp.Intersect)),
    "except": lambda t: bool(t.find(exp.Except)),
    "window": lambda t: bool(t.find(exp.Window)),
    "with": lambda t: bool(t.find(exp.With)),
    "case blind": lambda t: bool(t.find(exp.ILike)),
    "nothing there": lambda t: any(isinstance(n.expression, exp.Null) for n in t.find_all(exp.Is)),
    "distinct": lambda t: bool(t.find(exp.Distinct)),
    "cases": lambda t: bool(t.find(exp.Case)),
    "percentage": lambda t: any(n.name == "100.0" for n in t.find_all(exp.Literal)),
}


def test_questions_are_of_every_kind() -> None:
    trees = [tree(one.sql) for one in EVERY]
    assert [kind for kind, shows in KINDS.items() if not any(map(shows, trees))] == []


def test_training_leaves_the_questions_out() -> None:
    judged = Judged(demo_questions())
    assert all(judged.file_with(one) == "questions.jsonl" for one in EVERY)


def test_the_script_makes_the_same_rows_again(tmp_path: Path) -> None:
    build(tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.glob("*/*.csv")}
    kept = {path.relative_to(DEMO_DATA): path.read_bytes() for path in DEMO_DATA.glob("*/*.csv")}
    assert set(made) == set(kept)
    assert [str(path) for path in kept if made[path] != kept[path]] == []
