"""Conditions on numbers: above, below, between, with the words of the scale they measure on."""

from __future__ import annotations

from random import Random

from finetune.synthesis.facts import ColumnFacts, TableFacts
from finetune.synthesis.filters import Filter, slots_of
from finetune.synthesis.phrasing import fill
from finetune.synthesis.scales import scale_of

_ABOVE = (
    "with {a_col} [above|over|greater than|higher than|of more than|exceeding] {v}",
    "whose {col} is [above|over|greater than|more than|higher than|larger than] {v}",
    "{who} have {a_col} [above|over|greater than|higher than|of more than] {v}",
    "where the {col} [exceeds|is above|is over|is more than] {v}", "whose {col} exceeds {v}",
)  # fmt: skip
_BELOW = (
    "with {a_col} [below|under|less than|lower than|of less than|smaller than] {v}",
    "whose {col} is [below|under|less than|lower than|smaller than] {v}",
    "{who} have {a_col} [below|under|less than|lower than|of less than] {v}",
    "where the {col} [stays below|is below|is under|is less than] {v}",
    "whose {col} does not reach {v}",
)  # fmt: skip
_AT_LEAST = (
    "with {a_col} of [at least|no less than] {v}", "whose {col} is [at least|no less than] {v}",
    "{who} have {a_col} of {v} or [more|higher|above]", "whose {col} is {v} or [more|higher|above]",
    "with a minimum {col} of {v}",
)  # fmt: skip
_AT_MOST = (
    "with {a_col} of [at most|no more than|up to] {v}", "whose {col} is [at most|no more than] {v}",
    "{who} have {a_col} of {v} or [less|lower|below]", "whose {col} is {v} or [less|lower|below]",
    "with a maximum {col} of {v}",
)  # fmt: skip
_BETWEEN = (
    "with {a_col} between {a} and {b}", "whose {col} is between {a} and {b}",
    "whose {col} lies between {a} and {b}", "{who} have {a_col} from {a} to {b}",
    "with {a_col} in the range [from |of ]{a} to {b}", "whose {col} ranges from {a} to {b}",
)  # fmt: skip


def number(column: ColumnFacts, table: TableFacts, rng: Random) -> Filter | None:
    """A comparison with one of the column's quantiles, or with two of them."""
    if column.distinct < 4 or len(column.values) < 7:
        return None
    slots = slots_of(column, table, rng)
    value, sign = _round(rng.choice(column.values[1:6]), column), rng.choice((">", ">", "<", "<"))
    chance = rng.random()
    if chance < 0.15:
        low, high = _round(column.values[1], column), _round(column.values[5], column)
        said = fill(rng, _BETWEEN, **slots, a=low, b=high)
        sql = f"{column.sql} BETWEEN {_in_sql(low)} AND {_in_sql(high)}"
        return Filter(sql, said, column.name) if low < high else None
    wordings: tuple[str, ...] = _ABOVE if sign == ">" else _BELOW
    scale = scale_of(column, table)
    if chance < 0.35:
        wordings, sign = (_AT_LEAST, ">=") if sign == ">" else (_AT_MOST, "<=")
    elif scale and rng.random() < 0.6:
        wordings = scale.more if sign == ">" else scale.less
    said = fill(rng, wordings, **slots, v=value)
    return Filter(f"{column.sql} {sign} {_in_sql(value)}", said, column.name)


def _round(value: float, column: ColumnFacts) -> float | int:
    """A threshold as people choose them: two digits, then zeros."""
    number = float(f"{float(value):.2g}")
    return int(number) if column.whole or number == int(number) else number


def _in_sql(value: float | int) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)
