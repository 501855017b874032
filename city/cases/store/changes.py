"""What everybody may know of what has happened to cases, in the order it happened."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from city.cases.model import Status
from city.kernel import Work


class PublicChange(Struct, frozen=True, kw_only=True):
    """That a case with a public page came to stand otherwise, and what was said about it.

    `answer` is the public answer if this published one, with its `photos`; `reason` is an English
    sentence to be translated, with the public `note` on it; `merged_ref` is where it goes on.
    """

    case_id: UUID
    ref: str
    seq: int
    verb: str
    now: Status
    at: datetime
    answer: str
    reason: str
    note: str
    photos: list[UUID]
    merged_ref: str | None


async def list_public_changes(
    work: Work,
    refs: list[str],
    since: datetime,
    until: datetime,
    after: tuple[datetime, UUID, int],
    most: int,
) -> list[PublicChange]:
    """Return how public cases changed from `since` on and before `until`, first things first.

    Only of these references, if any are given; it goes on beyond `after`: moment, case, line of
    its history. Cases that nobody reported, and private ones, are not in it.
    """
    at, case_id, seq = after
    return await work.all(
        PublicChange,
        """
        select c.id as case_id, c.ref, e.seq, e.verb, e.now, e.at,
               coalesce(case when e.verb = 'publish' then (
                   select said.note from cases.entry as said
                   where said.case_id = e.case_id and said.seq < e.seq and said.verb = 'answer'
                   order by said.seq desc limit 1) end, '') as answer,
               coalesce(e.facts ->> 'reason', '') as reason,
               case when e.verb = 'reject' then e.note else '' end as note,
               case when e.verb = 'publish' and c.status = 'done' then c.answer_photos
                    else '{}' end as photos,
               case when e.verb = 'merge' then (
                   select onward.ref from cases.case as onward
                   where onward.id = c.merged_into and not onward.private) end as merged_ref
        from cases.entry as e
        join cases.case as c on c.id = e.case_id
        where e.at >= :since::timestamptz and e.at < :until::timestamptz
          and (e.at, e.case_id, e.seq) > (:at::timestamptz, :case_id::uuid, :seq::int)
          and e.was is not null and e.was <> e.now
          and not c.private and c.source in ('report', 'import')
          and (:refs::text[] = '{}' or c.ref = any(:refs))
        order by e.at, e.case_id, e.seq
        limit :most
        """,
        refs=refs,
        since=since,
        until=until,
        at=at,
        case_id=case_id,
        seq=seq,
        most=most,
    )
