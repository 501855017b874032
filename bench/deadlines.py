"""Deadlines: a million of them on the city's calendar, beside a loop over days and minutes.

`python -m bench.deadlines` prints the figures as one JSON document.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from city import calendar, settings
from city.calendar import Calendar
from city.settings import Settings

AIMS = {"deadlines": {"seconds_per_million": 5.0}}
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
Ask = tuple[datetime, int]


def measure(count: int = 1_000_000, loops: int = 1_000) -> dict[str, Any]:
    """Return how long so many deadlines take, half in minutes and half in days.

    `ratio` is to a plain loop over days that adds timedeltas, on `loops` of the same questions.
    """
    here = calendar.calendar_of(settings.current().profile)
    chance = random.Random(7)
    asked = [
        (BEGIN + timedelta(seconds=chance.randrange(3 * 365 * 86400)), chance.randrange(1, 40))
        for _ in range(count)
    ]
    here.day_end_after(BEGIN, 1)
    seconds = _seconds(asked, lambda at, n: here.add_minutes(at, n * 60), here.day_end_after)
    naive = _seconds(
        asked[:loops],
        lambda at, n: add_by_hand(here, at, n * 60),
        lambda at, n: days_by_hand(here, at, n),
    )
    for at, n in asked[: min(loops, 200)]:
        assert add_by_hand(here, at, n * 60) == here.add_minutes(at, n * 60)
        assert days_by_hand(here, at, n) == here.day_end_after(at, n)
    return {
        "deadlines": count,
        "seconds": round(seconds, 2),
        "seconds_per_million": round(seconds / count * 1_000_000, 2),
        "per_second": round(count / seconds),
        "loop_per_second": round(loops / naive),
        "ratio": round((count / seconds) / (loops / naive), 1),
    }


def _seconds(
    asked: list[Ask],
    minutes: Callable[[datetime, int], datetime],
    days: Callable[[datetime, int], datetime],
) -> float:
    began = time.perf_counter()
    for at, n in asked[::2]:
        minutes(at, n)
    for at, n in asked[1::2]:
        days(at, n)
    return time.perf_counter() - began


def add_by_hand(here: Calendar, moment: datetime, minutes: int) -> datetime:
    """Add working minutes as one would without a table: interval by interval, day by day."""
    moment = moment.replace(second=0, microsecond=0)
    day = moment.astimezone(here.zone).date()
    while True:
        for start, end in here.intervals(day):
            midnight = datetime(day.year, day.month, day.day, tzinfo=here.zone)
            begins = max((midnight + timedelta(minutes=start)).astimezone(UTC), moment)
            ends = (midnight + timedelta(minutes=end)).astimezone(UTC)
            left = (ends - begins) // timedelta(minutes=1)
            if left >= minutes:
                return begins + timedelta(minutes=minutes)
            minutes -= max(left, 0)
        day += timedelta(days=1)


def days_by_hand(here: Calendar, moment: datetime, days: int) -> datetime:
    """Count working days as one would without a table."""
    local = moment.astimezone(here.zone)
    day = local.date()
    hours = here.intervals(day)
    counts = bool(hours) and local.hour * 60 + local.minute < hours[-1][1]
    while days or not counts:
        day += timedelta(days=1)
        if hours := here.intervals(day):
            days -= counts
            counts = True
    midnight = datetime(day.year, day.month, day.day, tzinfo=here.zone)
    return (midnight + timedelta(minutes=hours[-1][1])).astimezone(UTC)


if __name__ == "__main__":
    settings.use(Settings(secret="bench" * 8))
    json.dump(measure(), sys.stdout, indent=2)
    print()
