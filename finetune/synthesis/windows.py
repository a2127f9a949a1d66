"""Questions whose SQL looks past its row: the best of each group, ranks, running totals, shares.

Each function writes one kind of question, or finds that it can't be asked.
"""

# ruff: noqa: E501 - a wording reads best on one line
from __future__ import annotations

from finetune.synthesis.author import HIGHEST, Author, Pair, need
from finetune.synthesis.clauses import order, where
from finetune.synthesis.phrasing import LIST
from finetune.synthesis.times import dated
from finetune.synthesis.words import plural, with_article


def best_of_each(a: Author) -> Pair:
    """The first one or few of each category by a number or a date: QUALIFY."""
    table = a.table("category", labelled=True)
    column = need(a.category(table))
    need(column not in table.labels)
    dates = [c for c in table.of_kind("date", "year") if c.distinct > 3]
    number = need(a.rng.choice(dates) if dates and a.chance(0.4) else a.number(table))
    high, top = a.chance(0.65), a.rng.choice((1, 1, 1, 2, 3))
    over_time = number.kind != "number"
    if over_time:
        most = a.rng.choice(("latest", "most recent") if high else ("earliest",))
    else:
        most = a.rng.choice(HIGHEST[high])
    noun = a.noun(table)
    filters = a.filters(table, a.rng.choice((0, 0, 0, 1)), [column, number])
    things = a.described(table, filters, noun=noun)
    slots = {
        "thing": noun, "things": things, "one": a.attribute(column), "most": most,
        "col": a.attribute(number), "n": str(top),
    }  # fmt: skip
    slots["ones"] = plural(slots["one"])
    if top == 1:
        templates: tuple[str, ...] = (
            "For each {one}, which of the {things} has the {most} {col}",
            f"{LIST} [for each|per] {{one}} the one of the {{things}} with the {{most}} {{col}}",
            "Which of the {things} has the {most} {col} within [each|its] {one}",
            "{things} with the {most} {col} of [each|their] {one}",
            "In each {one}, which one of the {things} has the {most} {col}",
            "[Find|Show|Name] the one of the {things} with the {most} {col} in every {one}",
        )
    else:
        templates = (
            "For each {one}, which {n} of the {things} have the {most} {col}",
            f"{LIST} the {{n}} {{things}} with the {{most}} {{col}} [for each|per|in each|of every] {{one}}",
            "Which {n} {things} have the {most} {col} within each {one}",
            "the {n} {things} with the {most} {col} per {one}",
            "In each {one}, which {n} of the {things} have the {most} {col}",
            "[Find|Show|Name] the {n} {things} with the {most} {col} in every {one}",
        )
    return Pair(
        a.say(templates, **slots),
        f"SELECT {column.sql}, {a.labels(table)} FROM {table.sql}{where(filters)} QUALIFY ROW_NUMBER() OVER "
        f"(PARTITION BY {column.sql} {order(number.sql, down=high)}) {'=' if top == 1 else '<='} {top}",
    )


def ranked(a: Author) -> Pair:
    """Each thing with its rank by a number, in all or within its category."""
    table = a.table("number", labelled=True)
    number = need(a.number(table))
    column = a.category(table) if a.chance(0.4) else None
    within = f" within [each|its] {a.attribute(column)}" if column else ""
    filters = a.filters(table, a.rng.choice((0, 0, 1)), [number])
    question = a.say(
        (
            f"Rank [all |the |]{{things}} by {{col}}{within}, highest first",
            f"{LIST} [all |the |]{{things}} with their rank by {{col}}{within}",
            f"What rank does each of the {{things}} have by {{col}}{within}",
            f"{{things}} and their rank by {{col}}{within}",
            f"Give each of the {{things}} a rank by {{col}}{within}, the highest being number one",
            f"How do the {{things}} rank by {{col}}{within}",
        ),
        things=a.described(table, filters), col=a.attribute(number),
    )  # fmt: skip
    part = f"PARTITION BY {column.sql} " if column else ""
    return Pair(
        question,
        f"SELECT {a.labels(table)}, RANK() OVER ({part}ORDER BY {number.sql} DESC) "
        f"FROM {table.sql}{where(filters)}",
    )


