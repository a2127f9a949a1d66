"""Names, e-mails, places and companies that fit each other; drawn once for a seed.

Knows nothing of columns or tables.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import NamedTuple

from text2sql.made_up.vocabulary import COUNTRIES, PLACES, PRODUCTS

POOL = 90
_MAIL_HOSTS = ("example.com", "example.org", "example.net", "mail.example")


class Person(NamedTuple):
    """Someone, with a number that keeps namesakes' e-mails apart."""

    first: str
    last: str
    gender: str
    number: int

    @property
    def username(self) -> str:
        """A login: letters and digits only."""
        return f"{_plain(self.first)[:1]}{_plain(self.last)}{self.number}"

    @property
    def email(self) -> str:
        """An address in a domain that is reserved for examples."""
        host = _MAIL_HOSTS[self.number % len(_MAIL_HOSTS)]
        number = self.number if self.number > 40 else ""
        return f"{_plain(self.first)}.{_plain(self.last)}{number}@{host}"


class Place(NamedTuple):
    """A city that there is."""

    city: str
    region: str
    country: str
    latitude: float
    longitude: float

    def named(self, topic: str) -> str:
        """Its city, state, country, continent or country code."""
        return {
            "city": self.city,
            "state": self.region,
            "country": self.country,
            "continent": self.continent,
            "country code": self.country_code,
        }[topic]

    @property
    def continent(self) -> str:
        """The continent of its country."""
        return COUNTRIES.get(self.country, ("Europe", "", ""))[0]

    @property
    def country_code(self) -> str:
        """Two letters, ISO 3166."""
        return COUNTRIES.get(self.country, ("", "XX", ""))[1]


class Product(NamedTuple):
    """Something that can be bought, at about that price."""

    name: str
    category: str
    price: float


@dataclass(frozen=True)
class Pools:
    """What one seed has to draw from."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]
    streets: tuple[str, ...]
    phones: tuple[str, ...]
    companies: tuple[str, ...]
    jobs: tuple[str, ...]
    sentences: tuple[str, ...]
    headlines: tuple[str, ...]


@lru_cache(maxsize=8)
def pools(seed: int) -> Pools:
    """The pools of a seed; they take some tens of milliseconds the first time."""
    from faker import Faker  # slow to import, and only needed where rows are made up

    fake = Faker("en_US", use_weighting=True)
    fake.seed_instance(seed)

    def some(method: str, count: int = POOL) -> tuple[str, ...]:
        return tuple(str(getattr(fake, method)()).replace("\n", ", ") for _ in range(count))

    return Pools(
        women=some("first_name_female"),
        men=some("first_name_male"),
        surnames=some("last_name", 2 * POOL),
        streets=some("street_address"),
        phones=tuple(fake.numerify("+1-%##-555-01##") for _ in range(POOL)),
        companies=some("company"),
        jobs=some("job"),
        sentences=tuple(fake.sentence(nb_words=8) for _ in range(POOL)),
        headlines=tuple(fake.catch_phrase().title() for _ in range(POOL)),
    )


def draw_person(pool: Pools, rng: Random, wanted: dict[str, str]) -> Person:
    """Someone; `wanted` may fix firstname, lastname, person or gender."""
    first, last = wanted.get("firstname", ""), wanted.get("lastname", "")
    if "person" in wanted:
        first, _, last = wanted["person"].rpartition(" ")
        first, last = (first, last) if first else (last, rng.choice(pool.surnames))
    gender = wanted.get("gender", "") or ("Male" if first in pool.men else "")
    gender = gender or ("Female" if first in pool.women else rng.choice(("Female", "Male")))
    names = pool.men if gender.lower().startswith("m") else pool.women
    return Person(
        first or rng.choice(names), last or rng.choice(pool.surnames), gender, rng.randrange(1, 100)
    )


def draw_place(rng: Random, wanted: dict[str, str]) -> Place:
    """A city; `wanted` may fix city, state, country or continent, where they are known."""
    places = known_places()
    for topic in ("city", "state", "country", "continent"):
        name = wanted.get(topic, "").lower()
        some = [place for place in places if name and name == place.named(topic).lower()]
        if some:
            return rng.choice(some)
    return places[int(len(places) * rng.random() ** 1.4)]


def draw_product(rng: Random, wanted: dict[str, str]) -> Product:
    """Something to buy; `wanted` may fix product or category."""
    return rng.choice(_products(wanted.get("product", ""), wanted.get("category", "")))


@lru_cache(maxsize=256)
def _products(name: str, kind: str) -> tuple[Product, ...]:
    """Those of that name or of that kind, in any case; all, if there are none."""
    products = known_products()
    some = [
        p for p in products if name.lower() == p.name.lower() or kind.lower() == p.category.lower()
    ]
    return tuple(some) or products


@lru_cache(maxsize=1)
def known_places() -> tuple[Place, ...]:
    """Every place of the vocabulary."""
    return tuple(Place(c, r, n, float(lat), float(lon)) for c, r, n, lat, lon in PLACES)


@lru_cache(maxsize=1)
def known_products() -> tuple[Product, ...]:
    """Every product of the vocabulary."""
    return tuple(Product(*product) for product in PRODUCTS)


def _plain(name: str) -> str:
    """A name in plain small letters."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]", "", letters.lower())
