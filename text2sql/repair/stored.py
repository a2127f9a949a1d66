"""The one rule for statements that run: texts compared with a column as the column has them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from text2sql.problems import Repair
from text2sql.repair.case import Case, made, spelled


def stored_value(case: Case) -> Repair | None:
    """A text that a column holds in another case only is written as it is stored.

    A column of which a stored value is the very text is left alone, and so is one whose values are
    not known, or where several differ by case only.

    >>> from text2sql.repair.example import mended
    >>> mended(stored_value, "SELECT name FROM customers WHERE city = 'berlin'")
    "SELECT name FROM customers WHERE city = 'Berlin'"
    >>> mended(stored_value, "SELECT name FROM customers WHERE city IN ('ROME', 'Oslo')")
    "SELECT name FROM customers WHERE city IN ('Rome', 'Oslo')"
    """
    before = spelled(case.tree)
    changed = []
    for column, literal in list(_compared(case.tree)):
        stored = _as_stored(case, column, literal.name)
        if stored is not None:
            changed.append(f"'{literal.name}' is stored as '{stored}' in {column.name}")
            literal.replace(exp.Literal.string(stored))
    if not changed:
        return None
    return made("stored_value", f"{'; '.join(changed)}.", before, spelled(case.tree))


def _compared(tree: exp.Expr) -> Iterator[tuple[exp.Column, exp.Literal]]:
    """Each column with each text it is tested to be equal to, or not."""
    for test in tree.find_all(exp.EQ, exp.NEQ):
        for one, other in ((test.this, test.expression), (test.expression, test.this)):
            if isinstance(one, exp.Column) and isinstance(other, exp.Literal) and other.is_string:
                yield one, other
    for listed in tree.find_all(exp.In):
        if isinstance(listed.this, exp.Column):
            for item in listed.expressions:
                if isinstance(item, exp.Literal) and item.is_string:
                    yield listed.this, item


def _as_stored(case: Case, column: exp.Column, text: str) -> str | None:
    source = case.source_of(column)
    if source is None or source.table is None:
        return None
    found = source.table.column(column.name)
    if found is None:
        return None
    values = found.enum or case.values.get((source.table.name, found.name), ())
    wanted = text.strip().lower()
    same = [value for value in values if value.strip().lower() == wanted]
    return same[0] if len(same) == 1 and same[0] != text else None
