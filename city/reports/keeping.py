"""What is kept here about somebody, and what stays when they go."""

from uuid import UUID

from city import cases
from city.identity import Hold, Kept
from city.kernel import Work, say
from city.reports import store


async def list_kept(work: Work, person_id: UUID) -> list[Kept]:
    """Return what somebody reported, what they said to others' reports, and which they follow."""
    reports = await store.list_sent_by(work, person_id)
    written = await cases.words_of(work, [UUID(row["case_id"]) for row in reports])
    for row in reports:
        row["description"], row["address"] = written[UUID(row.pop("case_id"))]
    voices = await store.list_voices_by(work, person_id)
    followed = await store.list_followed_by(work, person_id)
    photos = [UUID(photo) for row in (*reports, *voices) for photo in row["photos"]]
    parts = [
        Kept(name="reports", title=say("Your reports"), rows=reports, files=photos),
        Kept(name="voices", title=say("What you said to others' reports"), rows=voices),
        Kept(name="following", title=say("Reports you follow"), rows=followed),
    ]
    return [part for part in parts if part.rows]


async def list_holds(work: Work, person_id: UUID) -> list[Hold]:
    """Return that reports stay nameless, and linked until the city has finished with them."""
    total, unfinished = await store.count_sent_by(work, person_id)
    holds = []
    if unfinished:
        holds.append(
            Hold(
                title=say("Reports the city is still working on"),
                why=say("They stay as they are, without your name, until they are closed."),
            )
        )
    if total > unfinished:
        holds.append(
            Hold(
                title=say("Reports that are closed, and the city's answers"),
                why=say("They stay in the public list, and nothing says any more who sent them."),
            )
        )
    return holds


async def forget_person(work: Work, person_id: UUID) -> None:
    """Unlink somebody from what they sent and is closed, and remove what they follow and said."""
    await store.forget_sender(work, person_id)
