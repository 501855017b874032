"""The keys to other cities' servers are sealed at rest with a key beside the city's data."""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from city import settings

_NONCE_BYTES = 12


class _Key:
    sealing: AESGCM


def open_key(data: Path) -> None:
    """Read the key of this process; it is made when there is none."""
    _Key.sealing = AESGCM(settings.kept_in(data / "federation.key", lambda: os.urandom(32)))


def seal(plain: str, code: str) -> bytes:
    """Return a key as only this city can read it, and only for this destination."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _Key.sealing.encrypt(nonce, plain.encode(), code.encode())


def unseal(sealed: bytes | None, code: str) -> str | None:
    """Return a key; empty if there is none, None if it was changed or is another destination's."""
    if sealed is None:
        return ""
    try:
        return _Key.sealing.decrypt(
            sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], code.encode()
        ).decode()
    except (InvalidTag, ValueError):
        return None
