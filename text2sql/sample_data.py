"""Schema -> typed, key-consistent rows for a schema that came without any.

The rows are plausible by the columns' names, the same for the same seed, and hold the values
that a question names, so that its answer isn't empty. Knows nothing of DuckDB, models or pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from text2sql.made_up.filling import Source, close_circles, fill
from text2sql.made_up.links import Link, filling_order, links_of
from text2sql.made_up.parents import Filled
from text2sql.made_up.people import pools
from text2sql.made_up.plans import TablePlan, plan_table
from text2sql.made_up.topics import table_nouns
from text2sql.made_up.wishes import wishes_of
from text2sql.schema import Schema

TODAY = date(2026, 11, 1)
FEWEST = 8  # rows of a table, however many tables there are
MOST_CELLS = 40_000  # of all tables together
_LOOKUPS = frozenset(
    "status type category genre department language country region state currency role level "
    "unit method priority tag color size segment format division continent plan".split()
)


def sample_rows(
    schema: Schema, *, question: str = "", seed: int = 0, rows: int = 60, today: date = TODAY
) -> dict[str, list[tuple[object, ...]]]:
    """Table name -> its rows in the order of its columns; parents stand before their children.

    `rows` is the size of a table that nothing points to; others get fewer, and so do all where
    there are very many columns. Dates lie in the two years before `today`. Keys, NOT NULL, enums
    and the CHECKs that can be understood hold; what one row can't hold is left out, so a table
    whose keys leave no room has fewer rows, or none.
    """
    links = links_of(schema)
    wishes = wishes_of(question, schema, links)
    source = Source(pools(seed), today, seed)
    made: dict[str, Filled] = {}
    plans: list[TablePlan] = []
    shared = _shared(links.values())
    counts = _row_counts(schema, shared, rows)
    for table, own in filling_order(schema, links):
        plans.append(plan_table(table, own, wishes, shared=table.name in shared))
        made[table.name] = fill(plans[-1], made, counts[table.name], source)
    for plan in plans:
        close_circles(made[plan.table.name], plan, made, seed)
    return {name: filled.values() for name, filled in made.items()}


def _shared(links: Iterable[Sequence[Link]]) -> set[str]:
    """The tables that others point to."""
    return {link.parent for own in links for link in own if not link.to_itself}


def _row_counts(schema: Schema, shared: set[str], rows: int) -> Mapping[str, int]:
    columns = sum(len(table.columns) for table in schema.tables)
    rows = max(1, min(rows, max(FEWEST, MOST_CELLS // max(columns, 1))))
    few, some = max(1, min(rows, max(FEWEST, rows // 5))), max(1, min(rows, rows // 2))
    counts = {}
    for table in schema.tables:
        lookup = table_nouns(table.name)[-1] in _LOOKUPS or len(table.columns) <= 2
        size = few if lookup and not table.foreign_keys else some
        counts[table.name] = size if table.name in shared else rows
    return counts
