"""What programs do, counted in this process and written down once a second."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from city import settings
from city.partners.programs.model import Grant

_SAFE = ("GET", "HEAD", "OPTIONS")

Spot = tuple[UUID, datetime, int]
"""A program, an hour, and how its requests were answered."""

Counts = list[int]
"""Requests, changes that were made, bytes that were sent."""


class _Day:
    """What a program did today: as it was read, and what this process has not written yet."""

    __slots__ = ("midnight", "requests", "unwritten", "unwritten_writes", "writes")

    def __init__(self, midnight: datetime, requests: int, writes: int) -> None:
        self.midnight, self.requests, self.writes = midnight, requests, writes
        self.unwritten = self.unwritten_writes = 0


class Today(Struct, frozen=True):
    """How much a program has done today, in every process as far as they have told."""

    requests: int
    writes: int


class Tally:
    """Counts the requests of programs by hour and status, and how many there were today.

    Refusals for being too many do not count for the day, and changes only when they were made.
    """

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._days: dict[UUID, _Day] = {}
        self._unwritten: dict[Spot, Counts] = {}
        self._keys: set[UUID] = set()

    def today(self, grant: Grant, now: datetime) -> Today:
        """Return what a program has done on the city's present day."""
        day = self._day(grant, now)
        return Today(day.requests + day.unwritten, day.writes + day.unwritten_writes)

    def counted(self, program_id: UUID) -> tuple[int, int]:
        """Return the requests and changes of a program today, as far as this process knows."""
        day = self._days.get(program_id)
        if day is None:
            return 0, 0
        return day.requests + day.unwritten, day.writes + day.unwritten_writes

    def begin(self, grant: Grant, now: datetime, method: str) -> None:
        """Count a request that begins."""
        day = self._day(grant, now)
        day.unwritten += 1
        day.unwritten_writes += method not in _SAFE
        self._keys.add(grant.key_id)

    def end(
        self, grant: Grant, now: datetime, method: str, status: int, size: int, *, begun: bool
    ) -> None:
        """Count how a request was answered; one that was not let in had not `begun`."""
        wrote = method not in _SAFE and status < 400
        if begun and method not in _SAFE and not wrote:
            self._day(grant, now).unwritten_writes -= 1
        counts = self._unwritten.setdefault((grant.program_id, hour_of(now), status), [0, 0, 0])
        counts[0] += 1
        counts[1] += wrote
        counts[2] += size

    def take(self) -> tuple[dict[Spot, Counts], list[UUID]]:
        """Return what has to be written, in order, and which keys were used; count anew."""
        counts, keys = self._unwritten, sorted(self._keys)
        self._unwritten, self._keys = {}, set()
        return dict(sorted(counts.items())), keys

    def put_back(self, counts: dict[Spot, Counts]) -> None:
        """Count again what could not be written."""
        for spot, (requests, writes, size) in counts.items():
            kept = self._unwritten.setdefault(spot, [0, 0, 0])
            kept[0] += requests
            kept[1] += writes
            kept[2] += size

    def settle(
        self, counts: dict[Spot, Counts], read: Sequence[tuple[UUID, int, int]], midnight: datetime
    ) -> None:
        """Hear what programs did today in all processes, this one's written `counts` among it."""
        for program_id, requests, writes in read:
            day = self._days.get(program_id)
            if day is None or day.midnight != midnight:
                continue
            day.requests, day.writes = requests, writes
            for (whose, hour, status), (done, made, _) in counts.items():
                if whose == program_id and hour >= midnight and status != 429:
                    day.unwritten = max(0, day.unwritten - done)
                    day.unwritten_writes = max(0, day.unwritten_writes - made)

    def _day(self, grant: Grant, now: datetime) -> _Day:
        midnight = midnight_of(now)
        day = self._days.get(grant.program_id)
        if day is None:
            day = _Day(midnight, grant.requests, grant.writes)
            self._days[grant.program_id] = day
        elif day.midnight != midnight:
            day = self._days[grant.program_id] = _Day(midnight, 0, 0)
        return day


def midnight_of(now: datetime) -> datetime:
    """Return when the city's present day began."""
    here = now.astimezone(_zone())
    return here.replace(hour=0, minute=0, second=0, microsecond=0)


def until_midnight(now: datetime) -> int:
    """Return in how many seconds the city's next day begins."""
    tomorrow = (midnight_of(now) + timedelta(days=1)).timestamp()
    return max(1, int(tomorrow - now.timestamp()))


def hour_of(now: datetime) -> datetime:
    """Return when the present hour of the city's clock began."""
    return now.astimezone(_zone()).replace(minute=0, second=0, microsecond=0)


def _zone() -> ZoneInfo:
    return settings.current().profile.zone
