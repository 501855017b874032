"""What can be done with push: subscribe, choose, send to one person, broadcast, deliver."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from city import identity
from city.kernel import Invalid, Work, job, new_id, say
from city.messages.push import delivering, store
from city.messages.push.model import (
    PERSONAL_LASTS,
    Audience,
    Choice,
    NewSubscription,
    Notice,
    Offered,
    Planned,
    Push,
    Severity,
    Topic,
    Wording,
    generation_of,
    platform_of,
)
from city.messages.push.seal import BadKeys, prepare
from city.messages.push.service import BadEndpoint, origin_of
from city.messages.push.vapid import from_base64url
from city.settings import current

BATCH = 250
"""Devices of one job: even if each takes its whole time, they are done within the job's lease."""
PLANNED_AT_ONCE = 5_000
KEPT = timedelta(days=30)

_FIRST = UUID(int=0)
DEVICES = say("Devices that get notifications")
CHOICE = say("What you want to be told on your devices")

Offers = Callable[[Work], Awaitable[list[Offered]]]
_offers: list[Offers] = []


def offers_categories(offers: Offers) -> Offers:
    """Have a room above say which categories people can follow on their devices."""
    _offers.append(offers)
    return offers


async def list_offered(work: Work) -> list[Offered]:
    """Return the categories that can be followed, in the order of the rooms that offer them."""
    return [offered for offers in _offers for offered in await offers(work)]


async def subscribe(work: Work, new: NewSubscription, *, language: str, user_agent: str) -> None:
    """Keep a device of the actor's, or note that it is still there; safe to repeat."""
    work.actor.require("me")
    try:
        origin = origin_of(new.endpoint, simulated=current().sample)
        p256dh, auth = from_base64url(new.keys.p256dh), from_base64url(new.keys.auth)
        generation = generation_of(work.now)
        key, _ = delivering.Way.vapid.broadcast_key(generation)
        ikm = prepare(key, p256dh, auth)
    except (BadEndpoint, BadKeys, ValueError) as error:
        says = say("This is no subscription that the city can send to.")
        raise Invalid({"endpoint": says}) from error
    await store.set_subscription(
        work,
        id=new_id(),
        session_id=work.actor.session_id or _FIRST,
        endpoint=new.endpoint,
        origin=origin,
        p256dh=p256dh,
        auth=auth,
        ikm=ikm,
        generation=generation,
        language=language,
        platform=platform_of(user_agent),
        expires_at=_moment(new.expirationTime),
    )


async def unsubscribe(work: Work, endpoint: str) -> bool:
    """Forget a device of the actor's; False if there was none."""
    work.actor.require("me")
    return await store.remove_subscription(work, work.actor.person_id, endpoint) > 0


async def keep_choice(work: Work, choice: Choice) -> None:
    """Keep what the actor wants to be told."""
    work.actor.require("me")
    await store.set_choice(work, work.actor.person_id, choice)


async def push_to_person(
    work: Work,
    person_id: UUID,
    words: dict[str, Wording],
    *,
    link: str,
    topic: Topic = Topic.MINE,
    urgent: bool = False,
) -> int:
    """Push something to a person's devices, if they have any and want it; return how many.

    The deliveries are written in this work and sent by jobs, at least once. What is not urgent
    waits for the end of quiet hours.
    """
    push = Push(
        id=new_id(),
        person_id=person_id,
        topic=topic,
        words=words,
        link=link,
        urgent=urgent,
        replaces="",
        severity=Severity.MINOR,
        wards=[],
        categories=[],
        asked_at=work.now,
        expires_at=work.now + PERSONAL_LASTS,
    )
    planned = await store.add_personal(work, push, _minute(work.now))
    _plan(work, push.id, planned)
    return len(planned)


