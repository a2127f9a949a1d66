"""English for identifiers: `purchase_date` -> purchase date, `tbl_order_items` -> order items.

Nouns in singular and plural, the synonyms people use for them, who counts as a person, and the
verbs that tables of events stand for. Knows nothing of SQL or of databases.
"""

# ruff: noqa: E501 - a wording reads best on one line
from __future__ import annotations

import re
from random import Random

_WHOLE = {
    "qty": "quantity", "amt": "amount", "num": "number", "dob": "date of birth", "no": "number",
    "addr": "address", "tel": "phone number", "desc": "description", "dept": "department",
    "avg": "average", "pct": "percentage", "yr": "year", "emp": "employee", "cust": "customer",
    "prod": "product", "fname": "first name", "lname": "last name", "cat": "category",
    "dest": "destination", "src": "source", "loc": "location", "org": "organization",
    "mgr": "manager", "sal": "salary", "acct": "account", "txn": "transaction", "lang": "language",
    "lat": "latitude", "lng": "longitude", "long": "longitude", "min": "minimum", "max": "maximum", "temp": "temperature",
    "cnt": "count", "info": "information", "stu": "student", "prof": "professor", "pop": "population",
    "msg": "message", "img": "image", "url": "web address", "ssn": "social security number",
    "km": "kilometres", "kg": "kilograms", "firstname": "first name", "lastname": "last name",
    "phonenumber": "phone number", "zipcode": "zip code", "birthdate": "date of birth",
}  # fmt: skip
_NOISE = frozenset("tbl t dim fact ref lkp lookup the data table".split())
_IRREGULAR = {
    "person": "people", "child": "children", "man": "men", "woman": "women", "foot": "feet",
    "mouse": "mice", "goose": "geese", "tooth": "teeth", "staff": "staff", "series": "series",
    "species": "species", "sheep": "sheep", "aircraft": "aircraft", "equipment": "equipment",
    "information": "information", "medium": "media", "criterion": "criteria", "datum": "data",
    "analysis": "analyses", "crisis": "crises", "thesis": "theses", "leaf": "leaves", "hero": "heroes",
    "knife": "knives", "shelf": "shelves", "wife": "wives", "life": "lives", "potato": "potatoes",
    "tomato": "tomatoes", "salesperson": "salespeople", "craftsman": "craftsmen", "fish": "fish",
    "furniture": "furniture", "luggage": "luggage", "music": "music", "stock": "stock", "news": "news",
    "merchandise": "merchandise", "software": "software", "research": "research",
    "bus": "buses", "gas": "gases", "lens": "lenses", "virus": "viruses", "campus": "campuses",
    "status": "statuses", "bonus": "bonuses", "process": "processes", "address": "addresses",
}  # fmt: skip
_SINGULAR = {plural: single for single, plural in _IRREGULAR.items()}
NO_NOUNS = frozenset(
    "in on at of by for to with from has takes call undergoes prescribes since until".split()
)  # a table named `on_call` or a column named `date_to` has no plural
_PAST = frozenset("bought sold paid sent built born left begun".split())
_VERBS_FIRST = frozenset(
    "plays participates belongs has is takes teaches visits likes owns uses lives works in on".split()
)
PEOPLE = frozenset(
    "person people customer client buyer shopper employee worker staff student pupil teacher "
    "professor instructor lecturer tutor doctor physician nurse patient author writer artist singer "
    "musician actor actress director player coach member user guest visitor passenger pilot driver "
    "captain manager owner tenant resident citizen voter candidate politician engineer technician "
    "scientist researcher volunteer donor trainer applicant supplier vendor agent seller "
    "salesperson reviewer reader borrower subscriber participant contestant athlete swimmer wrestler "
    "gymnast advisor supervisor judge lawyer attorney party host friend child farmer "
    "curator keeper vet veterinarian chef cook waiter rider skipper climber golfer runner "
    "architect builder designer developer composer conductor dancer painter parent officer "
    "hostess individual perpetrator entrepreneur bodybuilder inspector courier surgeon dentist "
    "therapist hiker angler skier breeder brewer baker florist photographer editor producer "
    "journalist contributor attendee delegate speaker sponsor tourist traveller traveler".split()
)
SYNONYMS = {
    "customer": ("client", "buyer"), "client": ("customer",),
    "employee": ("staff member", "worker"), "staff": ("employee", "staff member"),
    "product": ("item",), "item": ("product",), "student": ("pupil",),
    "teacher": ("instructor",), "instructor": ("teacher",), "professor": ("lecturer",),
    "doctor": ("physician",), "physician": ("doctor",), "movie": ("film",), "film": ("movie",),
    "song": ("track",), "track": ("song",), "shop": ("store",), "store": ("shop",),
    "vehicle": ("car",), "car": ("vehicle",), "company": ("firm", "business"),
    
    "author": ("writer",), "person": ("individual",),
    "supplier": ("vendor",), "vendor": ("supplier",), "city": ("town",), "booking": ("reservation",),
    "reservation": ("booking",), "apartment": ("flat",), "player": ("athlete",), "guest": ("visitor",),
    "course": ("class",), "team": ("squad",),
}  # fmt: skip
COLUMN_SYNONYMS = {
    "price": ("cost",), "cost": ("price",), "salary": ("pay", "wage"), "quantity": ("amount",),
    "email": ("email address", "e-mail"), "phone": ("phone number", "telephone number"),
    "title": ("name",), "city": ("town",), "country": ("nation",), "category": ("type",), "type": ("kind",), "gender": ("sex",), "sex": ("gender",), "description": ("details",),
    "duration": ("length",), "rating": ("score",), "score": ("rating",),
    "job": ("occupation", "profession"), "nationality": ("country of origin",),
    "address": ("street address",), "location": ("place",),
    "date of birth": ("birth date", "birthday"), "birth date": ("date of birth",),
    "population": ("number of inhabitants",), "major": ("field of study",),
}  # fmt: skip
VERBS = {
    "purchase": ("bought", "purchased", "decided to buy"), "order": ("ordered", "placed an order for"),
    "sale": ("bought", "purchased"), "visit": ("visited", "came to", "paid a visit to"),
    "rental": ("rented", "hired"), "loan": ("borrowed", "took out"), "booking": ("booked", "reserved"),
    "reservation": ("reserved", "booked"), "enrollment": ("enrolled in", "signed up for", "took"),
    "enrolment": ("enrolled in", "signed up for", "took"), "registration": ("registered for",),
    "review": ("reviewed", "wrote a review of"), "donation": ("donated to", "gave to"),
    "subscription": ("subscribed to",), "download": ("downloaded",), "delivery": ("received",),
    "transaction": ("bought", "paid for"), "checkout": ("borrowed", "checked out"),
    "application": ("applied for", "applied to"), "attendance": ("attended", "went to"),
    "vote": ("voted for",), "rating": ("rated",), "repair": ("repaired", "fixed"),
    "membership": ("joined",), "treatment": ("received", "underwent"), "inspection": ("inspected",),
    "ticket": ("bought a ticket for",), "shipment": ("received",), "appointment": ("had an "
    "appointment with",), "prescription": ("were prescribed",), "adoption": ("adopted",),
    "return": ("returned", "sent back"), "lesson": ("took a lesson in",), "stay": ("stayed in",),
}  # fmt: skip


