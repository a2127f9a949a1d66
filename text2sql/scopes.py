"""Which tables, columns and aliases each place of a statement can see, as far as can be known.

sqlglot's own scopes compare names by case and take no column for granted; these follow DuckDB: any
case, aliases visible in WHERE and beside each other, subqueries in FROM that see their neighbours.
Knows nothing of what is made of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from text2sql.schema import Schema

Columns = frozenset[str] | None  # lower case is not forced; None: can't be known


@dataclass(frozen=True)
class Source:
    """One entry of FROM: how it is called, the table behind it ("" if none), its columns."""

    alias: str
    table: str
    columns: Columns

    def has(self, name: str) -> bool:
        """Whether it may have a column of that name."""
        return self.columns is None or self.lists(name)

    def lists(self, name: str) -> bool:
        """Whether it is known to have a column of that name."""
        return any(column.lower() == name.lower() for column in self.columns or ())

    @property
    def shown(self) -> str:
        """Its name for the user.

        >>> Source("s", "singer", None).shown
        's (table singer)'
        """
        named = self.table and self.table.lower() != self.alias.lower()
        return f"{self.alias} (table {self.table})" if named else self.alias


def visible_cte(node: exp.Expr, name: str) -> exp.CTE | None:
    """The CTE of that name, in any case, which a node's place in the statement can see."""
    ancestor: exp.Expr | None = node
    while ancestor is not None:
        with_ = ancestor.args.get("with_")
        for cte in with_.expressions if with_ is not None else ():
            if isinstance(cte, exp.CTE) and cte.alias.lower() == name.lower():
                return cte
        ancestor = ancestor.parent
    return None


