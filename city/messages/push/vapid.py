"""Who sends a push: the city's signature for a push service (VAPID, RFC 8292).

One signed token for each push service, kept and used for up to twelve hours. The key is made at
the first start and kept beside the data, for a device takes pushes only from the key it was
subscribed with: whoever loses the key loses every device.
"""

import hashlib
import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cached_property, lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from city.messages.push.seal import CURVE, public_bytes
from city.settings import Settings, kept_in

LASTS_SECONDS = 12 * 3600
_RENEW_SECONDS = 3600
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Vapid:
    """The city towards push services."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, contact: str) -> None:
        """Sign with this key; `contact` (`https:` or `mailto:`) is whom a service may ask."""
        self.key = key
        self.contact = contact
        self._headers: dict[str, tuple[float, str]] = {}

    @cached_property
    def _signing(self) -> ECKey:
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return ECKey.import_key(pem)

    @cached_property
    def public(self) -> str:
        """What a browser subscribes with (`applicationServerKey`), in base64url."""
        return base64url(public_bytes(self.key))

    def header(self, origin: str, now: float | None = None) -> str:
        """Return the Authorization header for a push service, such as `https://push.example`."""
        now = time.time() if now is None else now
        until, header = self._headers.get(origin, (0.0, ""))
        if now + _RENEW_SECONDS < until <= now + LASTS_SECONDS:
            return header
        claims = {"aud": origin, "exp": int(now) + LASTS_SECONDS, "sub": self.contact}
        signed = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, self._signing)
        header = f"vapid t={signed}, k={self.public}"
        self._headers[origin] = (float(int(now) + LASTS_SECONDS), header)
        return header

    @lru_cache(maxsize=64)  # noqa: B019 (there is one of these in a process)
    def broadcast_key(self, generation: int) -> tuple[ec.EllipticCurvePrivateKey, bytes]:
        """Return the long-lived server key of broadcasts of one generation, and its public bytes.

        It follows from the signing key, so that nothing else has to be kept; it is another key,
        as RFC 8291 asks.
        """
        secret = self.key.private_numbers().private_value.to_bytes(32, "big")
        made = hmac.digest(secret, b"push broadcast %d" % generation, hashlib.sha512)
        number = int.from_bytes(made, "big") % (_ORDER - 1) + 1
        key = ec.derive_private_key(number, CURVE)
        return key, public_bytes(key)


def open_vapid(settings: Settings) -> Vapid:
    """Return the city's identity, from the setting or from the file beside the data."""
    written = settings.vapid_key or kept_in(settings.data / "vapid.key", _new_key).decode()
    try:
        key = ec.derive_private_key(int.from_bytes(from_base64url(written), "big"), CURVE)
    except ValueError as error:
        raise SystemExit("VAPID_KEY is no private key of P-256 in base64url.") from error
    contact = settings.push_contact
    if not contact:
        contact = settings.url if settings.url.startswith("https:") else "mailto:city@localhost"
    return Vapid(key, contact)


def base64url(raw: bytes) -> str:
    """Return the bytes in base64url, without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Return the bytes of base64url, padded or not; raise ValueError if it is none."""
    bare = text.strip().rstrip("=")
    raw = urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    if base64url(raw) != bare.replace("+", "-").replace("/", "_"):
        raise ValueError("this is no base64url")
    return raw


def _new_key() -> bytes:
    number = ec.generate_private_key(CURVE).private_numbers().private_value
    return base64url(number.to_bytes(32, "big")).encode()
