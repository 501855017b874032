"""The city's keys for partners: those that sign ID tokens, and the secret of the subjects.

They lie in `DATA/partners/`, made when first needed, and belong into every backup: without
`subjects` each person would be somebody new to each application. Several machines that serve one
city share them.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from city.settings import Settings, kept_in

_KEPT_KEYS = 6
"""So many keys are published: the two that sign, and those whose tokens may still be about."""

_KINDS = {"ES256": "EC", "RS256": "RSA"}


class Keys:
    """The keys of one installation."""

    def __init__(self, settings: Settings) -> None:
        """Use the keys of this installation, and make them if there are none."""
        folder = settings.data / "partners"
        self._file = folder / "keys.json"
        self._subjects = kept_in(folder / "subjects", lambda: secrets.token_bytes(32))
        kept_in(self._file, lambda: msgspec.json.encode({"keys": _new_keys()}))
        self._stamp = 0
        self._set = KeySet([])

    def public(self) -> dict[str, Any]:
        """Return the public halves, for programs that check signatures (RFC 7517)."""
        return dict(self._keys().as_dict(private=False))

    def sign(self, claims: Mapping[str, Any], alg: str = "ES256") -> str:
        """Return the claims as a signed token (JWS)."""
        kind = _KINDS[alg]
        key = next(key for key in self._keys().keys if key.key_type == kind)
        return jwt.encode({"alg": alg, "kid": key.kid, "typ": "JWT"}, dict(claims), key)

    def read(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token that we have signed, however old; None if it is not ours."""
        try:
            return jwt.decode(token, self._keys(), algorithms=list(_KINDS)).claims
        except (JoseError, ValueError):
            return None

    def rotate(self) -> str:
        """Sign with new keys from now on; return the id of the first. Former ones stay known."""
        kept = [dict(key.as_dict(private=True)) for key in self._keys().keys]
        made = _new_keys()
        _write(self._file, msgspec.json.encode({"keys": [*made, *kept][:_KEPT_KEYS]}))
        return str(made[0]["kid"])

    def subject(self, sector: str, person_id: UUID) -> str:
        """Return who a person is to a sector (OpenID Connect Core §8.1): 43 letters."""
        told = f"{sector}|{person_id}".encode()
        digest = hmac.new(self._subjects, told, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def _keys(self) -> KeySet:
        stamp = self._file.stat().st_mtime_ns  # Another process may have made a new key.
        if stamp != self._stamp:
            self._set = KeySet.import_key_set(msgspec.json.decode(self._file.read_bytes()))
            self._stamp = stamp
        return self._set


def half_hash(token: str) -> str:
    """Return `at_hash` of an access token for ES256 (OpenID Connect Core §3.1.3.6)."""
    half = hashlib.sha256(token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def _new_keys() -> list[dict[str, Any]]:
    """Return a key of each kind: ES256, and RS256 for libraries that know no other."""
    curve = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    prime = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    return [dict(curve.as_dict(private=True)), dict(prime.as_dict(private=True))]


def _write(file: Path, content: bytes) -> None:
    aside = file.with_name(f"{file.name}.{secrets.token_hex(6)}")
    kept_in(aside, lambda: content)
    aside.replace(file)
