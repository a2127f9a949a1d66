"""A condition on the rows of one table, as SQL and as people say it after the noun.

    customers [who live in Berlin] [older than 30]

Knows nothing of which conditions there are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from finetune.synthesis.facts import ColumnFacts, TableFacts
from finetune.synthesis.words import attribute, is_person, plural, singular, with_article, words


@dataclass(frozen=True)
class Filter:
    """`words` follow the noun, or precede it if `before`; `column` is what it is about."""

    sql: str
    words: str
    column: str
    before: bool = False

    @property
    def clause(self) -> bool:
        """Whether it is of the kind of 'whose …' or 'who …', which goes last."""
        return not self.before and self.words.startswith(("who", "that", "which", "where"))


def described(noun: str, filters: list[Filter]) -> str:
    """Such things in plural: 'female customers from Berlin who are older than 30'."""
    before = " ".join(f.words for f in filters if f.before)
    plain = " and ".join(f.words for f in filters if not f.before and not f.clause)
    clauses = " and ".join(f.words for f in filters if f.clause)
    return " ".join(f"{before} {plural(noun)} {plain} {clauses}".split())


def slots_of(column: ColumnFacts, table: TableFacts, rng: Random) -> dict[str, str]:
    """What wordings call a column, and the rows of its table: {col}, {a_col} and {who}."""
    noun = attribute(column.words, rng)
    return {"col": noun, "a_col": with_article(noun), "who": who_of(table, rng)}


def who_of(table: TableFacts, rng: Random) -> str:
    """The pronoun for rows of the table."""
    person = is_person(singular(words(table.name)))
    return "who" if person else rng.choice(("that", "that", "which"))


def spoken(value: str, rng: Random) -> str:
    """A text value as typed into a question: as it is, in quotes, or in lower case."""
    chance = rng.random()
    odd = len(value) < 3 or not re.search(r"[A-Za-z]", value)
    if chance < 0.18 or odd or value.lower() in ("and", "or", "not", "all"):
        return rng.choice(("'{}'", '"{}"', "'{}'")).format(value)
    return value.lower() if chance > 0.9 and value.replace(" ", "").isalpha() else value
