"""Sending what is due: taken by a lease, sent without a transaction, and written down together.

What is under way when a process is killed is taken again when its lease is over: everything is
sent at least once, always with the id of its event. What is about one subject goes to an address
one after the other, in its order, also across retries.
"""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from msgspec import Struct, to_builtins

from city import partners
from city.integration.webhooks import store
from city.integration.webhooks.model import LASTS, WAITS, Settled, State, Taken, Try, Why
from city.integration.webhooks.posting import PATIENCE_SECONDS, Posted, Posts, Reach
from city.integration.webhooks.signing import signature, unseal
from city.kernel import THE_CITY, Database, Work, beat, say
from city.messages import send_message
from city.settings import Settings, current

log = logging.getLogger("city.integration.webhooks")

AT_ONCE = 256
FIRST, EACH = 4, 32
"""So many are under way at once, and so many of them to one address: the first so many, one more
with each answer that came quickly up to the most, half as many with each that was slow or none."""

QUICK_MS = 1000

LEASE = timedelta(seconds=PATIENCE_SECONDS * 2)
KEPT_ANSWER = 1000
"""So many letters of an answer stand in the log."""

_HOLD, _LONGEST_HOLD = timedelta(seconds=5), timedelta(minutes=5)
_FRESH = timedelta(minutes=1)
_BREATH_SECONDS = 0.05
_WRITE_TOGETHER = 64


class Result(Struct, frozen=True, kw_only=True):
    """What came of one attempt."""

    taken: Taken
    lease: UUID
    at: datetime
    ms: int
    posted: Posted

    @property
    def is_delivered(self) -> bool:
        """Whether it has arrived."""
        return 200 <= self.posted.status < 300

    @property
    def is_held(self) -> bool:
        """Whether the server as a whole cannot take anything now."""
        return self.posted.status in (0, 429, 502, 503, 504)


