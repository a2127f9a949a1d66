"""Questions about one table: lists, look-ups, counts, aggregates, extremes, orders.

Each function writes one kind of question; None where the dice fell on what can't be asked.
"""

# ruff: noqa: E501 - a wording reads best on one line
from __future__ import annotations

from finetune.synthesis.author import Author, Pair
from finetune.synthesis.facts import ColumnFacts, TableFacts
from finetune.synthesis.filters import literal, spoken, where
from finetune.synthesis.phrasing import COUNT, LIST, NUMBER, TELL
from finetune.synthesis.scales import scale_of
from finetune.synthesis.words import plural, with_article

FUNCTIONS = {
    "AVG": ("average", "mean", "average"),
    "SUM": ("total", "combined", "total", "summed up"),
    "MAX": ("highest", "maximum", "largest", "greatest"),
    "MIN": ("lowest", "minimum", "smallest"),
}


def count(a: Author) -> Pair | None:
    """How many rows meet zero to two conditions."""
    table = a.table()
    if not table:
        return None
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


def listing(a: Author) -> Pair | None:
    """Columns of the rows that meet conditions."""
    table = a.table()
    shown = a.shown(table) if table else None
    if not table or not shown:
        return None
    filters = a.filters(table, a.rng.choice((0, 1, 1, 1, 2)), shown.chosen)
    question = a.say(_LISTS, many=shown.many, one=shown.one, things=a.described(table, filters))
    return Pair(question, f"SELECT {shown.sql} FROM {table.sql}{where(filters)}")


def which(a: Author) -> Pair | None:
    """Which things meet conditions: the column that names them is implied."""
    table = a.table(labelled=True)
    filters = a.filters(table, a.rng.choice((1, 1, 2)), table.labels) if table else []
    if not table or not filters:
        return None
    question = a.say(
        (
            "Which {things} are there",
            f"{LIST} [all |the |all the |]{{things}}",
            "What {things} [are there|do we have|can you find]",
            f"{LIST} the names of [all |the |]{{things}}"
            if _called_name(table)
            else f"{LIST} {{things}}",
            "[I'm looking for|Search for|Look up] {things}",
        ),
        things=a.described(table, filters),
    )
    return Pair(question, f"SELECT {a.labels(table)} FROM {table.sql}{where(filters)}")


def _called_name(table: TableFacts) -> bool:
    return "name" in table.labels[0].words


def lookup(a: Author) -> Pair | None:
    """A column of the one thing that is named."""
    table = a.table(labelled=True)
    label = table.label if table else None
    if not table or not label or label.distinct < table.rows * 0.9 or not label.values:
        return None
    wanted = [c for c in table.columns if c.kind != "key" and c is not label]
    if not wanted:
        return None
    value, column = str(a.rng.choice(label.values[:80])), a.rng.choice(wanted)
    shown = a.columns([column])
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
        one=shown.one,
        thing=a.noun(table),
        v=spoken(value, a.rng),
    )
    return Pair(
        question, f"SELECT {shown.sql} FROM {table.sql} WHERE {label.sql} = {literal(value)}"
    )


def distinct(a: Author) -> Pair | None:
    """The different values of a column, or how many there are."""
    table = a.table("category", "text")
    column = a.rng.choice(table.of_kind("category", "text")) if table else None
    if not table or not column or column.distinct == column.filled:
        return None
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


def aggregate(a: Author) -> Pair | None:
    """Average, total, highest or lowest of a number, or several of them."""
    table = a.table("number")
    column = a.number(table) if table else None
    if not table or not column:
        return None
    filters = a.filters(table, a.rng.choice((0, 1, 1, 2)), [column])
    slots = {"col": a.attribute(column), "things": a.described(table, filters)}
    if a.chance(0.25):
        fit = [name for name in sorted(FUNCTIONS) if name != "SUM" or column.summable]
        chosen = a.rng.sample(fit, a.rng.choice((2, 2, 3)))
        names = [a.rng.choice(FUNCTIONS[name]) for name in chosen]
        slots["fn"] = f"{', '.join(names[:-1])} and {names[-1]}"
    else:
        chosen = [a.function(column, "AVG", "AVG", "SUM", "SUM", "MAX", "MIN")]
        slots["fn"] = a.rng.choice(FUNCTIONS[chosen[0]])
    question = a.say(
        (
            f"{TELL} the {{fn}} {{col}} of [all |the |]{{things}}",
            "What is the {fn} {col} [of|for|across|among] {things}",
            "{fn} {col} of {things}",
            "[Calculate|Compute|Work out|Determine] the {fn} {col} of [all |the |]{things}",
            "For {things}, what is the {fn} {col}",
            "What {fn} {col} do [the |]{things} have",
            "How [big|large|high] is the {fn} {col} of {things}",
        ),
        **slots,
    )
    selected = ", ".join(f"{name}({column.sql})" for name in chosen)
    return Pair(question, f"SELECT {selected} FROM {table.sql}{where(filters)}")


