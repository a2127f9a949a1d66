"""The rows of the demo databases, made up from seeds: the same bytes on every run.

    python -m demo_data.build [FOLDER]

Writes `<database>/<table>.csv` for each table of each `schema.sql`. People, companies, clubs,
songs and books are invented; towns, airports and active ingredients are real words.
"""

from __future__ import annotations

import sys
from pathlib import Path

from demo_data.build.clinic import clinic
from demo_data.build.dice import Dice
from demo_data.build.flights import flights
from demo_data.build.league import league
from demo_data.build.library import library
from demo_data.build.music import music
from demo_data.build.rows import write
from demo_data.build.shop import shop

DATABASES = (shop, music, library, clinic, league, flights)  # the place in the list is the seed
DEMO_DATA = Path(__file__).resolve().parent.parent


def build(folder: Path) -> None:
    """Write all tables of all databases below `folder`."""
    for seed, make in enumerate(DATABASES, 1):
        below = folder / make.__name__
        below.mkdir(parents=True, exist_ok=True)
        for table, rows in make(Dice(seed)).items():
            write(rows, below / f"{table}.csv")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO_DATA)