def words(name: str) -> str:
    """An identifier in plain words.

    >>> words("purchase_date"), words("unitPrice"), words("CustQty"), words("tbl_orders")
    ('purchase date', 'unit price', 'customer quantity', 'orders')
    """
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", r"\1\3 \2\4", name)
    spaced = re.sub(r"^([fl])[ _]?name$", _first_or_last, spaced, flags=re.IGNORECASE)
    parts = [part for part in re.split(r"[\s_\-.]+", spaced.lower()) if part]
    kept = [part for part in parts if part not in _NOISE] or parts
    return " ".join(_WHOLE.get(part, part) for part in kept)


def _first_or_last(initial: re.Match[str]) -> str:
    return f"{'first' if initial.group(1).lower() == 'f' else 'last'} name"


def singular(phrase: str) -> str:
    """The last word of a phrase in the singular.

    >>> [singular(w) for w in ("order items", "categories", "people", "buses", "status", "gas")]
    ['order item', 'category', 'person', 'bus', 'status', 'gas']
    """
    head, _, last = phrase.rpartition(" ")
    return f"{head} {_singular(last)}".strip()


def _singular(word: str) -> str:
    if word in _SINGULAR:
        return _SINGULAR[word]
    if word in _IRREGULAR or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


def plural(phrase: str) -> str:
    """The last word of a phrase in the plural, whichever it is in now.

    >>> [plural(w) for w in ("order item", "category", "people", "box", "day", "staff member")]
    ['order items', 'categories', 'people', 'boxes', 'days', 'staff members']
    """
    head, _, last = phrase.rpartition(" ")
    if last in NO_NOUNS or last in _PAST or _is_participle(last):
        return phrase
    return f"{head} {_plural(_singular(last))}".strip()


