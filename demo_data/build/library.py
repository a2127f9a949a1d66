"""A city's public library with five branches."""

from __future__ import annotations

from datetime import date
from itertools import cycle

from demo_data.build.days import DAY, FIRST, TODAY
from demo_data.build.dice import Dice, falling
from demo_data.build.rows import Row, Tables, address, money, numbered, table

BRANCHES = """
name|district|opened_year|has_cafe
Central Library|Old Town|1911|true
Riverside Branch|Riverside|1964|false
Hillcrest Branch|Hillcrest|1978|false
Station Square Branch|New Town|2006|true
Harbour Branch|Docklands|2019|true
"""
BOOK_WORDS = {
    "crime": "Murder in|The Last Witness of|A Cold Night in|The Silence of|Dead Letters from",
    "fantasy": "The Dragon of|The Crown of|Heirs of|The Witch of|The Map to",
    "romance": "A Summer in|Letters from|The Baker of|Meet Me in|One Winter in",
    "history": "A History of|The Fall of|The Merchants of|The Bridges of|Voices of",
    "science": "The Physics of|A Field Guide to|The Birds of|The Weather of|The Geology of",
    "children": "The Little Fox of|Ten Kittens in|The Lost Kite of|Goodnight,|The Snail from",
    "travel": "Walking through|By Train to|A Year in|Slow Roads of|The Islands of",
}
PLACES = (
    "Amberley|Port Lyra|Winterfold|the Salt Coast|Mallow Street|Eldermoor|Castle Verne|Juniper Bay|"
    "the North Shore|Saint Orrin|Lantern Hill|the Glass Valley|Old Calder|Briar Lane|Quillhaven|"
    "the Long Meadow"
).split("|")
LOCALES = {
    "en_GB": "United Kingdom",
    "en_US": "United States",
    "fr_FR": "France",
    "de_DE": "Germany",
    "es_ES": "Spain",
    "it_IT": "Italy",
}
LANGUAGES = {"France": "French", "Germany": "German", "Spain": "Spanish", "Italy": "Italian"}
PAGES = {"children": 48, "fantasy": 510, "history": 430, "crime": 340}
BORN = {  # from the first year to the last
    "child": (2013, 2020),
    "student": (1999, 2008),
    "adult": (1962, 1998),
    "senior": (1936, 1961),
}


def library(dice: Dice) -> Tables:
    authors = _authors(dice)
    books = _books(dice, authors)
    copies = _copies(dice, books)
    members = numbered("member_id", (_member(dice, name) for name in dice.people(280)))
    return {
        "branches": numbered("branch_id", table(BRANCHES)),
        "authors": authors,
        "books": books,
        "copies": copies,
        "members": members,
        "loans": _loans(dice, copies, members),
        "reservations": _reservations(dice, books, members),
    }


def _authors(dice: Dice) -> list[Row]:
    names = dice.people(66, list(LOCALES))
    rows: list[Row] = []
    for name, country in zip(names, cycle(LOCALES.values()), strict=False):
        born = dice.whole(1890, 1994)
        died = born + dice.whole(52, 93) if born < 1955 else None
        rows.append(
            {
                "name": name,
                "country": country,
                "birth_year": born,
                "death_year": died if died and died < 2026 else None,
            }
        )
    return numbered("author_id", rows)


def _books(dice: Dice, authors: list[Row]) -> list[Row]:
    titles = [
        (f"{start} {place}", genre)
        for genre, starts in BOOK_WORDS.items()
        for start in starts.split("|")
        for place in PLACES
    ]
    dice.random.shuffle(titles)
    rows: list[Row] = []
    for title, genre in titles[:240]:
        author = dice.one(authors[:62], falling(62, 9))
        own = LANGUAGES.get(author["country"], "English")
        pages = PAGES.get(genre, 280)
        rows.append(
            {
                "title": title,
                "author_id": author["author_id"],
                "genre": genre,
                "language": own if dice.chance(0.4) else "English",
                "published_year": dice.whole(
                    author["birth_year"] + 24, author["death_year"] or 2026
                ),
                "pages": max(24, round(dice.bell(pages, pages / 5))),
            }
        )
    return numbered("book_id", rows)


def _copies(dice: Dice, books: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for book in books:
        for _ in range(dice.one([1, 2, 3, 4, 6], [40, 30, 15, 10, 5])):
            year = max(2008, book["published_year"])
            bought = dice.day(date(year, 1, 10), date(2026, 10, 31))
            wear = (TODAY - bought).days / 365
            rows.append(
                {
                    "book_id": book["book_id"],
                    "branch_id": dice.one(range(1, 6), [40, 18, 12, 20, 10]),
                    "acquired_on": bought,
                    "condition": dice.one(["new", "good", "worn"], [max(0.1, 3 - wear), 4, wear]),
                }
            )
    return numbered("copy_id", rows)


def _member(dice: Dice, name: str) -> Row:
    kind = dice.one(list(BORN), [20, 20, 45, 15])
    low, high = BORN[kind]
    joined = max(2008 if kind != "child" else 2020, min(2026, low + 8))
    unreached = dice.chance(0.3 if kind == "senior" else 0.1)
    return {
        "name": name,
        "email": None if unreached else address(name, "example.org"),
        "birth_date": dice.day(date(low, 1, 1), date(high, 12, 31)),
        "joined_on": dice.day(date(joined, 1, 3), date(2026, 10, 31)),
        "membership": kind,
    }


def _loans(dice: Dice, copies: list[Row], members: list[Row]) -> list[Row]:
    """Each copy goes out, comes back, waits and goes out again; some are still out."""
    readers, zeal = dice.active(members, 0.93, 0.04)
    popular = falling(240, 30)
    rows: list[Row] = []
    for copy in copies:
        wait = 0.9 / popular[copy["book_id"] - 1]
        day = max(copy["acquired_on"], FIRST) + DAY * dice.whole(3, round(wait) + 40)
        while day <= TODAY:
            reader = dice.one(readers, zeal)
            if reader["joined_on"] <= day:
                rows.append(_loan(dice, copy, reader, day))
            day += DAY * (28 + dice.whole(10, round(2 * wait) + 30))
    return numbered("loan_id", rows, "loaned_on")


def _loan(dice: Dice, copy: Row, reader: Row, day: date) -> Row:
    due = day + DAY * (14 if reader["membership"] == "child" else 21)
    late = dice.chance({"student": 0.3, "senior": 0.06}.get(reader["membership"], 0.16))
    back = due + DAY * dice.whole(1, 16) if late else day + DAY * dice.whole(2, 14)
    lost = dice.chance(0.01)
    returned = None if back > TODAY or lost else back
    overdue = max(0, (back - due).days)
    return {
        "copy_id": copy["copy_id"],
        "member_id": reader["member_id"],
        "loaned_on": day,
        "due_on": due,
        "returned_on": returned,
        "fine": money(0.25 * overdue) if returned else None,
    }


def _reservations(dice: Dice, books: list[Row], members: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for _ in range(420):
        member = dice.one(members)
        day = dice.day(max(member["joined_on"], FIRST), TODAY)
        ready = day + DAY * dice.whole(2, 45)
        rows.append(
            {
                "book_id": dice.one(books, falling(len(books), 12))["book_id"],
                "member_id": member["member_id"],
                "reserved_on": day,
                "collected_on": ready if ready <= TODAY and dice.chance(0.85) else None,
            }
        )
    return numbered("reservation_id", rows, "reserved_on")
