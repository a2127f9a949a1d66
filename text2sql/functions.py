"""Which of DuckDB's functions a statement may call: a list of names, each one judged.

`duckdb_functions.txt` holds them in three sections: `allowed` compute from their arguments alone;
`tables` may stand in FROM; `refused` read files, settings or the catalogue, wait, write, or run
SQL of their own (a name that ends in `*` stands for all that begin so). A test compares the list
with what DuckDB offers, so that functions of a newer version are judged before they are used.
Knows nothing of statements or schemas.
"""

from __future__ import annotations

from pathlib import Path

LIST = Path(__file__).with_name("duckdb_functions.txt")


def _sections(text: str) -> dict[str, frozenset[str]]:
    parts = (part.split("]", 1) for part in text.split("[")[1:])
    return {title: frozenset(names.split()) for title, names in parts}


_SECTIONS = _sections(LIST.read_text(encoding="ascii"))
ALLOWED = _SECTIONS["allowed"]
TABLE_FUNCTIONS = _SECTIONS["tables"]
_REFUSED = _SECTIONS["refused"]
_REFUSED_STARTS = ("__", *(name[:-1] for name in _REFUSED if name.endswith("*")))


def is_refused(name: str) -> bool:
    """Whether DuckDB has a function of that name which no statement may call.

    >>> is_refused("READ_CSV"), is_refused("sum"), is_refused("no_such_function")
    (True, False, False)
    """
    lower = name.lower()
    if lower in ALLOWED or lower in TABLE_FUNCTIONS:
        return False
    return lower in _REFUSED or lower.startswith(_REFUSED_STARTS)
