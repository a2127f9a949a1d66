"""A grocer's with six stores and an online shop, over nearly three years."""

from __future__ import annotations

from datetime import date

from demo_data.build.days import DAY, FIRST, HOLIDAY, LEVEL, SUMMER, TODAY, WINTER
from demo_data.build.dice import Dice
from demo_data.build.rows import Row, Tables, address, money, numbered, table

PRODUCTS = """
product_name|category|list_price|is_organic|_sold|_season
eggs|dairy|3.20|false|30|level
whole milk|dairy|1.35|false|32|level
oat drink|dairy|2.10|true|14|level
butter|dairy|2.79|false|20|holiday
plain yoghurt|dairy|1.15|true|16|summer
cheddar|dairy|4.60|false|15|level
mozzarella|dairy|2.45|false|12|summer
wholemeal bread|bakery|2.60|true|26|level
white rolls|bakery|1.90|false|20|level
croissants|bakery|3.40|false|12|level
gingerbread|bakery|4.20|false|8|holiday
apple pie|bakery|6.90|false|7|winter
bananas|fruit|1.70|true|28|level
apples|fruit|2.30|false|24|level
strawberries|fruit|3.50|false|14|summer
watermelon|fruit|4.80|false|9|summer
oranges|fruit|2.60|false|15|winter
blueberries|fruit|3.90|true|9|summer
tomatoes|vegetables|2.80|false|22|summer
potatoes|vegetables|2.40|false|21|winter
carrots|vegetables|1.25|true|17|level
pumpkin|vegetables|3.60|true|8|winter
spinach|vegetables|2.20|true|10|level
mushrooms|vegetables|2.35|false|11|level
spaghetti|pantry|1.55|false|18|level
basmati rice|pantry|3.30|false|14|level
olive oil|pantry|8.90|true|9|level
lentils|pantry|2.15|true|8|winter
honey|pantry|5.70|true|7|winter
peanut butter|pantry|3.85|false|10|level
dark chocolate|sweets|2.25|false|17|holiday
vanilla ice cream|sweets|4.50|false|12|summer
marzipan|sweets|3.95|false|5|holiday
ground coffee|drinks|6.40|false|18|level
green tea|drinks|3.75|true|9|winter
orange juice|drinks|2.95|false|14|level
sparkling water|drinks|0.85|false|19|summer
lemonade|drinks|1.95|false|10|summer
mulled wine|drinks|5.60|false|5|holiday
washing powder|household|9.80|false|7|level
candles|household|6.20|false|5|holiday
paper towels|household|3.10|false|9|level
truffle oil|pantry|24.50|false|0|level
saffron|pantry|12.90|false|1|holiday
"""
SUPPLIERS = """
name|country|delivery_days|_category
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
city|manager|opened_on|floor_area
Leeds||2009-03-14|1450
Bristol||2012-09-01|1180
Norwich||2015-05-23|720
York||2018-11-10|640
Cardiff||2021-04-17|980
Exeter||2024-02-03|560
"""
CITIES = [store["city"] for store in table(STORES)]
UNREVIEWED = ("saffron", "lentils")
COMMENTS = {
    1: "Arrived spoiled|Not what I ordered|Would not buy again",
    2: "Too expensive for what it is|A bit stale|Smaller than it looks",
    3: "Fine for every day|Nothing special|Does the job",
    4: "Good value|Fresh and tasty|My kids like it",
    5: "The best in town|Always fresh|Can't do without it|Perfect every time",
}


def shop(dice: Dice) -> Tables:
    customers = numbered("customer_id", (_customer(dice, name) for name in dice.people(320)))
    products = table(PRODUCTS)
    suppliers = numbered("supplier_id", table(SUPPLIERS))
    purchases = _purchases(dice, customers, products)
    for product in products:
        fitting = [s for s in suppliers if s["_category"] == product["category"]]
        product["supplier_id"] = dice.one(fitting)["supplier_id"]
    return {
        "suppliers": suppliers,
        "products": products,
        "stores": _stores(dice),
        "customers": customers,
        "purchases": purchases,
        "reviews": _reviews(dice, purchases, products),
    }


