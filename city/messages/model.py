"""The words of messages."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec


class Channel(StrEnum):
    """A way to reach a person."""

    INBOX = "inbox"
    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something one person has been told: a sentence, what fills its blanks, where to read on."""

    id: UUID
    person_id: UUID
    text: str
    params: dict[str, Any]
    link: str
    topic: str
    sent_at: datetime
    read_at: datetime | None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A message on its way out by e-mail or SMS."""

    id: UUID
    channel: Channel
    address: str
    subject: str
    body: str
    sent_at: datetime | None
    refused: str | None


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What an adapter sends. The same `reference` twice is the same letter."""

    reference: UUID
    address: str
    subject: str
    body: str


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What a simulated twin got."""

    id: UUID
    channel: Channel
    address: str
    subject: str
    body: str
    received_at: datetime


class AddressRefused(Exception):
    """The provider will never deliver to this address; trying again is of no use."""
