"""The rows of the demo databases, made up from seeds: the same bytes on every run.

    python demo_data/build.py [FOLDER]

Writes `<database>/<table>.csv` for each table of each `schema.sql`. People, companies, clubs,
songs and books are invented; towns, airports and active ingredients are real words. Knows nothing
of the questions asked of the rows.
"""

from __future__ import annotations

import csv
import math
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

from faker import Faker

T = TypeVar("T")
Row = dict[str, object]
Tables = dict[str, list[Row]]

FIRST = date(2024, 1, 2)
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
LEVEL = (1.0,) * 12
SUMMER = (0.3, 0.3, 0.5, 0.8, 1.3, 2.0, 2.4, 2.2, 1.2, 0.6, 0.3, 0.3)
WINTER = (1.8, 1.6, 1.2, 0.8, 0.5, 0.3, 0.3, 0.4, 0.8, 1.3, 1.7, 1.9)
HOLIDAY = (0.3, 0.4, 0.6, 0.5, 0.4, 0.3, 0.3, 0.4, 0.6, 0.9, 2.2, 3.5)
BUSY = (1.1, 1.0, 1.1, 1.0, 0.9, 0.8, 1.2, 1.1, 1.1, 1.2, 1.3, 0.9)


class Dice:
    """Chance for one database: the same seed, the same values."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.seed = seed
        self._fakers: dict[str, Faker] = {}

    def faker(self, locale: str) -> Faker:
        if locale not in self._fakers:
            faker = Faker(locale)
            faker.seed_instance(self.seed)
            self._fakers[locale] = faker
        return self._fakers[locale]

    def person(self, locale: str, sex: str = "") -> str:
        faker = self.faker(locale)
        first = {"F": faker.first_name_female, "M": faker.first_name_male}.get(
            sex, faker.first_name
        )
        return f"{first()} {faker.last_name()}"

    def people(
        self, count: int, locales: Sequence[str] = ("en_GB",), sexes: Sequence[str] = ("",)
    ) -> dict[str, str]:
        """So many different names with the sex of each, from the locales in turn."""
        names: dict[str, str] = {}
        while len(names) < count:
            sex = self.one(sexes)
            names.setdefault(self.person(locales[len(names) % len(locales)], sex), sex)
        return names

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def whole(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def one(self, items: Sequence[T], weights: Sequence[float] | None = None) -> T:
        return self.random.choices(items, weights)[0]

    def bell(self, middle: float, spread: float) -> float:
        """Near enough to a normal distribution, out of sums alone."""
        return middle + spread * (sum(self.random.random() for _ in range(12)) - 6)

    def count(self, mean: float) -> int:
        """A Poisson number."""
        bound, product, number = math.exp(-mean), self.random.random(), 0
        while product > bound:
            product *= self.random.random()
            number += 1
        return number

    def day(self, first: date, last: date, months: Sequence[float] = LEVEL) -> date:
        """A day between two, by how much happens in each month."""
        top = max(months)
        while True:
            day = first + DAY * self.whole(0, (last - first).days)
            if self.random.random() * top < months[day.month - 1]:
                return day

    def moment(self, day: date, hours: Sequence[float], step: int = 1) -> datetime:
        """A minute of the day, by how much happens in each of its 24 hours."""
        hour = self.one(range(24), hours)
        return datetime(day.year, day.month, day.day, hour, self.whole(0, 59) // step * step)


def falling(count: int, start: float = 4.0) -> list[float]:
    """Weights of things from the most to the least popular."""
    return [1 / (start + place) for place in range(count)]


def lines(text: str) -> list[list[str]]:
    """The cells of a table written as text, parted by `|`."""
    return [line.strip().split("|") for line in text.strip().splitlines()]


def money(value: float) -> Decimal:
    return Decimal(round(value * 100)) / 100


def address(name: str, host: str) -> str:
    plain = "".join(c for c in name.lower().replace(" ", ".") if c.isascii() and c not in "'’")
    return f"{plain}@{host}"


def numbered(key: str, rows: Iterable[Row]) -> list[Row]:
    return [{key: number, **row} for number, row in enumerate(rows, 1)]


PRODUCTS = """
eggs|dairy|3.20|no|30|level
whole milk|dairy|1.35|no|32|level
oat drink|dairy|2.10|yes|14|level
butter|dairy|2.79|no|20|holiday
plain yoghurt|dairy|1.15|yes|16|summer
cheddar|dairy|4.60|no|15|level
mozzarella|dairy|2.45|no|12|summer
wholemeal bread|bakery|2.60|yes|26|level
white rolls|bakery|1.90|no|20|level
croissants|bakery|3.40|no|12|level
gingerbread|bakery|4.20|no|8|holiday
apple pie|bakery|6.90|no|7|winter
bananas|fruit|1.70|yes|28|level
apples|fruit|2.30|no|24|level
strawberries|fruit|3.50|no|14|summer
watermelon|fruit|4.80|no|9|summer
oranges|fruit|2.60|no|15|winter
blueberries|fruit|3.90|yes|9|summer
tomatoes|vegetables|2.80|no|22|summer
potatoes|vegetables|2.40|no|21|winter
carrots|vegetables|1.25|yes|17|level
pumpkin|vegetables|3.60|yes|8|winter
spinach|vegetables|2.20|yes|10|level
mushrooms|vegetables|2.35|no|11|level
spaghetti|pantry|1.55|no|18|level
basmati rice|pantry|3.30|no|14|level
olive oil|pantry|8.90|yes|9|level
lentils|pantry|2.15|yes|8|winter
honey|pantry|5.70|yes|7|winter
peanut butter|pantry|3.85|no|10|level
dark chocolate|sweets|2.25|no|17|holiday
vanilla ice cream|sweets|4.50|no|12|summer
marzipan|sweets|3.95|no|5|holiday
ground coffee|drinks|6.40|no|18|level
green tea|drinks|3.75|yes|9|winter
orange juice|drinks|2.95|no|14|level
sparkling water|drinks|0.85|no|19|summer
lemonade|drinks|1.95|no|10|summer
mulled wine|drinks|5.60|no|5|holiday
washing powder|household|9.80|no|7|level
candles|household|6.20|no|5|holiday
paper towels|household|3.10|no|9|level
truffle oil|pantry|24.50|no|0|level
saffron|pantry|12.90|no|1|holiday
"""
SUPPLIERS = """
Hillside Dairy|Ireland|2|dairy
Brook Lane Bakers|United Kingdom|1|bakery
Huerta del Sol|Spain|4|fruit
Green Acre Growers|Netherlands|3|vegetables
Casa Bruni|Italy|6|pantry
Maison Cacao|Belgium|5|sweets
Kaffeekontor Nord|Germany|4|drinks
Clearwater Springs|United Kingdom|2|drinks
Homebright|Poland|7|household
Peak Provisions|United Kingdom|3|pantry
Oslo Ferment|Norway|8|none
"""
SEASONS = {"level": LEVEL, "summer": SUMMER, "winter": WINTER, "holiday": HOLIDAY}
STORES = """
Leeds|2009-03-14|1450
Bristol|2012-09-01|1180
Norwich|2015-05-23|720
York|2018-11-10|640
Cardiff|2021-04-17|980
Exeter|2024-02-03|560
"""
COMMENTS = {
    1: "Arrived spoiled|Not what I ordered|Would not buy again",
    2: "Too expensive for what it is|A bit stale|Smaller than it looks",
    3: "Fine for every day|Nothing special|Does the job",
    4: "Good value|Fresh and tasty|My kids like it",
    5: "The best in town|Always fresh|Can't do without it|Perfect every time",
}


def shop(dice: Dice) -> Tables:
    """A grocer's with six stores and an online shop, over nearly three years."""
    suppliers = lines(SUPPLIERS)
    products = lines(PRODUCTS)
    customers = shop_customers(dice, [row[0] for row in lines(STORES)])
    purchases = shop_purchases(dice, customers, products)
    return {
        "suppliers": numbered(
            "supplier_id",
            ({"name": n, "country": c, "delivery_days": d} for n, c, d, _ in suppliers),
        ),
        "products": [
            {
                "product_name": name,
                "category": category,
                "list_price": price,
                "is_organic": organic == "yes",
                "supplier_id": dice.one(
                    [i for i, s in enumerate(suppliers, 1) if s[3] == category]
                ),
            }
            for name, category, price, organic, _, _ in products
        ],
        "stores": shop_stores(dice),
        "customers": customers,
        "purchases": purchases,
        "reviews": shop_reviews(dice, purchases),
    }


