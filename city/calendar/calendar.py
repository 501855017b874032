"""When a city works, and how long it takes: minutes, intervals, days. Pure: no clock, no I/O.

Working time is a list of intervals in minutes since 1970 (UTC), with the minutes worked up to the
end of each. Years are worked out when first needed, then every question is one or two bisections.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from city.calendar.public import public_days
from city.settings import Intervals, Week

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


class Reason(StrEnum):
    """Why a day is as it is."""

    USUAL = "usual"
    """A working day like any other."""
    FREE = "free"
    """A weekday on which the city never works."""
    HOLIDAY = "holiday"
    """A public holiday."""
    MOVED = "moved"
    """Worked in exchange for another day, as the country has decreed."""
    DECLARED_OFF = "declared_off"
    """Declared free by this city."""
    DECLARED_WORK = "declared_work"
    """Declared a working day by this city, or one with other hours."""


class Calendar:
    """When one city works. Moments are aware datetimes; results are in UTC, to the minute.

    Seconds do not count: a moment is taken as the minute it lies in. Where clocks are set back, a
    time that occurs twice means the first; both hours count if it lies inside an interval.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        week: Week,
        country: str,
        subdivision: str | None = None,
        exceptions: Mapping[date, Intervals] | None = None,
    ) -> None:
        """Make a calendar; `exceptions` are days with hours of their own, none meaning free."""
        if not any(week):
            raise ValueError("A week without working hours has no deadlines.")
        self.zone = zone
        self.week = week
        self.country = country
        self.subdivision = subdivision
        self._exceptions = dict(exceptions or {})
        self._years: dict[int, tuple[list[int], list[int], list[int], list[int]]] = {}
        self._from = self._to = 0
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._worked: list[int] = []
        """The minutes worked from the beginning of the table to the end of each interval."""
        self._days: list[int] = []
        self._closes: list[int] = []
        """When the last interval of each of those working days ends."""

    def intervals(self, day: date) -> Intervals:
        """Return when the city works on this day, in minutes of the local day; none if it is free.

        A day worked in exchange for another has its weekday's hours, or those of the first working
        day of a week.
        """
        declared = self._exceptions.get(day)
        if declared is not None:
            return declared
        public = public_days(self.country, self.subdivision, day.year)
        if day in public.worked:
            return hours_like(self.week, day.weekday())
        return () if day in public.free else self.week[day.weekday()]

    def reason(self, day: date) -> Reason:
        """Return why this day is free, or is worked."""
        declared = self._exceptions.get(day)
        if declared is not None:
            return Reason.DECLARED_WORK if declared else Reason.DECLARED_OFF
        public = public_days(self.country, self.subdivision, day.year)
        if day in public.worked:
            return Reason.MOVED
        if day in public.free:
            return Reason.HOLIDAY
        return Reason.USUAL if self.week[day.weekday()] else Reason.FREE

    def is_working_day(self, day: date) -> bool:
        """Return whether the city works on this day."""
        return bool(self.intervals(day))

    def is_working_time(self, moment: datetime) -> bool:
        """Return whether the city is at work in this minute."""
        minute = self._minute(moment)
        at = bisect_right(self._starts, minute)
        return at > 0 and minute < self._ends[at - 1]

    def add_minutes(self, moment: datetime, minutes: int) -> datetime:
        """Return the moment at which so many working minutes will have been worked since.

        With 0 that is the moment itself, to the minute. Raises ValueError below 0.
        """
        start = self._minute(moment)
        if minutes <= 0:
            if minutes < 0:
                raise ValueError("Working minutes cannot be taken back.")
            return _EPOCH + timedelta(minutes=start)
        wanted = self._worked_until(start) + minutes
        while wanted > self._worked[-1]:
            self._cover(self._to)
        at = bisect_left(self._worked, wanted)
        return _EPOCH + timedelta(minutes=self._ends[at] - self._worked[at] + wanted)

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Return the working minutes from one moment up to another, below 0 if that is earlier."""
        first, last = self._minute(start), self._minute(end)
        # The second may have made the table begin earlier, so both are counted only now.
        return self._worked_until(last) - self._worked_until(first)

    def day_end_after(self, moment: datetime, days: int) -> datetime:
        """Return when work ends on the `days`-th working day after the day of this moment.

        What comes when the day's work is over, or on a day without work, counts as having come
        at the start of the next working day. With 0 it is the end of that first day.
        """
        minute = self._minute(moment)
        at = bisect_right(self._closes, minute) + days
        while at >= len(self._closes):
            self._cover(self._to)
        return _EPOCH + timedelta(minutes=self._closes[at])

    def working_days_left(self, now: datetime, due: datetime) -> int:
        """Return how many working days lie after today up to the day it is due, that day included.

        Zero when it is due today; below zero, the number of working days it is late.
        """
        self._minute(now)
        today = now.astimezone(self.zone).date().toordinal()
        end = self._day_of(due)
        return bisect_right(self._days, end) - bisect_right(self._days, today)

    def _day_of(self, due: datetime) -> int:
        """Return the day on which this is due: what ends at midnight ends on the day before."""
        minute = self._minute(due)
        at = bisect_left(self._closes, minute)
        if at < len(self._closes) and self._closes[at] == minute:
            return self._days[at]
        return due.astimezone(self.zone).date().toordinal()

    def _worked_until(self, minute: int) -> int:
        at = bisect_right(self._starts, minute) - 1
        if at < 0:
            return 0
        end = self._ends[at]
        return self._worked[at] - (end - minute if minute < end else 0)

    def _minute(self, moment: datetime) -> int:
        """Return the minute since 1970, and see to it that the table holds it."""
        minute = (moment - _EPOCH) // _MINUTE
        if not self._from <= minute < self._to:
            self._cover(minute)
        return minute

    def _cover(self, minute: int) -> None:
        """Grow the table so that it holds the year of this minute and the one after it."""
        year = (_EPOCH + timedelta(minutes=minute)).astimezone(self.zone).year
        held = {year, year + 1, *self._years}
        for wanted in range(min(held), max(held) + 1):
            if wanted not in self._years:
                self._years[wanted] = self._work_out(wanted)
        starts, ends, days, closes = ([], [], [], [])
        for _, (some_starts, some_ends, some_days, some_closes) in sorted(self._years.items()):
            starts += some_starts
            ends += some_ends
            days += some_days
            closes += some_closes
        worked, total = [], 0
        for start, end in zip(starts, ends, strict=True):
            total += end - start
            worked.append(total)
        self._starts, self._ends, self._worked = starts, ends, worked
        self._days, self._closes = days, closes
        self._from = self._utc(date(min(self._years), 1, 1), 0)
        self._to = self._utc(date(max(self._years), 12, 31), 1440)

    def _work_out(self, year: int) -> tuple[list[int], list[int], list[int], list[int]]:
        starts: list[int] = []
        ends: list[int] = []
        days: list[int] = []
        closes: list[int] = []
        day, last = date(year, 1, 1), date(year, 12, 31)
        while day <= last:
            over = ends[-1] if ends else None
            for start, end in self.intervals(day):
                begins, stops = self._utc(day, start), self._utc(day, end)
                # In the hour that clocks leave out, one may begin before the other is over.
                begins = begins if over is None else max(begins, over)
                if stops > begins:
                    starts.append(begins)
                    ends.append(stops)
                    over = stops
            if over is not None and (not closes or over != closes[-1]):
                days.append(day.toordinal())
                closes.append(over)
            day += _DAY
        return starts, ends, days, closes

    def _utc(self, day: date, minute: int) -> int:
        if minute == 1440:
            day, minute = day + _DAY, 0
        local = datetime.combine(day, time(minute // 60, minute % 60), self.zone)
        return (local - _EPOCH) // _MINUTE


def hours_like(week: Week, weekday: int) -> Intervals:
    """Return the hours of this weekday (0 is Monday), or of the first day that has any."""
    return week[weekday] or next(hours for hours in week if hours)
