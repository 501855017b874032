"""What is kept about those who work on cases."""

from typing import Any
from uuid import UUID

from city.kernel import Work


async def list_acts(work: Work, person_id: UUID, most: int = 100_000) -> list[dict[str, Any]]:
    """Return what somebody has done to cases, as their journals name them, fit for JSON."""
    return await work.values(
        dict,
        """
        select jsonb_build_object('case', ref, 'at', at, 'verb', verb, 'note', note)
        from cases.entry join cases.case on "case".id = entry.case_id
        where actor_id = :person_id
        limit :most
        """,
        person_id=person_id,
        most=most,
    )


async def list_pinned(work: Work, person_id: UUID) -> list[dict[str, Any]]:
    """Return the lists somebody has pinned, fit for JSON."""
    return await work.values(
        dict,
        "select to_jsonb(filter) - 'person_id' from cases.filter where person_id = :person_id",
        person_id=person_id,
    )


async def forget_settings(work: Work, person_id: UUID) -> None:
    """Remove what somebody has set up for themselves at the desk."""
    await work.run(
        """
        with pinned as (
            delete from cases.filter where person_id = :person_id
        ), present as (
            delete from cases.presence where person_id = :person_id
        )
        delete from cases.done_key where person_id = :person_id
        """,
        person_id=person_id,
    )
