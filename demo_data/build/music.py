"""A streaming service: what is there, who listens, and two years of plays."""

from __future__ import annotations

from datetime import date
from itertools import accumulate

from demo_data.build.days import BUSY, FIRST, TODAY
from demo_data.build.dice import Dice, falling
from demo_data.build.rows import Row, Tables, numbered, table

ARTISTS = """
name|country|genre|formed_year
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
FIRST_WORDS = (
    "Silver|Broken|Midnight|Paper|Golden|Distant|Hollow|Electric|Slow|Burning|Quiet|Wild|Crystal|"
    "Northern|Lonely|Velvet|Falling|Secret|Summer|Neon|Frozen|Restless|Painted|Second|Empty"
).split("|")
NOUNS = (
    "River|Heart|City|Window|Fire|Road|Garden|Ghost|Ocean|Letter|Mirror|Signal|Station|Shadow|"
    "Morning|Thunder|Dream|Bridge|Carnival|Satellite|Tide|Hour|Machine|Island|Echo"
).split("|")
ENDINGS = (
    "at Dawn|in the Rain|of You|Without Me|Tonight|Again|on the Water|for Two|in Blue|No More"
).split("|")
LABELS = "Lighthouse Records|Red Door Music|Parallel|Northbound Sound|Tiny Orchestra".split("|")
COUNTRIES = (
    "United States|United Kingdom|Germany|Brazil|India|France|Canada|Japan|Mexico|Sweden"
).split("|")
EVENING = (2, 1, 0.5, 0.3, 0.3, 0.6, 2, 5, 6, 4, 3, 3, 4, 4, 3, 4, 6, 8, 8, 7, 7, 7, 6, 4)
MOODS = "Morning|Sunday|Late Night|Road Trip|Workout|Rainy Day|Focus|Party|Kitchen|Throwback"
LISTS = "Mix|Favourites|Mood|Essentials|Session|Loop"


def music(dice: Dice) -> Tables:
    artists = numbered("artist_id", table(ARTISTS))
    albums = _albums(dice, artists)
    tracks = _tracks(dice, artists, albums)
    people = dice.people(260, ["en_US"])
    listeners = numbered("listener_id", (_listener(dice, name) for name in people))
    playlists = _playlists(dice, listeners)
    return {
        "artists": artists,
        "albums": albums,
        "tracks": tracks,
        "listeners": listeners,
        "plays": _plays(dice, listeners, artists, albums, tracks),
        "playlists": playlists,
        "playlist_tracks": [
            {"playlist_id": playlist["playlist_id"], "position": place, "track_id": track}
            for playlist in playlists
            for place, track in enumerate(
                dice.random.sample(range(1, len(tracks) + 1), dice.whole(4, 18)), 1
            )
        ],
    }


def _title(dice: Dice) -> str:
    pattern = dice.whole(1, 4)
    if pattern == 1:
        return f"{dice.one(NOUNS)} {dice.one(ENDINGS)}"
    the = "The " if pattern == 2 else ""
    return f"{the}{dice.one(FIRST_WORDS)} {dice.one(NOUNS)}"


def _albums(dice: Dice, artists: list[Row]) -> list[Row]:
    rows: list[Row] = []
    titles: set[str] = set()
    for artist in artists:
        start = date(max(1990, int(artist["formed_year"] or 2012)), 3, 1)
        for _ in range(dice.whole(1, 5)):
            while (title := _title(dice)) in titles:
                pass
            titles.add(title)
            rows.append(
                {
                    "artist_id": artist["artist_id"],
                    "title": title,
                    "released_on": dice.day(start, date(2026, 9, 30)),
                    "record_label": dice.one(LABELS) if dice.chance(0.85) else None,
                }
            )
    return numbered("album_id", rows, "released_on")


def _tracks(dice: Dice, artists: list[Row], albums: list[Row]) -> list[Row]:
    rows: list[Row] = []
    titles: set[str] = set()
    for album in albums:
        genre = artists[album["artist_id"] - 1]["genre"]
        length = {"jazz": 320, "metal": 290, "electronic": 270}.get(genre, 212)
        for _ in range(dice.whole(5, 9)):
            title = _title(dice)
            while title in titles:
                title = f"{_title(dice)} {dice.one(ENDINGS)}"
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


def _listener(dice: Dice, name: str) -> Row:
    first, last = name.lower().replace("'", "").replace(" ", ".", 1).split(".", 1)
    return {
        "username": f"{first[: dice.whole(2, 9)]}_{last.replace(' ', '')}{dice.whole(1, 99)}",
        "country": dice.one(COUNTRIES, [30, 18, 14, 12, 9, 8, 6, 5, 5, 3]),
        "birth_year": dice.whole(1958, 2010) if dice.chance(0.9) else None,
        "plan": dice.one(["free", "premium", "family"], [50, 38, 12]),
        "signed_up_on": dice.day(date(2022, 2, 1), date(2026, 10, 31)),
    }


def _plays(
    dice: Dice, listeners: list[Row], artists: list[Row], albums: list[Row], tracks: list[Row]
) -> list[Row]:
    """Fans come back to a few artists; a play ends early more often on the free plan."""
    album_of = {album["album_id"]: album for album in albums}
    fame = falling(len(artists), 5)
    fames = [fame[album_of[track["album_id"]]["artist_id"] - 1] for track in tracks]
    hits = list(accumulate(weight * dice.random.random() ** 2 for weight in fames))
    listening, activity = dice.active(listeners, 0.94, 0.03)
    ids = [artist["artist_id"] for artist in artists]
    loved = {w["listener_id"]: {dice.one(ids, fame) for _ in range(3)} for w in listening}
    rows: list[Row] = []
    while len(rows) < 6000:
        who = dice.one(listening, activity)
        (track,) = dice.random.choices(tracks, cum_weights=hits)
        album = album_of[track["album_id"]]
        if album["artist_id"] not in loved[who["listener_id"]] and dice.chance(0.6):
            continue
        start = max(who["signed_up_on"], album["released_on"])
        if start >= TODAY:
            continue
        moment = dice.moment(dice.day(max(start, FIRST), TODAY, BUSY), EVENING)
        length = track["duration_seconds"]
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
    return numbered("play_id", rows, "played_at")


def _playlists(dice: Dice, listeners: list[Row]) -> list[Row]:
    titles = [f"{mood} {kind}" for mood in MOODS.split("|") for kind in LISTS.split("|")]
    dice.random.shuffle(titles)
    rows: list[Row] = []
    for title in titles:
        who = dice.one(listeners, falling(len(listeners), 12))
        rows.append(
            {
                "listener_id": who["listener_id"],
                "title": title,
                "created_on": dice.day(who["signed_up_on"], TODAY),
                "is_public": dice.chance(0.6),
            }
        )
    return numbered("playlist_id", rows, "created_on")
