"""Whether an example is one of those that a model will be judged by.

Two are the same where the questions are, case and punctuation aside, and the SQL asks the same
tables. Knows nothing of training.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from finetune.examples import Example, read_examples

DEMO_DATA = Path(__file__).resolve().parent.parent / "demo_data"


def normalized(question: str) -> str:
    """
    >>> normalized(" How many   eggs, please?") == normalized("how many eggs please")
    True
    """
    return " ".join(re.findall(r"\w+", question.lower()))


def demo_questions() -> list[Path]:
    """The question files of the demo databases: they judge the released adapter."""
    return sorted(DEMO_DATA.glob("*/questions.jsonl"))


class Judged:
    """The examples of evaluation files, to be asked whether they hold one."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._asked: dict[str, list[tuple[frozenset[str], str]]] = {}
        for file in files:
            for example in read_examples(file).examples:
                tables = _tables(example.sql, example.dialect)
                self._asked.setdefault(normalized(example.question), []).append((tables, file.name))

    def file_with(self, example: Example) -> str | None:
        """The name of the file that holds the example's question on the same tables."""
        same_words = self._asked.get(normalized(example.question))
        if not same_words:
            return None
        tables = _tables(example.sql, example.dialect)
        return next((file for theirs, file in same_words if tables == theirs or not theirs), None)


def _tables(sql: str, dialect: str) -> frozenset[str]:
    try:
        tree = sqlglot.parse_one(sql, read=dialect)
    except (SqlglotError, RecursionError, ValueError):
        return frozenset()
    return frozenset(table.name.lower() for table in tree.find_all(exp.Table))
