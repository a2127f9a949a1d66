"""Questions with their SQL, made up over any database: training data where nobody labelled any.

A grammar writes both sides (`single`, `measures`, `groups`, `joins`, `per_parent`, `deeds`, `sets`,
`three_tables`, `times`, `windows`: one function for each kind of question, several wordings each);
every pair is then run in DuckDB and kept only if it says something. Knows nothing of models or of
how the pairs are used.
"""

from __future__ import annotations

from finetune.synthesis.generate import for_schema, synthesize

__all__ = ["for_schema", "synthesize"]
