"""The hub's two keys: one signs the log, one seals what is kept of messages.

The log is signed with the key the city signs everything with that it vouches for, whose public
half stands at `/.well-known/trangtien-keys.json`; the type in the header says what was signed.
"""

import os
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from city import settings

_ALGORITHM = "ES256"
_TYPE = "trangtien-hub-log+jws"
_NONCE_BYTES = 12


class Keys:
    """The keys of this process, read once."""

    signing: ECKey
    sealing: AESGCM


def open_keys(data: Path) -> None:
    """Read the keys beside the city's data; they are made when there are none."""

    def make_signing() -> bytes:
        return msgspec.json.encode(ECKey.generate_key("P-256").as_dict(private=True))

    kept = settings.kept_in(data / "official.jwk", make_signing)
    Keys.signing = ECKey.import_key(msgspec.json.decode(kept))
    Keys.sealing = AESGCM(settings.kept_in(data / "hub.key", lambda: os.urandom(32)))


def sign(facts: dict[str, Any]) -> str:
    """Return the facts as a compact JWS (RFC 7515) with ES256."""
    key = Keys.signing
    header = {"alg": _ALGORITHM, "typ": _TYPE, "kid": key.thumbprint()}
    return jws.serialize_compact(header, msgspec.json.encode(facts), key)


def read_signed(signature: str) -> dict[str, Any] | None:
    """Return the facts that the city has signed for the log, or None if it has not."""
    try:
        found = jws.deserialize_compact(signature, Keys.signing, algorithms=[_ALGORITHM])
        facts = msgspec.json.decode(found.payload)
    except (JoseError, ValueError):
        return None
    return facts if found.headers().get("typ") == _TYPE and isinstance(facts, dict) else None


def seal(plain: bytes, name: str) -> bytes:
    """Return bytes that only this city can read, and only as what they are named."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + Keys.sealing.encrypt(nonce, plain, name.encode())


def unseal(sealed: bytes, name: str) -> bytes | None:
    """Return what was sealed by this name, or None if it was changed or is of another."""
    try:
        return Keys.sealing.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
    except (InvalidTag, ValueError):
        return None