def shop_stores(dice: Dice) -> list[Row]:
    rows = lines(STORES)
    managers: list[str | None] = list(dice.people(len(rows)))
    managers[3] = None  # a post to be filled
    return numbered(
        "store_id",
        (
            {"city": city, "manager": manager, "opened_on": opened, "floor_area": area}
            for (city, opened, area), manager in zip(rows, managers, strict=True)
        ),
    )


def shop_customers(dice: Dice, cities: list[str]) -> list[Row]:
    def customer(name: str) -> Row:
        joined = dice.day(date(2019, 1, 5), date(2026, 10, 30))
        years = (TODAY - joined).days / 365
        level = dice.one(
            [None, "bronze", "silver", "gold"], [4, 3, 0.4 + years / 2, max(0, years - 2)]
        )
        born = dice.day(date(1944, 1, 1), date(2007, 12, 31)) if dice.chance(0.85) else None
        host = dice.one(["example.com", "example.org", "example.net"], [5, 2, 1])
        return {
            "name": name,
            "email": address(name, host) if dice.chance(0.88) else None,
            "city": dice.one([*cities, "Bath", "Hull"], [9, 8, 5, 5, 6, 3, 2, 2]),
            "birth_date": born,
            "joined_on": joined,
            "loyalty_level": level,
        }

    return numbered("customer_id", map(customer, dice.people(320)))


def shop_purchases(dice: Dice, customers: list[Row], products: list[list[str]]) -> list[Row]:
    """Regulars buy often, mostly of a few favourites, at the store of their city or online."""
    buyers = [c for c in customers if dice.chance(0.95)]
    activity = [dice.random.random() ** 2 + 0.05 for _ in buyers]
    favourites = {str(c["name"]): dice.random.sample(products, 6) for c in buyers}
    stores = {city: number for number, (city, _, _) in enumerate(lines(STORES), 1)}
    popularity = [float(product[4]) for product in products]
    rows: list[Row] = []
    for _ in range(5200):
        buyer = dice.one(buyers, activity)
        liked = favourites[str(buyer["name"])]
        pool = liked if dice.chance(0.4) and any(float(p[4]) for p in liked) else products
        weights = [float(p[4]) for p in pool] if pool is liked else popularity
        name, _, price, _, _, season = dice.one(pool, weights)
        joined = buyer["joined_on"]
        assert isinstance(joined, date)
        day = dice.day(max(joined, FIRST), TODAY, SEASONS[season])
        city = str(buyer["city"])
        online = city not in stores or dice.chance(0.12 + 0.09 * (day.year - 2024))
        store = None if online else stores[city] if dice.chance(0.93) else dice.whole(1, 5)
        if store == 6 and day < date(2024, 2, 3):
            store = 2
        rise = (0.90, 0.95, 1.0)[day.year - 2024]
        rows.append(
            {
                "customer_id": buyer["customer_id"],
                "product_name": name,
                "channel": "online" if online else "store",
                "store_id": store,
                "purchase_date": day,
                "quantity": dice.one([1, 2, 3, 4, 6, 12], [50, 25, 10, 6, 5, 1]),
                "unit_price": money(float(price) * rise * (0.8 if dice.chance(0.12) else 1)),
                "payment_method": "card"
                if online
                else dice.one(["card", "cash", "voucher"], [70, 25, 5]),
            }
        )
    rows.sort(key=lambda row: str(row["purchase_date"]))
    return numbered("purchase_id", rows)


def shop_reviews(dice: Dice, purchases: list[Row]) -> list[Row]:
    """Some buyers tell what they think, some days later; each at most once of a product."""
    quality = {name: dice.bell(3.7, 0.6) for name, *_ in lines(PRODUCTS)}
    seen: set[tuple[object, object]] = set()
    rows: list[Row] = []
    for purchase in purchases:
        key = purchase["customer_id"], purchase["product_name"]
        if key in seen or not dice.chance(0.14) or key[1] in ("saffron", "lentils"):
            continue
        seen.add(key)
        rating = min(5, max(1, round(dice.bell(quality[str(key[1])], 1.0))))
        day = purchase["purchase_date"]
        assert isinstance(day, date)
        rows.append(
            {
                "customer_id": key[0],
                "product_name": key[1],
                "rating": rating,
                "reviewed_on": min(TODAY, day + DAY * dice.whole(1, 20)),
                "comment": dice.one(COMMENTS[rating].split("|")) if dice.chance(0.55) else None,
            }
        )
    rows.sort(key=lambda row: str(row["reviewed_on"]))
    return numbered("review_id", rows)