async def broadcast(work: Work, notice: Notice, to: Audience | None = None) -> UUID | None:
    """Push a notice to everybody in an audience who wants such notices; return its id.

    Who that is, is worked out afterwards, by jobs in batches; warnings of danger to life do not
    wait for the end of quiet hours. None: a notice for those who follow something, and nobody does.
    """
    to = to or Audience()
    followed = notice.topic is Topic.FOLLOWED
    if followed and not await store.is_followed(work, to.wards, to.categories):
        return None
    push = Push(
        id=new_id(),
        person_id=None,
        topic=notice.topic,
        words=notice.words,
        link=notice.link,
        urgent=notice.topic is Topic.WARNINGS and notice.severity is Severity.EXTREME,
        replaces=notice.replaces,
        severity=notice.severity,
        wards=to.wards,
        categories=to.categories,
        asked_at=work.now,
        expires_at=work.now + notice.lasts,
    )
    await store.add_push(work, push)
    work.later(spread_push, push_id=push.id, after=_FIRST)
    return push.id


@job
async def spread_push(work: Work, *, push_id: UUID, after: UUID) -> None:
    """Write down the next deliveries of a broadcast, and have them sent in batches."""
    push = await store.get_push(work, push_id)
    planned = await store.add_broadcast_deliveries(
        work, push, after=after, most=PLANNED_AT_ONCE, minute=_minute(work.now)
    )
    _plan(work, push_id, planned)
    if len(planned) == PLANNED_AT_ONCE:
        work.later(spread_push, push_id=push_id, after=planned[-1].subscription_id)


@job
async def deliver_push(work: Work, *, push_id: UUID, first: UUID, last: UUID) -> None:
    """Hand the due deliveries to devices of a range to their push services.

    What has to be tried again has its time written down, and a job of its own.
    """
    for due_at in await delivering.deliver(work, push_id, first, last):
        work.later(deliver_push, at=due_at, push_id=push_id, first=first, last=last)


@job(every=timedelta(hours=1))
async def forget_old_pushes(work: Work) -> None:
    """Forget pushes of more than a month ago, and devices whose browser said they would be gone."""
    await store.remove_old(work, work.now - KEPT)
    if gone := await store.find_expired(work, 1000):
        await store.prune(work, gone, day=work.now)


async def confirm_seen(work: Work, delivery_id: UUID) -> bool:
    """Note that a device has shown a push: who knows its id has got it."""
    return await store.set_seen(work, delivery_id)


async def list_kept(work: Work, person_id: UUID) -> list[identity.Kept]:
    """Return what is kept about a person for push. Keys are no part of it: they are secrets."""
    devices = [
        {
            "push service": device.origin,
            "platform": device.platform,
            "since": device.created_at.isoformat(),
            "last confirmed": device.confirmed_at.isoformat(),
        }
        for device in await store.list_subscriptions(work, person_id)
    ]
    kept = [identity.Kept(name="push_devices", title=DEVICES, rows=devices)]
    if choice := await store.find_choice(work, person_id):
        row = {
            "mine": choice.mine,
            "questions": choice.questions,
            "warnings from": choice.warnings.name.lower(),
            "wards": choice.wards,
            "categories": choice.categories,
            "quiet from": choice.quiet_from,
            "quiet to": choice.quiet_to,
        }
        kept.append(identity.Kept(name="push_choice", title=CHOICE, rows=[row]))
    return kept


async def forget_person(work: Work, person_id: UUID) -> None:
    """Forget a person's devices, their choices, and what was pushed to them."""
    await store.remove_everything(work, person_id)


def _plan(work: Work, push_id: UUID, planned: Sequence[Planned]) -> None:
    """Have deliveries done in batches; a batch has a job for each moment one of it is due."""
    ordered = sorted(planned, key=lambda one: one.subscription_id)
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        first, last = batch[0].subscription_id, batch[-1].subscription_id
        for due_at in sorted(_moments(batch)):
            work.later(deliver_push, at=due_at, push_id=push_id, first=first, last=last)


def _moments(planned: Iterable[Planned]) -> set[datetime]:
    return {one.due_at for one in planned}


def _minute(now: datetime) -> int:
    local = now.astimezone(current().profile.zone)
    return local.hour * 60 + local.minute


def _moment(milliseconds: float | None) -> datetime | None:
    if milliseconds is None or not 0 < milliseconds < 4e12:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
