"""Questions about the numbers of one table: aggregates, extremes, orders, averages, shares.

Each function writes one kind of question, or finds that it can't be asked.
"""

from __future__ import annotations

from finetune.synthesis.author import FUNCTIONS, Author, Pair, need
from finetune.synthesis.clauses import order, where
from finetune.synthesis.facts import ColumnFacts, Kind, TableFacts
from finetune.synthesis.phrasing import COUNT, LIST, NUMBER, TELL
from finetune.synthesis.scales import scale_of
from finetune.synthesis.words import joined, plural, with_article


def aggregate(a: Author) -> Pair:
    """Average, total, highest or lowest of a number, or several of them."""
    table = a.table("number")
    column = need(a.number(table))
    filters = a.filters(table, a.rng.choice((0, 1, 1, 2)), [column])
    slots = {"col": a.attribute(column), "things": a.described(table, filters)}
    if a.chance(0.25):
        fit = [name for name in sorted(FUNCTIONS) if name != "SUM" or column.summable]
        chosen = a.rng.sample(fit, a.rng.choice((2, 2, 3)))
    else:
        chosen = [a.function(column, "AVG", "AVG", "SUM", "SUM", "MAX", "MIN")]
    slots["fn"] = joined([a.spoken_function(name) for name in chosen])
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


def superlative(a: Author) -> Pair:
    """The thing with the highest or lowest number, or the first few of them."""
    table = a.table("number", labelled=True)
    column = need(a.number(table))
    high, top = a.chance(0.6), a.rng.choice((1, 1, 1, 3, 5, 10, 2))
    need(table.rows > top)
    filters = a.filters(table, a.rng.choice((0, 0, 1)), [column, *table.labels])
    question = _superlative_words(
        a, table, column, high=high, top=top, things=a.described(table, filters)
    )
    return Pair(
        question,
        f"SELECT {a.labels(table)} FROM {table.sql}{where(filters)} "
        f"{order(column.sql, down=high, top=top)}",
    )


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
    first = ("Top {n} {things} by {col}", f"{LIST} the top {{n}} {{things}} by {{col}}")
    last = ("Bottom {n} {things} by {col}",)
    return a.say((*_TOP_MANY, *(first if high else last)), **slots)


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

# How one speaks of an order: of texts, of times or of numbers.
_SORTS: dict[Kind, str] = {
    "text": "text", "category": "text", "date": "time", "year": "time", "number": "number",
}  # fmt: skip
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


def ordered(a: Author) -> Pair:
    """Rows in an order."""
    table = a.table(*_SORTS)
    by = a.rng.choice(table.of_kind(*_SORTS))
    shown = need(a.shown(table))
    need(by.distinct >= 3)
    down = a.chance(0.5)
    filters = a.filters(table, a.rng.choice((0, 0, 1)), [by])
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
        order=a.rng.choice(_ORDERS[_SORTS[by.kind], down]).format(by=a.attribute(by)),
    )
    return Pair(
        question, f"SELECT {shown.sql} FROM {table.sql}{where(filters)} {order(by.sql, down=down)}"
    )


def against_average(a: Author) -> Pair:
    """Things above or below the average of all."""
    table = a.table("number", labelled=True)
    column = need(a.number(table))
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
        f"{LIST} {{things}} with {{a_col}} {{side}} average",
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


def share(a: Author) -> Pair:
    """What percentage of the rows meets a condition."""
    table = a.table()
    filters = need(a.filters(table, 1))
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


MEASURES = (
    (aggregate, 10), (superlative, 10), (ordered, 5), (against_average, 4), (share, 3),
)  # fmt: skip
