"""Secrets of webhooks, and signing by them: Standard Webhooks 1.0.

A secret is shown once. At rest it is sealed (AES-256-GCM) with a key made of the city's own secret
and bound to its webhook, so that a copy of the database signs nothing.
"""

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache
from uuid import UUID

from city.integration.sealing import Sealer
from city.settings import current

_PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> bytes:
    """Return a secret of 32 random bytes."""
    return secrets.token_bytes(_BYTES)


def written(secret: bytes) -> str:
    """Return a secret as its owner is shown it: `whsec_` and base64."""
    return _PREFIX + base64.b64encode(secret).decode()


def seal(secret: bytes, webhook_id: UUID) -> bytes:
    """Return a secret as it is kept."""
    return _sealer(current().secret).seal(secret, webhook_id.bytes)


@lru_cache(maxsize=1024)
def unseal(kept: bytes, webhook_id: UUID) -> bytes | None:
    """Return the secret that is kept; None if the city's own secret is another now."""
    return _sealer(current().secret).unseal(kept, webhook_id.bytes)


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature: `v1,` and the HMAC-SHA256 of id, time and body in base64."""
    signed = b"%b.%d.%b" % (message_id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


@lru_cache(maxsize=4)
def _sealer(secret: str) -> Sealer:
    return Sealer(hashlib.sha256(f"webhooks {secret}".encode()).digest())
