"""By when: promises in minutes of the clock, or in days on which the city works.

The city works 07:30–11:30 and 13:30–17:00, Monday to Friday, except on public holidays (PyPI
`holidays`, for the country and subdivision of the city's profile). This is the minimum; days
moved by decree, working Saturdays, and clocks that pause come with processes as data (issue 3).
"""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
import msgspec

from city import settings
from city.cases.model import Category, Process
from city.kernel import Says, say

HOURS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))
"""When the city works on a working day, in local time."""

_OPENS, _CLOSES = HOURS[0][0], HOURS[-1][1]


class Promise(msgspec.Struct, frozen=True):
    """By when a case is verified, given to somebody, and done."""

    verify_by: datetime
    dispatch_by: datetime
    due_at: datetime


class Countdown(msgspec.Struct, frozen=True):
    """How long is left, in words, and the `data-tone` to say it in."""

    words: Says
    tone: str


class Calendar:
    """The days on which a city works."""

    def __init__(self, country: str, subdivision: str | None, zone: ZoneInfo) -> None:
        """Make a calendar; each year's days are worked out when first needed, then kept."""
        self.country = country
        self.subdivision = subdivision
        self.zone = zone
        self._years: dict[int, list[int]] = {}

    def is_working_day(self, day: date) -> bool:
        """Return whether the city works on this day."""
        days = self._days(day.year)
        at = bisect_right(days, day.toordinal())
        return at > 0 and days[at - 1] == day.toordinal()

    def is_working_time(self, moment: datetime) -> bool:
        """Return whether the city is at work at this moment, to the minute."""
        local = moment.astimezone(self.zone)
        clock = local.time()
        return self.is_working_day(local.date()) and any(a <= clock < b for a, b in HOURS)

    def working_days_after(self, moment: datetime, days: int) -> datetime:
        """Return the end (17:00) of the `days`-th working day after the day of this moment, in UTC.

        What comes when the day's work is over, or on a day without work, counts as having come
        at the start of the next working day.
        """
        local = moment.astimezone(self.zone)
        ordinal = local.date().toordinal()
        if local.time() >= _CLOSES or not self.is_working_day(local.date()):
            ordinal = self._nth_after(ordinal, 1)
        end = date.fromordinal(self._nth_after(ordinal, days))
        return datetime.combine(end, _CLOSES, self.zone).astimezone(UTC)

    def working_days_left(self, now: datetime, due: datetime) -> int:
        """Return how many working days lie after today up to the day it is due, that day included.

        Zero when it is due today; below zero, the number of working days it is late.
        """
        today = now.astimezone(self.zone).date().toordinal()
        end = due.astimezone(self.zone).date().toordinal()
        if end >= today:
            return self._between(today, end)
        return -self._between(end, today)

    def _between(self, after: int, to: int) -> int:
        count = 0
        for year in range(date.fromordinal(after).year, date.fromordinal(to).year + 1):
            days = self._days(year)
            count += bisect_right(days, to) - bisect_right(days, after)
        return count

    def _nth_after(self, ordinal: int, n: int) -> int:
        year = date.fromordinal(ordinal).year
        at = bisect_right(self._days(year), ordinal)
        while at + n > len(self._days(year)):
            n -= len(self._days(year)) - at
            year, at = year + 1, 0
        return self._days(year)[at + n - 1]

    def _days(self, year: int) -> list[int]:
        days = self._years.get(year)
        if days is None:
            off = holidays.country_holidays(self.country, subdiv=self.subdivision, years=year)
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            every = (date.fromordinal(ordinal) for ordinal in range(first, last + 1))
            days = [day.toordinal() for day in every if day.weekday() < 5 and day not in off]
            self._years[year] = days
        return days


@lru_cache
def calendar_of(country: str, subdivision: str | None, zone: str) -> Calendar:
    """Return the calendar of a city; one is kept for each."""
    return Calendar(country, subdivision, ZoneInfo(zone))


def calendar() -> Calendar:
    """Return the calendar of this city."""
    profile = settings.current().profile
    return calendar_of(profile.country, profile.subdivision, profile.time_zone)


def promise_for(category: Category, opened_at: datetime) -> Promise:
    """Return what the city promises for a case of this category opened then."""
    if category.process is Process.INSTANT:
        return Promise(
            opened_at + timedelta(minutes=category.acknowledge_minutes),
            opened_at + timedelta(minutes=category.dispatch_minutes),
            opened_at + timedelta(minutes=category.close_minutes),
        )
    days = calendar()
    verify_by = days.working_days_after(opened_at, category.verify_working_days)
    return Promise(verify_by, verify_by, days.working_days_after(opened_at, category.working_days))


def deadline_for(category: Category, opened_at: datetime) -> datetime:
    """Return by when a case of this category opened then must be done."""
    return promise_for(category, opened_at).due_at


def working_days_left(now: datetime, due: datetime) -> int:
    """Return how many working days are left; zero when due today, below zero when late."""
    return calendar().working_days_left(now, due)


def countdown(now: datetime, due: datetime, process: Process) -> Countdown:
    """Return in words how long is left, or how late it is."""
    minutes = int(abs((due - now).total_seconds()) // 60)
    days = abs(working_days_left(now, due))
    if now > due:
        return Countdown(_late(minutes, days, process), "late")
    if process is Process.INSTANT or minutes < 120:
        return Countdown(_clock(minutes), "late" if minutes < 5 else "doing")
    if days == 0:
        return Countdown(say("Due today"), "doing")
    if days == 1:
        return Countdown(say("1 working day left"), "doing")
    return Countdown(say("{n} working days left", n=days), "new")


def _clock(minutes: int) -> Says:
    if minutes < 120:
        return say("{n} min left", n=minutes)
    return say("{n} hours left", n=minutes // 60)


def _late(minutes: int, days: int, process: Process) -> Says:
    if minutes < 120:
        return say("{n} min late", n=minutes)
    if days < 1 or (process is Process.INSTANT and minutes < 2880):
        return say("{n} hours late", n=minutes // 60)
    if days == 1:
        return say("1 working day late")
    return say("{n} working days late", n=days)
