"""How two statements differ, by what they say and not by how they are written.

Names of aliases, quotes, the case of names, brackets, and the order of what AND, OR, IN and `=`
join are no difference; a comparison is made on canonical copies of the two trees, and shown on
the statements as they are. Knows nothing of rows: two statements that differ may return the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.dialects import DuckDB
from sqlglot.diff import Insert, Move, Remove, Update
from sqlglot.errors import ErrorLevel, SqlglotError

from text2sql.difference_canon import canonical
from text2sql.parsing import Unparsable, parse_statement, to_sql
from text2sql.schema import Schema

MAX_NODES = 400  # the time of a tree's difference grows with the square: half a second here
MAX_SHOWN = 120
_NUMBER = "number"
_MARK = "mark"
_CHANGED, _SAME, _END = "\ue000", "\ue001", "\ue002"
_MARKS = re.compile(f"([{_CHANGED}{_SAME}{_END}])")


@dataclass(frozen=True)
class Span:
    """A piece of a statement as it is shown, and whether the other side lacks it."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class Difference:
    """Both statements in marked pieces, and what differs in plain sentences.

    `comparable` is False where one of them is no readable SQL or both are too long: then nothing
    is marked, and the sentence says why.
    """

    left: tuple[Span, ...]
    right: tuple[Span, ...]
    sentences: tuple[str, ...]
    same: bool
    comparable: bool = True


def difference(left: str, right: str, schema: Schema | None = None) -> Difference:
    """What tells the two statements apart; never raises, whatever the texts are.

    With a schema, a column's missing table is filled in before comparing.

    >>> difference('SELECT t.a FROM t WHERE b AND c', 'select "A" from T as x where c and b').same
    True
    >>> difference("SELECT a FROM t LIMIT 3", "SELECT a FROM t LIMIT 5").sentences
    ('LIMIT: left 3, right 5.',)
    """
    left, right = (_MARKS.sub("?", text) for text in (left, right))
    try:
        trees = _numbered(left), _numbered(right)
        if max(_size(tree) for tree in trees) > MAX_NODES:
            return _untold(left, right, "They are too long to be compared part by part.")
        return _compared(trees[0], trees[1], schema)
    except Unparsable:
        sides = [name for name, text in (("left", left), ("right", right)) if not _reads(text)]
        which = "Neither statement" if len(sides) > 1 else f"The {sides[0]} statement"
        told = "is readable SQL" if len(sides) > 1 else "is no readable SQL"
        return _untold(left, right, f"{which} {told}, so the two can't be compared by meaning.")
    except (SqlglotError, RecursionError, ValueError):
        return _untold(left, right, "They can't be compared part by part.")


def _untold(left: str, right: str, why: str) -> Difference:
    same = left.strip() == right.strip()
    told = "Both say exactly the same." if same else why
    return Difference((Span(left),), (Span(right),), (told,), same, comparable=same)


def _reads(text: str) -> bool:
    try:
        parse_statement(text)
    except Unparsable:
        return False
    return True


def _numbered(text: str) -> exp.Expr:
    tree = parse_statement(text).tree
    for number, node in enumerate(tree.walk()):
        node.meta[_NUMBER] = number
    return tree


def _size(tree: exp.Expr) -> int:
    return sum(1 for _ in tree.walk())


def _compared(left: exp.Expr, right: exp.Expr, schema: Schema | None) -> Difference:
    ours, theirs = canonical(left, schema), canonical(right, schema)
    if ours == theirs:
        told = ("Both say the same, apart from how it is written.",)
        return Difference(_shown(left, set()), _shown(right, set()), told, same=True)
    here, there = _differing(ours, theirs)
    if not here and not there:  # no edit that has a place in the text
        here, there = _all(ours), _all(theirs)
    sentences = tuple(_sentences(ours, theirs)) or ("They differ in how they are built.",)
    return Difference(_shown(left, here), _shown(right, there), sentences, same=False)


def _differing(left: exp.Expr, right: exp.Expr) -> tuple[set[int], set[int]]:
    """Numbers of the nodes that the other tree lacks, has otherwise, or has elsewhere."""
    edits = sqlglot.diff(left, right, matchings=_clauses(left, right), delta_only=True)
    gone = [e.expression for e in edits if isinstance(e, Remove)]
    new = [e.expression for e in edits if isinstance(e, Insert)]
    lost = {id(node) for node in gone}
    changed: list[Update | Move] = [e for e in edits if isinstance(e, Update)]
    # What merely hangs below a node that was replaced has not moved by itself.
    changed += [
        e
        for e in edits
        if isinstance(e, Move) and id(e.source.parent) not in lost and _is_small(e.source)
    ]
    here = _numbers([*gone, *(e.source for e in changed)])
    there = _numbers([*new, *(e.target for e in changed)])
    return here, there


def _clauses(left: exp.Expr, right: exp.Expr) -> list[tuple[exp.Expr, exp.Expr]]:
    """What both have, whatever is in it: the statement itself, and its clauses."""
    if not isinstance(left, exp.Select) or not isinstance(right, exp.Select):
        return []
    keys = ("from_", "where", "group", "having", "order", "limit")
    pairs = ((left.args.get(key), right.args.get(key)) for key in keys)
    return [(left, right), *((a, b) for a, b in pairs if a is not None and b is not None)]


def _all(tree: exp.Expr) -> set[int]:
    return _numbers(list(tree.walk()))


def _is_small(node: exp.Expr) -> bool:
    """Whether a node is a name or a value: a clause is marked by what is in it."""
    return isinstance(node, exp.Column | exp.Identifier | exp.Literal | exp.Star)


