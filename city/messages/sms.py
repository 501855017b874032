"""SMS over a provider's HTTP gateway, and the simulated gateway that takes them in a sample city.

The gateway takes `POST {"to", "text", "reference"}` as JSON with a bearer token (the password of
the URL), answers 2xx when it has taken the message, and drops a reference it has seen before.
4xx other than 408 and 429 means never.
"""

from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import httpx2
import litestar
import msgspec
from litestar.params import JSONBody

from city.messages.email import Take
from city.messages.model import AddressRefused, Letter


class Texter:
    """Sends short messages by the gateway at a URL."""

    def __init__(self, url: str, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        """Send by the gateway at this URL, such as `https://:token@sms.example/send`."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        self.url = urlunsplit(parts._replace(netloc=host))
        self.client = httpx2.AsyncClient(
            transport=transport,
            timeout=15,
            headers={"authorization": f"Bearer {parts.password}"} if parts.password else {},
        )

    async def send(self, letter: Letter) -> None:
        """Hand the message over; raise AddressRefused if the gateway never will take it."""
        answer = await self.client.post(
            self.url,
            json={
                "to": letter.address,
                "text": letter.body,
                "reference": str(letter.reference),
            },
        )
        if 400 <= answer.status_code < 500 and answer.status_code not in (408, 429):
            raise AddressRefused(str(answer.status_code))
        answer.raise_for_status()

    async def close(self) -> None:
        """Close the connection to the gateway."""
        await self.client.aclose()


class ShortMessage(msgspec.Struct, frozen=True):
    """What the gateway is given."""

    to: str
    text: str
    reference: UUID


def simulated_gateway(take: Take) -> httpx2.AsyncBaseTransport:
    """Return a way to a gateway that lives in this process and gives every message to `take`."""

    @litestar.post("/send", status_code=202)
    async def send(data: JSONBody[ShortMessage]) -> dict[str, Any]:
        """Take one message."""
        await take(Letter(reference=data.reference, address=data.to, subject="", body=data.text))
        return {"taken": data.reference}

    return httpx2.ASGITransport(litestar.Litestar([send], openapi_config=None, logging_config=None))  # type: ignore[arg-type]