def _is_participle(word: str) -> bool:
    """Whether it is of the kind of 'hours played', which has no plural of its own."""
    return len(word) > 4 and word.endswith("ed") and word not in ("speed", "breed", "seed")


def _plural(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word + "s"


def is_person(noun: str) -> bool:
    """Whether one says 'who' of it.

    >>> is_person("staff member"), is_person("order")
    (True, False)
    """
    return any(word in PEOPLE for word in noun.split()[-2:]) and not noun.endswith(
        ("type", "status", "history", "detail", "group", "order", "address", "account")
    )


def entity(table: str, rng: Random) -> str:
    """The noun for one row of a table, now and then a synonym of it."""
    return _other(singular(words(table)), SYNONYMS, rng, plain=0.75)


def attribute(phrase: str, rng: Random) -> str:
    """The noun for a column of these words, now and then a synonym."""
    return _other(phrase, COLUMN_SYNONYMS, rng, plain=0.8)


def moment(phrase: str, *, timed: bool) -> str:
    """A noun for a column of dates that is named by what happened then.

    >>> moment("sold on", timed=False), moment("hired", timed=False), moment("viewed at", timed=True)
    ('date sold', 'date hired', 'time viewed')
    >>> moment("birth date", timed=False)
    'birth date'
    """
    stem = phrase.removesuffix(" on").removesuffix(" at")
    if stem == phrase and not _is_participle(stem) and stem not in _PAST:
        return phrase
    return f"{'time' if timed else 'date'} {stem}"


def is_noun(name: str) -> bool:
    """Whether an identifier can be said as a noun: `on_call`, `Plays_Games` and `to_be_paid` can't.

    >>> is_noun("order_items"), is_noun("Plays_Games"), is_noun("on_call")
    (True, False, False)
    """
    parts = words(name).split()
    odd = parts[-1] in NO_NOUNS or _is_participle(parts[-1]) or parts[0] in _VERBS_FIRST
    return not odd and "be" not in parts


def column_words(column: str, table: str) -> str:
    """A column's words, without a prefix that only repeats its table.

    >>> column_words("customer_name", "customers"), column_words("Product_ID", "orders")
    ('name', 'product id')
    """
    phrase, noun = words(column), singular(words(table))
    for prefix in (f"{noun} ", f"{noun.split()[-1]} "):
        if phrase.startswith(prefix) and len(phrase) > len(prefix):
            return phrase.removeprefix(prefix)
    return phrase


def _other(noun: str, table: dict[str, tuple[str, ...]], rng: Random, *, plain: float) -> str:
    if rng.random() < plain:
        return noun
    if noun in table:
        return rng.choice(table[noun])
    head, _, last = noun.rpartition(" ")
    return f"{head} {rng.choice(table[last])}".strip() if last in table else noun


def with_article(noun: str) -> str:
    """
    >>> with_article("order"), with_article("shop"), with_article("hour"), with_article("user")
    ('an order', 'a shop', 'an hour', 'a user')
    """
    if re.search(r"[^sui]s$", noun) and noun.split()[-1] not in _IRREGULAR:
        return noun  # a plural takes none
    like_you = re.match(r"(uni|use|usa|eu|one|u[rst]l)", noun)
    vowel = (noun[0] in "aeiou" and not like_you) or noun.startswith(("hour", "honest", "heir"))
    return f"{'an' if vowel else 'a'} {noun}"


def joined(parts: list[str], conjunction: str = "and") -> str:
    """
    >>> joined(["name"]), joined(["name", "age"]), joined(["name", "age", "city"])
    ('name', 'name and age', 'name, age and city')
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {conjunction} {parts[-1]}"


def event_verbs(table: str) -> tuple[str, ...]:
    """Past-tense verbs for a table of events, or none.

    >>> event_verbs("shop_purchases")[0]
    'bought'
    """
    return VERBS.get(singular(words(table)).split()[-1], ())
