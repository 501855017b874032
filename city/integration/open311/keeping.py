"""What is kept about somebody here, and what goes when they go.

Who told a program of a report is joined with no account, so it is nobody's here: it goes by itself
after a year. What is kept about people of the city is when they looked at that, and why.
"""

from datetime import timedelta
from uuid import UUID

from city.identity import Kept
from city.integration.open311 import store
from city.integration.open311.model import SENDER_KEPT
from city.kernel import Work, job, say


async def list_kept(work: Work, person_id: UUID) -> list[Kept]:
    """Return at whose reports somebody of the city looked."""
    rows = await store.list_looks_by(work, person_id)
    title = say("Where you looked who sent a report through a program")
    return [Kept(name="open311_looks", title=title, rows=rows)] if rows else []


async def forget_person(work: Work, person_id: UUID) -> None:
    """Make nameless that somebody looked."""
    await store.forget_looker(work, person_id)


@job(every=timedelta(days=1))
async def forget_senders(work: Work) -> None:
    """Forget who told a program of a report a year ago."""
    await store.remove_senders(work, work.now - SENDER_KEPT)
