"""Public holidays, by the PyPI package `holidays`, in the languages of the city."""

from datetime import date
from functools import lru_cache

import holidays
import msgspec


class PublicDays(msgspec.Struct, frozen=True):
    """The public holidays of a year, and the days worked in exchange for some of them."""

    free: dict[date, str]
    worked: frozenset[date]
    """Such as the Saturday that a decree made a working day when it made a Monday free."""


@lru_cache(maxsize=512)
def public_days(country: str, subdivision: str | None, year: int, language: str = "") -> PublicDays:
    """Return the public days of a country (ISO 3166) and its subdivision, with their names.

    Names are in the language asked for where the package has it, otherwise in the country's own
    or in English. Raises NotImplementedError for a country that the package does not know.
    """
    known = holidays.country_holidays(country, subdiv=subdivision).supported_languages
    spoken = [name for name in known if name.split("_")[0] == language] or [None]
    found = holidays.country_holidays(country, subdiv=subdivision, years=year, language=spoken[0])
    return PublicDays(
        {day: name for day, name in found.items() if day.year == year},
        frozenset(day for day in found.weekend_workdays if day.year == year),
    )
