"""Saying that a look was wrong, taking one's data away, and going."""

from datetime import timedelta
from uuid import UUID

from city.identity import store
from city.identity.model import (
    ConcernRaised,
    ConcernSettled,
    FarewellAsked,
    FarewellTakenBack,
    Hold,
    Kept,
    Role,
    TakeoutAsked,
)
from city.kernel import Conflict, Forbidden, Invalid, Missing, TooMany, Work, new_id, say

_TAKEOUTS_A_DAY = 3
_LEAVE_FIRST = frozenset(Role) - {Role.RESIDENT, Role.VISITOR, Role.BUSINESS}


async def raise_concern(work: Work, access_id: UUID, text: str) -> None:
    """Tell the auditor that a look at the actor's data was wrong. Raises Invalid without words."""
    work.actor.require("me")
    text = text.strip()
    if not 3 <= len(text) <= 2000:
        raise Invalid({"text": say("Please say in a few words what is wrong.")})
    concern_id = new_id()
    if not await store.add_concern(work, concern_id, access_id, work.actor.person_id, text):
        raise Missing("We could not find what you asked for.")
    work.announce(ConcernRaised(concern_id=concern_id))


async def settle_concern(work: Work, concern_id: UUID, answer: str) -> None:
    """Answer a person's concern. Needs `identity.audit`; once, and the person is told."""
    work.actor.require("identity.audit")
    answer = answer.strip()
    if not 3 <= len(answer) <= 2000:
        raise Invalid({"answer": say("Please write an answer.")})
    person_id = await store.set_concern_settled(work, concern_id, answer)
    if person_id is None:
        raise Conflict("Somebody has answered this already.")
    work.announce(ConcernSettled(concern_id=concern_id, person_id=person_id))


async def ask_for_takeout(work: Work) -> None:
    """Have a copy of everything kept about the actor made; nothing if one is being made.

    Raises TooMany after three in a day.
    """
    work.actor.require("me")
    person_id = work.actor.person_id
    day = timedelta(days=1)
    if await store.count_takeouts(work, person_id, work.now - day) >= _TAKEOUTS_A_DAY:
        raise TooMany("Three copies a day are enough. Please come back tomorrow.", 3600)
    takeout_id = new_id()
    if await store.add_takeout(work, takeout_id, person_id):
        work.announce(TakeoutAsked(takeout_id=takeout_id, person_id=person_id))


async def ask_to_go(work: Work) -> None:
    """Have the actor forgotten in a week, unless they take it back.

    Needs a fresh proof that it is them. Raises Forbidden while they work for the city.
    """
    work.actor.require("me")
    if not await store.is_proven(work, work.actor.session_id):
        raise Forbidden("Please confirm with a code first that it is you.")
    if await works_for_the_city(work):
        raise Forbidden("You work for the city with this account. Ask an administrator first.")
    if await store.add_farewell(work, work.actor.person_id):
        work.announce(FarewellAsked(person_id=work.actor.person_id))


async def take_back_going(work: Work) -> None:
    """Let the actor stay after all."""
    work.actor.require("me")
    if not await store.remove_farewell(work, work.actor.person_id):
        raise Conflict("There is nothing to take back.")
    work.announce(FarewellTakenBack(person_id=work.actor.person_id))


async def works_for_the_city(work: Work) -> bool:
    """Return whether the actor holds a role that others rely on."""
    held = await store.list_holdings(work, work.actor.person_id)
    return any(holding.role in _LEAVE_FIRST for holding in held)


async def list_kept(work: Work, person_id: UUID) -> list[Kept]:
    """Return what is kept about somebody's account, as they may take it away."""
    parts = [
        ("account", say("Your account"), await store.list_account(work, person_id)),
        ("devices", say("Where you were signed in"), await store.list_devices(work, person_id)),
        ("seen", say("Who saw your data"), await store.list_seen(work, person_id)),
        ("help", say("Helpers and cards"), await store.list_help(work, person_id)),
    ]
    return [Kept(name=name, title=title, rows=rows) for name, title, rows in parts if rows]


async def list_holds(work: Work, person_id: UUID) -> list[Hold]:
    """Return what of somebody has to stay here, and why."""
    holds = []
    gone = await store.is_forgotten(work, person_id)
    if not gone and await store.list_access_to(work, person_id, most=1):
        holds.append(
            Hold(
                title=say("Who looked at your data"),
                why=say("Stays without your name, so that misuse can still be found."),
            )
        )
    if await store.count_open_concerns(work, person_id):
        holds.append(
            Hold(
                title=say("What you told the auditor"),
                why=say("Stays until the auditor has answered it."),
            )
        )
    return holds


async def forget_person(work: Work, person_id: UUID) -> None:
    """Leave a nameless row of somebody. Doing it again changes nothing."""
    await store.forget_person(work, person_id)
