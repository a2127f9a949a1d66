"""Seven airlines between two dozen airports, with a sample of their passengers."""

from __future__ import annotations

import math
from datetime import date
from itertools import cycle

from demo_data.build.days import DAY, FIRST, TODAY
from demo_data.build.dice import Dice
from demo_data.build.rows import Row, Tables, money, numbered, table

AIRPORTS = """
airport_code|name|city|country|altitude|_latitude|_longitude|_traffic
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
airline_code|name|country|alliance|_home|_flights|_late
AZ1|Azulejo Air|Portugal|Star Ring|LIS|5|1.0
BK2|Baltic Kite|Sweden||ARN|3|1.3
CT3|Contour Airways|United Kingdom|Skyline|LHR|7|0.9
DN4|Donau Wings|Austria|Star Ring|VIE|3|0.8
EV5|Evergold|Germany|Star Ring|FRA|8|0.7
FP6|Flypenny|Ireland||LGW|9|1.7
GL7|Gulf Lantern|United Arab Emirates|Skyline|DXB|3|0.6
"""
MODELS = {"A320": 174, "A321": 210, "737-800": 186, "E190": 104, "A350": 325, "787-9": 294}
LONG_HAUL = ("A350", "787-9")
LOCALES = {
    "en_GB": "British",
    "de_DE": "German",
    "fr_FR": "French",
    "es_ES": "Spanish",
    "en_US": "American",
    "it_IT": "Italian",
}
HOURS = (0,) * 5 + (3, 9, 9, 7, 6, 6, 5, 5, 5, 6, 6, 7, 8, 7, 6, 4, 2, 0, 0)
TRAVEL = (0.7, 0.7, 0.9, 1.0, 1.1, 1.4, 1.7, 1.7, 1.2, 1.0, 0.7, 1.0)


def flights(dice: Dice) -> Tables:
    airports = table(AIRPORTS)
    airlines = table(AIRLINES)
    aircraft = _aircraft(dice, airlines)
    flown = _flights(dice, airports, airlines, aircraft)
    passengers = _passengers(dice)
    return {
        "airports": airports,
        "airlines": airlines,
        "aircraft": aircraft,
        "flights": flown,
        "passengers": passengers,
        "bookings": _bookings(dice, flown, passengers),
    }


def _aircraft(dice: Dice, airlines: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for airline in airlines:
        code = airline["airline_code"]
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


def _distance(one: Row, other: Row) -> int:
    """Kilometres along a great circle."""
    if one is other:
        return 0
    a, b, c, d = (
        math.radians(float(port[name]))
        for port in (one, other)
        for name in ("_latitude", "_longitude")
    )
    angle = math.sin(a) * math.sin(c) + math.cos(a) * math.cos(c) * math.cos(b - d)
    return round(6371 * math.acos(angle))


def _flights(
    dice: Dice, airports: list[Row], airlines: list[Row], aircraft: list[Row]
) -> list[Row]:
    """Each airline flies from its home; delays grow in winter and through the day."""
    codes = [port["airport_code"] for port in airports]
    traffic = [float(port["_traffic"]) for port in airports]
    shares = [float(airline["_flights"]) for airline in airlines]
    rows: list[Row] = []
    while len(rows) < 1600:
        airline = dice.one(airlines, shares)
        code = airline["airline_code"]
        home, away = airports[codes.index(airline["_home"])], dice.one(airports, traffic)
        kilometres = _distance(home, away)
        if kilometres < 250:
            continue
        long = kilometres > 4000
        fleet = [a for a in aircraft if a["airline_code"] == code]
        fitting = [a for a in fleet if (a["model"] in LONG_HAUL) == long] or fleet
        origin, destination = (home, away) if dice.chance(0.5) else (away, home)
        start = dice.moment(dice.day(FIRST, TODAY, TRAVEL), HOURS, 5)
        trouble = float(airline["_late"]) * (1.5 if start.month in (12, 1, 2) else 1.0)
        late = 22 * trouble * (0.4 + start.hour / 15)
        status = dice.one(["landed", "cancelled", "diverted"], [100, 2.5 * trouble, 0.8])
        delay = round(dice.random.expovariate(1 / late)) if dice.chance(0.6) else 0
        rows.append(
            {
                "flight_number": f"{code[:2]}{100 + airports.index(away) * 7 + (origin is away)}",
                "airline_code": code,
                "registration": dice.one(fitting)["registration"],
                "origin": origin["airport_code"],
                "destination": destination["airport_code"],
                "departure_time": start,
                "distance_km": kilometres,
                "status": status,
                "delay_minutes": None if status == "cancelled" else delay,
            }
        )
    return numbered("flight_id", rows, "departure_time", "flight_number")


def _passengers(dice: Dice) -> list[Row]:
    people = zip(dice.people(420, list(LOCALES)), cycle(LOCALES.values()), strict=False)
    return numbered(
        "passenger_id",
        (
            {
                "name": name,
                "nationality": nationality,
                "birth_date": dice.day(date(1945, 1, 1), date(2016, 12, 31)),
                "frequent_flyer_level": dice.one([None, "blue", "silver", "gold"], [50, 30, 14, 6]),
            }
            for name, nationality in people
        ),
    )


def _bookings(dice: Dice, flown: list[Row], passengers: list[Row]) -> list[Row]:
    """The nearer the day, the higher the price; those with a level fly more, and further ahead."""
    keen = {None: 1.0, "blue": 2.0, "silver": 4.0, "gold": 7.0}
    weights = [0.0 if dice.chance(0.05) else keen[p["frequent_flyer_level"]] for p in passengers]
    rows: list[Row] = []
    for flight in flown:
        aboard = {dice.one(range(len(passengers)), weights) for _ in range(dice.whole(1, 5))}
        for place in sorted(aboard):
            rows.append(_booking(dice, flight, passengers[place]))
    return numbered("booking_id", rows)


def _booking(dice: Dice, flight: Row, passenger: Row) -> Row:
    gold = passenger["frequent_flyer_level"] == "gold"
    cabin = dice.one(["economy", "premium", "business"], [50, 20, 30] if gold else [80, 13, 7])
    ahead = min(dice.whole(1, 200), dice.whole(1, 200))
    base = 35 + 0.085 * flight["distance_km"] * (1.5 - ahead / 250)
    factor = {"economy": 1.0, "premium": 1.7, "business": 3.6}[cabin]
    seated = flight["status"] != "cancelled" and dice.chance(0.9)
    row = dice.whole(1, 6) if cabin == "business" else dice.whole(7, 32)
    return {
        "flight_id": flight["flight_id"],
        "passenger_id": passenger["passenger_id"],
        "booked_on": flight["departure_time"].date() - DAY * ahead,
        "cabin": cabin,
        "price": money(base * factor * dice.bell(1, 0.08)),
        "bags": dice.one([0, 1, 2, 3], [35, 45, 17, 3]),
        "seat": f"{row}{dice.one('ABCDEF')}" if seated else None,
    }
