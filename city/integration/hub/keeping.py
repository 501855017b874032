"""What is kept about a person here: the contracts and rules that bear an officer's name."""

from uuid import UUID

from city.identity import Hold, Kept
from city.integration.hub.store import contracts, mappings
from city.kernel import Work, say


async def list_kept(work: Work, person_id: UUID) -> list[Kept]:
    """Return the contracts somebody drafted or approved, and the rules they published."""
    signed = [
        {"contract": one.number, "system": one.system, "drafted_at": one.drafted_at.isoformat()}
        for one in await contracts.list_signed_by(work, person_id)
    ]
    made = [
        {"mapping": f"{one.system}/{one.kind}", "version": one.version}
        for one in await mappings.list_made_by(work, person_id)
    ]
    rows = [*signed, *made]
    title = say("What you decided about other systems")
    return [Kept(name="integration_hub", title=title, rows=rows)] if rows else []


async def list_holds(work: Work, person_id: UUID) -> list[Hold]:
    """Return why what somebody decided for the city stays."""
    if not await list_kept(work, person_id):
        return []
    return [
        Hold(
            title=say("What you decided about other systems"),
            why=say("Who agreed to an exchange of data, and when, belongs to its contract."),
        )
    ]


async def forget_person(work: Work, person_id: UUID) -> None:
    """Nothing goes: see `list_holds`. Messages name nobody, and their bodies go by themselves."""
