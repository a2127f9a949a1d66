"""python -m finetune.synthesis: a training file for a schema, or for a folder of databases.

    python -m finetune.synthesis --schema shop.sql --count 300 --output shop.jsonl
    python -m finetune.synthesis --databases finetune/bundled/databases --output \
        finetune/bundled/train.jsonl.gz

The second is how the bundled file was made.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from finetune.synthesis.bundle import examples_of, write_examples
from finetune.synthesis.generate import for_schema
from text2sql.errors import DataError, Text2SQLError
from text2sql.schema import parse_schema


def main(arguments: list[str] | None = None) -> int:
    """Write the file; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m finetune.synthesis", description="Make up questions with their SQL."
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--schema", type=Path, help="a file of CREATE TABLE statements")
    source.add_argument("--databases", type=Path, help="a folder of folders with schema.sql each")
    parser.add_argument("--count", type=int, default=75, help="examples on each database")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, required=True, help=".jsonl or .jsonl.gz")
    chosen = parser.parse_args(arguments)
    try:
        print(f"{_write(chosen)} examples in {chosen.output}", file=sys.stderr)
    except Text2SQLError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _write(chosen: argparse.Namespace) -> int:
    if chosen.databases:
        return write_examples(
            chosen.output, examples_of(chosen.databases, chosen.count, chosen.seed)
        )
    try:
        text = chosen.schema.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"Can't read '{chosen.schema}': {error}.") from error
    return write_examples(chosen.output, for_schema(parse_schema(text), chosen.count, chosen.seed))


if __name__ == "__main__":
    sys.exit(main())