ARTISTS = """
Velvet Meridian|Sweden|pop|2011
The Paper Lanterns|United Kingdom|rock|2004
Kilo Sierra|United States|hip hop|2015
Luna Carrizo|Argentina|pop|
Ostkreuz|Germany|electronic|2009
Hollow Pines|Canada|folk|2012
Marisol y los Faroles|Mexico|latin|2001
Blue Ferry Quartet|United States|jazz|1994
Nightjar Parade|Australia|rock|2016
DJ Tamarind|India|electronic|
Saint Elmo|France|pop|2018
Copper Canyon|United States|country|2007
Anouk Delacroix|Belgium|jazz|
Iron Estuary|Finland|metal|1999
Motherboard Choir|Japan|electronic|2013
The Tin Orchard|Ireland|folk|2006
Big Comfort|United States|hip hop|2019
Cassia Vale|United Kingdom|pop|
Los Relojes|Spain|rock|2010
Amara Okoye|Nigeria|pop|
Glass Aviary|Iceland|electronic|2014
Rook and Rain|United Kingdom|folk|2017
Static Palace|South Korea|pop|2020
Delta Postcard|United States|country|1998
Samba do Norte|Brazil|latin|1988
Mercury Alley|Canada|rock|1995
Quiet Ensemble|Norway|jazz|2003
Yellow Basement|Netherlands|hip hop|2012
Ashen Crown|Sweden|metal|2008
Nilufar|Turkey|pop|
Harbour Lights Band|United States|country|2014
Sleepwalk Society|France|electronic|2021
"""
MUSIC_WORDS = (
    "Silver|Broken|Midnight|Paper|Golden|Distant|Hollow|Electric|Slow|Burning|Quiet|Wild|Crystal|"
    "Northern|Lonely|Velvet|Falling|Secret|Summer|Neon|Frozen|Restless|Painted|Second|Empty",
    "River|Heart|City|Window|Fire|Road|Garden|Ghost|Ocean|Letter|Mirror|Signal|Station|Shadow|"
    "Morning|Thunder|Dream|Bridge|Carnival|Satellite|Tide|Hour|Machine|Island|Echo",
    "at Dawn|in the Rain|of You|Without Me|Tonight|Again|on the Water|for Two|in Blue|No More",
)
LABELS = "Lighthouse Records|Red Door Music|Parallel|Northbound Sound|Tiny Orchestra"
COUNTRIES = "United States|United Kingdom|Germany|Brazil|India|France|Canada|Japan|Mexico|Sweden"
EVENING = (2, 1, 0.5, 0.3, 0.3, 0.6, 2, 5, 6, 4, 3, 3, 4, 4, 3, 4, 6, 8, 8, 7, 7, 7, 6, 4)
PLAYLISTS = (
    "Morning|Sunday|Late Night|Road Trip|Workout|Rainy Day|Focus|Party|Kitchen|Throwback",
    "Mix|Favourites|Mood|Essentials|Session|Loop",
)


def music(dice: Dice) -> Tables:
    """A streaming service: what is there, who listens, and two years of plays."""
    artists = lines(ARTISTS)
    albums = music_albums(dice, artists)
    tracks = music_tracks(dice, artists, albums)
    listeners = music_listeners(dice)
    playlists = music_playlists(dice, listeners)
    return {
        "artists": numbered(
            "artist_id",
            (
                {"name": n, "country": c, "genre": g, "formed_year": y or None}
                for n, c, g, y in artists
            ),
        ),
        "albums": albums,
        "tracks": tracks,
        "listeners": listeners,
        "plays": music_plays(dice, listeners, artists, albums, tracks),
        "playlists": playlists,
        "playlist_tracks": [
            {"playlist_id": playlist["playlist_id"], "position": place, "track_id": track}
            for playlist in playlists
            for place, track in enumerate(
                dice.random.sample(range(1, len(tracks) + 1), dice.whole(4, 18)), 1
            )
        ],
    }


def music_title(dice: Dice) -> str:
    first, second, third = (part.split("|") for part in MUSIC_WORDS)
    pattern = dice.whole(1, 4)
    if pattern == 1:
        return f"{dice.one(second)} {dice.one(third)}"
    if pattern == 2:
        return f"The {dice.one(first)} {dice.one(second)}"
    return f"{dice.one(first)} {dice.one(second)}"


def music_albums(dice: Dice, artists: list[list[str]]) -> list[Row]:
    rows: list[Row] = []
    titles: set[str] = set()
    for number, artist in enumerate(artists, 1):
        start = date(max(1990, int(artist[3] or 2012)), 3, 1)
        for _ in range(dice.whole(1, 5)):
            title = music_title(dice)
            while title in titles:
                title = music_title(dice)
            titles.add(title)
            rows.append(
                {
                    "artist_id": number,
                    "title": title,
                    "released_on": dice.day(start, date(2026, 9, 30)),
                    "record_label": dice.one(LABELS.split("|")) if dice.chance(0.85) else None,
                }
            )
    rows.sort(key=lambda row: str(row["released_on"]))
    return numbered("album_id", rows)


def music_tracks(dice: Dice, artists: list[list[str]], albums: list[Row]) -> list[Row]:
    rows: list[Row] = []
    titles: set[str] = set()
    for album in albums:
        genre = artists[int(str(album["artist_id"])) - 1][2]
        length = {"jazz": 320, "metal": 290, "electronic": 270}.get(genre, 212)
        for _ in range(dice.whole(5, 9)):
            title = music_title(dice)
            while title in titles:
                title = f"{music_title(dice)} {dice.one(MUSIC_WORDS[2].split('|'))}"
            titles.add(title)
            rows.append(
                {
                    "album_id": album["album_id"],
                    "title": title,
                    "duration_seconds": max(95, round(dice.bell(length, 45))),
                    "is_explicit": dice.chance(0.45 if genre == "hip hop" else 0.06),
                }
            )
    return numbered("track_id", rows)


def music_listeners(dice: Dice) -> list[Row]:
    def listener(name: str) -> Row:
        first, last = name.lower().replace("'", "").replace(" ", ".", 1).split(".", 1)
        return {
            "username": f"{first[: dice.whole(2, 9)]}_{last.replace(' ', '')}{dice.whole(1, 99)}",
            "country": dice.one(COUNTRIES.split("|"), [30, 18, 14, 12, 9, 8, 6, 5, 5, 3]),
            "birth_year": dice.whole(1958, 2010) if dice.chance(0.9) else None,
            "plan": dice.one(["free", "premium", "family"], [50, 38, 12]),
            "signed_up_on": dice.day(date(2022, 2, 1), date(2026, 10, 31)),
        }

    return numbered("listener_id", map(listener, dice.people(260, ["en_US"])))


def music_plays(
    dice: Dice,
    listeners: list[Row],
    artists: list[list[str]],
    albums: list[Row],
    tracks: list[Row],
) -> list[Row]:
    """Fans come back to a few artists; a play ends early more often on the free plan."""
    album_artist = {album["album_id"]: int(str(album["artist_id"])) for album in albums}
    released = {album["album_id"]: album["released_on"] for album in albums}
    fame = falling(len(artists), 5)
    fames = [fame[album_artist[track["album_id"]] - 1] for track in tracks]
    hits = list(accumulate(weight * dice.random.random() ** 2 for weight in fames))
    listening = [w for w in listeners if dice.chance(0.94)]
    activity = [dice.random.random() ** 2 + 0.03 for _ in listening]
    loved = {w["listener_id"]: {dice.one(range(1, 33), fame) for _ in range(3)} for w in listening}
    rows: list[Row] = []
    while len(rows) < 6000:
        who = dice.one(listening, activity)
        (track,) = dice.random.choices(tracks, cum_weights=hits)
        if album_artist[track["album_id"]] not in loved[who["listener_id"]] and dice.chance(0.6):
            continue
        signed, out = who["signed_up_on"], released[track["album_id"]]
        assert isinstance(signed, date) and isinstance(out, date)
        if max(signed, out) >= TODAY:
            continue
        moment = dice.moment(dice.day(max(signed, out, FIRST), TODAY, BUSY), EVENING)
        length = int(str(track["duration_seconds"]))
        whole = dice.chance(0.66 if who["plan"] == "free" else 0.8)
        car = 3 if moment.hour in (7, 8, 17, 18) else 0.5
        rows.append(
            {
                "listener_id": who["listener_id"],
                "track_id": track["track_id"],
                "played_at": moment,
                "device": dice.one(["phone", "laptop", "speaker", "car"], [9, 4, 3, car]),
                "seconds_played": length if whole else dice.whole(3, length - 5),
            }
        )
    rows.sort(key=lambda row: str(row["played_at"]))
    return numbered("play_id", rows)


