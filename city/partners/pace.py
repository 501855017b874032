"""How often somebody may ask: counted in this process, at once and without asking anybody."""

import math
import time
from collections.abc import Callable, Iterable

from msgspec import Struct

from city.kernel import TooMany

_MOST_KEYS = 20_000


class Pace:
    """So many times a minute for each key."""

    def __init__(self, a_minute: int) -> None:
        """Allow so many times a minute."""
        self.a_minute = a_minute
        self._minute = 0
        self._counts: dict[str, int] = {}

    def check(self, key: str) -> None:
        """Count once more; raise TooMany when it was too often."""
        minute = int(time.monotonic() // 60)
        if minute != self._minute or len(self._counts) >= _MOST_KEYS:
            self._minute, self._counts = minute, {}
        count = self._counts[key] = self._counts.get(key, 0) + 1
        if count > self.a_minute:
            seconds = 60 - int(time.monotonic() % 60)
            raise TooMany("Too often. Please try again in a minute.", seconds=seconds)


class Left(Struct, frozen=True):
    """How much is left of a limit: whole requests, and seconds until the next and until all."""

    taken: bool
    left: int
    next_in: int
    full_in: int


class _Bucket:
    """What is left of one limit, and what this process took since it last told the others."""

    __slots__ = ("at", "level", "most", "untold")

    def __init__(self, most: float, at: float) -> None:
        self.most, self.level, self.at = most, most, at
        self.untold = 0.0

    def fill(self, now: float, most: float) -> None:
        """Let it fill up as time goes by."""
        self.most = most
        self.level = min(most, self.level + most * max(now - self.at, 0) / 60)
        self.at = now


class Buckets:
    """Limits of so many a minute, each a bucket that holds a minute's worth and fills up evenly.

    They are counted in this process, which never waits for the others. `untold` is what it took
    and has to tell them, `settle` what it hears back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with every bucket full. `clock` tells seconds."""
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: str, most: int) -> Left:
        """Take one, if there is one; return what is left of `most` a minute."""
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= _MOST_KEYS:
                self._make_room(now)
            bucket = self._buckets[key] = _Bucket(most, now)
        bucket.fill(now, most)
        taken = bucket.level >= 1
        if taken:
            bucket.level -= 1
            bucket.untold += 1
        rate = most / 60
        return Left(
            taken,
            int(bucket.level),
            max(1, math.ceil((1 - bucket.level) / rate)),
            math.ceil((most - bucket.level) / rate),
        )

    def give_back(self, key: str) -> None:
        """Put back what was taken last, because it was somebody else who asked."""
        if bucket := self._buckets.get(key):
            bucket.level = min(bucket.most, bucket.level + 1)
            bucket.untold = max(0, bucket.untold - 1)

    def untold(self) -> list[tuple[str, float, float]]:
        """Return key, what was taken since the last time, and the limit of each; in order.

        Those that are nearly full are left out: telling of every visitor would be most of the work
        of the database, and changes nothing for them.
        """
        now = self._clock()
        told: list[tuple[str, float, float]] = []
        for key, bucket in sorted(self._buckets.items()):
            bucket.fill(now, bucket.most)
            if bucket.level >= bucket.most:
                bucket.untold = 0
            elif bucket.untold and bucket.level <= bucket.most * 0.9:
                told.append((key, bucket.untold, bucket.most))
                bucket.untold = 0
        return told

    def settle(self, levels: Iterable[tuple[str, float]]) -> None:
        """Hear what is left of each now that everybody has told what they took."""
        now = self._clock()
        for key, level in levels:
            if bucket := self._buckets.get(key):
                bucket.level = max(0, level - bucket.untold)
                bucket.at = now

    def untell(self, told: Iterable[tuple[str, float, float]]) -> None:
        """Take back what could not be told, to tell it next time."""
        for key, taken, _ in told:
            if bucket := self._buckets.get(key):
                bucket.untold += taken

    def _make_room(self, now: float) -> None:
        for key, bucket in list(self._buckets.items()):
            bucket.fill(now, bucket.most)
            if bucket.level >= bucket.most:
                del self._buckets[key]
        if len(self._buckets) >= _MOST_KEYS:  # A flood from everywhere: nobody is refused for it.
            self._buckets.clear()
