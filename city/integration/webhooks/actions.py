"""What owners do with their addresses: add, change, pause, test, replay, remove.

An address belongs to a program, or to a person who develops one and tries things out first. A
program sees its own; a person sees their own and those of the programs they have registered.
"""

from datetime import datetime
from uuid import UUID

from city import cases, identity, partners, places
from city.integration.webhooks import store
from city.integration.webhooks.fanout import body_of, write_events
from city.integration.webhooks.model import (
    FORMER_SIGNS,
    MOST_REPLAYED,
    WEBHOOKS_EACH,
    NewWebhook,
    Replay,
    Webhook,
    WebhookChange,
)
from city.integration.webhooks.posting import is_address
from city.integration.webhooks.published import TESTED, TYPES, CloudEvent, Greeting
from city.integration.webhooks.publishing import may_be_told, schema_url
from city.integration.webhooks.sending import reach
from city.integration.webhooks.signing import new_secret, seal, written
from city.kernel import (
    Conflict,
    Invalid,
    Missing,
    Says,
    Work,
    events_between,
    new_id,
    read_ref,
    say,
)
from city.settings import current


async def add_webhook(
    work: Work, new: NewWebhook, program: partners.Program | None
) -> tuple[Webhook, str]:
    """Add an address, for a program of the actor's or for the actor; return its secret once.

    Raises Invalid with what is wrong with each field, Conflict when there are too many.
    """
    _require(work)
    await _check(work, new, program)
    program_id = program.id if program else None
    owner_id = work.actor.id
    if await store.count_webhooks(work, program_id, owner_id) >= WEBHOOKS_EACH:
        raise Conflict("There are {n} webhooks already. Please remove one first.", n=WEBHOOKS_EACH)
    webhook_id, secret = new_id(), new_secret()
    sealed = seal(secret, webhook_id)
    await store.add_webhook(work, webhook_id, new, sealed, program_id=program_id, owner_id=owner_id)
    return await own_webhook(work, webhook_id), written(secret)


async def change_webhook(work: Work, webhook_id: UUID, change: WebhookChange) -> Webhook:
    """Change an address; what the change does not name stays. Raises Invalid, Missing."""
    webhook = await own_webhook(work, webhook_id)
    names = [name for name in NewWebhook.__struct_fields__ if getattr(change, name) is not None]
    if names:
        kept = {name: getattr(webhook, name) for name in NewWebhook.__struct_fields__}
        new = NewWebhook(**{**kept, **{name: getattr(change, name) for name in names}})
        await _check(work, new, await _program_of(work, webhook))
        await store.set_webhook(work, webhook_id, new)
    if change.paused is True:
        await store.set_paused(work, webhook_id, "owner")
    elif change.paused is False:
        await store.set_resumed(work, webhook_id)
    return await own_webhook(work, webhook_id)


async def remove_webhook(work: Work, webhook_id: UUID) -> None:
    """Remove an address with its log; raises Missing."""
    await own_webhook(work, webhook_id)
    await store.remove_webhook(work, webhook_id)


async def rotate_secret(work: Work, webhook_id: UUID) -> tuple[str, datetime]:
    """Make a new secret; return it, and until when the former one signs too."""
    await own_webhook(work, webhook_id)
    secret, until = new_secret(), work.now + FORMER_SIGNS
    await store.set_secret(work, webhook_id, seal(secret, webhook_id), until)
    return written(secret), until


async def send_test(work: Work, webhook_id: UUID) -> UUID:
    """Send a greeting to an address, whatever it wants to be told; return the id of the event."""
    webhook = await own_webhook(work, webhook_id)
    if webhook.paused_at is not None:
        raise Conflict("This webhook is paused. Please resume it first.")
    event_id = new_id()
    event = CloudEvent(
        id=event_id,
        source=current().url,
        type=TESTED.type,
        time=work.now,
        # Of its own, so that no test waits for another that failed.
        subject=f"test-{event_id.hex[-8:]}",
        position="0-0",
        data=Greeting(message="Tràng Tiền says hello."),
        dataschema=schema_url(TESTED),
    )
    body = body_of(event)
    await store.add_deliveries(work, [body], [(webhook_id, body.id)])
    return event_id


