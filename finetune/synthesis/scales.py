"""How people compare what a numeric column measures: older, cheapest, best paid.

Knows nothing of SQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from finetune.synthesis.facts import ColumnFacts, TableFacts
from finetune.synthesis.words import is_person, singular, words


@dataclass(frozen=True)
class Scale:
    """`more` and `less` follow a noun and hold `{v}`; `top` and `bottom` precede one."""

    more: tuple[str, ...]
    less: tuple[str, ...]
    top: tuple[str, ...]
    bottom: tuple[str, ...]


_PRICE = Scale(
    ("{who} cost more than {v}", "priced above {v}", "more expensive than {v}", "costing over {v}"),
    ("{who} cost less than {v}", "priced below {v}", "cheaper than {v}", "costing under {v}"),
    ("most expensive", "priciest", "costliest"),
    ("cheapest", "least expensive"),
)
_AGE = Scale(
    ("older than {v}", "over {v} years old", "above the age of {v}", "{who} are older than {v}"),
    (
        "younger than {v}",
        "under {v} years old",
        "below the age of {v}",
        "{who} are younger than {v}",
    ),
    ("oldest",),
    ("youngest",),
)
_PAY = Scale(
    ("{who} earn more than {v}", "earning over {v}", "paid more than {v}", "making more than {v}"),
    ("{who} earn less than {v}", "earning under {v}", "paid less than {v}", "making less than {v}"),
    ("best paid", "highest-paid", "top-earning"),
    ("lowest-paid", "worst paid"),
)
_HEIGHT = Scale(
    ("taller than {v}", "{who} are taller than {v}", "over {v} tall"),
    ("shorter than {v}", "{who} are shorter than {v}", "under {v} tall"),
    ("tallest",),
    ("shortest",),
)
_LENGTH = Scale(
    ("longer than {v}", "{who} are longer than {v}", "{who} last longer than {v}"),
    ("shorter than {v}", "{who} are shorter than {v}"),
    ("longest",),
    ("shortest",),
)
_WEIGHT = Scale(
    ("heavier than {v}", "weighing more than {v}", "{who} weigh over {v}"),
    ("lighter than {v}", "weighing less than {v}", "{who} weigh under {v}"),
    ("heaviest",),
    ("lightest",),
)
_SIZE = Scale(
    ("bigger than {v}", "larger than {v}", "{who} are larger than {v}"),
    ("smaller than {v}", "{who} are smaller than {v}"),
    ("largest", "biggest"),
    ("smallest",),
)
_PEOPLE = Scale(
    ("with more than {v} [people|inhabitants|residents]", "with over {v} people"),
    ("with fewer than {v} [people|inhabitants|residents]", "with under {v} people"),
    ("most populous",),
    ("least populous",),
)
_RATING = Scale(
    ("rated above {v}", "rated higher than {v}", "{who} are rated over {v}", "scoring above {v}"),
    ("rated below {v}", "rated lower than {v}", "{who} are rated under {v}", "scoring below {v}"),
    ("best rated", "highest rated", "top-rated"),
    ("worst rated", "lowest rated"),
)
_SPEED = Scale(
    ("faster than {v}", "{who} are faster than {v}"),
    ("slower than {v}", "{who} are slower than {v}"),
    ("fastest", "quickest"),
    ("slowest",),
)
_DEPTH = Scale(("deeper than {v}",), ("shallower than {v}",), ("deepest",), ("shallowest",))
_STOCK = Scale(
    ("with more than {v} in stock", "of which more than {v} are in stock"),
    ("with fewer than {v} in stock", "of which less than {v} are in stock"),
    ("best stocked",),
    ("worst stocked",),
)
_SCALES: tuple[tuple[re.Pattern[str], Scale, bool | None], ...] = tuple(
    (re.compile(rf"^({pattern})$"), scale, people)
    for pattern, scale, people in (
        ("(unit |list |ticket |sale |retail |sticker )?price|cost|fee|fare", _PRICE, False),
        ("age", _AGE, None),
        ("(monthly |annual |base |hourly )?(salary|wage|pay|income)", _PAY, True),
        ("height", _HEIGHT, None),
        ("length|duration|running time|runtime|duration minutes|length minutes", _LENGTH, False),
        ("weight|weight kilograms", _WEIGHT, None),
        ("area|size|floor area|surface area|size hectares|area hectares", _SIZE, False),
        ("population", _PEOPLE, False),
        ("rating|score|stars|average rating|review score", _RATING, False),
        ("(max |top |maximum )?speed", _SPEED, False),
        ("depth", _DEPTH, False),
        ("stock|in stock|stock quantity|units in stock|quantity in stock", _STOCK, False),
    )
)  # the last tells whether it is said of people only, of things only, or of both (None)


def scale_of(column: ColumnFacts, table: TableFacts) -> Scale | None:
    """The scale that a column measures on, if it is a well-known one."""
    person = is_person(singular(words(table.name)))
    for pattern, scale, people in _SCALES:
        if people in (None, person) and pattern.match(column.words):
            return scale
    return None
