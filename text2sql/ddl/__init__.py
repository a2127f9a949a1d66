"""DDL text as people paste it, read piece by piece.

    source.py       the text with its positions, and the errors that point into it
    dialects.py     which dialect it is, by the evidence in it
    tokens.py       words, names, strings, symbols
    statements.py   where one statement ends and the next begins, whatever stands between them
    cursor.py       a place in a run of tokens
    column_types.py a column's type in DuckDB's words
    draft.py        what has been read so far
    bodies.py       the column list of a CREATE TABLE
    reading.py      CREATE TABLE, ALTER TABLE, types, domains, unique indexes
    checks.py       CHECK conditions in DuckDB's words
    resolving.py    drafts to whole tables: names, keys, conditions

One tolerant reader serves all dialects: sqlglot reads no more than the conditions, since it gives
up on a whole statement for one storage clause, and keeps no positions of columns. Nothing here
recurses deeper than brackets are allowed to nest.
"""
