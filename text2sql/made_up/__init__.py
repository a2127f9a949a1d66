"""Made-up rows: what `text2sql.sample_data` is built from.

    kinds       a column's type          topics      what a column is about, by its name
    vocabulary  words of a topic         people      names and places that fit each other
    numbers     ranges by name           moments     dates in a row's own order
    makers      one column's values      checks      CHECK conditions, evaluated
    links       foreign keys             keys        values that must differ
    mentions    what a question names    wishes      which column gets which of them
    filling     one table's rows

Knows nothing of DuckDB, models or pages.
"""
