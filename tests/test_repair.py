"""Each repair rule on pairs of statements, before and after, judged by a real DuckDB.

`fixtures/repair/<rule>.sql` holds blocks parted by empty lines: notes, the statement before, and
the statement after. The notes: `-- on NAME`, which of `schemas/` it is asked of (shop if not
said); `-- with RULE`, what else it takes; `-- stands aside: why`, the rule leaves the statement
as it is; `-- refused: why`, and so do all the others.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

import text2sql.repair
from tests.benchmarks import repair_rules
from text2sql.database import Database, open_database
from text2sql.errors import ExecutionError
from text2sql.parsing import parse_statement, to_sql
from text2sql.repair import ALL_RULES, ALWAYS, MAX_CHANGES, RULES, repair
from text2sql.repair.example import SHOP
from text2sql.settling import settle

FIXTURES = Path(__file__).parent / "fixtures" / "repair"
BY_NAME = {rule.__name__: rule for rule in ALL_RULES}

Databases = Mapping[str, Database]


@dataclass(frozen=True)
class Pair:
    """One block of a fixture file; without `after`, the rule stands aside."""

    before: str
    after: str | None
    on: str
    rules: tuple[str, ...]
    refused: bool


def pairs(rule: str) -> list[Pair]:
    """The blocks of a rule's file."""
    blocks = (FIXTURES / f"{rule}.sql").read_text(encoding="utf-8").strip().split("\n\n")
    return [_pair(rule, block.splitlines()) for block in blocks]


def _pair(rule: str, lines: list[str]) -> Pair:
    notes = dict(line[3:].split(" ", 1) for line in lines if line.startswith("-- "))
    statements = [line.rstrip(";") for line in lines if not line.startswith("-- ")]
    assert set(notes) <= {"on", "with", "stands", "refused:"}, lines
    aside = "stands" in notes or "refused:" in notes
    assert len(statements) == (1 if aside else 2), lines
    return Pair(
        before=statements[0],
        after=None if aside else statements[1],
        on=notes.get("on", "shop"),
        rules=(rule, *notes["with"].split(", ")) if "with" in notes else (rule,),
        refused="refused:" in notes,
    )


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    folder = tmp_path_factory.mktemp("repair")
    with contextlib.ExitStack() as stack:
        found = {}
        for script in (FIXTURES / "schemas").glob("*.sql"):
            path = folder / f"{script.stem}.duckdb"
            with duckdb.connect(path) as connection:
                connection.execute(script.read_text(encoding="utf-8"))
            found[script.stem] = stack.enter_context(contextlib.closing(open_database(path)))
        yield found


def refusal(sql: str, database: Database) -> str:
    """DuckDB's words against the statement, bound and run; empty if it has none."""
    try:
        database.bind(sql)
        database.run(sql)
    except ExecutionError as error:
        return error.message
    return ""


def test_every_rule_has_its_pairs_and_every_file_a_rule() -> None:
    assert {path.stem for path in FIXTURES.glob("*.sql")} == set(BY_NAME)
    assert len(BY_NAME) == len(ALL_RULES) == len(RULES) + len(ALWAYS)
    for rule in BY_NAME:
        assert any(pair.after for pair in pairs(rule)), rule


@pytest.mark.parametrize("rule", BY_NAME)
def test_a_rule_makes_of_each_statement_what_its_file_says(rule: str, databases: Databases) -> None:
    for pair in pairs(rule):
        database, tree = databases[pair.on], parse_statement(pair.before).tree
        words = refusal(to_sql(tree), database)
        rules = [BY_NAME[name] for name in pair.rules]
        new, repairs = repair(tree, database.schema, words, rules, database.values())
        if pair.after is None:
            assert to_sql(new) == to_sql(tree) and not repairs
            continue
        assert to_sql(new) == pair.after
        assert {one.rule for one in repairs} == set(pair.rules)
        assert all(one.message for one in repairs)
        assert refusal(pair.after, database) == ""
        assert words or BY_NAME[rule] in ALWAYS, "DuckDB takes it as it is"


