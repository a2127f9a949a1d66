"""What each repair rule is worth: a model's statements settled again, without the model.

    python -m tests.benchmarks.repair_rules --report FILE --data FILE [--databases DIR]

The report is what `python -m finetune evaluate --output FILE` wrote: its rows hold the text that
the model generated greedily. Each is settled without repair, with every rule, and with all rules
but one for each rule that fired. Knows nothing of models.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from finetune.examples import Example, read_examples
from finetune.files import write_json
from finetune.gold import WHOLE, gold_result, groups, home, in_duckdb, opened
from finetune.report import Excluded, Share
from finetune.scoring import is_ordered, rows_match
from text2sql.database import Database
from text2sql.errors import ExecutionError, Text2SQLError
from text2sql.problems import QueryResult
from text2sql.repair import ALL_RULES
from text2sql.settling import Settled, settle

NAMES = tuple(rule.__name__ for rule in ALL_RULES)


@dataclass(frozen=True)
class Case:
    """One statement: right without repair, with it, and with all rules but one of `rules`."""

    id: str
    question: str
    gold: str
    generated: str
    sql: str
    before: bool
    after: bool
    rules: tuple[str, ...]
    without: Mapping[str, bool]  # only rules that fired
    error: str

    @property
    def broken(self) -> bool:
        return self.before and not self.after


@dataclass(frozen=True)
class Worth:
    """What one rule did: statements it fired in, and answers that are right only with it.

    `harmed` counts answers that would be right without it.
    """

    rule: str
    fired: int
    needed: int
    harmed: int


def replay(
    generated: Mapping[str, str], examples: Sequence[Example], databases: Path | None
) -> list[Case]:
    """Each generated text (by example id) judged on its example's database."""
    known = [one for one in examples if one.id in generated]
    found = []
    for group in groups(sorted(known, key=home)):
        with opened(group[0], databases) as database:
            for example in group:
                gold = gold_result(example, database)
                if not isinstance(gold, Excluded):
                    found.append(_case(example, generated[example.id], gold, database))
    return found


def _case(example: Example, text: str, gold: QueryResult, database: Database) -> Case:
    ordered = is_ordered(in_duckdb(example))

    def right(settled: Settled) -> bool:
        result = _whole(settled, database)
        return result is not None and rows_match(result, gold, ordered)

    before, mended = right(settle(text, database, rules=())), settle(text, database)
    fired = tuple(dict.fromkeys(one.rule for one in mended.repairs))
    without = {
        name: right(
            settle(text, database, rules=[one for one in ALL_RULES if one.__name__ != name])
        )
        for name in fired
    }
    return Case(
        id=example.id,
        question=example.question,
        gold=example.sql,
        generated=text,
        sql=mended.sql,
        before=before,
        after=right(mended) if fired else before,  # a tie may be broken otherwise each time
        rules=fired,
        without=without,
        error=mended.error or "",
    )


def _whole(settled: Settled, database: Database) -> QueryResult | None:
    """The rows without the page's row cap."""
    if settled.result is None or not settled.result.truncated:
        return settled.result
    try:
        return database.run(settled.sql, limits=WHOLE)
    except ExecutionError:
        return None


def worth(cases: Sequence[Case]) -> list[Worth]:
    """Every rule's worth, the most valuable first; rules that never fired last."""
    found = [
        Worth(
            name,
            fired=sum(name in one.rules for one in cases),
            needed=sum(one.after and not one.without.get(name, True) for one in cases),
            harmed=sum(not one.after and one.without.get(name, False) for one in cases),
        )
        for name in NAMES
    ]
    return sorted(found, key=lambda one: (one.harmed - one.needed, -one.fired))


def summary(cases: Sequence[Case]) -> dict[str, Any]:
    """The object that `--output` writes."""
    total = len(cases)
    return {
        "examples": total,
        "without_repair": Share(sum(one.before for one in cases), total).to_json(),
        "with_repair": Share(sum(one.after for one in cases), total).to_json(),
        "broken": [one.id for one in cases if one.broken],
        "unrepaired": [one.id for one in cases if one.error],
        "rules": [asdict(one) for one in worth(cases)],
        "cases": [asdict(one) for one in cases],
    }


def table(cases: Sequence[Case]) -> Iterator[str]:
    """The summary in lines for the shell."""
    total = len(cases)
    yield f"without repair: {Share(sum(one.before for one in cases), total)}"
    yield f"with repair:    {Share(sum(one.after for one in cases), total)}"
    yield f"still failing:  {sum(bool(one.error) for one in cases)}"
    yield f"{'rule':<22}{'fired':>7}{'needed':>8}{'harmed':>8}{'accuracy without it':>22}"
    right = sum(one.after for one in cases)
    for one in worth(cases):
        share = (right - one.needed + one.harmed) / total if total else 0.0
        yield f"{one.rule:<22}{one.fired:>7}{one.needed:>8}{one.harmed:>8}{share:>22.1%}"
    for case in cases:
        if case.broken:
            yield f"broken by {', '.join(case.rules)}: {case.id}\n  {case.generated}\n  {case.sql}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0, or 1 with the reason in one line."""
    parser = argparse.ArgumentParser(description="What each repair rule is worth.")
    parser.add_argument("--report", type=Path, required=True, help="written by finetune evaluate")
    parser.add_argument("--data", type=Path, required=True, help="the examples it was made from")
    parser.add_argument("--databases", type=Path, help="folder of the examples' databases")
    parser.add_argument("--output", type=Path, help="write everything as JSON")
    chosen = parser.parse_args(arguments)
    rows = json.loads(chosen.report.read_text(encoding="utf-8"))["rows"]
    try:
        cases = replay(
            {row["id"]: row.get("drafted") or row["generated"] for row in rows},
            read_examples(chosen.data).examples,
            chosen.databases,
        )
    except Text2SQLError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("\n".join(table(cases)))
    if chosen.output:
        write_json(chosen.output, summary(cases))
    return 0


if __name__ == "__main__":
    sys.exit(main())
