"""Questions about groups of one table's rows: counts and averages for each, the most common, HAVING.

Each function writes one kind of question, or finds that it can't be asked.
"""

# ruff: noqa: E501 - a wording reads best on one line
from __future__ import annotations

from finetune.synthesis.author import MOST, Author, Pair, need
from finetune.synthesis.clauses import order, where
from finetune.synthesis.facts import ColumnFacts, TableFacts
from finetune.synthesis.filters import spoken
from finetune.synthesis.phrasing import LIST, TELL
from finetune.synthesis.words import plural
from text2sql.ddl.quoting import literal

_EACH = "[for each|per|by|for every]"


def count_each(a: Author) -> Pair:
    """How many rows there are of each category, sometimes in order of that number."""
    table = a.table("category")
    column = need(a.category(table))
    filters = a.filters(table, a.rng.choice((0, 0, 1)), [column])
    sort = a.rng.choice(("", "", "", " ORDER BY COUNT(*) DESC", " ORDER BY COUNT(*)"))
    tail = {
        "": "",
        " ORDER BY COUNT(*) DESC": a.rng.choice((", most first", ", in descending order", ", starting with the most common")),
        " ORDER BY COUNT(*)": a.rng.choice((", fewest first", ", in ascending order", ", starting with the rarest")),
    }[sort]  # fmt: skip
    one = a.attribute(column)
    question = a.say(
        (
            f"How many {{things}} are there {_EACH} {{one}}{{tail}}",
            f"[Count|Show] the number of {{things}} {_EACH} {{one}}{{tail}}",
            "What is the number of {things} [for each|per] {one}{tail}",
            f"{LIST} each {{one}} [and|with|together with] [its number|the number] of {{things}}{{tail}}",
            "[number of|count of] {things} [by|per] {one}{tail}",
            "For each {one}, how many {things} are there{tail}",
            f"{LIST} {{many}} and how many {{things}} each one has{{tail}}",
            "Break down the {things} by {one} with counts{tail}",
        ),
        things=a.described(table, filters),
        one=one,
        many=plural(one),
        tail=tail,
    )
    return Pair(
        question,
        f"SELECT {column.sql}, COUNT(*) FROM {table.sql}{where(filters)} "
        f"GROUP BY {column.sql}{sort}",
    )


def aggregate_each(a: Author) -> Pair:
    """Average, total, highest or lowest of a number for each category."""
    table = a.table("category")
    column, number = a.category_and_number(table)
    filters = a.filters(table, a.rng.choice((0, 0, 0, 1)), [column, number])
    name = a.function(number, "AVG", "AVG", "SUM", "SUM", "MAX", "MIN")
    question = a.say(
        (
            f"{TELL} the {{fn}} {{col}} of {{things}} {_EACH} {{one}}",
            f"What is the {{fn}} {{col}} of {{things}} {_EACH} {{one}}",
            f"{LIST} each {{one}} [with|and] the {{fn}} {{col}} of its {{things}}",
            "{fn} {col} of {things} [by|per] {one}",
            "For each {one}, [what is|show|give|compute] the {fn} {col} of [the |]{things}",
            "[Group|Split] the {things} by {one} and [show|give] the {fn} {col} of each group",
            "How does the {fn} {col} of {things} [differ|vary] by {one}",
        ),
        fn=a.spoken_function(name),
        col=a.attribute(number),
        one=a.attribute(column),
        things=a.described(table, filters),
    )
    return Pair(
        question,
        f"SELECT {column.sql}, {name}({number.sql}) FROM {table.sql}{where(filters)} "
        f"GROUP BY {column.sql}",
    )


def commonest(a: Author) -> Pair:
    """The category with the most or the fewest rows."""
    table = a.table("category")
    column = need(a.category(table))
    filters = a.filters(table, a.rng.choice((0, 0, 0, 1)), [column])
    most, top = a.chance(0.75), a.rng.choice((1, 1, 1, 1, 3))
    need(column.distinct > top)
    rare = "least common" if a.chance(0.5) else "rarest"
    one = a.attribute(column)
    slots = {
        "one": one if top == 1 else plural(one), "things": a.described(table, filters),
        "number": "" if top == 1 else "three ", "s": "s" if top == 1 else "",
        "is": "is" if top == 1 else "are", "has": "has" if top == 1 else "have",
        "often": "most often" if most else "least often",
        "most": a.rng.choice(MOST[most]),
        "common": a.rng.choice(("most common", "most frequent") if most else (rare,)),
    }  # fmt: skip
    question = a.say(
        (
            "Which {number}{one} occur{s} [most often|most] among [the |]{things}" if most
            else "Which {number}{one} occur{s} least often among [the |]{things}",
            "What {is} the {number}{common} {one} [of|among] [the |]{things}",
            f"{TELL} the {{number}}{{one}} with {{most}} {{things}}",
            "Which {number}{one} {has} {most} {things}",
            "{number}{common} {one} of {things}",
            "[Find|Show|Name] the {number}{common} {one} among [all |the |]{things}",
            "What {number}{one} do [we see|you find] {often} among {things}",
        ),
        **slots,
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {column.sql} FROM {table.sql}{where(filters)} GROUP BY {column.sql} "
        f"{order('COUNT(*)', down=most, top=top)}",
    )


