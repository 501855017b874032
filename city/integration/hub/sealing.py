"""What the hub keeps of messages is sealed at rest with a key beside the city's data."""

import os
from pathlib import Path

from city import settings
from city.integration.sealing import Sealer


class _Key:
    sealer: Sealer


def open_key(data: Path) -> None:
    """Read the key of this process; it is made when there is none."""
    _Key.sealer = Sealer(settings.kept_in(data / "hub.key", lambda: os.urandom(32)))


def seal(plain: bytes, name: str) -> bytes:
    """Return bytes that only this city can read, and only as what they are named."""
    return _Key.sealer.seal(plain, name.encode())


def unseal(sealed: bytes, name: str) -> bytes | None:
    """Return what was sealed by this name, or None if it was changed or is of another."""
    return _Key.sealer.unseal(sealed, name.encode())