def running_total(a: Author) -> Pair:
    """A sum that grows over time."""
    table, column = dated(a)
    number = need(a.number(table))
    filters = a.filters(table, a.rng.choice((0, 0, 1)), [number, *table.of_kind("date")])
    question = a.say(
        (
            f"{LIST} the running total of {{col}} of {{things}} over time, with the {{date}}",
            "What is the [running|cumulative] [total|sum] of {col} of {things} by {date}",
            f"{LIST} each {{date}} of {{things}} with the cumulative {{col}}",
            "[cumulative|running] {col} of {things} by {date}",
            "How does the {col} of {things} add up over time, by {date}",
            "For [all |]{things}, in order of {date}, give the {date} and the {col} summed so far",
        ),
        col=a.attribute(number), date=a.attribute(column), things=a.described(table, filters),
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {column.sql}, SUM({number.sql}) OVER (ORDER BY {column.sql}) "
        f"FROM {table.sql}{where(filters)}",
    )


def share_each(a: Author) -> Pair:
    """What part of all rows each category holds, in percent."""
    table = a.table("category")
    column = need(a.category(table))
    question = a.say(
        (
            "What percentage of the {things} falls [to|on] each {one}",
            f"{LIST} each {{one}} with its share of [all |the |]{{things}} in percent",
            "[percentage|share in percent] of {things} [by|per] {one}",
            "How are the {things} spread over the {ones}, in percent",
            "For each {one}, what percentage of all {things} does it [have|hold]",
            "[Compute|Calculate] the percentage of {things} for each {one}",
        ),
        things=a.described(table, []), one=a.attribute(column), ones=plural(a.attribute(column)),
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {column.sql}, 100.0 * COUNT(*) / SUM(COUNT(*)) OVER () FROM {table.sql} "
        f"GROUP BY {column.sql}",
    )


def total_share_each(a: Author) -> Pair:
    """What part of a total each category holds, in percent."""
    table = a.table("category")
    column, number = a.category_and_number(table)
    need(number.summable)
    question = a.say(
        (
            "What percentage of the total {col} of {things} does each {one} [have|hold]",
            f"{LIST} each {{one}} with its share of the total {{col}} of {{things}} in percent",
            "[share|percentage] of the total {col} of {things} [by|per] {one}",
            "How is the total {col} of {things} spread over the {ones}, in percent",
            "For each {one}, what percent of the total {col} of {things} is it",
        ),
        things=a.described(table, []), one=a.attribute(column), ones=plural(a.attribute(column)),
        col=a.attribute(number),
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {column.sql}, 100.0 * SUM({number.sql}) / SUM(SUM({number.sql})) OVER () "
        f"FROM {table.sql} GROUP BY {column.sql}",
    )


def above_own_group(a: Author) -> Pair:
    """Things above or below the average of their own category."""
    table = a.table("category", labelled=True)
    column, number = a.category_and_number(table)
    need(column not in table.labels)
    high = a.chance(0.65)
    one, col = a.attribute(column), a.attribute(number)
    question = a.say(
        (
            "Which {things} have {a_col} {side} the average of their {one}",
            f"{LIST} [all |the |]{{things}} whose {{col}} is {{side}} the average {{col}} of their {{one}}",
            "What {things} have {a_col} {side} the average for their {one}",
            "{things} with {a_col} {side} the average within their {one}",
            f"{LIST} {{things}} whose {{col}} is {{side}} that of the average in the same {{one}}",
        ),
        things=plural(a.noun(table)), one=one, col=col, a_col=with_article(col),
        side=a.rng.choice(("above", "higher than", "over") if high else ("below", "lower than")),
    )  # fmt: skip
    return Pair(
        question,
        f"SELECT {a.labels(table)} FROM {table.sql} QUALIFY {number.sql} {'>' if high else '<'} "
        f"AVG({number.sql}) OVER (PARTITION BY {column.sql})",
    )


WINDOWS = (
    (best_of_each, 8), (ranked, 4), (running_total, 3), (share_each, 3), (total_share_each, 2),
    (above_own_group, 3),
)  # fmt: skip
