"""The days that the demo databases tell of, and how much happens in each month."""

from __future__ import annotations

from datetime import date, timedelta

FIRST = date(2024, 1, 2)
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)

LEVEL = (1.0,) * 12
SUMMER = (0.3, 0.3, 0.5, 0.8, 1.3, 2.0, 2.4, 2.2, 1.2, 0.6, 0.3, 0.3)
WINTER = (1.8, 1.6, 1.2, 0.8, 0.5, 0.3, 0.3, 0.4, 0.8, 1.3, 1.7, 1.9)
HOLIDAY = (0.3, 0.4, 0.6, 0.5, 0.4, 0.3, 0.3, 0.4, 0.6, 0.9, 2.2, 3.5)
BUSY = (1.1, 1.0, 1.1, 1.0, 0.9, 0.8, 1.2, 1.1, 1.1, 1.2, 1.3, 0.9)
