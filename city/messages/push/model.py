"""The words of push: devices that can be told things, and what people want to be told."""

from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from city.kernel import Says, say

MOST_DEVICES = 20
"""How many devices of one person are kept; the one that was silent longest makes room."""

PERSONAL_LASTS = timedelta(days=2)
"""How long news for one person are worth waking a device; the inbox keeps them anyway."""


class Topic(StrEnum):
    """What a push is about, as people choose it."""

    MINE = "mine"
    """News of one's own: reports, questions, work."""
    FOLLOWED = "followed"
    """News of the wards and categories a person has chosen."""
    WARNINGS = "warnings"
    """Official warnings."""
    QUESTIONS = "questions"
    """What the city asks: surveys and polls."""


class Severity(IntEnum):
    """How grave a warning is, as CAP 1.2 says it."""

    MINOR = 1
    MODERATE = 2
    SEVERE = 3
    EXTREME = 4


SEVERITY_NAMES: dict[Severity, Says] = {
    Severity.MINOR: say("Every warning"),
    Severity.MODERATE: say("Warnings to take note of, and graver ones"),
    Severity.SEVERE: say("Serious warnings, and graver ones"),
    Severity.EXTREME: say("Only danger to life"),
}


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What a person wants to be told on their devices.

    Without wards, warnings and questions come from the whole city. Quiet hours are minutes of the
    city's day, from (included) to (excluded), and may go over midnight.
    """

    mine: bool = True
    questions: bool = True
    warnings: Severity = Severity.MODERATE
    wards: list[str] = []
    categories: list[str] = []
    quiet_from: int | None = None
    quiet_to: int | None = None


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be followed, with its name in each language."""

    code: str
    name: dict[str, str]


class Keys(msgspec.Struct, frozen=True):
    """The public key of a device and the secret it shares with the city, in base64url."""

    p256dh: Annotated[str, Meta(max_length=100)]
    auth: Annotated[str, Meta(max_length=40)]


class NewSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription as the browser gives it (`PushSubscription.toJSON()`)."""

    endpoint: Annotated[str, Meta(max_length=1000)]
    keys: Keys
    expirationTime: float | None = None


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A device as its owner sees it."""

    id: UUID
    origin: str
    platform: str
    created_at: datetime
    confirmed_at: datetime
    session_id: UUID


class Wording(msgspec.Struct, frozen=True):
    """What a notification says, in one language."""

    title: str
    body: str


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be pushed, to one person's devices or to everybody in an audience.

    `urgent` does not wait for the end of quiet hours. A push that `replaces` takes the place of
    an earlier one of that name which a device has not got or not dismissed yet.
    """

    id: UUID
    person_id: UUID | None
    topic: Topic
    words: dict[str, Wording]
    link: str
    urgent: bool
    replaces: str
    severity: Severity
    wards: list[str]
    categories: list[str]
    asked_at: datetime
    expires_at: datetime


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a broadcast is for. Without wards it is for the whole city."""

    wards: list[str] = []
    categories: list[str] = []


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What is broadcast: words by language (the city's first language at least), and how."""

    topic: Topic
    words: dict[str, Wording]
    link: str = "/"
    severity: Severity = Severity.MODERATE
    replaces: str = ""
    lasts: timedelta = timedelta(hours=4)


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that is due, and the device it goes to."""

    id: UUID
    subscription_id: UUID
    session_id: UUID
    attempts: int
    endpoint: str
    origin: str
    p256dh: bytes
    auth: bytes
    ikm: bytes
    generation: int
    language: str
    platform: str


class Planned(msgspec.Struct, frozen=True):
    """A delivery that was written down, and when it is due."""

    subscription_id: UUID
    due_at: datetime


class Settled(StrEnum):
    """How a delivery ended."""

    SENT = "sent"
    REFUSED = "refused"
    EXPIRED = "expired"


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How many devices of one platform there are, and how lately they were known to be there."""

    platform: str
    devices: int
    day: int
    week: int
    month: int
    pruned: int


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """How one push went: devices, taken by push services, and confirmed by the device itself."""

    topic: Topic
    words: dict[str, Wording]
    asked_at: datetime
    devices: int
    sent: int
    confirmed: int
    failed: int
    waiting: int


class SimulatedDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device of the simulated push service, and how the service is to answer for it."""

    token: str
    private_key: bytes
    auth: bytes
    answer: int
    retry_after: int
    made_at: datetime


def platform_of(user_agent: str) -> str:
    """Return the platform a browser runs on, as far as figures need it."""
    for sign, platform in (
        ("Android", "android"),
        ("iPhone", "ios"),
        ("iPad", "ios"),
        ("Windows", "windows"),
        ("Mac OS X", "mac"),
        ("Linux", "linux"),
    ):
        if sign in user_agent:
            return platform
    return "other"


def generation_of(now: datetime) -> int:
    """Return the generation of the broadcast key: a new one each month."""
    return now.year * 12 + now.month
