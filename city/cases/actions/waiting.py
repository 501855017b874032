"""Letting a case wait: for its reporter, for money, for anything its process knows of."""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from city import media
from city.cases.actions.evidence import NOTHING, Brought, words
from city.cases.actions.moving import begin, check_revisit, finish
from city.cases.model import Case
from city.kernel import Work, say
from city.processes import Definition, Transition, Verb, Who


def asks_the_reporter(definition: Definition, way: Transition) -> bool:
    """Return whether a way leads to where the reporter's answer is waited for."""
    return any(Who.REPORTER in out.by for out in definition.ways_from(way.to))


def hears_the_reporter(definition: Definition, way: Transition) -> bool:
    """Return whether a way is the one that the reporter's answer opens."""
    return Who.REPORTER in way.by


def _named(id: str) -> Callable[[Definition, Transition], bool]:
    """Return which ways may be meant: without a name never the one that asks the reporter."""
    return lambda definition, way: bool(id) or not asks_the_reporter(definition, way)


async def ask_reporter(
    work: Work, case_id: UUID, question: str, *, version: int | None = None
) -> Case:
    """Ask the reporter something; the clock stands still until they reply."""
    move = await begin(work, case_id, Verb.PAUSE, version, only=asks_the_reporter)
    question = words("question", question, say("Please write your question."))
    return await finish(work, move, note=question, field="question", verb="ask")


async def reply(
    work: Work,
    case_id: UUID,
    text: str,
    photos: Sequence[UUID] = (),
    *,
    reporter: bool = True,
    version: int | None = None,
) -> Case:
    """Answer the city's question; the clock runs on.

    The caller makes sure that the actor is the reporter, or says that it is the desk, which
    writes down what it was told by telephone (`reporter=False`).
    """
    move = await begin(
        work, case_id, Verb.RESUME, version, reporter=reporter, only=hears_the_reporter
    )
    text = words("text", text, say("Please write your answer."))
    files = await media.claim_files(work, list(photos)) if photos else []
    ids = [file.id for file in files]
    return await finish(
        work,
        move,
        note=text,
        brought=None,
        facts={"files": [str(id) for id in ids]} if ids else {},
        named=not reporter,
        verb="reply",
        more_photos=[*move.case.more_photos, *ids],
    )


async def pause_case(
    work: Work,
    case_id: UUID,
    id: str,
    *,
    revisit_on: date | None = None,
    note: str = "",
    version: int | None = None,
    brought: Brought = NOTHING,
) -> Case:
    """Let a case wait by the way of this id, such as `wait_budget`, and say what for.

    The clock stands still. `revisit_on` is public: on that day it is looked at again.
    """
    move = await begin(work, case_id, Verb.PAUSE, version, id=id, only=_named(id))
    note = words("note", note, say("Please say what it waits for."))
    check_revisit(work, move, revisit_on)
    facts = {"revisit_on": revisit_on.isoformat()} if revisit_on else {}
    return await finish(work, move, note=note, brought=brought, facts=facts, revisit_on=revisit_on)


async def resume_case(
    work: Work,
    case_id: UUID,
    *,
    id: str = "",
    note: str = "",
    version: int | None = None,
    brought: Brought = NOTHING,
) -> Case:
    """Go on with a case that waited; its clock runs again."""
    move = await begin(work, case_id, Verb.RESUME, version, id=id)
    return await finish(work, move, note=note, brought=brought)