def having(a: Author) -> Pair:
    """Categories with more (or fewer) than so many rows, or with such an average."""
    table = a.table("category")
    column = need(a.category(table))
    need(column.distinct >= 3)
    if a.chance(0.3):
        return _having_average(a, table, column)
    filters = a.filters(table, a.rng.choice((0, 0, 0, 1)), [column])
    source = f"FROM {table.sql}{where(filters)} GROUP BY {column.sql}"
    number, sign = bounds_of(a, f"SELECT COUNT(*) {source}")
    phrase = more_than(sign, number, a)
    one = a.attribute(column)
    question = a.say(
        (
            "Which {many} have {phrase} {things}",
            f"{LIST} [the |all |]{{many}} with {{phrase}} {{things}}",
            "What {many} have {phrase} {things}",
            f"{LIST} every {{one}} that [has|comes with|counts] {{phrase}} {{things}}",
            "{many} with {phrase} {things}",
            "Which {many} [occur for|appear for|are shared by] {phrase} {things}",
            "For which {many} are there {phrase} {things}",
        ),
        many=plural(one),
        one=one,
        things=a.described(table, filters),
        phrase=phrase,
    )
    return Pair(question, f"SELECT {column.sql} {source} HAVING COUNT(*) {sign} {number}")


_MORE_THAN = {
    ">": ("more than {n}", "over {n}"), ">=": ("at least {n}", "{n} or more", "no fewer than {n}"),
    "<": ("fewer than {n}", "less than {n}", "under {n}"), "=": ("exactly {n}",),
}  # fmt: skip


def more_than(sign: str, number: object, a: Author) -> str:
    """A comparison with a count in words: 'at least 3'."""
    if sign == ">" and number == 1:
        return "at least two"
    return a.rng.choice(_MORE_THAN[sign]).format(n=number)


def bounds_of(a: Author, counts: str) -> tuple[int, str]:
    """A threshold that some of the counts pass and some don't, and the comparison with it."""
    found = sorted(row[0] for row in a.database.run(counts).rows)
    need(len(set(found)) > 1)
    number = a.rng.choice(found[:-1])
    if a.chance(0.25) and number > found[0]:
        return number, "<"
    if a.chance(0.4):
        above = [n for n in found if n > found[0]]
        return a.rng.choice(above), a.rng.choice((">=", ">=", "="))
    return number, ">"


def _having_average(a: Author, table: TableFacts, column: ColumnFacts) -> Pair:
    number = need(a.number(table))
    found = a.database.run(
        f"SELECT AVG({number.sql}) FROM {table.sql} GROUP BY {column.sql} HAVING AVG({number.sql}) > 0"
    ).rows
    averages = sorted(float(row[0]) for row in found)
    need(len(averages) > 1)
    middle = float(f"{averages[len(averages) // 2 - 1]:.2g}")
    value = int(middle) if middle == int(middle) else middle
    need(averages[0] <= value < averages[-1])
    one = a.attribute(column)
    question = a.say(
        (
            "Which {many} have an average {col} [above|over|higher than|of more than] {v}",
            f"{LIST} [the |]{{many}} whose {{things}} have an average {{col}} [above|over|of more than] {{v}}",
            "For which {many} is the [average|mean] {col} of {things} [above|over|greater than] {v}",
            "{many} with an average {col} [above|over] {v}",
            "What {many} of {things} [reach|show|have] an average {col} of more than {v}",
            f"{LIST} every {{one}} with {{things}} whose average {{col}} is [over|above] {{v}}",
        ),
        many=plural(one), one=one, col=a.attribute(number), v=value,
        things=a.described(table, []),
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {column.sql} FROM {table.sql} GROUP BY {column.sql} "
        f"HAVING AVG({number.sql}) > {value}",
    )


def two_counts(a: Author) -> Pair:
    """How many of one kind and how many of another, side by side."""
    table = a.table("category")
    column = need(a.category(table))
    one, two = a.two_of(column.values[:8])
    filters = a.filters(table, a.rng.choice((0, 0, 1)), [column])
    question = a.say(
        (
            "How many {things} have {one} and how many have {two} as {col}",
            "How many of the {things} have the {col} {one}, and how many {two}",
            "[Compare|Show] the number of {things} with {col} {one} [to|and] the number with {col} {two}",
            "Count the {things} whose {col} is {one} and, [in a second column|next to it|separately], those whose {col} is {two}",
            "number of {things} with {col} {one} and with {col} {two}",
            "[In one row|Side by side], how many {things} have {col} {one} and how many {two}",
        ),
        things=a.described(table, filters),
        col=a.attribute(column),
        one=spoken(one, a.rng),
        two=spoken(two, a.rng),
    )
    parts = [f"COUNT(CASE WHEN {column.sql} = {literal(v)} THEN 1 END)" for v in (one, two)]
    return Pair(question, f"SELECT {', '.join(parts)} FROM {table.sql}{where(filters)}")


GROUPS = (
    (count_each, 8), (aggregate_each, 8), (commonest, 6), (having, 5), (two_counts, 2),
)  # fmt: skip
