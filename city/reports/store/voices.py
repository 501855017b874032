"""Who else sees what a report tells, and who is told how it goes on."""

from uuid import UUID

from msgspec import Struct

from city.kernel import Work
from city.reports.model import Report, Voice
from city.reports.store.reports import Followed


class Follower(Struct, frozen=True, kw_only=True):
    """Somebody to be told; `ref` is what they know the report by."""

    person_id: UUID
    ref: str


async def add_voice(work: Work, report: Report, comment: str, photos: list[UUID]) -> bool:
    """Add the actor's voice to a report and let them follow it; False if it was there before.

    Whoever says more later adds it to what they said.
    """
    added = await work.value(
        bool,
        """
        with spoken as (
            insert into reports.voice as voice (report_id, person_id, at, comment, photos)
            values (:report_id, :person_id, :now, :comment, :photos)
            on conflict (report_id, person_id) do update
            set comment = case
                    when position(excluded.comment in voice.comment) > 0 then voice.comment
                    else left(concat_ws(E'\n', nullif(voice.comment, ''), excluded.comment), 8000)
                end,
                photos = (voice.photos || excluded.photos)[1:12]
            returning xmax = 0 as is_new
        ), counted as (
            update reports.report set voices = voices + 1
            where id = :report_id and (select is_new from spoken)
        ), followed as (
            insert into reports.follower (report_id, person_id, at, ref)
            values (:report_id, :person_id, :now, :ref)
            on conflict do nothing
        )
        select is_new from spoken
        """,
        report_id=report.id,
        person_id=work.actor.person_id,
        now=work.now,
        comment=comment,
        photos=photos,
        ref=report.ref,
    )
    return bool(added)


async def remove_voice(work: Work, report: Report) -> bool:
    """Take back the actor's voice with what they said; False if there was none."""
    gone = await work.value(
        int,
        """
        with gone as (
            delete from reports.voice
            where report_id = :report_id and person_id = :person_id
            returning report_id
        )
        update reports.report set voices = voices - 1 from gone where id = gone.report_id
        returning 1
        """,
        report_id=report.id,
        person_id=work.actor.person_id,
    )
    return gone is not None


async def add_follower(work: Work, report: Report) -> bool:
    """Let the actor follow a report; False if they did already."""
    return bool(
        await work.run(
            """
            insert into reports.follower (report_id, person_id, at, ref)
            values (:report_id, :person_id, :now, :ref)
            on conflict do nothing
            """,
            report_id=report.id,
            person_id=work.actor.person_id,
            now=work.now,
            ref=report.ref,
        )
    )


async def remove_follower(work: Work, report: Report) -> bool:
    """Let the actor follow a report no longer; False if they did not."""
    return bool(
        await work.run(
            """
            delete from reports.follower where report_id = :report_id and person_id = :person_id
            """,
            report_id=report.id,
            person_id=work.actor.person_id,
        )
    )


async def list_followers(work: Work, report_id: UUID) -> list[Follower]:
    """Return who is told how a report goes on, besides its reporter."""
    return await work.all(
        Follower,
        "select person_id, ref from reports.follower where report_id = :report_id order by at",
        report_id=report_id,
    )


async def list_voices(work: Work, report_id: UUID, most: int) -> list[Voice]:
    """Return the latest voices that said or showed something."""
    return await work.all(
        Voice,
        """
        select at, comment, photos
        from reports.voice
        where report_id = :report_id and (comment <> '' or photos <> '{}')
        order by at desc
        limit :most
        """,
        report_id=report_id,
        most=most,
    )


async def carry_over(work: Work, source: Followed, into: Followed) -> None:
    """Let voices and followers of a report that was joined with another go on with that one.

    Its reporter becomes one of them, with what they had written. Nobody is there twice, nor for
    a report of their own.
    """
    await work.run(
        """
        with voices as (
            insert into reports.voice (report_id, person_id, at, comment, photos)
            select :into_id, person_id, at, comment, photos
            from (
                select person_id, at, comment, photos
                from reports.voice
                where report_id = :source_id
                union all
                select reporter_id, sent_at, description, photos
                from reports.report
                where id = :source_id and reporter_id is not null
            ) as theirs
            where person_id is distinct from :into_reporter::uuid
            on conflict do nothing
            returning 1
        ), followers as (
            insert into reports.follower (report_id, person_id, at, ref)
            select :into_id, person_id, at, ref
            from (
                select person_id, at,
                       case when ref = :source_ref then :into_ref else ref end as ref
                from reports.follower
                where report_id = :source_id
                union all
                select reporter_id, sent_at, ref
                from reports.report
                where id = :source_id and reporter_id is not null
            ) as theirs
            where person_id is distinct from :into_reporter::uuid
            on conflict do nothing
        ), silent as (
            delete from reports.voice where report_id = :source_id
        ), unfollowed as (
            delete from reports.follower where report_id = :source_id
        )
        update reports.report
        set voices = case
                when id = :into_id then voices + (select count(*) from voices)
                else 0
            end
        where id in (:into_id, :source_id)
        """,
        source_id=source.id,
        source_ref=source.ref,
        into_id=into.id,
        into_ref=into.ref,
        into_reporter=into.reporter_id,
    )
