"""Columns that several data sets have."""

from city.kernel import Says, say
from city.opendata.model import Column, Kind

WARD = Column(name="ward", about=say("The ward it lies in"), refers="wards", optional=True)
CATEGORY = Column(name="category", about=say("What it is about"), refers="categories")
LATITUDE = Column(name="latitude", about=say("Degrees north (WGS84)"), kind=Kind.NUMBER, unit="deg")
LONGITUDE = Column(
    name="longitude", about=say("Degrees east (WGS84)"), kind=Kind.NUMBER, unit="deg"
)
NAME_VI = Column(name="name_vi", about=say("Its name in Vietnamese"))
NAME_EN = Column(name="name_en", about=say("Its name in English"), optional=True)


def whole(name: str, about: Says, *, unit: str = "", optional: bool = False) -> Column:
    """Return a column of whole numbers."""
    return Column(name=name, about=about, kind=Kind.WHOLE, unit=unit, optional=optional)


def part(name: str, about: Says) -> Column:
    """Return a column of parts of one; empty where there is nothing to be a part of."""
    return Column(name=name, about=about, kind=Kind.NUMBER, unit="1", optional=True)


def hours(name: str, about: Says) -> Column:
    """Return a column of hours of the clock; empty where there is nothing to measure."""
    return Column(name=name, about=about, kind=Kind.NUMBER, unit="h", optional=True)


def moment(name: str, about: Says, *, optional: bool = False) -> Column:
    """Return a column of moments in UTC."""
    return Column(name=name, about=about, kind=Kind.MOMENT, optional=optional)


def text(name: str, about: Says, *, optional: bool = False) -> Column:
    """Return a column of words."""
    return Column(name=name, about=about, optional=optional)
