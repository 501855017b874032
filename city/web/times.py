"""Times, dates and numbers as people of a language write them, in the city's time zone."""

from datetime import date, datetime, timedelta, tzinfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_decimal

_PATTERNS = {
    "vi": ("HH:mm EEEE d/M", "HH:mm EEEE d/M/yyyy", "EEEE d/M/yyyy"),
    "en": ("HH:mm, EEE d MMM", "HH:mm, EEE d MMM yyyy", "EEEE d MMM yyyy"),
}
"""How a moment, one of another year, and a day are written; in other languages as CLDR says."""


def _usual_patterns(language: str) -> tuple[str, str, str]:
    skeletons = Locale.parse(language).datetime_skeletons
    day, full = str(skeletons["MMMEd"]), str(skeletons["yMMMEd"])
    return f"{day} HH:mm", f"{full} HH:mm", full


class Times:
    """Formats for one language and one time zone."""

    def __init__(self, language: str, zone: tzinfo) -> None:
        """Format for readers of this language, who live in this time zone."""
        self.language = language
        self.zone = zone
        patterns = _PATTERNS.get(language) or _usual_patterns(language)
        self._when, self._full, self._day = patterns

    def when(self, moment: datetime) -> str:
        """Return e.g. `08:12 Thứ Hai 16/11`, with the year if it is not about this one."""
        pattern = self._when if abs(datetime.now(self.zone) - moment).days < 300 else self._full
        return format_datetime(moment, pattern, tzinfo=self.zone, locale=self.language)

    def day(self, moment: datetime | date) -> str:
        """Return the day, with its name."""
        if isinstance(moment, datetime):
            moment = moment.astimezone(self.zone).date()
        return format_date(moment, self._day, locale=self.language)

    def clock(self, moment: datetime) -> str:
        """Return the time of day."""
        return format_time(moment, "HH:mm", tzinfo=self.zone, locale=self.language)

    def ago(self, moment: datetime) -> str:
        """Return how long ago or how soon, e.g. `3 phút trước`."""
        distance = moment - datetime.now(moment.tzinfo)
        return format_timedelta(distance, add_direction=True, locale=self.language)

    def lasting(self, length: timedelta) -> str:
        """Return a length of time, e.g. `3 ngày`."""
        return format_timedelta(length, locale=self.language, threshold=1.1)

    def number(self, value: float) -> str:
        """Return the number with this language's separators."""
        return format_decimal(value, locale=self.language)