def superlative(a: Author) -> Pair | None:
    """The thing with the highest or lowest number, or the first few of them."""
    table = a.table("number", labelled=True)
    column = a.number(table) if table else None
    if not table or not column:
        return None
    high, top = a.chance(0.6), a.rng.choice((1, 1, 1, 3, 5, 10, 2))
    if table.rows <= top:
        return None
    filters = a.filters(table, a.rng.choice((0, 0, 1)), [column, *table.labels])
    question = _superlative_words(
        a, table, column, high=high, top=top, things=a.described(table, filters)
    )
    shown = f"{a.labels(table)}, {column.sql}" if question.endswith(_AND_VALUE) else a.labels(table)
    sql = (
        f"SELECT {shown} FROM {table.sql}{_and_filled(where(filters), column, high)} "
        f"ORDER BY {column.sql}{' DESC' if high else ''} LIMIT {top}"
    )
    return Pair(question, sql)


_AND_VALUE = ("and what is it?", "with the value.")


def _and_filled(clause: str, column: ColumnFacts, high: bool) -> str:
    """DuckDB puts NULLs last in both orders, so nothing need be left out."""
    return clause


def _superlative_words(
    a: Author, table: TableFacts, column: ColumnFacts, *, high: bool, top: int, things: str
) -> str:
    scale, col = scale_of(column, table), a.attribute(column)
    most = a.rng.choice(
        ("highest", "largest", "greatest", "biggest") if high else ("lowest", "smallest")
    )
    slots = {"most": most, "col": col, "things": things, "n": top, "word": _number_word(top, a)}
    if scale and a.chance(0.6):
        slots["adj"] = a.rng.choice(scale.top if high else scale.bottom)
        return a.say(_TOP_ONE_ADJECTIVE if top == 1 else _TOP_MANY_ADJECTIVE, **slots)
    if top == 1:
        return a.say(_TOP_ONE, **slots)
    if high:
        return a.say(
            (
                *_TOP_MANY,
                "Top {n} {things} by {col}",
                f"{LIST} the top {{n}} {{things}} by {{col}}",
            ),
            **slots,
        )
    return a.say((*_TOP_MANY, "Bottom {n} {things} by {col}"), **slots)


def _number_word(number: int, a: Author) -> str:
    words = {1: "one", 2: "two", 3: "three", 5: "five", 10: "ten"}
    return words.get(number, str(number)) if a.chance(0.5) else str(number)


_TOP_ONE = (
    "Which of the {things} has the {most} {col}",
    "Among the {things}, which has the {most} {col}",
    f"{TELL} the one with the {{most}} {{col}} among [all |the |]{{things}}",
    "Of all {things}, which one has the {most} {col}",
    "[Find|Show|Name|Identify] the one of the {things} with the {most} {col}",
    "Which one of {things} [has|shows|comes with] the {most} {col}",
)
_TOP_ONE_ADJECTIVE = (
    "Which of the {things} is the {adj}",
    "Among the {things}, which is the {adj}",
    f"{TELL} the {{adj}} of [all |the |]{{things}}",
    "Of all {things}, which one is the {adj}",
    "[Find|Show|Name|Identify] the {adj} one of the {things}",
    "the {adj} of all {things}",
)
_TOP_MANY = (
    f"{LIST} the {{word}} {{things}} with the {{most}} {{col}}",
    "Which {word} {things} have the {most} {col}",
    "What are the {word} {things} with the {most} {col}",
    "Which {n} of the {things} have the {most} {col}",
    "the {word} {things} with the {most} {col}",
)
_TOP_MANY_ADJECTIVE = (
    f"{LIST} the {{word}} {{adj}} {{things}}",
    "Which {word} {things} are the {adj}",
    "What are the {word} {adj} {things}",
    "Which are the {word} {adj} {things}",
    "the {word} {adj} {things}",
    "Name the {word} {adj} of the {things}",
)


_ORDERS = {
    ("text", False): (
        "in alphabetical order of {by}", "sorted alphabetically by {by}", "ordered by {by}",
    ),
    ("text", True): ("in reverse alphabetical order of {by}", "sorted by {by} from Z to A"),
    ("time", False): (
        "from the earliest to the latest {by}", "sorted by {by}, oldest first", "in order of {by}",
    ),
    ("time", True): (
        "from the latest to the earliest {by}", "sorted by {by}, newest first",
        "by {by} in descending order",
    ),
    ("number", False): (
        "from the lowest to the highest {by}", "sorted by {by} in ascending order",
        "in increasing order of {by}", "ordered by {by}", "with the smallest {by} first",
    ),
    ("number", True): (
        "from the highest to the lowest {by}", "sorted by {by} in descending order",
        "in decreasing order of {by}", "with the largest {by} first",
    ),
}  # fmt: skip


