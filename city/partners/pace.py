"""How often somebody may ask: counted in this process, forgotten when the minute is over."""

import time

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