def music_playlists(dice: Dice, listeners: list[Row]) -> list[Row]:
    titles = [f"{a} {b}" for a in PLAYLISTS[0].split("|") for b in PLAYLISTS[1].split("|")]
    dice.random.shuffle(titles)
    rows: list[Row] = []
    for title in titles:
        who = dice.one(listeners, falling(len(listeners), 12))
        signed = who["signed_up_on"]
        assert isinstance(signed, date)
        rows.append(
            {
                "listener_id": who["listener_id"],
                "title": title,
                "created_on": dice.day(signed, TODAY),
                "is_public": dice.chance(0.6),
            }
        )
    rows.sort(key=lambda row: str(row["created_on"]))
    return numbered("playlist_id", rows)


BRANCHES = """
Central Library|Old Town|1911|yes
Riverside Branch|Riverside|1964|no
Hillcrest Branch|Hillcrest|1978|no
Station Square Branch|New Town|2006|yes
Harbour Branch|Docklands|2019|yes
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
)
AUTHOR_LOCALES = {
    "en_GB": "United Kingdom",
    "en_US": "United States",
    "fr_FR": "France",
    "de_DE": "Germany",
    "es_ES": "Spain",
    "it_IT": "Italy",
}
LANGUAGES = {"France": "French", "Germany": "German", "Spain": "Spanish", "Italy": "Italian"}
PAGES = {"children": 48, "fantasy": 510, "history": 430, "crime": 340}


def library(dice: Dice) -> Tables:
    """A city's public library with five branches."""
    authors = library_authors(dice)
    books = library_books(dice, authors)
    copies = library_copies(dice, books)
    members = library_members(dice)
    return {
        "branches": numbered(
            "branch_id",
            (
                {"name": n, "district": d, "opened_year": y, "has_cafe": cafe == "yes"}
                for n, d, y, cafe in lines(BRANCHES)
            ),
        ),
        "authors": authors,
        "books": books,
        "copies": copies,
        "members": members,
        "loans": library_loans(dice, copies, members),
        "reservations": library_reservations(dice, books, members),
    }


def library_authors(dice: Dice) -> list[Row]:
    locales = list(AUTHOR_LOCALES)
    names = dice.people(66, locales)
    rows: list[Row] = []
    for place, name in enumerate(names):
        born = dice.whole(1890, 1994)
        died = born + dice.whole(52, 93) if born < 1955 else None
        rows.append(
            {
                "name": name,
                "country": AUTHOR_LOCALES[locales[place % len(locales)]],
                "birth_year": born,
                "death_year": died if died is not None and died < 2026 else None,
            }
        )
    return numbered("author_id", rows)


def library_books(dice: Dice, authors: list[Row]) -> list[Row]:
    titles = [
        (f"{start} {place}", genre)
        for genre, starts in BOOK_WORDS.items()
        for start in starts.split("|")
        for place in PLACES.split("|")
    ]
    dice.random.shuffle(titles)
    rows: list[Row] = []
    for title, genre in titles[:240]:
        author = dice.one(authors[:62], falling(62, 9))
        born, died = int(str(author["birth_year"])), author["death_year"]
        own = LANGUAGES.get(str(author["country"]), "English")
        rows.append(
            {
                "title": title,
                "author_id": author["author_id"],
                "genre": genre,
                "language": own if dice.chance(0.4) else "English",
                "published_year": dice.whole(born + 24, min(2026, int(str(died or 2026)))),
                "pages": max(
                    24, round(dice.bell(PAGES.get(genre, 280), PAGES.get(genre, 280) / 5))
                ),
            }
        )
    return numbered("book_id", rows)


