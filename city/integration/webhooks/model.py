"""The words of webhooks: addresses that are told what happens, and what became of each telling."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from city.cases import Status
from city.kernel import Says, say

State = Literal["waiting", "delivered", "failed"]
Why = Literal["", "owner", "failing", "gone"]
"""Why an address is told nothing: its owner wanted it, it failed for a day, it said it is gone."""

LASTS = timedelta(hours=24)
"""So long is one delivery tried, and so long may everything fail before an address is paused."""

FORMER_SIGNS = timedelta(hours=24)
LOG_KEPT = timedelta(days=30)
WEBHOOKS_EACH = 20
MOST_REPLAYED = 10_000

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
)
"""How long after each failure it is tried again; after the last of them, this long again."""

STATE_NAMES: dict[str, Says] = {
    "waiting": say("Waiting"),
    "delivered": say("Delivered"),
    "failed": say("Given up"),
}

WHY_PAUSED: dict[str, Says] = {
    "owner": say("You paused it."),
    "failing": say("Nothing arrived for 24 hours, so the city paused it."),
    "gone": say("The address answered 410 Gone, so the city paused it."),
}

Codes = Annotated[list[Annotated[str, Meta(max_length=80)]], Meta(max_length=300)]


class NewWebhook(Struct, frozen=True, kw_only=True):
    """An address to be told. Filters that are empty let everything through.

    `types` are names of events, `categories`, `wards` and `units` codes, `refs` references of
    single reports.
    """

    url: Annotated[str, Meta(max_length=2000)]
    types: Annotated[list[str], Meta(min_length=1, max_length=100)]
    description: Annotated[str, Meta(max_length=300)] = ""
    categories: Codes = []
    wards: Codes = []
    units: Codes = []
    statuses: Annotated[list[Status], Meta(max_length=20)] = []
    refs: Codes = []


class WebhookChange(Struct, frozen=True, kw_only=True):
    """What is to be another at an address; what is left out stays."""

    url: Annotated[str, Meta(max_length=2000)] | None = None
    types: Annotated[list[str], Meta(min_length=1, max_length=100)] | None = None
    description: Annotated[str, Meta(max_length=300)] | None = None
    categories: Codes | None = None
    wards: Codes | None = None
    units: Codes | None = None
    statuses: Annotated[list[Status], Meta(max_length=20)] | None = None
    refs: Codes | None = None
    paused: bool | None = None


class Replay(Struct, frozen=True, kw_only=True):
    """From when (included) to when (excluded) events are sent once more."""

    begin: datetime
    end: datetime


class Webhook(Struct, frozen=True, kw_only=True):
    """An address and what it wants to be told. Its secret is not here: see `Secrets`."""

    id: UUID
    program_id: UUID | None
    owner_id: UUID | None
    url: str
    description: str
    types: list[str]
    categories: list[str]
    wards: list[str]
    units: list[str]
    statuses: list[Status]
    refs: list[str]
    former_until: datetime | None
    paused_at: datetime | None
    paused_why: Why
    failing_since: datetime | None
    hold_until: datetime | None
    holds: int
    delivered_at: datetime | None
    made_at: datetime

    def wants(self, type_: str, facets: "Facets | None") -> bool:
        """Return whether it is to be told of an event; what has no facets passes every filter."""
        if type_ not in self.types:
            return False
        if facets is None:
            return True
        return (
            (not self.categories or facets.category in self.categories)
            and (not self.wards or facets.ward in self.wards)
            and (not self.units or facets.unit in self.units)
            and (not self.statuses or facets.status in self.statuses)
            and (not self.refs or facets.ref in self.refs)
        )


class Facets(Struct, frozen=True, kw_only=True):
    """What filters go by."""

    ref: str
    category: str
    ward: str | None
    unit: str | None
    status: Status


class Health(Struct, frozen=True, kw_only=True):
    """How an address has been doing in the last 24 hours, and what still waits for it."""

    webhook_id: UUID
    delivered: int
    failed: int
    waiting: int
    ms: float | None


class Body(Struct, frozen=True, kw_only=True):
    """What is sent, once for all who get it."""

    id: UUID
    event_id: UUID
    type: str
    subject: str
    body: str


class Try(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One attempt: what was answered within how many milliseconds, or what went wrong."""

    at: datetime
    ms: int
    status: int = 0
    answer: str = ""
    error: str = ""


class Delivery(Struct, frozen=True, kw_only=True):
    """What became of one event at one address."""

    id: int
    event_id: UUID
    type: str
    subject: str
    state: State
    replay: bool
    made_at: datetime
    due_at: datetime
    settled_at: datetime | None
    attempts: int
    status: int | None
    ms: int | None


class DeliveryInFull(Delivery, frozen=True, kw_only=True):
    """A delivery with what was sent, and with what came of each attempt."""

    body: str
    tries: list[Try]


class Taken(Struct, frozen=True, kw_only=True):
    """A delivery that this process sends now, with all that takes."""

    id: int
    webhook_id: UUID
    event_id: UUID
    body: str
    replay: bool
    attempts: int
    made_at: datetime
    url: str
    secret: bytes
    former_secret: bytes | None
    former_until: datetime | None
    failing_since: datetime | None
    delivered_at: datetime | None


class Settled(Struct, frozen=True, kw_only=True):
    """What is to be written down of an attempt."""

    id: int
    lease: UUID
    state: State
    due_at: datetime
    status: int
    ms: int
    tried: dict[str, Any]
