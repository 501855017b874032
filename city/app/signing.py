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
from joserfc.jwk import ECKey

from city import settings

_FILE = "official.jwk"
_ALGORITHM = "ES256"


def sign(data: Path, facts: dict[str, Any]) -> str:
    """Return the facts as a compact JWS, whose header names the key (`kid`)."""
    key = _key(data)
    header = {"alg": _ALGORITHM, "typ": "trangtien-official+jws", "kid": key.thumbprint()}
    return jws.serialize_compact(header, msgspec.json.encode(facts), key)


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
