"""The city's signature under what it vouches for: a JWS (RFC 7515) with ES256.

The key is made once and kept beside the data; the public half stands at
`/.well-known/trangtien-keys.json` as a JWK set (RFC 7517), so that anybody can check a signature
without asking the city.
"""

import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from joserfc import jws
from joserfc.jwk import ECKey

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
    """Return the key beside the city's data; it is made (0600) when there is none."""
    file = data / _FILE
    if not file.is_file():
        data.mkdir(parents=True, exist_ok=True, mode=0o711)
        made = ECKey.generate_key("P-256").as_dict(private=True)
        draft = data / f"{_FILE}.{secrets.token_hex(6)}"
        with open(draft, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as kept:
            kept.write(msgspec.json.encode(made))
        try:
            os.link(draft, file)  # Whole or not at all, and never over one that is there.
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return ECKey.import_key(msgspec.json.decode(file.read_bytes()))