def library_copies(dice: Dice, books: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for book in books:
        for _ in range(dice.one([1, 2, 3, 4, 6], [40, 30, 15, 10, 5])):
            year = max(2008, int(str(book["published_year"])))
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


def library_members(dice: Dice) -> list[Row]:
    ages = {"child": (2013, 2020), "student": (1999, 2008), "adult": (1962, 1998)}

    def member(name: str) -> Row:
        kind = dice.one(["child", "student", "adult", "senior"], [20, 20, 45, 15])
        low, high = ages.get(kind, (1936, 1961))
        joined = max(2008 if kind != "child" else 2020, min(2026, low + 8))
        return {
            "name": name,
            "email": None
            if dice.chance(0.3 if kind == "senior" else 0.1)
            else address(name, "example.org"),
            "birth_date": dice.day(date(low, 1, 1), date(high, 12, 31)),
            "joined_on": dice.day(date(joined, 1, 3), date(2026, 10, 31)),
            "membership": kind,
        }

    return numbered("member_id", map(member, dice.people(280)))


def library_loans(dice: Dice, copies: list[Row], members: list[Row]) -> list[Row]:
    """Each copy goes out, comes back, waits and goes out again; some are still out."""
    readers = [m for m in members if dice.chance(0.93)]
    zeal = [dice.random.random() ** 2 + 0.04 for _ in readers]
    popular = falling(240, 30)
    rows: list[Row] = []
    for copy in copies:
        bought = copy["acquired_on"]
        assert isinstance(bought, date)
        wait = 0.9 / popular[int(str(copy["book_id"])) - 1]
        day = max(bought, FIRST) + DAY * dice.whole(3, round(wait) + 40)
        while day <= TODAY:
            reader = dice.one(readers, zeal)
            joined = reader["joined_on"]
            assert isinstance(joined, date)
            if joined <= day:
                rows.append(library_loan(dice, copy, reader, day))
            day += DAY * (28 + dice.whole(10, round(2 * wait) + 30))
    rows.sort(key=lambda row: str(row["loaned_on"]))
    return numbered("loan_id", rows)


def library_loan(dice: Dice, copy: Row, reader: Row, day: date) -> Row:
    due = day + DAY * (14 if reader["membership"] == "child" else 21)
    late = dice.chance({"student": 0.3, "senior": 0.06}.get(str(reader["membership"]), 0.16))
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


def library_reservations(dice: Dice, books: list[Row], members: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for _ in range(420):
        member = dice.one(members)
        joined = member["joined_on"]
        assert isinstance(joined, date)
        day = dice.day(max(joined, FIRST), TODAY)
        ready = day + DAY * dice.whole(2, 45)
        rows.append(
            {
                "book_id": dice.one(books, falling(len(books), 12))["book_id"],
                "member_id": member["member_id"],
                "reserved_on": day,
                "collected_on": ready if ready <= TODAY and dice.chance(0.85) else None,
            }
        )
    rows.sort(key=lambda row: str(row["reserved_on"]))
    return numbered("reservation_id", rows)


DEPARTMENTS = """
General Medicine|0|55|flu symptoms,check-up,headache,back pain,vaccination
Cardiology|2|140|chest pain,high blood pressure,palpitations,check-up
Dermatology|1|95|skin rash,acne,mole check
Pediatrics|1|70|fever,vaccination,ear infection,check-up
Orthopedics|3|120|knee pain,back pain,sports injury
Ophthalmology|3|90|blurred vision,eye test
Neurology|2|150|migraine,dizziness,headache
"""
MEDICATIONS = """
paracetamol|painkiller|3.20|headache,flu symptoms,fever,back pain
ibuprofen|painkiller|4.10|back pain,knee pain,sports injury,headache
amoxicillin|antibiotic|8.90|ear infection,flu symptoms
azithromycin|antibiotic|12.40|ear infection
lisinopril|blood pressure|9.60|high blood pressure
amlodipine|blood pressure|7.80|high blood pressure,chest pain
bisoprolol|blood pressure|8.30|palpitations,high blood pressure
atorvastatin|cholesterol|11.20|chest pain,check-up
hydrocortisone cream|skin|6.70|skin rash
adapalene gel|skin|14.90|acne
cetirizine|allergy|5.10|skin rash
sumatriptan|migraine|18.60|migraine
betahistine|dizziness|10.30|dizziness
artificial tears|eye|5.90|blurred vision
diclofenac gel|painkiller|7.40|knee pain,sports injury,back pain
interferon beta|immune|890.00|none
"""
DOCTORS_IN = (5, 3, 2, 3, 3, 2, 2)
CLINIC_HOURS = (0,) * 8 + (9, 12, 12, 9, 4, 6, 8, 8, 5) + (0,) * 7
FLU = {"flu symptoms": WINTER, "fever": WINTER, "vaccination": HOLIDAY, "sports injury": SUMMER}


def clinic(dice: Dice) -> Tables:
    """An outpatient clinic: doctors, patients, what was measured and prescribed."""
    departments = lines(DEPARTMENTS)
    doctors = clinic_doctors(dice, departments)
    patients = clinic_patients(dice)
    appointments = clinic_appointments(dice, departments, doctors, patients)
    return {
        "departments": numbered(
            "department_id", ({"name": n, "floor": floor} for n, floor, _, _ in departments)
        ),
        "doctors": doctors,
        "patients": patients,
        "appointments": appointments,
        "measurements": clinic_measurements(dice, appointments, patients),
        "medications": numbered(
            "medication_id",
            ({"name": n, "kind": k, "pack_price": p} for n, k, p, _ in lines(MEDICATIONS)),
        ),
        "prescriptions": clinic_prescriptions(dice, appointments),
    }


def clinic_doctors(dice: Dice, departments: list[list[str]]) -> list[Row]:
    posts = [n for n, count in enumerate(DOCTORS_IN, 1) for _ in range(count)]
    return numbered(
        "doctor_id",
        (
            {
                "name": name,
                "department_id": post,
                "hired_on": dice.day(date(2003, 1, 7), date(2026, 8, 31)),
                "consultation_fee": money(float(departments[post - 1][2]) + 5 * dice.whole(-2, 6)),
            }
            for name, post in zip(dice.people(len(posts), ["en_IE"]), posts, strict=True)
        ),
    )


def clinic_patients(dice: Dice) -> list[Row]:
    people = dice.people(340, ["en_US"], "FM")
    bloods = ["O+", "A+", "B+", "AB+", "O-", "A-", "B-", "AB-"]
    insurers = ["Evergreen Health", "Union Care", "Bluestone Mutual", None]
    return numbered(
        "patient_id",
        (
            {
                "name": name,
                "sex": sex,
                "birth_date": dice.day(date(1936, 1, 1), date(2025, 6, 30)),
                "city": dice.one(
                    ["Fairview", "Greenfield", "Maplewood", "Riverton", "Ashland"], [9, 6, 5, 3, 2]
                ),
                "blood_type": dice.one(bloods, [38, 34, 9, 3, 7, 6, 2, 1])
                if dice.chance(0.8)
                else None,
                "insurer": dice.one(insurers, [42, 30, 16, 12]),
            }
            for name, sex in people.items()
        ),
    )


def clinic_appointments(
    dice: Dice, departments: list[list[str]], doctors: list[Row], patients: list[Row]
) -> list[Row]:
    """On working days, one patient at a time with each doctor; children see a pediatrician."""
    sick = [p for p in patients if dice.chance(0.94)]
    need = [dice.random.random() ** 2 + 0.06 for _ in sick]
    taken: set[tuple[object, datetime]] = set()
    rows: list[Row] = []
    while len(rows) < 3000:
        patient = dice.one(sick, need)
        born = patient["birth_date"]
        assert isinstance(born, date)
        child = born > date(2010, 1, 1)
        doctor = dice.one([d for d in doctors if (d["department_id"] == 4) == child])
        hired = doctor["hired_on"]
        assert isinstance(hired, date)
        reason = dice.one(departments[int(str(doctor["department_id"])) - 1][3].split(","))
        day = dice.day(max(hired, born, FIRST), date(2026, 11, 30), FLU.get(reason, BUSY))
        start = dice.moment(day, CLINIC_HOURS, 15)
        if day.weekday() > 4 or (doctor["doctor_id"], start) in taken:
            continue
        taken.add((doctor["doctor_id"], start))
        monday = 1.6 if day.weekday() == 0 else 1
        status = dice.one(["completed", "cancelled", "missed"], [80, 11, 7 * monday])
        rows.append(
            {
                "patient_id": patient["patient_id"],
                "doctor_id": doctor["doctor_id"],
                "starts_at": start,
                "minutes": dice.one([15, 30, 45], [50, 40, 10]),
                "reason": reason,
                "status": status if day <= TODAY else "booked",
            }
        )
    rows.sort(key=lambda row: (str(row["starts_at"]), str(row["doctor_id"])))
    return numbered("appointment_id", rows)


def clinic_measurements(dice: Dice, appointments: list[Row], patients: list[Row]) -> list[Row]:
    """Blood pressure rises with age and with weight; a fever shows."""
    bodies: dict[object, tuple[float, float]] = {}
    for patient in patients:
        born = patient["birth_date"]
        assert isinstance(born, date)
        age = (TODAY - born).days / 365
        adult = dice.bell(66 if patient["sex"] == "F" else 81, 11)
        bodies[patient["patient_id"]] = age, adult if age > 17 else 4 + adult * age / 18 * 0.8
    rows: list[Row] = []
    for visit in appointments:
        if visit["status"] != "completed" or not dice.chance(0.7):
            continue
        age, weight = bodies[visit["patient_id"]]
        pressure = 98 + age * 0.45 + max(0.0, weight - 70) * 0.3
        pressure += 16 if visit["reason"] == "high blood pressure" else 0
        systolic = round(dice.bell(pressure, 8))
        hot = 1.6 if visit["reason"] in ("fever", "flu symptoms", "ear infection") else 0
        warmth = round(dice.bell(36.7 + hot, 0.35), 1) if hot or dice.chance(0.5) else None
        rows.append(
            {
                "appointment_id": visit["appointment_id"],
                "pulse": round(dice.bell(70 + hot * 9 + max(0, 14 - age) * 2, 8)),
                "systolic": systolic,
                "diastolic": round(systolic * 0.64 + dice.bell(0, 4)),
                "temperature": warmth,
                "weight": round(dice.bell(weight, 1.0), 1),
            }
        )
    return rows


def clinic_prescriptions(dice: Dice, appointments: list[Row]) -> list[Row]:
    remedies: dict[str, list[int]] = {}
    for number, (*_, reasons) in enumerate(lines(MEDICATIONS), 1):
        for reason in reasons.split(","):
            remedies.setdefault(reason, []).append(number)
    rows: list[Row] = []
    for visit in appointments:
        fitting = remedies.get(str(visit["reason"]), [])
        if visit["status"] != "completed" or not fitting or not dice.chance(0.72):
            continue
        for medication in dice.random.sample(fitting, min(len(fitting), dice.one([1, 2], [3, 1]))):
            rows.append(
                {
                    "appointment_id": visit["appointment_id"],
                    "medication_id": medication,
                    "packs": dice.one([1, 2, 3], [70, 22, 8]),
                    "days": dice.one([5, 7, 10, 14, 30, None], [20, 30, 15, 10, 15, 10]),
                }
            )
    return numbered("prescription_id", rows)


TEAMS = """
Saltport Athletic|Saltport|1898|Harbour Park|41500|1.35
Northgate Rovers|Northgate|1903|Wall Street Ground|32800|1.22
Eastmoor United|Eastmoor|1911|The Moor|28400|1.12
Brackwater City|Brackwater|1924|Mill Lane|24100|1.05
Oakhaven Town|Oakhaven|1932|Acorn Road|17600|0.95
Redcliff Rangers|Redcliff|1889|Cliff Stadium|36200|1.25
Stonemarket|Stonemarket|1946|Quarry End|14300|0.85
Westmere Albion|Westmere|1907|Lakeside|21900|1.0
Larkhill Wanderers|Larkhill|1919|Skylark Field|15800|0.88
Saltport Dockers|Saltport|1927|Pier Road|19200|0.92
Fenwick Bay|Fenwick Bay|1968|Bay Arena|12500|0.78
Thornby Orient|Thornby|1953|Rose Garden|13900|0.82
"""
FOOTBALL_LOCALES = {
    "en_GB": "England",
    "es_ES": "Spain",
    "de_DE": "Germany",
    "pt_BR": "Brazil",
    "fr_FR": "France",
    "nl_NL": "Netherlands",
}
SQUAD = ("goalkeeper",) * 2 + ("defender",) * 6 + ("midfielder",) * 7 + ("forward",) * 5
SCORING = {"goalkeeper": 0.0, "defender": 1.0, "midfielder": 3.0, "forward": 9.0}
FOULS = {"goalkeeper": 0.2, "defender": 3.0, "midfielder": 2.2, "forward": 1.2}
HEIGHT = {"goalkeeper": 190, "defender": 185, "midfielder": 178, "forward": 181}
SEASON_STARTS = {
    "2024/25": date(2024, 8, 17),
    "2025/26": date(2025, 8, 16),
    "2026/27": date(2026, 8, 15),
}


def league(dice: Dice) -> Tables:
    """A football league of twelve clubs: two whole seasons and the start of a third."""
    teams = lines(TEAMS)
    players = league_players(dice, teams)
    referees = dice.people(9, ["en_GB", "fr_FR"])
    matches = league_matches(dice, teams)
    return {
        "teams": numbered(
            "team_id",
            (
                {"name": n, "city": c, "founded_year": y, "stadium": s, "capacity": p}
                for n, c, y, s, p, _ in teams
            ),
        ),
        "players": players,
        "referees": numbered(
            "referee_id",
            (
                {"name": name, "country": "France" if place % 2 else "England"}
                for place, name in enumerate(referees)
            ),
        ),
        "matches": matches,
        "goals": league_goals(dice, matches, players),
        "cards": league_cards(dice, matches, players),
    }


def league_players(dice: Dice, teams: list[list[str]]) -> list[Row]:
    names = {
        locale: iter(dice.people(160 if locale == "en_GB" else 70, [locale], "M"))
        for locale in FOOTBALL_LOCALES
    }
    rows: list[Row] = []
    taken: set[str] = set()
    for number, team in enumerate(teams, 1):
        shirts = [1, *dice.random.sample(range(2, 40), len(SQUAD) - 1)]
        for position, shirt in zip(SQUAD, shirts, strict=True):
            locale = dice.one(list(FOOTBALL_LOCALES), [9, 2, 2, 3, 2, 1])
            name = next(n for n in names[locale] if n not in taken)
            taken.add(name)
            born = dice.day(date(1989, 1, 1), date(2008, 6, 30))
            prime = 1.6 - abs(2026 - born.year - 26) / 9
            worth = float(team[5]) ** 3 * prime * (1 + SCORING[position] / 6) * dice.bell(3.5, 0.8)
            rows.append(
                {
                    "name": name,
                    "team_id": number,
                    "position": position,
                    "shirt_number": shirt,
                    "birth_date": born,
                    "nationality": FOOTBALL_LOCALES[locale],
                    "height_cm": round(dice.bell(HEIGHT[position], 5)),
                    "market_value": max(100_000, round(worth * 20) * 50_000)
                    if dice.chance(0.94)
                    else None,
                }
            )
    return numbered("player_id", rows)


def league_rounds(count: int) -> list[list[tuple[int, int]]]:
    """Everybody against everybody, at home and away, by the circle method."""
    ring = list(range(2, count + 1))
    rounds = []
    for turn in range(count - 1):
        order = [1, *ring[turn:], *ring[:turn]]
        pairs = [(order[i], order[-1 - i]) for i in range(count // 2)]
        rounds.append([(b, a) if (turn + i) % 2 else (a, b) for i, (a, b) in enumerate(pairs)])
    return rounds + [[(b, a) for a, b in pairs] for pairs in rounds]


def league_matches(dice: Dice, teams: list[list[str]]) -> list[Row]:
    rows: list[Row] = []
    for season, start in SEASON_STARTS.items():
        form = [float(team[5]) * dice.bell(1, 0.1) for team in teams]
        rounds = league_rounds(len(teams))
        dice.random.shuffle(rounds)
        for number, pairs in enumerate(rounds, 1):
            weekend = start + DAY * 7 * (number - 1 + (number > 18) * 3)
            if weekend > date(2026, 11, 30):
                break
            for home, away in pairs:
                day = weekend + DAY * dice.one([-1, 0, 1], [1, 6, 4])
                match = league_match(dice, teams, form, (home, away), day)
                rows.append({"season": season, "round": number, **match})
    return numbered("match_id", rows)


def league_match(
    dice: Dice, teams: list[list[str]], form: list[float], pair: tuple[int, int], day: date
) -> Row:
    home, away = pair
    played = day <= TODAY
    ours = dice.count(1.5 * form[home - 1] / form[away - 1] ** 0.7)
    theirs = dice.count(1.1 * form[away - 1] / form[home - 1] ** 0.7)
    full = 0.55 + 0.25 * form[away - 1] + dice.bell(0, 0.06)
    crowd = min(1.0, max(0.3, full)) * int(teams[home - 1][4])
    return {
        "played_on": day,
        "home_team_id": home,
        "away_team_id": away,
        "home_goals": ours if played else None,
        "away_goals": theirs if played else None,
        "attendance": round(crowd) if played and dice.chance(0.97) else None,
        "referee_id": dice.one(range(1, 10), falling(9, 5)) if played else None,
    }


def league_goals(dice: Dice, matches: list[Row], players: list[Row]) -> list[Row]:
    gift = {p["player_id"]: SCORING[str(p["position"])] * dice.whole(2, 20) for p in players}
    rows: list[Row] = []
    for match in matches:
        found: list[Row] = []
        for team, goals in (
            (match["home_team_id"], match["home_goals"]),
            (match["away_team_id"], match["away_goals"]),
        ):
            squad = [p["player_id"] for p in players if p["team_id"] == team]
            for _ in range(int(str(goals or 0))):
                scorer = dice.one(squad, [gift[p] for p in squad])
                kind = dice.one(["open play", "header", "penalty", "free kick"], [68, 16, 10, 6])
                helped = kind in ("open play", "header") and dice.chance(0.75)
                mates = [p for p in squad if p != scorer]
                found.append(
                    {
                        "match_id": match["match_id"],
                        "player_id": scorer,
                        "assist_player_id": dice.one(mates) if helped else None,
                        "minute": max(dice.whole(1, 90), dice.whole(1, 70)),
                        "kind": kind,
                    }
                )
        found.sort(key=lambda row: int(str(row["minute"])))
        rows += found
    return numbered("goal_id", rows)


def league_cards(dice: Dice, matches: list[Row], players: list[Row]) -> list[Row]:
    temper = {p["player_id"]: FOULS[str(p["position"])] * dice.whole(1, 12) for p in players}
    rows: list[Row] = []
    for match in matches:
        if match["home_goals"] is None:
            continue
        pitch = [
            p["player_id"]
            for p in players
            if p["team_id"] in (match["home_team_id"], match["away_team_id"])
        ]
        weights = [temper[p] for p in pitch]
        punished = {dice.one(pitch, weights) for _ in range(dice.count(3.2))}
        minutes = sorted(dice.whole(5, 90) for _ in punished)
        for player, minute in zip(sorted(punished, key=str), minutes, strict=True):
            rows.append(
                {
                    "match_id": match["match_id"],
                    "player_id": player,
                    "minute": minute,
                    "color": dice.one(["yellow", "red"], [95, 5]),
                }
            )
    return numbered("card_id", rows)


AIRPORTS = """
LIS|Humberto Delgado Airport|Lisbon|Portugal|114|38.8|-9.1|9
MAD|Barajas Airport|Madrid|Spain|610|40.5|-3.6|10
BCN|El Prat Airport|Barcelona|Spain|4|41.3|2.1|9
CDG|Charles de Gaulle Airport|Paris|France|119|49.0|2.5|14
ORY|Orly Airport|Paris|France|89|48.7|2.4|6
LHR|Heathrow Airport|London|United Kingdom|25|51.5|-0.5|15
LGW|Gatwick Airport|London|United Kingdom|62|51.1|-0.2|7
AMS|Schiphol Airport|Amsterdam|Netherlands|-3|52.3|4.8|12
FRA|Frankfurt Airport|Frankfurt|Germany|111|50.0|8.6|13
MUC|Munich Airport|Munich|Germany|453|48.4|11.8|9
ZRH|Zurich Airport|Zurich|Switzerland|432|47.5|8.5|7
VIE|Schwechat Airport|Vienna|Austria|183|48.1|16.6|6
FCO|Fiumicino Airport|Rome|Italy|5|41.8|12.2|8
CPH|Kastrup Airport|Copenhagen|Denmark|5|55.6|12.7|6
OSL|Gardermoen Airport|Oslo|Norway|208|60.2|11.1|5
ARN|Arlanda Airport|Stockholm|Sweden|42|59.6|17.9|5
HEL|Vantaa Airport|Helsinki|Finland|55|60.3|25.0|4
KEF|Keflavik Airport|Reykjavik|Iceland|52|64.0|-22.6|3
ATH|Eleftherios Venizelos Airport|Athens|Greece|94|37.9|23.9|5
IST|Istanbul Airport|Istanbul|Turkey|99|41.3|28.7|8
JFK|John F. Kennedy Airport|New York|United States|4|40.6|-73.8|6
DXB|Dubai Airport|Dubai|United Arab Emirates|19|25.3|55.4|5
SJJ|Sarajevo Airport|Sarajevo|Bosnia and Herzegovina|521|43.8|18.3|0
"""
AIRLINES = """
AZ1|Azulejo Air|Portugal|Star Ring|1.0
BK2|Baltic Kite|Sweden||1.3
CT3|Contour Airways|United Kingdom|Skyline|0.9
DN4|Donau Wings|Austria|Star Ring|0.8
EV5|Evergold|Germany|Star Ring|0.7
FP6|Flypenny|Ireland||1.7
GL7|Gulf Lantern|United Arab Emirates|Skyline|0.6
"""
MODELS = {"A320": 174, "A321": 210, "737-800": 186, "E190": 104, "A350": 325, "787-9": 294}
LONG_HAUL = ("A350", "787-9")
PASSENGER_LOCALES = {
    "en_GB": "British",
    "de_DE": "German",
    "fr_FR": "French",
    "es_ES": "Spanish",
    "en_US": "American",
    "it_IT": "Italian",
}
AIRPORT_HOURS = (0,) * 5 + (3, 9, 9, 7, 6, 6, 5, 5, 5, 6, 6, 7, 8, 7, 6, 4, 2, 0, 0)
TRAVEL = (0.7, 0.7, 0.9, 1.0, 1.1, 1.4, 1.7, 1.7, 1.2, 1.0, 0.7, 1.0)


def flights(dice: Dice) -> Tables:
    """Seven airlines between two dozen airports, with a sample of their passengers."""
    airports = lines(AIRPORTS)
    airlines = lines(AIRLINES)
    aircraft = flights_aircraft(dice, airlines)
    flown = flights_flights(dice, airports, airlines, aircraft)
    passengers = flights_passengers(dice)
    return {
        "airports": [
            {"airport_code": code, "name": n, "city": city, "country": land, "altitude": height}
            for code, n, city, land, height, *_ in airports
        ],
        "airlines": [
            {"airline_code": code, "name": n, "country": land, "alliance": alliance or None}
            for code, n, land, alliance, _ in airlines
        ],
        "aircraft": aircraft,
        "flights": flown,
        "passengers": passengers,
        "bookings": flights_bookings(dice, flown, passengers),
    }


def flights_aircraft(dice: Dice, airlines: list[list[str]]) -> list[Row]:
    rows: list[Row] = []
    for code, *_ in airlines:
        for number in range(dice.whole(6, 9)):
            large = number == 0 or (code == "GL7" and dice.chance(0.7))
            model = dice.one(LONG_HAUL if large else list(MODELS)[:4])
            rows.append(
                {
                    "registration": f"{code[:2]}-{chr(65 + number)}{dice.whole(100, 999)}",
                    "airline_code": code,
                    "model": model,
                    "seats": MODELS[model],
                    "built_year": dice.whole(2003, 2025),
                }
            )
    return rows


def distance(one: list[str], other: list[str]) -> int:
    """Kilometres along a great circle."""
    (a, b), (c, d) = (map(math.radians, map(float, port[5:7])) for port in (one, other))
    angle = math.sin(a) * math.sin(c) + math.cos(a) * math.cos(c) * math.cos(b - d)
    return round(6371 * math.acos(angle))


def flights_flights(
    dice: Dice, airports: list[list[str]], airlines: list[list[str]], aircraft: list[Row]
) -> list[Row]:
    """Each airline flies from its home; delays grow in winter and through the day."""
    traffic = [float(port[7]) for port in airports]
    homes = {"AZ1": 0, "BK2": 15, "CT3": 5, "DN4": 11, "EV5": 8, "FP6": 6, "GL7": 21}
    rows: list[Row] = []
    while len(rows) < 1600:
        code, *_, unpunctual = dice.one(airlines, [5, 3, 7, 3, 8, 9, 3])
        home, away = airports[homes[code]], dice.one(airports, traffic)
        kilometres = distance(home, away) if home is not away else 0
        if kilometres < 250:
            continue
        long = kilometres > 4000
        fleet = [a for a in aircraft if a["airline_code"] == code]
        fitting = [a for a in fleet if (a["model"] in LONG_HAUL) == long] or fleet
        origin, destination = (home, away) if dice.chance(0.5) else (away, home)
        start = dice.moment(dice.day(FIRST, TODAY, TRAVEL), AIRPORT_HOURS, 5)
        frost = 1.5 if start.month in (12, 1, 2) else 1.0
        late = float(unpunctual) * frost * (0.4 + start.hour / 15)
        status = dice.one(
            ["landed", "cancelled", "diverted"], [100, 2.5 * float(unpunctual) * frost, 0.8]
        )
        delay = round(dice.random.expovariate(1 / (22 * late))) if dice.chance(0.6) else 0
        rows.append(
            {
                "flight_number": f"{code[:2]}{100 + airports.index(away) * 7 + (origin is away)}",
                "airline_code": code,
                "registration": dice.one(fitting)["registration"],
                "origin": origin[0],
                "destination": destination[0],
                "departure_time": start,
                "distance_km": kilometres,
                "status": status,
                "delay_minutes": None if status == "cancelled" else delay,
            }
        )
    rows.sort(key=lambda row: (str(row["departure_time"]), str(row["flight_number"])))
    return numbered("flight_id", rows)


def flights_passengers(dice: Dice) -> list[Row]:
    locales = list(PASSENGER_LOCALES)
    return numbered(
        "passenger_id",
        (
            {
                "name": name,
                "nationality": PASSENGER_LOCALES[locales[place % len(locales)]],
                "birth_date": dice.day(date(1945, 1, 1), date(2016, 12, 31)),
                "frequent_flyer_level": dice.one([None, "blue", "silver", "gold"], [50, 30, 14, 6]),
            }
            for place, name in enumerate(dice.people(420, locales))
        ),
    )


def flights_bookings(dice: Dice, flown: list[Row], passengers: list[Row]) -> list[Row]:
    """The nearer the day, the higher the price; those with a level fly more, and further ahead."""
    keen = {None: 1.0, "blue": 2.0, "silver": 4.0, "gold": 7.0}
    weights = [keen[p["frequent_flyer_level"]] for p in passengers]  # type: ignore[index]
    weights = [0.0 if dice.chance(0.05) else weight for weight in weights]
    rows: list[Row] = []
    for flight in flown:
        start = flight["departure_time"]
        assert isinstance(start, datetime)
        aboard = {dice.one(range(len(passengers)), weights) for _ in range(dice.whole(1, 5))}
        for place in sorted(aboard):
            gold = passengers[place]["frequent_flyer_level"] == "gold"
            cabin = dice.one(
                ["economy", "premium", "business"], [50, 20, 30] if gold else [80, 13, 7]
            )
            ahead = min(dice.whole(1, 200), dice.whole(1, 200))
            base = 35 + 0.085 * int(str(flight["distance_km"])) * (1.5 - ahead / 250)
            factor = {"economy": 1.0, "premium": 1.7, "business": 3.6}[cabin]
            seated = flight["status"] != "cancelled" and dice.chance(0.9)
            row = dice.whole(1, 6) if cabin == "business" else dice.whole(7, 32)
            rows.append(
                {
                    "flight_id": flight["flight_id"],
                    "passenger_id": passengers[place]["passenger_id"],
                    "booked_on": start.date() - DAY * ahead,
                    "cabin": cabin,
                    "price": money(base * factor * dice.bell(1, 0.08)),
                    "bags": dice.one([0, 1, 2, 3], [35, 45, 17, 3]),
                    "seat": f"{row}{dice.one('ABCDEF')}" if seated else None,
                }
            )
    return numbered("booking_id", rows)


DATABASES: dict[str, Callable[[Dice], Tables]] = {
    "shop": shop,
    "music": music,
    "library": library,
    "clinic": clinic,
    "league": league,
    "flights": flights,
}


def cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def write(rows: list[Row], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows[0])
        writer.writerows([cell(value) for value in row.values()] for row in rows)


def build(folder: Path) -> None:
    """Write all tables of all databases below `folder`."""
    for seed, (name, make) in enumerate(DATABASES.items(), 1):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for table, rows in make(Dice(seed)).items():
            write(rows, folder / name / f"{table}.csv")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
