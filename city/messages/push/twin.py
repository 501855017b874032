"""The simulated push service of a sample city: a real HTTP server on a port of this machine.

It takes what RFC 8030 says a push service takes, at `http://push.trangtien.test/<token>`, checks
the city's signature (RFC 8292) and the coding, and answers as it is told to. Being the device as
well, it opens what it got, so that everybody can read it at /simulated/outbox.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from city.kernel import NOBODY, Conflict, Database, Missing, Work
from city.messages.push import store
from city.messages.push.model import SimulatedDevice
from city.messages.push.seal import CURVE, MOST_BYTES, public_bytes, unseal
from city.messages.push.service import SIMULATED
from city.messages.push.vapid import base64url, from_base64url
from city.settings import current
from city.web import Asked, Loopback, Reply

log = logging.getLogger("city.messages.push")

ANSWERS = (201, 404, 410, 429, 503)

Arrived = Callable[[Database, UUID, str, str, str], Awaitable[None]]
"""Keeps what arrived: the delivery, the device's token, title and body."""


class SimulatedPushService(Loopback):
    """Listens on loopback and takes pushes for the simulated devices of a database."""

    def __init__(self, database: Database, arrived: Arrived) -> None:
        """Find devices in this database and give what they got to `arrived`."""
        super().__init__(self._answer)
        self.database = database
        self.arrived = arrived
        self._one_at_a_time = asyncio.Lock()

    async def _answer(self, asked: Asked) -> Reply:
        """Return how to answer a request, and keep what it brought if it is a good one."""
        if asked.method != "POST":
            return Reply(405, headers={"allow": "POST"})
        if not asked.headers.get("ttl", "").isdecimal():
            return Reply(400)  # RFC 8030, section 5.2: a push has to say for how long it is good.
        if len(asked.body) > MOST_BYTES:
            return Reply(413)
        if asked.headers.get("content-encoding") != "aes128gcm":
            return Reply(415)
        if not is_signed(asked.headers.get("authorization", ""), SIMULATED, time.time()):
            return Reply(403)
        # One after the other: a test has but one connection.
        async with self._one_at_a_time:
            return await self._take(asked)

    async def _take(self, asked: Asked) -> Reply:
        token = asked.path.strip("/")
        async with self.database.work(NOBODY, reading=True) as work:
            device = await store.find_device(work, token)
        if device is None:
            return Reply(404)
        if device.answer != 201:
            wait = {"retry-after": str(device.retry_after)} if device.retry_after else {}
            return Reply(device.answer, headers=wait)
        try:
            key = ec.derive_private_key(int.from_bytes(device.private_key, "big"), CURVE)
            said = msgspec.json.decode(unseal(asked.body, key, device.auth))
            shown = said["notification"]
            delivery = UUID(shown["data"]["delivery"])
        except Exception:
            log.warning("a simulated device could not read a push", exc_info=True)
            return Reply(400)
        body = f"{shown['body']}\n\n{shown['navigate']}"
        await self.arrived(self.database, delivery, token, shown["title"], body)
        return Reply(201, headers={"location": f"{SIMULATED}/message/{delivery}"})


def is_signed(header: str, origin: str, now: float) -> bool:
    """Return whether an Authorization header is a good VAPID one for this origin (RFC 8292)."""
    scheme, _, rest = header.partition(" ")
    pairs = (part.strip().partition("=") for part in rest.split(","))
    fields = {name: value for name, _, value in pairs}
    if scheme.lower() != "vapid" or not {"t", "k"} <= fields.keys():
        return False
    try:
        point = from_base64url(fields["k"])
        x, y = base64url(point[1:33]), base64url(point[33:])
        key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
        claims: dict[str, Any] = jwt.decode(fields["t"], key, algorithms=["ES256"]).claims
        until = float(claims["exp"])
    except (JoseError, ValueError, KeyError, TypeError):
        return False
    who = str(claims.get("sub", ""))
    good_for = until - now
    return (
        claims.get("aud") == origin
        and 0 < good_for <= 24 * 3600
        and who.startswith(("https:", "mailto:"))
    )


async def add_device(work: Work) -> dict[str, Any]:
    """Make a simulated device, and return its subscription as a browser would give it."""
    if not current().sample:
        raise Missing("This is not a sample city.")
    key = ec.generate_private_key(CURVE)
    device = SimulatedDevice(
        token=secrets.token_urlsafe(24),
        private_key=key.private_numbers().private_value.to_bytes(32, "big"),
        auth=secrets.token_bytes(16),
        answer=201,
        retry_after=0,
        made_at=work.now,
    )
    await store.add_device(work, device)
    return {
        "endpoint": f"{SIMULATED}/{device.token}",
        "expirationTime": None,
        "keys": {"p256dh": base64url(public_bytes(key)), "auth": base64url(device.auth)},
    }


async def set_answer(work: Work, token: str, answer: int, retry_after: int) -> None:
    """Have the simulated service answer so for a device from now on."""
    if not current().sample:
        raise Missing("This is not a sample city.")
    if answer not in ANSWERS or not 0 <= retry_after <= 86_400:
        raise Conflict("The simulated push service does not know this answer.")
    if not await store.set_answer(work, token, answer, retry_after):
        raise Missing("We could not find what you asked for.")
