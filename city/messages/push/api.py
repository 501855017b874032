"""Push for programs: a browser subscribes itself, and says that it has shown something."""

from typing import Annotated, Any
from uuid import UUID

import msgspec

from city.kernel import Work
from city.messages.push import actions, twin
from city.messages.push.delivering import Way
from city.messages.push.model import NewSubscription
from city.settings import current
from city.web import PUBLIC, Request, Response, check_json, delete, get, post


class PushKey(msgspec.Struct, frozen=True):
    """What a browser needs to subscribe: the city's key, and whether there is a simulated way."""

    key: str
    simulated: bool


class Device(msgspec.Struct, frozen=True):
    """The address a browser got from its push service."""

    endpoint: Annotated[str, msgspec.Meta(max_length=1000)]


class Seen(msgspec.Struct, frozen=True):
    """A push that a device has shown."""

    delivery: UUID


@get("/api/v1/push", allow=PUBLIC)
async def get_push_key() -> PushKey:
    """Return the city's public key for subscribing (RFC 8292, `applicationServerKey`)."""
    return PushKey(Way.vapid.public, current().sample)


@post("/api/v1/me/push", allow="me", status_code=204, takes=[NewSubscription])
async def add_push_device(request: Request[Any, Any, Any], work: Work) -> None:
    """Keep this device, or note that it is still there. Safe to repeat, and meant to be."""
    new = await check_json(request, NewSubscription)
    await actions.subscribe(
        work,
        new,
        language=request.scope["state"]["language"],
        user_agent=request.headers.get("user-agent", ""),
    )


@delete("/api/v1/me/push", allow="me", status_code=204, takes=[Device])
async def forget_push_device(request: Request[Any, Any, Any], work: Work) -> None:
    """Forget this device."""
    await actions.unsubscribe(work, (await check_json(request, Device)).endpoint)


@post("/push/seen", allow=PUBLIC, status_code=204)
async def confirm_seen(request: Request[Any, Any, Any], work: Work) -> None:
    """Note that a device has shown a push; only that device knows the id of its delivery."""
    await actions.confirm_seen(work, (await check_json(request, Seen)).delivery)


@post("/simulated/push/devices", allow="me")
async def add_simulated_device(work: Work) -> Response[Any]:
    """Make a device of the simulated push service. In a sample city only."""
    return Response(await twin.add_device(work), media_type="application/json")


routes = [get_push_key, add_push_device, forget_push_device, confirm_seen, add_simulated_device]