async def replay(work: Work, webhook_id: UUID, span: Replay) -> int:
    """Send what happened between two moments once more, with the ids it had; return how many.

    What things are like is told as it is now. Raises Invalid for moments that are none, or too
    far apart.
    """
    webhook = await own_webhook(work, webhook_id)
    if webhook.paused_at is not None:
        raise Conflict("This webhook is paused. Please resume it first.")
    begin, end = span.begin, span.end
    if end <= begin or begin > work.now:
        raise Invalid({"to": say("The end has to come after the beginning.")})
    kinds = {event for name in webhook.types if name in TYPES for event in TYPES[name].events}
    events = await events_between(work, begin, end, sorted(kinds), MOST_REPLAYED + 1)
    if len(events) > MOST_REPLAYED:
        too_many = say("More than {n} events: please choose a shorter time.", n=MOST_REPLAYED)
        raise Invalid({"to": too_many})
    # What happens from here on comes behind it: nothing older may be told after something newer.
    await store.hold_cursor(work)
    return await write_events(work, events, [webhook], replay=True)


async def send_again(work: Work, webhook_id: UUID, delivery_id: int) -> int:
    """Make a delivery once more, with the same words and the same id; return its number."""
    webhook = await own_webhook(work, webhook_id)
    if webhook.paused_at is not None:
        raise Conflict("This webhook is paused. Please resume it first.")
    found = await store.send_again(work, webhook_id, delivery_id)
    if found is None:
        raise Missing("We could not find what you asked for.")
    return found


async def own_webhook(work: Work, webhook_id: UUID) -> Webhook:
    """Return an address of the actor's; raises Missing when it is somebody else's."""
    _require(work)
    webhook = await store.find_webhook(work, webhook_id)
    if webhook is not None and await _is_theirs(work, webhook):
        return webhook
    raise Missing("We could not find what you asked for.")


async def list_own(work: Work) -> list[Webhook]:
    """Return the actor's addresses, and those of the programs they have registered."""
    _require(work)
    programs = await partners.list_own_programs(work)
    found = await store.list_of_programs(work, [program.id for program in programs])
    own = await store.list_of_owner(work, work.actor.id) if work.actor.id else []
    return [*own, *found]


def _require(work: Work) -> None:
    work.actor.require("webhooks.manage" if work.actor.program_id else "me")


async def _is_theirs(work: Work, webhook: Webhook) -> bool:
    actor = work.actor
    if webhook.program_id is None:
        return actor.id is not None and webhook.owner_id == actor.id
    if actor.program_id is not None:
        return webhook.program_id == actor.program_id
    return any(one.id == webhook.program_id for one in await partners.list_own_programs(work))


async def _program_of(work: Work, webhook: Webhook) -> partners.Program | None:
    own = await partners.list_own_programs(work)
    return next((program for program in own if program.id == webhook.program_id), None)


async def _check(work: Work, new: NewWebhook, program: partners.Program | None) -> None:
    faults: dict[str, Says] = {}
    if not is_address(new.url, reach()):
        faults["url"] = say("Please give the address of a public server, with https.")
    if "\x00" in new.description:
        faults["description"] = say("This does not look right. Please check it.")
    scopes = frozenset(program.scopes if program else ())
    if unknown := [name for name in new.types if name not in TYPES]:
        faults["types"] = say("There is no event “{name}”.", name=unknown[0][:80])
    elif beyond := sorted(set(new.types) - set(may_be_told(new.types, scopes))):
        faults["types"] = say(
            "“{name}” is for programs with the scope “{scope}”.",
            name=beyond[0],
            scope=TYPES[beyond[0]].scope,
        )
    known: dict[str, set[str]] = {
        "categories": set(await cases.known_categories(work)) if new.categories else set(),
        "wards": {ward.code for ward in places.list_wards()} if new.wards else set(),
        "refs": {ref for ref in new.refs if read_ref(ref) == ref},
        "units": {one.code for one in await identity.list_units(work)} if new.units else set(),
    }
    for field, codes in known.items():
        if strange := [code for code in getattr(new, field) if code not in codes]:
            faults[field] = say("There is no code “{code}”.", code=strange[0][:80])
    if faults:
        raise Invalid(faults)