def _numbers(nodes: Sequence[exp.Expr]) -> set[int]:
    """Their numbers; a name or a value is marked with all that is in it."""
    whole = [one for node in nodes for one in (node.walk() if _is_small(node) else (node,))]
    return {node.meta[_NUMBER] for node in whole if _NUMBER in node.meta}


def _shown(tree: exp.Expr, differing: set[int]) -> tuple[Span, ...]:
    """The statement over several lines, in pieces; a child's mark holds inside its parent's."""
    for node in tree.walk():
        own = node.meta.get(_NUMBER) in differing
        above = node.parent.meta.get(_NUMBER) in differing if node.parent else False
        if own != above:
            node.meta[_MARK] = _CHANGED if own else _SAME
    writer = _Marking(dialect="duckdb", pretty=True, comments=False)
    writer.unsupported_level = ErrorLevel.IGNORE
    return tuple(_spans(writer.generate(tree)))


class _Marking(DuckDB.Generator):
    """DuckDB's SQL with characters around marked nodes that no statement holds."""

    def sql(
        self, expression: str | exp.Expr | None, key: str | None = None, comment: bool = True
    ) -> str:
        text = super().sql(expression, key, comment)
        if key is None and isinstance(expression, exp.Expr) and _MARK in expression.meta:
            return f"{expression.meta[_MARK]}{text}{_END}"
        return text


def _spans(marked: str) -> Iterator[Span]:
    """Marked text as pieces, neighbours of one kind together."""
    pieces: list[tuple[str, bool]] = []
    stack = [_SAME]
    for piece in _MARKS.split(marked):
        if piece in (_CHANGED, _SAME):
            stack.append(piece)
        elif piece == _END:
            stack.pop()
        elif piece:
            differs = stack[-1] == _CHANGED and not piece.isspace()
            if pieces and (pieces[-1][1] == differs or piece.isspace()):
                pieces[-1] = (pieces[-1][0] + piece, pieces[-1][1])
            else:
                pieces.append((piece, differs))
    return (Span(text, differs) for text, differs in pieces)


def _sentences(left: exp.Expr, right: exp.Expr) -> Iterator[str]:
    """What differs, clause by clause."""
    if type(left) is not type(right):
        yield f"The left is {_kind(left)}, the right {_kind(right)}."
        return
    if isinstance(left, exp.SetOperation):
        sides = (("first", "this"), ("second", "expression"))
        for place, side in sides:
            for told in _sentences(left.args[side], right.args[side]):
                yield f"In the {place} query: {told}"
        yield from _one("ORDER BY", left.args.get("order"), right.args.get("order"))
        yield from _one("LIMIT", left.args.get("limit"), right.args.get("limit"))
        return
    yield from _lists("WITH", _with(left), _with(right))
    if bool(left.args.get("distinct")) != bool(right.args.get("distinct")):
        yield f"Only the {'left' if left.args.get('distinct') else 'right'} is DISTINCT."
    yield from _lists("SELECT", _items(left, "expressions"), _items(right, "expressions"), True)
    yield from _lists("FROM", _sources(left), _sources(right), True)
    for clause in ("where", "having", "qualify"):
        yield from _lists(clause.upper(), _conditions(left, clause), _conditions(right, clause))
    yield from _lists("GROUP BY", _parts(left, "group"), _parts(right, "group"))
    yield from _lists("ORDER BY", _parts(left, "order"), _parts(right, "order"), True)
    for clause in ("limit", "offset"):
        yield from _one(clause.upper(), left.args.get(clause), right.args.get(clause))


def _kind(tree: exp.Expr) -> str:
    known = {"Select": "one SELECT", "Union": "a UNION"}
    return known.get(type(tree).__name__, type(tree).__name__.upper())


def _items(node: exp.Expr | None, key: str) -> list[str]:
    return [to_sql(one) for one in node.args.get(key) or ()] if node else []


def _parts(tree: exp.Expr, clause: str) -> list[str]:
    return _items(tree.args.get(clause), "expressions")


def _with(tree: exp.Expr) -> list[str]:
    return _items(tree.args.get("with_"), "expressions")


def _sources(tree: exp.Expr) -> list[str]:
    found = tree.args.get("from_")
    first = [to_sql(found.this)] if found else []
    return [*first, *(to_sql(join).strip() for join in tree.args.get("joins") or ())]


def _conditions(tree: exp.Expr, clause: str) -> list[str]:
    found = tree.args.get(clause)
    if found is None:
        return []
    parts = found.this.flatten() if isinstance(found.this, exp.And) else [found.this]
    return [to_sql(part) for part in parts]


def _lists(clause: str, left: list[str], right: list[str], ordered: bool = False) -> Iterator[str]:
    """What one clause has on one side only; where `ordered`, another order is a difference too."""
    ours = [one for one in left if one not in right]
    theirs = [one for one in right if one not in left]
    if ours and theirs:
        yield f"{clause}: left {_told(ours)}, right {_told(theirs)}."
    elif ours or theirs:
        yield f"{clause}: only the {'left' if ours else 'right'} has {_told(ours or theirs)}."
    elif ordered and left != right:
        yield f"{clause}: the same, in another order."


def _one(clause: str, left: exp.Expr | None, right: exp.Expr | None) -> Iterator[str]:
    yield from _lists(clause, _bare(clause, left), _bare(clause, right))


def _bare(clause: str, node: exp.Expr | None) -> list[str]:
    return [to_sql(node).strip().removeprefix(clause).strip()] if node else []


def _told(items: Sequence[str]) -> str:
    text = ", ".join(items)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
