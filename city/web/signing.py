"""The city's signature under what it vouches for: a JWS (RFC 7515) with ES256.

The key is made once and kept beside the data; the public half stands at
`/.well-known/trangtien-keys.json` as a JWK set (RFC 7517), so that anybody can check a signature
without asking the city.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from city import settings

_FILE = "official.jwk"
_ALGORITHM = "ES256"


def sign(data: Path, facts: dict[str, Any], kind: str) -> str:
    """Return the facts as a compact JWS; its header says what was signed (`typ`) and by which key.

    A signature of one kind is worth nothing as another.
    """
    key = _key(data)
    header = {"alg": _ALGORITHM, "typ": kind, "kid": key.thumbprint()}
    return jws.serialize_compact(header, msgspec.json.encode(facts), key)


def read_signed(data: Path, signature: str, kind: str) -> dict[str, Any] | None:
    """Return the facts that the city has signed as this kind, or None if it has not."""
    try:
        found = jws.deserialize_compact(signature, _key(data), algorithms=[_ALGORITHM])
        facts = msgspec.json.decode(found.payload)
    except (JoseError, ValueError):
        return None
    return facts if found.headers().get("typ") == kind and isinstance(facts, dict) else None


def public_keys(data: Path) -> dict[str, Any]:
    """Return the JWK set with which a signature is checked."""
    key = _key(data)
    public = dict(key.as_dict(private=False))
    return {"keys": [public | {"kid": key.thumbprint(), "alg": _ALGORITHM, "use": "sig"}]}


@lru_cache
def _key(data: Path) -> ECKey:
    """Return the key beside the city's data."""

    def make() -> bytes:
        return msgspec.json.encode(ECKey.generate_key("P-256").as_dict(private=True))

    return ECKey.import_key(msgspec.json.decode(settings.kept_in(data / _FILE, make)))
