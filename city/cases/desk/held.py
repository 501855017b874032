"""Ten seconds in which what somebody asked for can still be taken back.

What would be public or hard to undo is a row until then, so that it survives a restart, and a job
does it with the rights the person had. Programs that use the API wait for nothing.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from city.cases import store
from city.cases.desk.attempt import attempt
from city.cases.model import Case
from city.cases.store.desk import Held
from city.cases.verbs import verb_called
from city.kernel import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    Missing,
    Problem,
    Says,
    Work,
    job,
    new_id,
    say,
)

HELD_VERBS = frozenset({"publish", "reject", "merge", "route"})
"""What is held back; anything else is done at once."""

HELD_SECONDS = 10

GIVE_UP_AFTER = timedelta(hours=1)
"""By then its job has been tried again and again, and laid aside: the case must not wait for it."""

GIVEN_UP = say("Something went wrong in the system. Please try it again.")

SENT_AGAIN_WITHIN = timedelta(days=60)
"""So long a phone that was away may send the same again without it being done twice."""


async def hold(work: Work, case: Case, verb: str, given: Any) -> Held:
    """Hold a verb back for ten seconds, once it is sure that it could be done now.

    Raises what the verb would raise, and Conflict if something else is held back for the case.
    """
    wanted = verb_called(verb)
    if given.version is None:
        given = msgspec.structs.replace(given, version=case.version)
    async with attempt(work, keep=False):
        await wanted.do(work, case.id, given)
    held = Held(
        id=new_id(),
        case_id=case.id,
        verb=verb,
        given=msgspec.to_builtins(given),
        actor_id=work.actor.person_id,
        actor_name=work.actor.name,
        permissions=sorted(work.actor.permissions),
        unit_id=work.actor.unit_id,
        held_at=work.now,
        run_at=work.now + timedelta(seconds=HELD_SECONDS),
    )
    if not await store.add_held(work, held):
        raise Conflict("Something else is about to happen to this case. Please look again.")
    work.later(do_held, at=held.run_at, held_id=held.id)
    return held


async def take_back(work: Work, held_id: UUID) -> Held:
    """Take back what this person asked for, if it has not been done yet."""
    held = await store.take_held(work, held_id, work.actor.person_id)
    if held is None:
        raise Conflict("It was too late: this has been done already.")
    return held


@job
async def do_held(work: Work, held_id: UUID) -> None:
    """Do what was held back, as the person who asked for it; or write down why it cannot be."""
    held = await store.take_held(work, held_id)
    if held is None:
        return
    wanted = verb_called(held.verb)
    city = work.actor
    work.actor = Actor(
        id=held.actor_id,
        name=held.actor_name,
        permissions=frozenset(held.permissions),
        unit_id=held.unit_id,
    )
    try:
        async with attempt(work):
            await wanted.do(work, held.case_id, msgspec.convert(held.given, wanted.shape))
    except (Conflict, Forbidden, Invalid, Missing) as problem:
        await store.set_refused(work, held, _why(problem))
    finally:
        work.actor = city


@job(every=timedelta(minutes=5))
async def tidy_up(work: Work) -> None:
    """Put away what could not be done for reasons of the city's own, and forget old sendings."""
    given_up = {"text": GIVEN_UP.text, "params": {}}
    await store.give_up_held(work, given_up, before=work.now - GIVE_UP_AFTER)
    await store.forget_done_keys(work, before=work.now - SENT_AGAIN_WITHIN)


def _why(problem: Problem) -> dict[str, Any]:
    says = (
        next(iter(problem.errors.values()), problem.says)
        if isinstance(problem, Invalid)
        else (problem.says)
    )
    return plain(says)


def plain(says: Says) -> dict[str, Any]:
    """Return a sentence as JSON, with sentences that fill its braces."""
    params = {k: plain(v) if isinstance(v, Says) else v for k, v in says.params.items()}
    return {"text": says.text, "params": params}


def spoken(kept: dict[str, Any]) -> Says:
    """Return the sentence that `plain` has kept."""
    params = {
        k: spoken(v) if isinstance(v, dict) and "text" in v else v
        for k, v in kept.get("params", {}).items()
    }
    return Says(kept.get("text", ""), params)
