"""Webhooks for programs: the same as on the pages, by a key with the scope `webhooks`."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar.params import Parameter, QueryParameter
from msgspec import Meta, Struct

from city import partners
from city.cases import Status
from city.integration.webhooks import actions, store
from city.integration.webhooks.model import (
    NewWebhook,
    Replay,
    State,
    Try,
    Webhook,
    WebhookChange,
    Why,
)
from city.integration.webhooks.published import CloudEvent
from city.kernel import Missing, Work
from city.web import Request, check_json, delete, get, patch, post

AnyRequest = Request[Any, Any, Any]
MANAGE = "webhooks.manage"
PAGE = 50

WebhookId = Annotated[UUID, Parameter(description="The id of a webhook.")]
DeliveryId = Annotated[int, Parameter(ge=1, le=2**63 - 1, description="A delivery's number.")]


class WebhookItem(Struct, frozen=True, kw_only=True):
    """An address that is told what happens, and how it is doing. Times are RFC 3339."""

    id: UUID
    url: str
    description: str
    types: list[str]
    categories: list[str]
    wards: list[str]
    units: list[str]
    statuses: list[Status]
    refs: list[str]
    state: Literal["active", "paused"]
    paused_why: Why
    failing_since: datetime | None
    delivered_at: datetime | None
    made_at: datetime


class WebhookMade(WebhookItem, frozen=True, kw_only=True):
    """A new address with its secret, which is shown this once."""

    secret: str


class WebhookList(Struct, frozen=True, kw_only=True):
    """The addresses of whoever asks."""

    webhooks: list[WebhookItem]


class SecretMade(Struct, frozen=True, kw_only=True):
    """A new secret, shown this once. Until `former_until` the former one signs too."""

    secret: str
    former_until: datetime


class Tested(Struct, frozen=True, kw_only=True):
    """The id of the event that is being sent."""

    event_id: UUID


class Replayed(Struct, frozen=True, kw_only=True):
    """How many events are being sent once more."""

    deliveries: int


class Again(Struct, frozen=True, kw_only=True):
    """The number of the delivery that is made once more."""

    id: int


class DeliveryItem(Struct, frozen=True, kw_only=True):
    """What became of one event. `status` and `ms` are of the last attempt; status 0: no answer."""

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


class DeliveryList(Struct, frozen=True, kw_only=True):
    """Deliveries, the newest first; `next` is the `before` of the following page."""

    deliveries: list[DeliveryItem]
    next: int | None


class DeliveryWhole(DeliveryItem, frozen=True, kw_only=True):
    """A delivery with the event that was sent, and each attempt."""

    event: CloudEvent
    tries: list[Try]


class ReplayAsked(Struct, frozen=True, kw_only=True, rename={"begin": "from", "end": "to"}):
    """From when (included) to when (excluded) events are sent once more; at most 10,000."""

    begin: Annotated[datetime, Meta(tz=True)]
    end: Annotated[datetime, Meta(tz=True)]


@get("/api/v1/webhooks", allow=MANAGE)
async def list_webhooks(work: Work) -> WebhookList:
    """List the webhooks of the program that asks."""
    return WebhookList(webhooks=[_item(one) for one in await actions.list_own(work)])


@post("/api/v1/webhooks", allow=MANAGE, status_code=201, takes=[NewWebhook], once=False)
async def create_webhook(request: AnyRequest, work: Work) -> WebhookMade:
    """Register an address, and get the secret that signs what is sent to it: this once.

    `types` are names of events as in /asyncapi.json. The filters `categories`, `wards`, `units`,
    `statuses` and `refs` (references of single reports) let everything through when empty.
    """
    new = await check_json(request, NewWebhook)
    own = await partners.list_own_programs(work) if work.actor.program_id else []
    webhook, secret = await actions.add_webhook(work, new, own[0] if own else None)
    return WebhookMade(**_fields(webhook), secret=secret)


@get("/api/v1/webhooks/{webhook_id:uuid}", allow=MANAGE)
async def get_webhook(work: Work, webhook_id: WebhookId) -> WebhookItem:
    """Return one webhook."""
    return _item(await actions.own_webhook(work, webhook_id))


@patch("/api/v1/webhooks/{webhook_id:uuid}", allow=MANAGE, takes=[WebhookChange])
async def change_webhook(request: AnyRequest, work: Work, webhook_id: WebhookId) -> WebhookItem:
    """Change what is named, and leave the rest; `paused` stops it and lets it go on."""
    change = await check_json(request, WebhookChange)
    return _item(await actions.change_webhook(work, webhook_id, change))


@delete("/api/v1/webhooks/{webhook_id:uuid}", allow=MANAGE, status_code=204)
async def remove_webhook(work: Work, webhook_id: WebhookId) -> None:
    """Remove a webhook with its log; what still waits is not sent."""
    await actions.remove_webhook(work, webhook_id)


@post("/api/v1/webhooks/{webhook_id:uuid}/secret", allow=MANAGE, once=False)
async def rotate_webhook_secret(work: Work, webhook_id: WebhookId) -> SecretMade:
    """Make a new secret. For 24 hours what is sent bears a signature by the former one too."""
    secret, until = await actions.rotate_secret(work, webhook_id)
    return SecretMade(secret=secret, former_until=until)


@post("/api/v1/webhooks/{webhook_id:uuid}/test", allow=MANAGE, status_code=202)
async def test_webhook(request: AnyRequest, work: Work, webhook_id: WebhookId) -> Tested:
    """Send a test event, whatever the webhook's types and filters."""
    return Tested(event_id=await actions.send_test(work, webhook_id))


