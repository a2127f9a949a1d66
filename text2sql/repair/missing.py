"""The rules that complete a join: a column lives in a table that the query does not read."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from text2sql.problems import Repair
from text2sql.repair.case import Case, identifier, made, spelled
from text2sql.repair.joins import Path, complete, shortest
from text2sql.repair.names import NEAR, SAME, likeness
from text2sql.repair.scopes import Fault, Scope
from text2sql.schema import Table

CLOSE = 0.8  # a name this near is worth a join


@dataclass(frozen=True)
class _Offer:
    """A table outside the query with the names it would mend."""

    table: Table
    path: Path
    covered: tuple[tuple[Fault, str], ...]

    @property
    def rank(self) -> tuple[int, int]:
        """Small is good: it mends many names, and few joins lead there."""
        return (-len(self.names), len(self.path.links))

    @property
    def names(self) -> set[str]:
        return {fault.column.name.lower() for fault, _ in self.covered}


def joined(case: Case) -> Repair | None:
    """A table not in FROM that has the column is joined, if one shortest key path leads there.

    >>> from text2sql.repair.example import mended
    >>> mended(joined, "SELECT name, day FROM customers")
    'SELECT name, orders.day FROM customers JOIN orders ON customers.id = orders.customer_id'
    """
    return _completed(case, "joined", SAME)


def nearly_joined(case: Case) -> Repair | None:
    """Like `joined`, for a column whose name is only close to the one asked for.

    >>> from text2sql.repair.example import mended
    >>> mended(nearly_joined, "SELECT the_articles FROM orders AS o")
    'SELECT items.article FROM orders AS o JOIN items ON o.order_id = items.order_id'
    """
    return _completed(case, "nearly_joined", CLOSE)


def _completed(case: Case, rule: str, least: float) -> Repair | None:
    for scope in {id(fault.scope): fault.scope for fault in case.faults}.values():
        open_faults = [
            fault
            for fault in case.faults
            if fault.scope is scope and fault.kind != "ambiguous" and scope.known
        ]
        offer = _best_offer(open_faults, scope, case, least)
        if offer:
            return _take(offer, scope, case, rule)
    return None


def _best_offer(faults: list[Fault], scope: Scope, case: Case, least: float) -> _Offer | None:
    read = {one.table.name for one in scope.sources if one.table}
    offers = []
    for table in case.schema.tables:
        covered = _covered(faults, table, case, least)
        if not covered or table.name in read:
            continue
        paths = shortest(scope, table, case.schema)
        if len(paths) == 1:
            offers.append(_Offer(table, paths[0], covered))
    offers.sort(key=lambda one: one.rank)
    for offer in offers:
        rivals = [one for one in offers if one.rank == offer.rank and one.names & offer.names]
        chosen = offer if len(rivals) == 1 else _owner_of_all(rivals)
        if chosen:
            return chosen
    return None


def _covered(
    faults: list[Fault], table: Table, case: Case, least: float
) -> tuple[tuple[Fault, str], ...]:
    found = []
    for fault in faults:
        named = _named_table(fault, case)
        if named is not None and named is not table:
            continue
        name = _column(fault.column.name, table, NEAR if named else least)
        if name:
            found.append((fault, name))
    return tuple(found)


def _named_table(fault: Fault, case: Case) -> Table | None:
    """The table outside the query that an unknown qualifier names."""
    if fault.kind != "qualifier":
        return None
    tables = case.schema.tables
    return next((one for one in tables if likeness(one.name, fault.column.table) >= SAME), None)


def _column(wanted: str, table: Table, least: float) -> str | None:
    scored = [
        (max(likeness(wanted, one.name), likeness(wanted, f"{table.name}_{one.name}")), one)
        for one in table.columns
    ]
    score, column = max(scored, key=lambda one: one[0])
    return column.name if score >= least else None


def _owner_of_all(offers: list[_Offer]) -> _Offer | None:
    """Of equal offers, the one table whose primary key is asked for."""
    own = [one for one in offers if any(name in one.table.primary_key for _, name in one.covered)]
    return own[0] if len(own) == 1 else None


def _take(offer: _Offer, scope: Scope, case: Case, rule: str) -> Repair:
    before = spelled(offer.covered[0][0].column)
    alias = _wanted_alias(offer, case)
    name = complete(case, scope, offer.path, alias)
    for fault, column in offer.covered:
        fault.column.set("this", identifier(column))
        fault.column.set("table", identifier(name))
    after = spelled(offer.covered[0][0].column)
    message = f"The column '{before}' is in '{offer.table.name}', which was joined."
    return made(rule, message, before, after)


def _wanted_alias(offer: _Offer, case: Case) -> str:
    """The unknown qualifier that the query uses for the table, if it is free to be its alias."""
    for fault, _ in offer.covered:
        if fault.kind == "qualifier":
            qualifier = fault.column.table
            names = {one.name.lower() for one in case.tree.find_all(exp.Table)}
            if qualifier.lower() not in names:
                return qualifier
    return ""