class Sender:
    """What this process sends."""

    def __init__(self, database: Database, reach: Reach) -> None:
        """Send what this database has, as far as this reach goes."""
        self.database = database
        self.posts = Posts(reach)
        self._under_way: dict[asyncio.Task[None], UUID] = {}
        self._windows: dict[UUID, int] = {}
        self._results: list[Result] = []

    async def run(self) -> int:
        """Send until nothing is due and nothing is under way; return how many were sent."""
        sent = 0
        try:
            while True:
                taken = await self._take()
                sent += taken
                if not taken and not self._under_way and not self._results:
                    return sent
                if self._under_way:
                    await self._wait()
                await self._write()
        except asyncio.CancelledError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Let go of what is under way, and write down what has come back."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self._under_way.clear()
        await self._write()

    async def _take(self) -> int:
        room = AT_ONCE - len(self._under_way)
        if room < AT_ONCE // 4:
            return 0
        busy = Counter(self._under_way.values())
        lease, started = uuid4(), time.monotonic()
        async with self.database.work(THE_CITY) as work:
            due = await store.take_due(
                work,
                lease,
                work.now + LEASE,
                rooms={
                    one: max(0, self._windows.get(one, FIRST) - busy[one])
                    for one in (self._windows | busy)
                },
                each=FIRST,
                most=room,
            )
        for taken in due:
            task = asyncio.create_task(self._send(taken, lease, started))
            self._under_way[task] = taken.webhook_id
            task.add_done_callback(lambda done: self._under_way.pop(done, None))
        return len(due)

    async def _wait(self) -> None:
        """Wait until some have come back, and a breath for those that come together."""
        await asyncio.wait(list(self._under_way), timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
        until = time.monotonic() + _BREATH_SECONDS
        while self._under_way and len(self._results) < _WRITE_TOGETHER:
            left = until - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(min(0.005, left))

    async def _send(self, taken: Taken, lease: UUID, started: float) -> None:
        if time.monotonic() - started > PATIENCE_SECONDS / 2:
            return  # It lay here for so long that another may have it by the time it is sent.
        at, before = self.database.clock(), time.perf_counter()
        body = taken.body.encode()
        headers = headers_of(taken, body, at)
        if headers is None:
            posted = Posted(status=0, error="the secret cannot be opened any more: make a new one")
        else:
            posted = await self.posts.post(taken.url, headers, body)
        ms = round((time.perf_counter() - before) * 1000)
        result = Result(taken=taken, lease=lease, at=at, ms=ms, posted=posted)
        window = self._windows.get(taken.webhook_id, FIRST)
        is_quick = result.is_delivered and ms < QUICK_MS
        self._windows[taken.webhook_id] = min(EACH, window + 1) if is_quick else max(1, window // 2)
        self._results.append(result)

    async def _write(self) -> None:
        if not self._results:
            return
        results, self._results = self._results, []
        try:
            async with self.database.work(THE_CITY) as work:
                await note(work, results)
        except BaseException:
            # They are sent once more when their lease is over, unless this can be written later.
            self._results = results + self._results
            raise


def headers_of(taken: Taken, body: bytes, at: datetime) -> bytes | None:
    """Return the lines of a delivery's headers, signed by its secret and by the former one.

    None if the city's own secret, with which these are sealed, has become another.
    """
    stamp, message_id = int(at.timestamp()), str(taken.event_id)
    secrets = [taken.secret]
    if taken.former_secret and taken.former_until and at < taken.former_until:
        secrets.append(taken.former_secret)
    opened = [unseal(secret, taken.webhook_id) for secret in secrets]
    if opened[0] is None:
        return None
    signed = " ".join(signature(one, message_id, stamp, body) for one in opened if one is not None)
    lines = (
        "Content-Type: application/cloudevents+json; charset=utf-8\r\n"
        "User-Agent: Trang-Tien-Webhooks/1\r\n"
        f"webhook-id: {message_id}\r\n"
        f"webhook-timestamp: {stamp}\r\n"
        f"webhook-signature: {signed}\r\n"
    )
    return (lines + ("webhook-replay: true\r\n" if taken.replay else "")).encode()


async def note(work: Work, results: Sequence[Result]) -> None:
    """Write down what came of attempts: one statement for all of them, one for each sick address.

    What failed is due again later, what has been tried for a day is given up, and an address that
    failed for a day, or says it is gone, is paused.
    """
    settled = [_settled(result, work.now) for result in results]
    await store.settle(work, settled)
    if later := [one.id for one in settled if one.state == "waiting"]:
        await store.hold_back(work, later)
    by_webhook: dict[UUID, list[Result]] = {}
    for result in results:
        by_webhook.setdefault(result.taken.webhook_id, []).append(result)
    for webhook_id in sorted(by_webhook):
        await _note_health(work, webhook_id, by_webhook[webhook_id])


def _settled(result: Result, now: datetime) -> Settled:
    taken, posted = result.taken, result.posted
    tried = Try(
        at=result.at,
        ms=result.ms,
        status=posted.status,
        answer=posted.answer[:KEPT_ANSWER],
        error=posted.error,
    )
    state: State = "delivered"
    due_at = now
    if not result.is_delivered:
        due_at = now + wait_after(taken.attempts, posted.wait)
        state = "failed" if due_at > taken.made_at + LASTS else "waiting"
    return Settled(
        id=taken.id,
        lease=result.lease,
        state=state,
        due_at=due_at,
        status=posted.status,
        ms=result.ms,
        tried=to_builtins(tried),
    )


def wait_after(attempts: int, asked: timedelta | None = None) -> timedelta:
    """Return how long to wait after so many attempts before, give or take a tenth.

    A server that asks for more is given it.
    """
    usual = WAITS[min(attempts, len(WAITS) - 1)] * random.uniform(0.9, 1.1)  # noqa: S311
    return max(usual, asked or timedelta(0))


async def _note_health(work: Work, webhook_id: UUID, results: list[Result]) -> None:
    if any(result.posted.status == 410 for result in results):
        await _pause(work, webhook_id, "gone")
        return
    if any(result.is_delivered for result in results):
        if any(_is_news(result.taken, work.now) for result in results):
            await store.set_well(work, webhook_id)
        return
    hold = _HOLD if all(result.is_held for result in results) else None
    asked = max((r.posted.wait for r in results if r.posted.wait), default=timedelta(0))
    # By what stands there now: when these were taken it may have been otherwise.
    since = await store.set_failing(work, webhook_id, hold, _LONGEST_HOLD, asked)
    if since is not None and work.now - since >= LASTS:
        await _pause(work, webhook_id, "failing")


def _is_news(taken: Taken, now: datetime) -> bool:
    """Return whether it has to be written down that something arrives at an address."""
    told = taken.delivered_at
    return taken.failing_since is not None or told is None or now - told >= _FRESH


async def _pause(work: Work, webhook_id: UUID, why: Why) -> None:
    """Pause an address, and tell whoever answers for it."""
    webhook = await store.find_webhook(work, webhook_id)
    if webhook is None or not await store.set_paused(work, webhook_id, why):
        return
    log.warning("a webhook was paused", extra={"webhook": str(webhook_id), "why": why})
    owner_id = webhook.owner_id
    if webhook.program_id is not None:
        programs = await partners.list_programs(work)
        owner_id = next((p.owner_id for p in programs if p.id == webhook.program_id), None)
    if owner_id is None:
        return
    says = {
        "gone": say("Your webhook is paused: {url} says that it is gone."),
        "failing": say("Your webhook is paused: nothing arrived at {url} for 24 hours."),
    }[why]
    await send_message(
        work,
        owner_id,
        say(says.text, url=webhook.url[:200]),
        link=f"/developers/webhooks/{webhook_id}",
        topic="webhook",
    )


def reach() -> Reach:
    """Return how far this city posts: in a sample city to this machine too."""
    settings = current()
    return Reach(
        this_machine=settings.sample or settings.webhooks_inside,
        anywhere=settings.webhooks_inside,
    )


class Office:
    """What this process sends by, while the room is open."""

    sender: Sender | None = None


async def open_room(settings: Settings, database: Database) -> None:
    """Be ready to send."""
    Office.sender = Sender(database, reach())


async def close_room() -> None:
    """Close the connections."""
    if Office.sender is not None:
        await Office.sender.posts.close()
    Office.sender = None


@beat(every=timedelta(seconds=0.2))
async def send_due(work: Work) -> bool:
    """Send what is due until nothing is. It takes works of its own: none is open while it waits."""
    if Office.sender is not None:
        await Office.sender.run()
    return False
