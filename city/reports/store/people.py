"""What is kept about those who report."""

from typing import Any
from uuid import UUID

from msgspec import Struct

from city.kernel import Work


class Sent(Struct, frozen=True):
    """How many reports somebody sent, and how many of them are not closed."""

    total: int
    unfinished: int


async def list_sent_by(work: Work, person_id: UUID) -> list[dict[str, Any]]:
    """Return what somebody has reported, fit for JSON."""
    return await work.values(
        dict,
        """
        select jsonb_build_object(
            'case_id', case_id, 'ref', ref, 'category', category, 'ward', ward,
            'latitude', latitude, 'longitude', longitude, 'private', private,
            'seen_at', seen_at, 'sent_at', sent_at, 'status', status, 'closed_at', closed_at,
            'rating', rating, 'photos', photos)
        from reports.report where reporter_id = :person_id order by sent_at
        """,
        person_id=person_id,
    )


async def list_voices_by(work: Work, person_id: UUID) -> list[dict[str, Any]]:
    """Return what somebody has said to others' reports, fit for JSON."""
    return await work.values(
        dict,
        """
        select jsonb_build_object('ref', ref, 'at', at, 'comment', comment,
                                  'photos', voice.photos)
        from reports.voice join reports.report on report.id = voice.report_id
        where person_id = :person_id order by at
        """,
        person_id=person_id,
    )


async def list_followed_by(work: Work, person_id: UUID) -> list[dict[str, Any]]:
    """Return which reports somebody follows, fit for JSON."""
    return await work.values(
        dict,
        """
        select jsonb_build_object('ref', ref, 'at', at)
        from reports.follower where person_id = :person_id order by at
        """,
        person_id=person_id,
    )


async def count_sent_by(work: Work, person_id: UUID) -> tuple[int, int]:
    """Return how many reports somebody sent, and how many of them are not closed."""
    sent = await work.one(
        Sent,
        """
        select count(*) as total, count(*) filter (where open) as unfinished
        from reports.report where reporter_id = :person_id
        """,
        person_id=person_id,
    )
    return sent.total, sent.unfinished


async def forget_sender(work: Work, person_id: UUID) -> None:
    """Unlink somebody from their closed reports, and forget what they follow and said.

    Their voices go on counting, without a word.
    """
    await work.run(
        """
        with unlinked as (
            update reports.report set reporter_id = null, client_key = null
            where reporter_id = :person_id and not open
        ), silent as (
            update reports.voice set comment = '', photos = '{}'
            where person_id = :person_id
        )
        delete from reports.follower where person_id = :person_id
        """,
        person_id=person_id,
    )
