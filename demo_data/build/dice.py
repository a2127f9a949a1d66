"""Chance: who, how many, when."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar

from faker import Faker

from demo_data.build.days import DAY, LEVEL

T = TypeVar("T")


class Dice:
    """Chance for one database: the same seed, the same values."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.seed = seed
        self._fakers: dict[str, Faker] = {}

    def faker(self, locale: str) -> Faker:
        if locale not in self._fakers:
            self._fakers[locale] = Faker(locale)
            self._fakers[locale].seed_instance(self.seed)
        return self._fakers[locale]

    def person(self, locale: str, sex: str = "") -> str:
        faker = self.faker(locale)
        first = {"F": faker.first_name_female, "M": faker.first_name_male}
        return f"{first.get(sex, faker.first_name)()} {faker.last_name()}"

    def people(
        self, count: int, locales: Sequence[str] = ("en_GB",), sexes: Sequence[str] = ("",)
    ) -> dict[str, str]:
        """So many different names with the sex of each, from the locales in turn."""
        names: dict[str, str] = {}
        while len(names) < count:
            sex = self.one(sexes)
            names.setdefault(self.person(locales[len(names) % len(locales)], sex), sex)
        return names

    def active(
        self, everybody: Sequence[T], share: float, least: float
    ) -> tuple[list[T], list[float]]:
        """Those who ever come, a share of all, and how often each does: few of them much."""
        found = [one for one in everybody if self.chance(share)]
        return found, [self.random.random() ** 2 + least for _ in found]

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


def falling(count: int, start: float) -> list[float]:
    """Weights of things from the most to the least popular."""
    return [1 / (start + place) for place in range(count)]
