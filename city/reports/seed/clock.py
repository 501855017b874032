"""When offices work and people are awake."""

import random
from datetime import datetime, timedelta

from city.calendar import Calendar

_STRIDE, _PAUSE = timedelta(minutes=10), timedelta(minutes=30)


class Clock:
    """Finds the moments at which something is likely to happen."""

    def __init__(self, calendar: Calendar, chance: random.Random) -> None:
        """Go by this calendar."""
        self._calendar = calendar
        self._chance = chance

    def at_work(self, after: datetime, least: int, most: int) -> datetime:
        """Return a moment in working hours, so many working minutes after that one."""
        left = timedelta(minutes=self._chance.randint(least, most))
        moment = after
        while True:
            works = self._calendar.is_working_time(moment)
            if works and left <= _STRIDE:
                return moment + left
            if works:
                left -= _STRIDE
            moment += _STRIDE if works else _PAUSE

    def awake(self, moment: datetime) -> datetime:
        """Return this moment, or the morning after it."""
        hour = moment.astimezone(self._calendar.zone).hour
        return moment + timedelta(hours=max(0, 7 - hour) if hour < 23 else 9)
