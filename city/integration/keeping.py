"""What the packages of this room keep about somebody, gathered."""

from uuid import UUID

from city.identity import Hold, Kept
from city.integration import hub, open311, webhooks
from city.kernel import Work

_PACKAGES = (open311, hub, webhooks)
"""Every package that keeps anything about people."""


async def list_kept(work: Work, person_id: UUID) -> list[Kept]:
    """Return what is kept about somebody here."""
    return [kept for package in _PACKAGES for kept in await package.list_kept(work, person_id)]


async def list_holds(work: Work, person_id: UUID) -> list[Hold]:
    """Return what has to stay when somebody goes, and why."""
    return await hub.list_holds(work, person_id)


async def forget_person(work: Work, person_id: UUID) -> None:
    """Forget somebody here."""
    for package in _PACKAGES:
        await package.forget_person(work, person_id)