@post(
    "/api/v1/webhooks/{webhook_id:uuid}/replay", allow=MANAGE, status_code=202, takes=[ReplayAsked]
)
async def replay_webhook(request: AnyRequest, work: Work, webhook_id: WebhookId) -> Replayed:
    """Send what happened between two moments once more, from the city's log.

    The ids are those the events had; the data is the state as it is now. What is sent bears the
    header `webhook-replay: true`.
    """
    asked = await check_json(request, ReplayAsked)
    return Replayed(
        deliveries=await actions.replay(work, webhook_id, Replay(begin=asked.begin, end=asked.end))
    )


@get("/api/v1/webhooks/{webhook_id:uuid}/deliveries", allow=MANAGE)
async def list_webhook_deliveries(
    work: Work,
    webhook_id: WebhookId,
    state_is: Annotated[
        State | None, QueryParameter(name="state", description="Only those in this state.")
    ] = None,
    before: Annotated[int | None, Parameter(ge=1, le=2**63 - 1)] = None,
) -> DeliveryList:
    """List what was sent in the last 30 days and what waits, 50 at a time, the newest first."""
    await actions.own_webhook(work, webhook_id)
    found = await store.list_deliveries(work, webhook_id, state_is, before, PAGE + 1)
    page = found[:PAGE]
    return DeliveryList(
        deliveries=[
            DeliveryItem(**{name: getattr(one, name) for name in DeliveryItem.__struct_fields__})
            for one in page
        ],
        next=page[-1].id if len(found) > PAGE else None,
    )


@get("/api/v1/webhooks/{webhook_id:uuid}/deliveries/{delivery_id:int}", allow=MANAGE)
async def get_webhook_delivery(
    work: Work, webhook_id: WebhookId, delivery_id: DeliveryId
) -> DeliveryWhole:
    """Return one delivery: what was sent, and what was answered at each attempt."""
    await actions.own_webhook(work, webhook_id)
    found = await store.find_delivery(work, webhook_id, delivery_id)
    if found is None:
        raise Missing("We could not find what you asked for.")
    return DeliveryWhole(
        **{name: getattr(found, name) for name in DeliveryItem.__struct_fields__},
        event=msgspec.json.decode(found.body, type=CloudEvent),
        tries=found.tries,
    )


@post(
    "/api/v1/webhooks/{webhook_id:uuid}/deliveries/{delivery_id:int}/again",
    allow=MANAGE,
    status_code=202,
)
async def send_delivery_again(
    request: AnyRequest, work: Work, webhook_id: WebhookId, delivery_id: DeliveryId
) -> Again:
    """Send the same once more, as a delivery of its own."""
    return Again(id=await actions.send_again(work, webhook_id, delivery_id))


routes: list[Any] = [
    list_webhooks,
    create_webhook,
    get_webhook,
    change_webhook,
    remove_webhook,
    rotate_webhook_secret,
    test_webhook,
    replay_webhook,
    list_webhook_deliveries,
    get_webhook_delivery,
    send_delivery_again,
]


def _item(webhook: Webhook) -> WebhookItem:
    return WebhookItem(**_fields(webhook))


def _fields(webhook: Webhook) -> dict[str, Any]:
    fields = {
        name: getattr(webhook, name) for name in WebhookItem.__struct_fields__ if name != "state"
    }
    return {**fields, "state": "paused" if webhook.paused_at else "active"}
