"""What this room keeps about somebody: to be taken away, and to be forgotten."""

from typing import Any
from uuid import UUID

from msgspec import structs

from city.dialogue.actions.surveys import sealed_id
from city.dialogue.store import questions, surveys
from city.identity import Kept
from city.kernel import Work, say

_LEFT_OUT = ("asker_id", "id", "case_id", "unit_id", "merged_into", "told", "version", "sample")


async def list_kept(work: Work, person_id: UUID) -> list[Kept]:
    """Return the surveys somebody answered, what they said where that can be known, and what they
    asked."""
    taken: list[dict[str, Any]] = []
    for one in await surveys.list_taken(work, person_id):
        said = one.answers
        if one.changeable and not one.named:
            said = await surveys.find_answer(work, sealed_id(one.ref, person_id))
        taken.append(
            {
                "survey": one.ref,
                "title": one.title,
                "answered_on": one.answered_on.isoformat(),
                "answers": said,
            }
        )
    asked = [
        {k: v for k, v in structs.asdict(one).items() if k not in _LEFT_OUT}
        for one in await questions.list_asked(work, person_id)
    ]
    voted = await questions.list_votes(work, person_id)
    kept = [
        Kept(name="surveys", title=say("Surveys you answered"), rows=taken),
        Kept(name="questions", title=say("What you asked the city"), rows=asked),
        Kept(name="votes", title=say("Answers you called helpful or not"), rows=voted),
    ]
    return [each for each in kept if each.rows]


async def forget_person(work: Work, person_id: UUID) -> None:
    """Make what somebody asked and answered nameless; questions and counts stay.

    Nothing here is held back: no list of holds.
    """
    await surveys.remove_taker(work, person_id)
    await questions.remove_asker(work, person_id)
