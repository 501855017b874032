"""Keeping what the city may read and a copy of its database may not: AES-256-GCM."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class Sealer:
    """Seals bytes with a key of 32 bytes, each under a name that has to be known to open it."""

    def __init__(self, key: bytes) -> None:
        """Seal with this key."""
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, name: bytes) -> bytes:
        """Return bytes that only this key opens, and only by this name."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, name)

    def unseal(self, sealed: bytes, name: bytes) -> bytes | None:
        """Return what was sealed by this name; None if it was changed, or is of another."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name)
        except (InvalidTag, ValueError):
            return None