def _stores(dice: Dice) -> list[Row]:
    stores = table(STORES)
    for store, name in zip(stores, dice.people(len(stores)), strict=True):
        store["manager"] = name
    stores[3]["manager"] = None  # a post to be filled
    return numbered("store_id", stores)


def _customer(dice: Dice, name: str) -> Row:
    joined = dice.day(date(2019, 1, 5), date(2026, 10, 30))
    years = (TODAY - joined).days / 365
    level = dice.one([None, "bronze", "silver", "gold"], [4, 3, 0.4 + years / 2, max(0, years - 2)])
    born = dice.day(date(1944, 1, 1), date(2007, 12, 31)) if dice.chance(0.85) else None
    host = dice.one(["example.com", "example.org", "example.net"], [5, 2, 1])
    return {
        "name": name,
        "email": address(name, host) if dice.chance(0.88) else None,
        "city": dice.one([*CITIES, "Bath", "Hull"], [9, 8, 5, 5, 6, 3, 2, 2]),
        "birth_date": born,
        "joined_on": joined,
        "loyalty_level": level,
    }


def _purchases(dice: Dice, customers: list[Row], products: list[Row]) -> list[Row]:
    """Regulars buy often, mostly of a few favourites, at the store of their city or online."""
    buyers, activity = dice.active(customers, 0.95, 0.05)
    favourites = {c["customer_id"]: dice.random.sample(products, 6) for c in buyers}
    rows: list[Row] = []
    for _ in range(5200):
        buyer = dice.one(buyers, activity)
        liked = favourites[buyer["customer_id"]]
        pool = liked if dice.chance(0.4) and any(float(p["_sold"]) for p in liked) else products
        product = dice.one(pool, [float(p["_sold"]) for p in pool])
        day = dice.day(max(buyer["joined_on"], FIRST), TODAY, SEASONS[product["_season"]])
        store = _store(dice, buyer["city"], day)
        price = float(product["list_price"]) * (0.90, 0.95, 1.0)[day.year - 2024]
        rows.append(
            {
                "customer_id": buyer["customer_id"],
                "product_name": product["product_name"],
                "channel": "store" if store else "online",
                "store_id": store,
                "purchase_date": day,
                "quantity": dice.one([1, 2, 3, 4, 6, 12], [50, 25, 10, 6, 5, 1]),
                "unit_price": money(price * (0.8 if dice.chance(0.12) else 1)),
                "payment_method": dice.one(["card", "cash", "voucher"], [70, 25, 5])
                if store
                else "card",
            }
        )
    return numbered("purchase_id", rows, "purchase_date")


def _store(dice: Dice, city: str, day: date) -> int | None:
    """Mostly that of the city; None is online, more so every year."""
    if city not in CITIES or dice.chance(0.12 + 0.09 * (day.year - 2024)):
        return None
    store = CITIES.index(city) + 1 if dice.chance(0.93) else dice.whole(1, 5)
    return 2 if store == 6 and day < date(2024, 2, 3) else store  # the sixth opened then


def _reviews(dice: Dice, purchases: list[Row], products: list[Row]) -> list[Row]:
    """Some buyers tell what they think, some days later; each at most once of a product."""
    quality = {product["product_name"]: dice.bell(3.7, 0.6) for product in products}
    seen: set[tuple[int, str]] = set()
    rows: list[Row] = []
    for purchase in purchases:
        customer, product = purchase["customer_id"], purchase["product_name"]
        if (customer, product) in seen or not dice.chance(0.14) or product in UNREVIEWED:
            continue
        seen.add((customer, product))
        rating = min(5, max(1, round(dice.bell(quality[product], 1.0))))
        day = purchase["purchase_date"] + DAY * dice.whole(1, 20)
        rows.append(
            {
                "customer_id": customer,
                "product_name": product,
                "rating": rating,
                "reviewed_on": min(TODAY, day),
                "comment": dice.one(COMMENTS[rating].split("|")) if dice.chance(0.55) else None,
            }
        )
    return numbered("review_id", rows, "reviewed_on")
