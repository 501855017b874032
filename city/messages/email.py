"""E-mail over SMTP, and the simulated mail server that takes it in a sample city."""

import asyncio
import email
import email.policy
import socket
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
from aiosmtpd.smtp import SMTP

from city.messages.model import AddressRefused, Letter

Take = Callable[[Letter], Awaitable[None]]


class Mailer:
    """Sends letters through the SMTP server at a URL, such as `smtps://user:word@mail.example:465`.

    `smtp:` begins in the clear and goes over to TLS where the server offers it.
    """

    def __init__(self, url: str, sender: str) -> None:
        """Send by the server at this URL, in the name of `sender`."""
        self.url = urlsplit(url)
        self.sender = sender

    async def send(self, letter: Letter) -> None:
        """Hand the letter over; raise AddressRefused if the server never will take it."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = letter.address
        message["Subject"] = letter.subject
        message["Message-ID"] = f"<{letter.reference}@{self.sender.rpartition('@')[2].strip('>')}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body)
        try:
            await aiosmtplib.send(
                message,
                hostname=self.url.hostname or "127.0.0.1",
                port=self.url.port,
                username=unquote(self.url.username) if self.url.username else None,
                password=unquote(self.url.password) if self.url.password else None,
                use_tls=self.url.scheme == "smtps",
                timeout=15,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(refused.code >= 500 for refused in error.recipients):
                raise AddressRefused(str(error.recipients[0].code)) from error
            raise

    async def close(self) -> None:
        """Nothing stays open between letters."""


class SimulatedMailServer:
    """A mail server on loopback that speaks SMTP and gives every letter to `take`."""

    def __init__(self, take: Take) -> None:
        """Give letters to `take`."""
        self.take = take
        self._server: Any = None
        self.url = ""

    async def open(self) -> None:
        """Listen on a free port of this machine; `url` then says where."""
        loop = asyncio.get_running_loop()
        listening = socket.create_server(("127.0.0.1", 0))
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="localhost", loop=loop, enable_SMTPUTF8=True),
            sock=listening,
        )
        self.url = f"smtp://127.0.0.1:{listening.getsockname()[1]}"

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take one letter, as aiosmtpd asks."""
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = message.get_body(("plain",))
        reference = str(message["Message-ID"]).strip("<>").partition("@")[0]
        await self.take(
            Letter(
                reference=UUID(reference),
                address=envelope.rcpt_tos[0],
                subject=str(message["Subject"]),
                body=body.get_content().strip() if body is not None else "",
            )
        )
        return "250 taken"
