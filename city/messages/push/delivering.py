"""Delivering pushes: seal each for its device, hand it over, and note what became of it."""

import asyncio
import logging
import random
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec

from city import identity
from city.kernel import Work
from city.messages.push import store
from city.messages.push.model import Push, Settled, Target, Topic, Wording
from city.messages.push.seal import MOST_PLAIN_BYTES, seal, seal_prepared
from city.messages.push.service import AT_ONCE, Answer, PushServices
from city.messages.push.vapid import Vapid
from city.settings import current

log = logging.getLogger("city.messages.push")

_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=2)


class Way:
    """What pushes go out by from this process: who the city is, and the push services."""

    vapid: Vapid
    services: PushServices


async def deliver(work: Work, push_id: UUID, first: UUID, last: UUID) -> set[datetime]:
    """Hand over what is due of a push to devices of a range; return when to come again.

    A device that is gone is forgotten. What cannot be delivered now is tried later, as long as it
    is worth something; a service that wants to be left alone is.
    """
    push = await store.get_push(work, push_id)
    targets = await store.list_due(work, push_id, first, last)
    if not targets:
        return set()
    if push.expires_at <= work.now:
        await _settle(work, targets, Settled.EXPIRED)
        return set()
    if push.person_id is not None:
        targets = await _still_signed_in(work, targets)
    waits = {wait.origin: wait.wait_until for wait in await store.list_waits(work)}
    held = [target for target in targets if target.origin in waits]
    if held:
        await store.put_off(work, [one.id for one in held], [waits[one.origin] for one in held])
    sent = await _send(push, [target for target in targets if target.origin not in waits], work.now)
    return {waits[one.origin] for one in held} | await _note(work, sent)


async def _still_signed_in(work: Work, targets: list[Target]) -> list[Target]:
    """Return the devices on which the person is signed in: others may be in other hands now."""
    stand = await identity.list_open_sessions(work, [one.session_id for one in targets])
    out = [one for one in targets if one.session_id not in stand]
    if out:
        await _settle(work, out, Settled.REFUSED)
    return [one for one in targets if one.session_id in stand]


async def _send(push: Push, targets: list[Target], now: datetime) -> list[tuple[Target, Answer]]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(target: Target) -> tuple[Target, Answer]:
        body = sealed(push, target)
        async with gate:
            return target, await Way.services.post(
                target.endpoint, headers_of(push, target.origin, now), body
            )

    return list(await asyncio.gather(*(one(target) for target in targets)))


async def _note(work: Work, sent: list[tuple[Target, Answer]]) -> set[datetime]:
    """Write down what became of each; return when to try again."""
    gone = [target.subscription_id for target, answer in sent if answer.is_gone]
    if gone:
        await store.prune(work, gone, day=work.now)
    done: list[tuple[UUID, str, int]] = []
    later: list[tuple[UUID, datetime, int]] = []
    waits: dict[str, datetime] = {}
    for target, answer in sent:
        if answer.is_gone:
            continue
        if answer.is_taken:
            done.append((target.id, Settled.SENT, answer.status))
        elif answer.may_work_later:
            due_at = work.now + (answer.wait or _backoff(target.attempts))
            if answer.wait is not None or answer.status == 429:
                due_at = waits[target.origin] = max(due_at, waits.get(target.origin, due_at))
            later.append((target.id, due_at, answer.status))
        else:
            log.warning(
                "a push was refused", extra={"service": target.origin, "status": answer.status}
            )
            done.append((target.id, Settled.REFUSED, answer.status))
    for origin in sorted(waits):
        await store.set_wait(work, origin, waits[origin])
    if done:
        ids, settled, answers = (list(column) for column in zip(*done, strict=True))
        await store.set_settled(work, ids, settled, answers)
    if later:
        ids, due, answers = (list(column) for column in zip(*later, strict=True))
        await store.set_later(work, ids, due, answers)
    return {due_at for _, due_at, _ in later}


async def _settle(work: Work, targets: list[Target], how: Settled) -> None:
    ids = [target.id for target in targets]
    await store.set_settled(work, ids, [how.value] * len(ids), [None] * len(ids))


def sealed(push: Push, target: Target) -> bytes:
    """Return a push as the body for one device.

    What one person is told is sealed with a key of its own; broadcasts go by what was prepared.
    """
    plain = payload(push, target.id, target.language)
    if push.person_id is not None:
        return seal(plain, target.p256dh, target.auth)
    _, server_public = Way.vapid.broadcast_key(target.generation)
    return seal_prepared(plain, target.ikm, server_public)


def payload(push: Push, delivery_id: UUID, language: str) -> bytes:
    """Return what the device is told, as declarative web push: the system shows it by itself.

    `mutable` lets the service worker have a look first, which drops a repetition by the id of the
    delivery and confirms that it arrived. It is never longer than a push may be.
    """
    words = wording_in(push.words, language)
    body = words.body
    said = msgspec.json.encode(_declared(push, delivery_id, language, words.title, body))
    while len(said) > MOST_PLAIN_BYTES and len(body) > 1:
        body = body[: len(body) * 3 // 4].rstrip("… ") + "…"
        said = msgspec.json.encode(_declared(push, delivery_id, language, words.title, body))
    return said


def _declared(
    push: Push, delivery_id: UUID, language: str, title: str, body: str
) -> dict[str, object]:
    return {
        "web_push": 8030,
        "mutable": True,
        "notification": {
            "title": title[:200],
            "body": body,
            "navigate": f"{current().url}{push.link if 0 < len(push.link) < 1000 else '/'}",
            "lang": language,
            "tag": push.replaces or str(push.id),
            "requireInteraction": push.urgent,
            "data": {"delivery": str(delivery_id)},
        },
    }


def wording_in(words: dict[str, Wording], language: str) -> Wording:
    """Return the words in a language, else in English or the city's own."""
    profile = current().profile
    usual = (profile.language, "en") if language in profile.languages else ("en", profile.language)
    found = next((words[code] for code in (language, *usual) if code in words), None)
    return found or next(iter(words.values()))


def headers_of(push: Push, origin: str, now: datetime) -> dict[str, str]:
    """Return the headers of a push (RFC 8030): for how long, how soon, in whose stead."""
    grave = push.topic is Topic.WARNINGS and push.severity >= 3
    headers = {
        "TTL": str(max(0, int((push.expires_at - now).total_seconds()))),
        "Urgency": "high" if push.urgent or grave else "normal",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "Authorization": Way.vapid.header(origin),
    }
    if push.replaces:
        name = sha256(push.replaces.encode()).digest()[:24]
        headers["Topic"] = urlsafe_b64encode(name).decode()  # At most 32 letters of base64url.
    return headers


def _backoff(attempts: int) -> timedelta:
    wait = min(_FIRST_WAIT * 2 ** min(attempts, 10), _LONGEST_WAIT)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 (so that not all come back at once)
