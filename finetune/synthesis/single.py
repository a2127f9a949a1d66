"""Questions about the rows of one table: counts, lists, look-ups, different values.

Each function writes one kind of question, or finds that it can't be asked.
"""

# ruff: noqa: E501 - a wording reads best on one line
from __future__ import annotations

from finetune.synthesis.author import Author, Pair, need
from finetune.synthesis.clauses import where
from finetune.synthesis.filters import spoken
from finetune.synthesis.phrasing import COUNT, LIST, NUMBER, TELL
from finetune.synthesis.words import plural
from text2sql.ddl.quoting import literal


def count(a: Author) -> Pair:
    """How many rows meet zero to two conditions."""
    table = a.table()
    filters = a.filters(table, a.rng.choice((0, 1, 1, 1, 2, 2)))
    question = a.say(
        (
            f"{COUNT} {{things}} [are there|do we have|there are|exist|are on record|are listed]",
            f"{NUMBER} {{things}}",
            "How many {things}",
            "[number|count] of {things}",
            "How many {things} does the [database|data] [contain|hold|list]",
            "What is the [total |]count of {things}",
            "Count {things}",
            "I want to know how many {things} there are",
        ),
        things=a.described(table, filters),
    )
    return Pair(question, f"SELECT COUNT(*) FROM {table.sql}{where(filters)}")


_LISTS = (
    f"{LIST} the {{many}} of [all |the |]{{things}}",
    f"{LIST} the {{one}} of [each of the|all|all the] {{things}}",
    "What are the {many} of [the |all |]{things}",
    "What {one} do [the |]{things} have",
    "For [all |]{things}, [list|show|give me|find|what is|return] the {one}",
    "{many} of [all |]{things}",
    "[I would like|I'd like] [to see |]the {one} of [all |the |]{things}",
    f"{LIST} {{things}} with their {{one}}",
)


def listing(a: Author) -> Pair:
    """Columns of the rows that meet conditions."""
    table = a.table()
    shown = need(a.shown(table))
    filters = a.filters(table, a.rng.choice((0, 1, 1, 1, 2)), shown.chosen)
    question = a.say(_LISTS, many=shown.many, one=shown.one, things=a.described(table, filters))
    return Pair(question, f"SELECT {shown.sql} FROM {table.sql}{where(filters)}")


def which(a: Author) -> Pair:
    """Which things meet conditions: the column that names them is implied."""
    table = a.table(labelled=True)
    filters = need(a.filters(table, a.rng.choice((1, 1, 2)), table.labels))
    named = "name" in table.labels[0].words
    question = a.say(
        (
            "Which {things} are there",
            f"{LIST} [all |the |all the |]{{things}}",
            "What {things} [are there|do we have|can you find]",
            f"{LIST} the names of [all |the |]{{things}}" if named else f"{LIST} {{things}}",
            "[I'm looking for|Search for|Look up] {things}",
        ),
        things=a.described(table, filters),
    )
    return Pair(question, f"SELECT {a.labels(table)} FROM {table.sql}{where(filters)}")


def lookup(a: Author) -> Pair:
    """A column of the one thing that is named."""
    table = a.table(labelled=True)
    label = need(table.label)
    need(label.distinct >= table.rows * 0.9)
    wanted = need([c for c in table.columns if c.kind != "key" and c is not label])
    value = need(a.one_of(label.values[:80]))
    column = a.rng.choice(wanted)
    question = a.say(
        (
            f"{TELL} the {{one}} of {{v}}",
            f"{TELL} the {{one}} of the {{thing}} [called |named |]{{v}}",
            "What {one} does {v} have",
            "What {one} does the {thing} {v} have",
            "{v}: what is [its|the] {one}",
            "{one} of {v}",
            "Which {one} [belongs to|is recorded for|is given for|does one find for] {v}",
        ),
        one=a.columns([column]).one,
        thing=a.noun(table),
        v=spoken(value, a.rng),
    )
    return Pair(
        question, f"SELECT {column.sql} FROM {table.sql} WHERE {label.sql} = {literal(value)}"
    )


def distinct(a: Author) -> Pair:
    """The different values of a column, or how many there are."""
    table = a.table("category", "text")
    column = a.rng.choice(table.of_kind("category", "text"))
    need(column.distinct < column.filled)
    filters = a.filters(table, a.rng.choice((0, 0, 1)), [column])
    slots = {"one": a.attribute(column), "things": a.described(table, filters)}
    slots["many"] = plural(slots["one"])
    if a.chance(0.45):
        question = a.say(
            (
                f"{COUNT} [different|distinct|unique] {{many}} [are there|do we have] among the {{things}}",
                f"{NUMBER} [different|distinct|unique] {{many}} of {{things}}",
                "How many [different |distinct |]{many} do [the |]{things} [have|cover|come with]",
                "Count the [different|distinct|unique] {many} of [the |all |]{things}",
                "How many [different|distinct] {many} [appear|occur|are represented] among {things}",
                "number of [different|distinct|unique] {many} of {things}",
            ),
            **slots,
        )
        return Pair(
            question, f"SELECT COUNT(DISTINCT {column.sql}) FROM {table.sql}{where(filters)}"
        )
    question = a.say(
        (
            f"{LIST} the [different|distinct|unique] {{many}} of [the |all |]{{things}}",
            "What [different |]{many} [are there|do we have] among the {things}",
            "Which {many} [occur|appear|are represented] among [the |]{things}",
            "What are all the [possible|different] {many} of {things}",
            f"{LIST} every {{one}} of {{things}}, without repeats",
            "[all|list of] [distinct|different|unique] {many} of {things}",
            "Which [different|distinct] {many} do [the |]{things} have",
        ),
        **slots,
    )
    return Pair(question, f"SELECT DISTINCT {column.sql} FROM {table.sql}{where(filters)}")


SINGLE = ((count, 12), (listing, 10), (which, 9), (lookup, 7), (distinct, 6))