@pytest.mark.parametrize("rule", BY_NAME)
def test_all_rules_together_come_to_the_same(rule: str, databases: Databases) -> None:
    for pair in pairs(rule):
        found = settle(pair.before, databases[pair.on])
        if pair.after is not None:
            assert found.sql == pair.after and found.result is not None
            assert rule in {one.rule for one in found.repairs}
        elif pair.refused:
            assert found.result is None and not found.repairs and found.sql == pair.before
        else:
            assert rule not in {one.rule for one in found.repairs}


def test_a_repair_leaves_the_tree_it_was_given_as_it_is() -> None:
    tree = parse_statement("SELECT c.nam, o.city FROM customers AS c JOIN orders AS o ON TRUE").tree
    before = to_sql(tree)
    new, repairs = repair(tree, SHOP)
    assert repairs and to_sql(new) != before
    assert to_sql(tree) == before


def test_a_statement_without_a_fault_is_left_alone() -> None:
    for sql in (
        "SELECT c.name, COUNT(*) AS n FROM customers AS c GROUP BY c.name HAVING n > 1 ORDER BY n",
        "WITH big AS (SELECT * FROM orders WHERE price > 5) SELECT day FROM big",
        "SELECT name FROM customers AS c WHERE EXISTS(SELECT 1 FROM orders WHERE customer_id = id)",
        "SELECT id FROM customers UNION SELECT order_id FROM orders ORDER BY id",
        "SELECT day, RANK() OVER (PARTITION BY customer_id ORDER BY price) FROM orders",
    ):
        assert repair(parse_statement(sql).tree, SHOP)[1] == (), sql


def test_changes_are_bounded() -> None:
    columns = ", ".join(["o.prices"] * 2 * MAX_CHANGES)
    _, repairs = repair(parse_statement(f"SELECT {columns} FROM orders AS o").tree, SHOP)
    assert len(repairs) == MAX_CHANGES


def test_doctests_of_the_rules() -> None:
    names = [module.name for module in pkgutil.iter_modules(text2sql.repair.__path__)]
    modules = [importlib.import_module(f"text2sql.repair.{name}") for name in names]
    found = [doctest.testmod(module) for module in (text2sql.repair, *modules)]
    assert sum(one.failed for one in found) == 0
    assert sum(one.attempted for one in found) >= 2 * len(ALL_RULES)


def test_the_worth_of_rules_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = (FIXTURES / "schemas" / "shop.sql").read_text(encoding="utf-8").split("INSERT")[0]
    gold = "SELECT COUNT(*) FROM customers JOIN orders ON customers.id = orders.customer_id"
    misnamed = gold.replace("customers", "custmers")
    texts = {"right": gold, "misnamed": misnamed, "wrong": "SELECT -1"}
    rows = [{"id": name, "generated": text} for name, text in texts.items()]
    data = [{"id": n, "question": "How many?", "schema": schema, "sql": gold} for n in texts]
    report, examples, output = tmp_path / "report", tmp_path / "data.jsonl", tmp_path / "output"
    report.write_text(json.dumps({"rows": rows}), encoding="utf-8")
    examples.write_text("\n".join(map(json.dumps, data)), encoding="utf-8")
    arguments = ["--report", report, "--data", examples, "--output", output]
    assert repair_rules.main([str(one) for one in arguments]) == 0
    found = json.loads(output.read_text(encoding="utf-8"))
    assert found["examples"] == 3 and found["broken"] == []
    assert round(3 * found["without_repair"]["value"]) == 1
    assert round(3 * found["with_repair"]["value"]) == 2
    assert found["rules"][0] == {
        "rule": "nearest_table",
        "fired": 1,
        "needed": 1,
        "harmed": 0,
    }
    assert "nearest_table" in capsys.readouterr().out
