"""The keys to other cities' servers are sealed at rest with a key beside the city's data."""

import os
from pathlib import Path

from city import settings
from city.integration.sealing import Sealer


class _Key:
    sealer: Sealer


def open_key(data: Path) -> None:
    """Read the key of this process; it is made when there is none."""
    _Key.sealer = Sealer(settings.kept_in(data / "federation.key", lambda: os.urandom(32)))


def seal(plain: str, code: str) -> bytes:
    """Return a key as only this city can read it, and only for this destination."""
    return _Key.sealer.seal(plain.encode(), code.encode())


def unseal(sealed: bytes | None, code: str) -> str | None:
    """Return a key; empty if there is none, None if it was changed or is another destination's."""
    if sealed is None:
        return ""
    plain = _Key.sealer.unseal(sealed, code.encode())
    return None if plain is None else plain.decode()
