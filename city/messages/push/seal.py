"""Sealing a push so that only the device can read it: RFC 8291, in the coding of RFC 8188.

Two ways lead to the same bytes. `seal` makes a server key for each message, as the RFC describes
it: for what one person is told. `prepare` does the costly part (ECDH) once, when a device
subscribes, and `seal_prepared` then needs but three HMACs and one AES-GCM: for broadcasts, which
are no secret. What makes each message unlike any other is its salt in both
(docs/decisions/0008-web-push.md).
"""

import hmac
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
MOST_BYTES = 4096
"""The longest body a push service has to take (RFC 8030, section 7.2)."""
MOST_PLAIN_BYTES = MOST_BYTES - 86 - 1 - 16
"""3993: what is left beside the header, the delimiter and the tag."""

_ECDH = ec.ECDH()
_RECORD_AND_KEY_LENGTH = MOST_BYTES.to_bytes(4, "big") + b"\x41"


class TooLong(ValueError):
    """A push has at most 3993 bytes; what has more cannot be sent at all."""


class BadKeys(ValueError):
    """A device's public key is no point of P-256, or its secret has not 16 bytes."""


def seal(plain: bytes, public: bytes, auth: bytes) -> bytes:
    """Return the body of a push for a device, sealed with a server key of its own.

    `public` (65 bytes, uncompressed P-256) and `auth` (16 bytes) are the device's `p256dh` and
    `auth`. Raises TooLong, BadKeys.
    """
    key = ec.generate_private_key(CURVE)
    server_public = public_bytes(key)
    return seal_prepared(plain, _prepare(key, server_public, public, auth), server_public)


def prepare(key: ec.EllipticCurvePrivateKey, public: bytes, auth: bytes) -> bytes:
    """Return what a device and this server key have in common: 32 bytes of keying material.

    They are as secret as a password. Raises BadKeys.
    """
    return _prepare(key, public_bytes(key), public, auth)


def _prepare(
    key: ec.EllipticCurvePrivateKey, server_public: bytes, public: bytes, auth: bytes
) -> bytes:
    if len(auth) != 16:
        raise BadKeys("auth has 16 bytes")
    try:
        device = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, public)
    except ValueError as error:
        raise BadKeys("p256dh is no point of P-256") from error
    if len(public) != 65:  # The key takes part in the sealing as it stands: never compressed.
        raise BadKeys("p256dh has 65 bytes")
    shared = key.exchange(_ECDH, device)
    info = b"WebPush: info\x00" + public + server_public + b"\x01"
    return hmac.digest(hmac.digest(auth, shared, "sha256"), info, "sha256")


def seal_prepared(plain: bytes, ikm: bytes, server_public: bytes, salt: bytes = b"") -> bytes:
    """Return the body of a push from keying material that was prepared with this server key.

    The salt is 16 fresh bytes unless given, which only tests do: no two messages may share one.
    Raises TooLong.
    """
    if len(plain) > MOST_PLAIN_BYTES:
        raise TooLong(f"a push has at most {MOST_PLAIN_BYTES} bytes, this has {len(plain)}")
    salt = salt or os.urandom(16)
    secret = hmac.digest(salt, ikm, "sha256")
    key = hmac.digest(secret, b"Content-Encoding: aes128gcm\x00\x01", "sha256")[:16]
    nonce = hmac.digest(secret, b"Content-Encoding: nonce\x00\x01", "sha256")[:12]
    sealed = AESGCM(key).encrypt(nonce, plain + b"\x02", None)
    return salt + _RECORD_AND_KEY_LENGTH + server_public + sealed


def unseal(body: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """Return what a device reads in the body of a push; raise ValueError if it cannot."""
    if len(body) < 86 + 17 or body[20] != 65:
        raise ValueError("this is no push of one record with a key of 65 bytes")
    salt, server_public, sealed = body[:16], body[21:86], body[86:]
    server = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, server_public)
    shared = key.exchange(_ECDH, server)
    info = b"WebPush: info\x00" + public_bytes(key) + server_public + b"\x01"
    ikm = hmac.digest(hmac.digest(auth, shared, "sha256"), info, "sha256")
    secret = hmac.digest(salt, ikm, "sha256")
    cek = hmac.digest(secret, b"Content-Encoding: aes128gcm\x00\x01", "sha256")[:16]
    nonce = hmac.digest(secret, b"Content-Encoding: nonce\x00\x01", "sha256")[:12]
    padded = AESGCM(cek).decrypt(nonce, sealed, None).rstrip(b"\x00")
    if not padded.endswith(b"\x02"):
        raise ValueError("the record has no end")
    return padded[:-1]


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public half of a key: 65 bytes, uncompressed."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