class Scopes:
    """Answers for one tree; a tree that changes needs a new one."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._sources: dict[int, list[tuple[exp.Expr, Source]]] = {}
        self._outputs: dict[int, Columns] = {}
        self._aliases: dict[int, dict[str, list[exp.Expr]]] = {}

    def sources_around(self, node: exp.Expr) -> list[Source]:
        """The sources that a node can refer to, those of the innermost query first."""
        found: list[Source] = []
        inside: set[int] = set()
        for ancestor, child in _around(node):
            if not isinstance(ancestor, exp.Table):  # which may hold joins and their conditions
                inside.add(id(ancestor))
            if isinstance(ancestor, exp.Select):
                found += [s for item, s in self.sources(ancestor) if id(item) not in inside]
            elif isinstance(ancestor, exp.Pivot):
                found.append(Source("", "", None))
            elif isinstance(ancestor, exp.Query) and child.arg_key not in ("this", "expression"):
                found.append(Source("", "", self.output(ancestor)))  # ORDER BY of a UNION
        return found

    def is_alias(self, column: exp.Column) -> bool:
        """Whether it is the alias of a SELECT around it, or the variable of a function."""
        names = {column.name.lower(), column.table.lower()} - {""}
        return any(self._gives(a, child, names) for a, child in _around(column))

    def _gives(self, ancestor: exp.Expr, child: exp.Expr, names: set[str]) -> bool:
        """Whether a node gives one of these names, beside columns, to what is inside of it."""
        if isinstance(ancestor, exp.Select):
            aliases = self._aliases_of(ancestor)
            return any(item is not child for name in names for item in aliases.get(name, ()))
        if isinstance(ancestor, exp.Lambda):
            return any(variable.name.lower() in names for variable in ancestor.expressions)
        return isinstance(ancestor, exp.Comprehension) and ancestor.expression.name.lower() in names

    def _aliases_of(self, select: exp.Select) -> dict[str, list[exp.Expr]]:
        """Each alias of a SELECT in lower case, with the entries that it names."""
        if id(select) not in self._aliases:
            found: dict[str, list[exp.Expr]] = {}
            for item in select.expressions:
                if item.alias:
                    found.setdefault(item.alias.lower(), []).append(item)
            self._aliases[id(select)] = found
        return self._aliases[id(select)]

    def sources(self, select: exp.Select) -> list[tuple[exp.Expr, Source]]:
        """What stands in FROM of one SELECT, each with its node."""
        if id(select) not in self._sources:
            items = [select.args.get("from_"), *(select.args.get("joins") or ())]
            entries = [item.this for item in items if item is not None]
            entries += select.args.get("laterals") or ()
            self._sources[id(select)] = [pair for e in entries for pair in self._read(e)]
        return self._sources[id(select)]

    def _read(self, node: exp.Expr) -> Iterator[tuple[exp.Expr, Source]]:
        """The sources that one entry of FROM stands for: a bracket around joins holds many."""
        if isinstance(node, exp.Subquery | exp.Paren) and not isinstance(node.this, exp.Query):
            yield from self._read(node.this)
            if node.alias:
                yield node, Source(node.alias, "", None)
        else:
            table = node.name if isinstance(node, exp.Table) else ""
            yield node, Source(node.alias_or_name, table, self._columns_of(node))
        for join in node.args.get("joins") or ():
            yield from self._read(join.this)

    def _columns_of(self, node: exp.Expr) -> Columns:
        """The columns of one entry of FROM, under the names that its alias may list."""
        if node.args.get("pivots"):
            return None
        names = tuple(getattr(node, "alias_column_names", ()))
        if isinstance(node, exp.Values) and names:
            return frozenset(names)
        if isinstance(node, exp.Subquery | exp.Lateral):
            return _renamed(self.output(node.this), names)
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            return None
        cte = visible_cte(node, node.name)
        if cte is not None and not node.db:
            return _renamed(_renamed(self.output(cte.this), cte.alias_column_names), names)
        table = self._schema.table(node.name)
        return _renamed(frozenset(c.name for c in table.columns), names) if table else None

    def output(self, query: exp.Expr) -> Columns:
        """The names of a query's columns; a query that contains itself can't be known."""
        if id(query) not in self._outputs:
            self._outputs[id(query)] = None
            self._outputs[id(query)] = self._output(query)
        return self._outputs[id(query)]

    def _output(self, query: exp.Expr) -> Columns:
        if isinstance(query, exp.Subquery):
            return self.output(query.this)
        if isinstance(query, exp.SetOperation):
            return _union([self.output(query.this), self.output(query.expression)])
        if isinstance(query, exp.Select):
            return _union([self._projected(query, item) for item in query.expressions])
        return None

    def _projected(self, select: exp.Select, item: exp.Expr) -> Columns:
        """The names that one entry of SELECT gives."""
        if isinstance(item, exp.Star):
            wanted = [source for _, source in self.sources(select)]
        elif isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
            named = item.table.lower()
            wanted = [s for _, s in self.sources(select) if s.alias.lower() == named]
        elif isinstance(item, exp.Alias | exp.Column):
            return frozenset({item.alias_or_name})
        else:
            # what DuckDB calls an unnamed expression is its own affair
            return frozenset() if isinstance(item, _NAMELESS) else None
        star = item if isinstance(item, exp.Star) else item.this
        if star.args.get("rename"):
            return None
        return _union([source.columns for source in wanted]) if wanted else None


def _around(node: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    """Each ancestor with the child that leads to the node; a CTE does not see its query's FROM."""
    child, ancestor = node, node.parent
    while ancestor is not None:
        if not isinstance(child, exp.With):
            yield ancestor, child
        child, ancestor = ancestor, ancestor.parent


def _union(parts: list[Columns]) -> Columns:
    known = [part for part in parts if part is not None]
    return frozenset().union(*known) if len(known) == len(parts) else None


def _renamed(columns: Columns, names: Sequence[str]) -> Columns:
    """The columns after an alias gave the first of them new names; order is not known."""
    if not names or columns is None:
        return columns
    return frozenset(names) | (columns if len(columns) > len(names) else frozenset())


_NAMELESS = (exp.AggFunc, exp.Binary, exp.Literal, exp.Window)
