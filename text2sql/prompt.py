"""The prompt: one source for training and inference alike.

A prompt has three parts: the instruction, the context (the schema, the same for every question on
it, so that its keys and values can be computed once), and the question with the values it names.
Knows nothing of models, databases or pages.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from text2sql.schema import Column, Schema, Table

Values = Mapping[tuple[str, str], tuple[str, ...]]
"""(table, column) -> distinct text values of that column, most frequent first."""

INSTRUCTION = (
    "You write SQL for DuckDB. Given the tables of a database and a question, reply with one "
    "SELECT statement that answers the question. Use only the tables and columns given, return "
    "only the columns asked for, and write string values exactly as they are stored."
)
REPLY_START = "```sql\n"
CONTEXT_BUDGET = 3_000  # tokens; twice the longest schema seen in training
MAX_HINTS = 5
MAX_LISTED = 5  # a column with at most so many distinct values shows them
MAX_LISTED_CHARS = 40
MAX_HINT_WORDS = 6

_WORD = re.compile(r"[\w]+(?:[-'.@/&+][\w]+)*", re.UNICODE)
_STOP = frozenset(
    "a an and are as at be by do does each for from had has have how i in is it its list many me "
    "more most much name names no not number of on or show than that the their them there these "
    "they this to was were what when where which who whose with all any both least less one two "
    "first last other time year month day".split()
)


@dataclass(frozen=True)
class Prompt:
    """One question to the model; `omitted` names the tables left out for want of room."""

    context: str
    question: str
    omitted: tuple[str, ...] = ()

    def messages(self) -> list[dict[str, str]]:
        """The chat turns before the reply."""
        return [
            {"role": "system", "content": INSTRUCTION},
            {"role": "user", "content": f"{self.context}\n\n{self.question}"},
        ]


def build_prompt(
    question: str,
    schema: Schema,
    *,
    values: Values | None = None,
    budget: int = CONTEXT_BUDGET,
    count_tokens: Callable[[str], int] | None = None,
) -> Prompt:
    """The prompt for a question on a schema, with what `values` say of the question.

    `budget` bounds the context in tokens; the tables that have least to do with the question are
    left out until it fits, and named in `omitted`.
    """
    values = values or {}
    count = count_tokens or (lambda text: len(text) // 3)
    kept = schema
    context = render_schema(kept, values)
    if count(context) > budget:
        kept = _fit(question, schema, values, lambda s: count(render_schema(s, values)) <= budget)
        context = render_schema(kept, values)
    names = {table.name for table in kept.tables}
    omitted = tuple(table.name for table in schema.tables if table.name not in names)
    return Prompt(context, _question_part(question, kept, values), omitted)


class ChatTokenizer(Protocol):
    """What `render` needs of a tokenizer of transformers."""

    chat_template: str | None
    bos_token: str | None

    @property
    def apply_chat_template(self) -> Callable[..., Any]: ...


def render(tokenizer: ChatTokenizer, prompt: Prompt) -> tuple[str, str]:
    """The prompt as text in two parts, cut where the schema ends.

    The parts are tokenized apart, in training and in use alike, so that the first can be shared by
    every question on a schema. A base model without a chat template gets plain paragraphs.
    """
    if tokenizer.chat_template:
        text: str = tokenizer.apply_chat_template(
            prompt.messages(), tokenize=False, add_generation_prompt=True
        )
    else:
        turns = "\n\n".join(message["content"] for message in prompt.messages())
        text = f"{tokenizer.bos_token or ''}{turns}\n\n"
    before, context, after = text.partition(prompt.context)
    return before + context, after + REPLY_START


def repair_prompt(prompt: Prompt, sql: str, message: str) -> Prompt:
    """The prompt of the second attempt: the first statement and what the database said of it."""
    asked = (
        f"{prompt.question}\n\nThis statement was refused:\n{sql}\n"
        f"The database said: {message}\nWrite it correctly."
    )
    return Prompt(prompt.context, asked, prompt.omitted)


def render_schema(schema: Schema, values: Values) -> str:
    """Each table as one line of DDL: names, types, keys, and the values of columns with few."""
    return "\n".join(_render_table(table, values) for table in schema.tables)


def _render_table(table: Table, values: Values) -> str:
    parts = [_render_column(column, table, values) for column in table.columns]
    if len(table.primary_key) > 1:
        parts.append(f"PRIMARY KEY ({', '.join(map(quoted, table.primary_key))})")
    for key in table.foreign_keys:
        if len(key.columns) > 1:
            parts.append(
                f"FOREIGN KEY ({', '.join(map(quoted, key.columns))}) REFERENCES "
                f"{quoted(key.table)}({', '.join(map(quoted, key.references))})"
            )
    return f"CREATE TABLE {quoted(table.name)} ({', '.join(parts)});"


def _render_column(column: Column, table: Table, values: Values) -> str:
    text = f"{quoted(column.name)} {_short_type(column.type)}"
    if table.primary_key == (column.name,):
        text += " PRIMARY KEY"
    for key in table.foreign_keys:
        if key.columns == (column.name,):
            text += f" REFERENCES {quoted(key.table)}({quoted(key.references[0])})"
            break
    listed = column.enum or values.get((table.name, column.name), ())
    if 0 < len(listed) <= MAX_LISTED and sum(map(len, listed)) <= MAX_LISTED_CHARS:
        text += f" /* {', '.join(sorted(map(_literal, listed)))} */"
    return text


def _short_type(type_: str) -> str:
    """DuckDB's type without what a reader of questions can't use: lengths, enum values.

    >>> _short_type("VARCHAR(40)"), _short_type("DECIMAL(10, 2)"), _short_type("INTEGER[]")
    ('VARCHAR', 'DECIMAL', 'INTEGER[]')
    """
    if type_.upper().startswith("ENUM"):
        return "VARCHAR"
    return re.sub(r"\s*\([^()]*\)", "", type_)


def quoted(name: str) -> str:
    """The identifier, in double quotes only where it must be.

    >>> quoted("city"), quoted("zip code"), quoted("order")
    ('city', '"zip code"', '"order"')
    """
    plain = re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) and name.lower() not in RESERVED
    escaped = name.replace('"', '""')
    return name if plain else f'"{escaped}"'


RESERVED = frozenset(
    "all analyse analyze and any array as asc asymmetric both case cast check collate column "
    "constraint create default deferrable desc describe distinct do else end except false fetch "
    "for foreign from group having in initially intersect into lambda lateral leading limit not "
    "null offset on only or order pivot placing primary qualify references returning select show "
    "some summarize symmetric table then to trailing true union unique unpivot using variadic "
    "when where window with".split()
)


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''").replace("*/", "* /") + "'"


def _question_part(question: str, schema: Schema, values: Values) -> str:
    hints = find_values(question, schema, values)
    line = f"Values: {', '.join(hints)}\n" if hints else ""
    return f"{line}Question: {' '.join(question.split())}"


def find_values(question: str, schema: Schema, values: Values) -> tuple[str, ...]:
    """Stored values that the question names, as `table.column = 'value'`, longest first.

    Value linking by exact match of the question's word n-grams, case ignored, as in
    "CodeS: Towards Building Open-source Language Models for Text-to-SQL" (2024), without the index.

    >>> t = Table("city", (Column("name", "VARCHAR"),))
    >>> find_values("Who lives in berlin?", Schema((t,)), {("city", "name"): ("Berlin", "Rome")})
    ("city.name = 'Berlin'",)
    """
    grams = _ngrams(question)
    dull = _STOP | {word for table in schema.tables for word in _table_words(table)}
    found: list[tuple[int, int, str]] = []
    for table in schema.tables:
        for column in table.columns:
            for value in values.get((table.name, column.name), ()):
                words = _words(value)
                if words in grams and _says_something(value, question, dull):
                    text = f"{quoted(table.name)}.{quoted(column.name)} = {_literal(value)}"
                    found.append((-len(words), grams[words], text))
    found.sort(key=lambda hit: hit[:2])
    return tuple(dict.fromkeys(text for _, _, text in _longest_only(found, grams)))[:MAX_HINTS]


@lru_cache(maxsize=200_000)  # the same stored values are looked at for every question
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


def _ngrams(question: str) -> dict[tuple[str, ...], int]:
    """Every run of words of the question -> where it starts."""
    words = _WORD.findall(question.lower())
    grams: dict[tuple[str, ...], int] = {}
    for start in range(len(words)):
        for end in range(start + 1, min(start + MAX_HINT_WORDS, len(words)) + 1):
            grams.setdefault(tuple(words[start:end]), start)
    return grams


def _says_something(value: str, question: str, dull: Set[str]) -> bool:
    """Whether a match is more than chance.

    A number, a lone letter, or a dull word (a stop word, or a word of the schema itself, as
    'order' may be) counts only if the question quotes it.
    """
    if len(value) > 1 and not value.isdigit() and _stem(value.lower()) not in dull:
        return True
    return re.search(rf"['\"‘“]{re.escape(value)}['\"’”]", question) is not None


def _longest_only(
    found: list[tuple[int, int, str]], grams: Mapping[tuple[str, ...], int]
) -> Iterable[tuple[int, int, str]]:
    """Leave out a match inside a longer one: 'York' within 'New York'."""
    taken: list[tuple[int, int]] = []
    for hit in found:
        length, start = -hit[0], hit[1]
        inside = any(a <= start and start + length <= b and b - a > length for a, b in taken)
        if not inside:
            taken.append((start, start + length))
            yield hit


def _fit(question: str, schema: Schema, values: Values, fits: Callable[[Schema], bool]) -> Schema:
    """The schema with its most relevant tables, as many as fit, in their first order."""
    ranked = sorted(schema.tables, key=lambda t: -_relevance(question, t, schema, values))
    kept: list[Table] = []
    for table in ranked:
        trial = Schema(tuple(t for t in schema.tables if t in kept or t is table))
        if not kept or fits(trial):
            kept.append(table)
    return Schema(tuple(t for t in schema.tables if t in kept), schema.dialect, schema.notes)


def _table_words(table: Table) -> set[str]:
    """The stems of the words in a table's name and its columns' names."""
    names = [table.name, *(column.name for column in table.columns)]
    return {_stem(word) for name in names for word in _name_words(name)}


def _relevance(question: str, table: Table, schema: Schema, values: Values) -> float:
    """Shared word stems of question and table, its own name counting most, plus named values."""
    asked = {_stem(word) for word in _WORD.findall(question.lower())} - _STOP
    own = {_stem(word) for word in _name_words(table.name)}
    columns = {_stem(word) for column in table.columns for word in _name_words(column.name)}
    hits = find_values(question, Schema((table,)), values)
    return 3 * len(asked & own) + len(asked & columns) + 2 * len(hits)


def _name_words(name: str) -> list[str]:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).replace("_", " ")
    return spaced.lower().split()


def _stem(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > 3 else word


_FENCE = re.compile(r"```(?:sql|duckdb)?\s*\n?(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_START = re.compile(
    r"(?:^|(?<=[\s(]))\(*\s*(?:SELECT|WITH|VALUES|FROM)\b"
    # what may hold a query and is none is kept whole, so that it is refused as what it is
    r"|^[ \t]*(?:DELETE\s+FROM|INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE\s+\S+\s+SET|MERGE\s+INTO"
    r"|COPY\s+(?:\(|\S+\s+(?:TO|FROM)\b)"
    r"|CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP\w*\s+)?(?:TABLE|VIEW|MACRO)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_OPENING = re.compile(r"\s*```(?:sql|duckdb)?[ \t]*\n?", re.IGNORECASE)


def extract_sql(reply: str) -> str:
    """The first statement of a reply, without fences, prose around it, or its semicolon.

    >>> extract_sql("Sure!\\n```sql\\nSELECT 1;\\n```\\nThis counts.")
    'SELECT 1'
    >>> extract_sql("SELECT ';' AS s; SELECT 2")
    "SELECT ';' AS s"
    >>> extract_sql("DELETE FROM t")
    'DELETE FROM t'
    """
    fenced = _FENCE.search(reply)
    start = _START.search(reply)
    if fenced and (not start or fenced.start() <= start.start()):
        reply = fenced.group(1)
        start = _START.search(reply)
    text = reply[start.start() :] if start else reply
    end = _statement_end(text)
    return text[:end].strip()


def is_finished(reply: str) -> bool:
    """Whether a reply that is still being written already holds a whole statement."""
    opening = _OPENING.match(reply)
    text = reply[opening.end() :] if opening else reply
    return _statement_end(text) < len(text) and bool(_START.search(text))


def _statement_end(text: str) -> int:
    """Where the first statement ends: a semicolon or a fence outside quotes, else the end."""
    quote = ""
    for index, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == ";" or text.startswith("```", index):
            return index
    return len(text)


def _fingerprint() -> str:
    """A hash of what a prompt looks like, taken from a rendered example."""
    table = Table("t", (Column("a", "INTEGER"), Column("b", "VARCHAR")), primary_key=("a",))
    example = build_prompt("q x", Schema((table,)), values={("t", "b"): ("x", "y")})
    text = "\n".join(m["content"] for m in example.messages()) + REPLY_START
    return hashlib.sha256(text.encode()).hexdigest()[:16]


FINGERPRINT = _fingerprint()
