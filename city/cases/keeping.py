"""What is kept here about somebody who works on cases, and what stays of them."""

from uuid import UUID

from city import identity
from city.cases import store
from city.identity import Hold, Kept
from city.kernel import Work, say


async def list_kept(work: Work, person_id: UUID) -> list[Kept]:
    """Return what somebody has done to cases and pinned above their lists."""
    parts = [
        ("acts", say("What you did in the city's cases"), await store.list_acts(work, person_id)),
        ("filters", say("Lists you pinned"), await store.list_pinned(work, person_id)),
    ]
    return [Kept(name=name, title=title, rows=rows) for name, title, rows in parts if rows]


async def list_holds(work: Work, person_id: UUID) -> list[Hold]:
    """Return that names stay in the journals: a hash covers them, and the city answers for them."""
    if await identity.is_forgotten(work, person_id):
        return []
    if not await store.list_acts(work, person_id, most=1):
        return []
    return [
        Hold(
            title=say("Your name where you worked on cases"),
            why=say("The city has to be able to show who decided what in its name."),
        )
    ]


async def forget_person(work: Work, person_id: UUID) -> None:
    """Remove what somebody set up for themselves; the journals stay."""
    await store.forget_settings(work, person_id)
