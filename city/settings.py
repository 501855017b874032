"""Settings: what differs from one installation to another, read once from the environment.

A city itself is data: a folder of `profiles/` (`CITY=hue`). See docs/reference/settings.md.
"""

import os
import re
import secrets
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

ROOT = Path(__file__).parent.parent


class Bounds(msgspec.Struct, frozen=True):
    """A box of WGS 84 degrees."""

    south: float
    west: float
    north: float
    east: float

    def contains(self, latitude: float, longitude: float) -> bool:
        """Return whether the point lies in the box."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


class Point(msgspec.Struct, frozen=True):
    """A point in WGS 84 degrees."""

    latitude: float
    longitude: float


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Intervals = tuple[tuple[int, int], ...]
"""When somebody works on one day: from (included) to (excluded), in minutes of the local day."""

Week = tuple[Intervals, ...]
"""The intervals of the seven weekdays, Monday first."""

_INTERVAL = re.compile(r"(\d\d?)[:h](\d\d)? *[-–] *(\d\d?)[:h](\d\d)?")


class BadHours(ValueError):
    """These are no working hours: a sentence, and what fills its braces."""

    def __init__(self, text: str, /, **params: str) -> None:
        """Refuse with a sentence that can be translated."""
        self.text, self.params = text, params
        super().__init__(text.format_map(params))


def read_intervals(written: Iterable[str]) -> Intervals:
    """Return the working intervals of a day, written as `07:30-11:30` (`7h30–11h30` is as good).

    They are given in their order and may touch, not overlap; `24:00` is the end of the day.
    Raises BadHours.
    """
    found: list[tuple[int, int]] = []
    for text in written:
        match = _INTERVAL.fullmatch(text.strip())
        if match is None:
            raise BadHours("“{given}” is no time from … to …, such as 07:30-11:30.", given=text)
        hour, minute, to_hour, to_minute = (int(digits or 0) for digits in match.groups())
        start, end = hour * 60 + minute, to_hour * 60 + to_minute
        if max(minute, to_minute) > 59 or max(start, end) > 1440:
            raise BadHours("“{given}” has a time that no clock shows.", given=text)
        if end <= start:
            raise BadHours("“{given}” ends before it begins.", given=text)
        if found and start < found[-1][1]:
            raise BadHours("“{given}” begins before the one in front of it is over.", given=text)
        found.append((start, end))
    return tuple(found)


_OFFICE = read_intervals(["07:30-11:30", "13:30-17:00"])
OFFICE_HOURS: Week = (_OFFICE,) * 5 + ((),) * 2
"""When a city works that does not say: 07:30–11:30 and 13:30–17:00, Monday to Friday."""


def read_week(hours: Mapping[str, list[str]]) -> Week:
    """Return the hours of a week from those of its days; days that are not named are free.

    Without any days the hours are those of most offices. Raises BadHours, naming the day.
    """
    if not hours:
        return OFFICE_HOURS
    if unknown := sorted(hours.keys() - set(WEEKDAYS)):
        raise BadHours(
            "hours: “{day}” is no day; days are {days}", day=unknown[0], days=", ".join(WEEKDAYS)
        )
    week: list[Intervals] = []
    for day in WEEKDAYS:
        try:
            week.append(read_intervals(hours.get(day, [])))
        except BadHours as error:
            raise BadHours("hours.{day}: {reason}", day=day, reason=str(error)) from error
    if not any(week):
        raise BadHours("hours: the city never works")
    return tuple(week)


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What a city is: its `city.toml`."""

    code: str
    name: dict[str, str]
    tagline: dict[str, str]
    time_zone: str
    languages: list[str]
    visitor_languages: list[str] = []
    country: str
    subdivision: str | None = None
    hours: dict[str, list[str]] = {}
    bounds: Bounds
    centre: Point
    zoom: float = 12
    hotline: str = ""
    emergency: list[str] = []
    emergency_names: dict[str, dict[str, str]] = {}
    currency: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone the city lives in."""
        return ZoneInfo(self.time_zone)

    @property
    def week(self) -> Week:
        """When the city works on each weekday."""
        return read_week(self.hours)

    @property
    def language(self) -> str:
        """The language spoken when nobody asked for another."""
        return self.languages[0]

    @property
    def spoken(self) -> list[str]:
        """Every language somebody can read the city in: its own, and those of visitors.

        The city's own are complete. In one for visitors, what it lacks is said in English.
        """
        return [*self.languages, *self.visitor_languages]


class Settings(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One installation."""

    city: str = "hue"
    database_url: str = ""
    data: Path = ROOT / ".data"
    port: int = 8000
    base_url: str = ""
    sample: bool = True
    secret: str = ""
    files_url: str = ""
    smtp_url: str = ""
    sms_url: str = ""
    oidc_url: str = ""
    map_tiles: str = ""
    secure_cookies: bool = False
    reports_an_hour: int = 20
    reports_a_day: int = 60
    vapid_key: str = ""
    push_contact: str = ""
    offline: bool = True
    webhooks_inside: bool = False
    api_a_minute: int = 600
    mtls_header: str = ""

    @cached_property
    def folder(self) -> Path:
        """The folder of the city's profile."""
        return ROOT / "profiles" / self.city

    @cached_property
    def profile(self) -> Profile:
        """The city's profile."""
        return read_profile(self.folder)

    @property
    def url(self) -> str:
        """Where people reach this city, without a slash at the end."""
        return self.base_url.rstrip("/") or f"http://127.0.0.1:{self.port}"


@lru_cache
def read_profile(folder: Path) -> Profile:
    """Return the profile in this folder; raise SystemExit with the reason if it is not one."""
    try:
        fields = tomllib.loads((folder / "city.toml").read_text())
        profile = msgspec.convert(fields, Profile)
        read_week(profile.hours)
    except (OSError, ValueError) as error:
        raise SystemExit(f"{folder.name} is not a city profile: {error}") from error
    return profile


_current: Settings | None = None


def current() -> Settings:
    """Return the settings of this process, read when first asked for."""
    return _current or use(from_environment())


def use(settings: Settings) -> Settings:
    """Make these the settings of this process."""
    global _current
    _current = settings
    return settings


def from_environment() -> Settings:
    """Return the settings of this process.

    `SECRET` signs and seals; without one it is made once and kept beside the data.
    """
    environment = {
        name: os.environ[name.upper()]
        for name in Settings.__struct_fields__
        if os.environ.get(name.upper())
    }
    try:
        settings = msgspec.convert(environment, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise SystemExit(f"A setting is wrong: {error}") from error
    if "sample" not in environment:
        # Whoever can reach a sample city can be its administrator, so only this machine has one
        # by default.
        host = urlsplit(settings.url).hostname
        settings = msgspec.structs.replace(settings, sample=host in ("127.0.0.1", "localhost"))
    if settings.secret:
        return settings
    return msgspec.structs.replace(settings, secret=_kept_secret(settings.data))


def _path(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value)).resolve()
    raise NotImplementedError(kind)


def kept_in(file: Path, make: Callable[[], bytes]) -> bytes:
    """Return what a file beside the data keeps, such as a key; it is made when there is none.

    Only its owner can read it. It is there whole or not at all, and of several processes that come
    at the same time all get what the first one has made.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        draft = file.with_name(f"{file.name}.{secrets.token_hex(6)}")
        with open(draft, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as kept:
            kept.write(make())
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_bytes()


def _kept_secret(data: Path) -> str:
    return kept_in(data / "secret", lambda: secrets.token_urlsafe(48).encode()).decode().strip()