def _sort(column: ColumnFacts) -> str:
    """How one speaks of an order by the column: of texts, of times or of numbers."""
    if column.kind in ("text", "category"):
        return "text"
    return "time" if column.kind in ("date", "year") else "number"


def ordered(a: Author) -> Pair | None:
    """Rows in an order."""
    table = a.table("number", "date", "year", "text", "category")
    by = (
        a.rng.choice(table.of_kind("number", "date", "year", "text", "category")) if table else None
    )
    shown = a.shown(table) if table else None
    if not table or not by or not shown or by.distinct < 3:
        return None
    down = a.chance(0.5)
    filters = a.filters(table, a.rng.choice((0, 0, 1)), [by])
    order = _ORDERS[_sort(by), down]
    question = a.say(
        (
            f"{LIST} the {{many}} of [all |the |]{{things}} {{order}}",
            f"{LIST} the {{many}} of [all |the |]{{things}}, {{order}}",
            "What are the {many} of [all |the |]{things}, {order}",
            "{many} of {things} {order}",
            "I want the {many} of [all |the |]{things}, {order}",
        ),
        many=shown.many,
        things=a.described(table, filters),
        order=a.rng.choice(order).format(by=a.attribute(by)),
    )
    sql = f"SELECT {shown.sql} FROM {table.sql}{where(filters)} ORDER BY {by.sql}"
    return Pair(question, f"{sql}{' DESC' if down else ''}")


def against_average(a: Author) -> Pair | None:
    """Things above or below the average of all."""
    table = a.table("number", labelled=True)
    column = a.number(table) if table else None
    if not table or not column:
        return None
    high, counted = a.chance(0.6), a.chance(0.3)
    col = a.attribute(column)
    side = a.rng.choice(
        ("above", "higher than", "greater than", "over")
        if high
        else ("below", "lower than", "under")
    )
    templates: tuple[str, ...] = (
        "Which {things} have {a_col} {side} the average",
        f"{LIST} [all |the |]{{things}} whose {{col}} is {{side}} the average {{col}}",
        f"{LIST} {{things}} with {{a_col}} {{side}} average".replace(
            "than average", "than the average"
        ),
        "What {things} have {a_col} {side} the overall average",
        "{things} with {a_col} {side} the mean",
        f"{LIST} the {{things}} whose {{col}} is {{side}} that of the average {{thing}}",
    )
    if counted:
        templates = (
            f"{COUNT} {{things}} have {{a_col}} {{side}} the average",
            f"{NUMBER} {{things}} whose {{col}} is {{side}} the average",
            "How many {things} have {a_col} {side} the mean {col}",
            "Count the {things} with {a_col} {side} the average",
            "For how many {things} is the {col} {side} the average",
        )
    noun = a.noun(table)
    question = a.say(
        templates, things=plural(noun), thing=noun, col=col, a_col=with_article(col), side=side
    )
    shown = "COUNT(*)" if counted else a.labels(table)
    return Pair(
        question,
        f"SELECT {shown} FROM {table.sql} WHERE {column.sql} {'>' if high else '<'} "
        f"(SELECT AVG({column.sql}) FROM {table.sql})",
    )


def share(a: Author) -> Pair | None:
    """What percentage of the rows meets a condition."""
    table = a.table()
    filters = a.filters(table, 1) if table else []
    if not table or not filters:
        return None
    noun = a.noun(table)
    question = a.say(
        (
            "What [percentage|percent] of [the |all |]{all} are {things}",
            "What share of [the |all |]{all}, in percent, are {things}",
            "[Calculate|Compute|Work out] the percentage of {things} among all {all}",
            "How many percent of [the |all |]{all} are {things}",
            "percentage of {things} among [the |all |]{all}",
            "In percent, how large is the share of {things} among all {all}",
        ),
        all=plural(noun),
        things=a.described(table, filters, noun=noun),
    )
    return Pair(
        question,
        f"SELECT 100.0 * COUNT(*) FILTER (WHERE {filters[0].sql}) / COUNT(*) FROM {table.sql}",
    )


SINGLE = (
    (count, 12), (listing, 10), (which, 9), (lookup, 7), (distinct, 6), (aggregate, 10),
    (superlative, 10), (ordered, 5), (against_average, 4), (share, 3),
)  # fmt: skip
