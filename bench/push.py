"""Push: how many messages a core seals in a second, beside the library that others use.

`python -m bench.push` prints the figures as one JSON document. CPU time of one core; what the
library does over the network is left out. `ratio` is to `pywebpush` in the same run.
"""

import json
import os
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from unittest import mock

import pywebpush
from cryptography.hazmat.primitives.asymmetric import ec

from city.messages.push.seal import CURVE, prepare, public_bytes, seal, seal_prepared
from city.messages.push.vapid import Vapid

AIMS = {"fresh_per_second": 9_000, "broadcast_per_second": 100_000}
ORIGIN = "https://push.example.org"
DEVICES = 200
PAYLOAD_BYTES = 300


def measure(count: int = 20_000, rounds: int = 3) -> dict[str, Any]:
    """Return how many pushes of 300 bytes a core seals in a second: the best of some rounds.

    Fresh: a server key of its own for each, for what one person is told. Broadcast: prepared when
    the device subscribed. Each counts the signed header for its push service too.
    """
    keys = [ec.generate_private_key(CURVE) for _ in range(DEVICES)]
    devices = [(public_bytes(key), os.urandom(16)) for key in keys]
    vapid = Vapid(ec.generate_private_key(CURVE), "https://hue.example")
    server, server_public = vapid.broadcast_key(1)
    prepared = [prepare(server, public, auth) for public, auth in devices]
    plain = os.urandom(PAYLOAD_BYTES)
    subscriptions = [_subscription(public, auth) for public, auth in devices]
    pushers = [pywebpush.WebPusher(one) for one in subscriptions]

    def fresh(number: int) -> None:
        vapid.header(ORIGIN)
        seal(plain, *devices[number % DEVICES])

    def broadcast(number: int) -> None:
        vapid.header(ORIGIN)
        seal_prepared(plain, prepared[number % DEVICES], server_public)

    def encode(number: int) -> None:
        pushers[number % DEVICES].encode(plain, content_encoding="aes128gcm")

    def one_call(number: int) -> None:
        pywebpush.webpush(
            subscriptions[number % DEVICES],
            plain,
            vapid_private_key=signing,
            vapid_claims={"sub": "https://hue.example"},
        )

    signing = _text(vapid.key.private_numbers().private_value.to_bytes(32, "big"))
    with mock.patch("requests.post", return_value=mock.Mock(status_code=201)):
        found = {
            "fresh_per_second": _rate(fresh, count // 10, rounds),
            "broadcast_per_second": _rate(broadcast, count * 2, rounds),
            "pywebpush_encode_per_second": _rate(encode, count // 20, rounds),
            "pywebpush_one_call_per_second": _rate(one_call, count // 20, rounds),
            "prepare_per_second": _rate(
                lambda number: prepare(server, *devices[number % DEVICES]), count // 10, rounds
            ),
        }
    library = found["pywebpush_one_call_per_second"]
    return {
        "payload_bytes": PAYLOAD_BYTES,
        **found,
        "ratio_fresh": round(found["fresh_per_second"] / library, 2),
        "ratio_broadcast": round(found["broadcast_per_second"] / library, 1),
    }


def _rate(do: Callable[[int], object], count: int, rounds: int) -> int:
    best = 0.0
    for _ in range(rounds):
        began = time.process_time()
        for number in range(count):
            do(number)
        best = max(best, count / (time.process_time() - began))
    return round(best)


def _subscription(public: bytes, auth: bytes) -> dict[str, Any]:
    keys = {"p256dh": _text(public), "auth": _text(auth)}
    return {"endpoint": f"{ORIGIN}/wp/device", "keys": keys}


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


if __name__ == "__main__":
    json.dump(measure(), sys.stdout, indent=2)
    print()
