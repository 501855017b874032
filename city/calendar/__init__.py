"""Calendar: when the city works. Hours, public holidays, and days moved by decree.

    now = calendar.current()                             what this process knows; asks nobody
    now.day_end_after(opened_at, 7)                      when work ends on the 7th working day
    now.add_minutes(paused_until, 480)                   480 working minutes later
    now.minutes_between(opened_at, closed_at)            the working minutes it took
    await calendar.refresh(work)                         reads declared days if older than a minute
    await calendar.set_day(work, calendar.NewDay(date=…, kind=calendar.Kind.OFF, note={"vi": …}))

Hours come from the city's profile, holidays from the PyPI package `holidays`, and days that people
declare are rows. Every change announces CalendarChanged; whoever works deadlines out again then
begins with `await calendar.refresh(work, anew=True)`.
"""

from city.calendar import api as _api
from city.calendar import pages as _pages
from city.calendar.actions import remove_day, set_day, set_days
from city.calendar.api import CalendarDay, list_days
from city.calendar.calendar import Calendar, Reason
from city.calendar.importing import import_file
from city.calendar.known import (
    calendar_of,
    close_room,
    current,
    declared,
    open_room,
    refresh,
)
from city.calendar.model import CalendarChanged, Day, Kind, NewDay

routes = [*_pages.routes, *_api.routes]

__all__ = [
    "Calendar",
    "CalendarChanged",
    "CalendarDay",
    "Day",
    "Kind",
    "NewDay",
    "Reason",
    "calendar_of",
    "close_room",
    "current",
    "declared",
    "import_file",
    "list_days",
    "open_room",
    "refresh",
    "remove_day",
    "routes",
    "set_day",
    "set_days",
]
