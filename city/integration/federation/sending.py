"""Sending: written down first, then sent, then settled, each in a work of its own.

Nothing is held open while another city is waited for. Who is killed in between leaves a mark that
something may have arrived; then they are asked for it before it is sent again.
"""

import random
from datetime import timedelta
from typing import ClassVar

from city import cases, reports
from city.integration.federation.client import Answer, Server, ids_of
from city.integration.federation.drafting import draft, marker_of
from city.integration.federation.model import (
    ATTEMPTS,
    FIRST_WAIT,
    LEASE,
    LONGEST_HOLD,
    LONGEST_WAIT,
    TOKEN_ATTEMPTS,
    CannotSend,
    Destination,
    Sending,
    Settled,
    State,
)
from city.integration.federation.sealing import unseal
from city.integration.federation.store import destinations
from city.integration.federation.store import sendings as store
from city.kernel import THE_CITY, Database, Says, Work, beat, new_id, reacts_to, say

NO_KEY = say("The key to their server can no longer be read. Please enter it again.")
_NOT_SURE = say("It is not known whether they have it, and they could not be asked: {why}")
_NO_NUMBER = say("They took it, and have not given it a number for two weeks.")
_MOST_AT_ONCE = 50
_THEIR_CLOCK = timedelta(days=1)
"""So far their clock may be behind ours; what is found is known by its marker anyway."""


class Office:
    """The database that is worked in, while the room is open."""

    database: ClassVar[Database | None] = None


@reacts_to(cases.CaseMoved)
async def plan_sendings(work: Work, event: cases.CaseMoved) -> None:
    """Write down where a case is to be handed over to."""
    if event.verb not in ("accept", "route"):
        return
    case = await cases.get_case(work, event.case_id)
    if case.private or not case.is_open:
        return
    for one in await destinations.list_for(work, case.category, case.ward, event.verb):
        sending = Sending(
            id=new_id(),
            destination=one.code,
            case_id=case.id,
            ref=case.ref,
            state="trial" if one.state is State.TEST else "waiting",
            due_at=work.now,
            made_at=work.now,
        )
        await store.add_sending(work, sending)


@beat(every=timedelta(seconds=2))
async def send_waiting(work: Work) -> bool:
    """Send what is due, in works of its own: none is open while another city is waited for."""
    if Office.database is not None:
        for _ in range(_MOST_AT_ONCE):
            if not await send_next(Office.database):
                break
    return False


async def send_next(database: Database) -> bool:
    """Send what is due next; return whether there was anything."""
    lease = new_id()
    async with database.work(THE_CITY) as work:
        sending = await store.take_due(work, lease, work.now + LEASE)
        if sending is None:
            return False
        destination = await destinations.find_destination(work, sending.destination)
        key = unseal(await destinations.get_key(work, sending.destination), sending.destination)
        report = next(iter(await reports.list_requests_by_ref(work, [sending.ref])), None)
    assert destination is not None  # noqa: S101 (a foreign key says so)
    try:
        if key is None:
            raise CannotSend(NO_KEY)
        form = draft(destination, sending, report) if sending.state == "waiting" else {}
    except CannotSend as reason:
        settled = _laid_aside(sending, reason.says, maybe_there=sending.maybe_there)
    else:
        settled = await _attempt(Server(destination, key), destination, sending, form)
    async with database.work(THE_CITY) as work:
        await store.settle(work, sending.id, lease, settled)
        if settled.silent:
            wait = min(settled.wait, LONGEST_HOLD)
            await store.hold_back(work, sending.destination, work.now + wait)
    return True


async def _attempt(
    server: Server, destination: Destination, sending: Sending, form: dict[str, str]
) -> Settled:
    """Do what is next for a sending, and return where that leaves it."""
    if sending.state == "token":
        return _heard(sending, await server.ask_token(sending.token))
    if sending.maybe_there:
        since = (sending.begun_at or sending.made_at) - _THEIR_CLOCK
        found = await server.find(marker_of(sending), form["service_code"], since)
        if found.fault is not None:
            why = Says(_NOT_SURE.text, {"why": found.fault})
            return _tried(sending, why, found, maybe_there=True)
        if found.rows:
            return _heard(sending, found)
    return _heard(sending, await server.send(form, once=str(sending.id)))


def _heard(sending: Sending, answer: Answer) -> Settled:
    """Return where an answer leaves a sending."""
    if answer.fault is not None:
        there = answer.arrived and sending.state == "waiting"
        if answer.final:
            return _laid_aside(sending, answer.fault, words=answer.words)
        return _tried(sending, answer.fault, answer, maybe_there=there)
    number, token = ids_of(answer.rows[0]) if answer.rows else ("", "")
    if number:
        return Settled(state="sent", attempts=sending.attempts, their_id=number, token=token)
    if token or sending.token:
        if sending.attempts >= TOKEN_ATTEMPTS:
            return _laid_aside(sending, _NO_NUMBER)
        # A number may take them days; what was tried before it was taken does not count.
        attempts = sending.attempts if sending.state == "token" else 0
        wait = backoff(attempts)
        return Settled(state="token", wait=wait, token=token or sending.token, attempts=attempts)
    says = say("They took it and gave it neither a number nor a token.")
    return _tried(sending, says, answer, maybe_there=True)


def _tried(sending: Sending, says: Says, answer: Answer, *, maybe_there: bool) -> Settled:
    if sending.attempts >= (TOKEN_ATTEMPTS if sending.state == "token" else ATTEMPTS):
        return _laid_aside(sending, says, words=answer.words, maybe_there=maybe_there)
    return Settled(
        state=sending.state,
        wait=backoff(sending.attempts),
        maybe_there=maybe_there,
        attempts=sending.attempts,
        token=sending.token,
        fault=says,
        their_words=answer.words,
        silent=answer.status == 0,
    )


def _laid_aside(
    sending: Sending, says: Says, words: str = "", *, maybe_there: bool = False
) -> Settled:
    return Settled(
        state="dead",
        maybe_there=maybe_there,
        attempts=sending.attempts,
        token=sending.token,
        fault=says,
        their_words=words,
    )


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts, give or take a tenth."""
    wait = min(FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 12), LONGEST_WAIT)
    return wait * random.uniform(0.9, 1.1)  # noqa: S311 (so that not all come back at once)
