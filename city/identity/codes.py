"""What is derived from the installation's secret: one-time codes, tokens and keyed hashes."""

import base64
import hashlib
import hmac
import secrets

from pyotp.hotp import HOTP

from city import settings


def new_token() -> str:
    """Return a session token of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """Return what is stored of a token. It has 256 random bits, so one SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()


def new_counter() -> int:
    """Return a counter that no other code has: 62 random bits."""
    return secrets.randbits(62)


def digits_of(counter: int) -> str:
    """Return the six digits of a code (HOTP, RFC 4226), which are therefore never stored."""
    return HOTP(base64.b32encode(_key("sign-in code")).decode(), digits=6).at(counter)


def same(given: str, right: str) -> bool:
    """Return whether two texts are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode(), right.encode())


def keyed_hash(text: str) -> str:
    """Return a name for an address or an origin that only this installation can make."""
    return hmac.new(_key("pace"), text.encode(), hashlib.sha256).hexdigest()[:32]


def _key(purpose: str) -> bytes:
    return hmac.new(settings.current().secret.encode(), purpose.encode(), hashlib.sha256).digest()
