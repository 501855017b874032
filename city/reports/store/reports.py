"""One report: written, found, and kept in step with its case."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict

from city import places
from city.cases import Rating, Status
from city.kernel import Work, ref_number
from city.reports.model import Pace, Progress, Report, ref_word
from city.web import words_in


class Followed(Struct, frozen=True, kw_only=True):
    """What a reaction must know of a report to keep it in step with its case."""

    id: UUID
    ref: str
    case_id: UUID
    reporter_id: UUID | None
    told: int
    category: str
    private: bool
    status: Status
    unit_id: UUID | None
    due_at: datetime | None
    closed_at: datetime | None
    rating: Rating | None
    merged_into: UUID | None
    answer: str
    reason: str
    unit_name: dict[str, str] | None
    updated_at: datetime

    def would_show(self, progress: Progress) -> bool:
        """Return whether anybody would see something new of it."""
        shown = (
            "category",
            "private",
            "status",
            "unit_id",
            "unit_name",
            "due_at",
            "closed_at",
            "rating",
            "merged_into",
            "answer",
            "reason",
        )
        return any(getattr(self, name) != getattr(progress, name) for name in shown)


class Written(Struct, frozen=True, kw_only=True):
    """What became of a report that was to be written.

    `before`: its reporter has sent this `client_key` before. `full_until`: when the reporter may
    send again, if they have sent as many of late as one person may.
    """

    is_new: bool
    before: bool
    full_until: datetime | None


async def add_report(
    work: Work, report: Report, client_key: str | None, also: str, pace: Pace | None
) -> Written:
    """Write a report and its pin, unless it is there already or its reporter sent too many.

    `also` is what it is found by besides its own words. If the same one is just being written by
    somebody else this waits until that is decided. Without a `pace` there is no limit.
    """
    return await work.one(
        Written,
        """
        with pace as (
            select greatest((
                select sent_at + interval '1 hour' from reports.report
                where :paced::boolean and reporter_id = :reporter_id
                  and sent_at > :now::timestamptz - interval '1 hour'
                order by sent_at desc, id desc
                offset :an_hour::integer - 1 limit 1
            ), (
                select sent_at + interval '1 day' from reports.report
                where :paced::boolean and reporter_id = :reporter_id
                  and sent_at > :now::timestamptz - interval '1 day'
                order by sent_at desc, id desc
                offset :a_day::integer - 1 limit 1
            )) as full_until
        ), written as (
            insert into reports.report (
                id, ref, ref_number, case_id, reporter_id, client_key, category, description,
                photos, address, ward, latitude, longitude, cell, place_precision, private, sample,
                seen_at, sent_at, updated_at, status, due_at, attributes, search)
            select :id::uuid, :ref::text, :ref_number::bigint, :case_id::uuid, :reporter_id::uuid,
                   :client_key::text, :category::text, :description::text, :photos::uuid[],
                   :address::text, :ward::text, :latitude::float8, :longitude::float8,
                   :cell::bigint, :place_precision::text, :private::boolean, :sample::boolean,
                   :seen_at::timestamptz, :sent_at::timestamptz, :sent_at, :status::text,
                   :due_at::timestamptz, :attributes::jsonb, to_tsvector('simple', :words)
            from pace where full_until is null
            on conflict (reporter_id, client_key) where client_key is not null do nothing
            returning cell, category, open, ref_number, longitude, latitude, shown
        ), pinned as (
            insert into reports.pin_change (cell, category, open, delta, ref_number, east, north)
            select cell, category, open, 1, ref_number,
                   round((longitude + 180) * 1e6), round((latitude + 90) * 1e6)
            from written
            where shown
        )
        select exists (select from written) as is_new, full_until,
               not exists (select from written) and exists (
                   select from reports.report
                   where reporter_id = :reporter_id and client_key = :client_key
               ) as before
        from pace
        """,
        now=work.now,
        paced=pace is not None,
        **(asdict(pace) if pace else {"an_hour": 1, "a_day": 1}),
        **_columns(report, also),
        client_key=client_key,
    )


def _columns(report: Report, also: str) -> dict[str, Any]:
    words = words_in(report.description, report.address, also) + " " + ref_word(report.ref)
    return {
        **asdict(report),
        "words": words,
        "ref_number": ref_number(report.ref),
        "cell": places.cell_of(report.latitude, report.longitude),
    }


async def set_progress(work: Work, report: Followed, progress: Progress, told: int) -> bool:
    """Show how the case of a report stands and move its pin; False if nothing was different.

    `told` is the last entry of the case's history that its reporter has been told of.
    """
    changed = await work.value(
        int,
        """
        with before as (
            select * from reports.report where id = :id for update
        ), changed as (
            update reports.report as report
            set category = :category, private = :private, status = :status, unit_id = :unit_id,
                unit_name = :unit_name, due_at = :due_at, closed_at = :closed_at,
                rating = :rating, merged_into = :merged_into, told = :told,
                question = :question, answer = :answer, reason = :reason,
                updated_at = :updated_at
            from before
            where report.id = before.id
              and (before.category, before.private, before.status, before.unit_id,
                   before.unit_name, before.due_at, before.closed_at, before.rating,
                   before.merged_into, before.told, before.question, before.answer,
                   before.reason)
                  is distinct from
                  (:category::text, :private::boolean, :status::text, :unit_id::uuid,
                   :unit_name::jsonb, :due_at::timestamptz, :closed_at::timestamptz,
                   :rating::text, :merged_into::uuid, :told::integer, :question::text,
                   :answer::text, :reason::text)
            returning report.shown, report.open, report.category
        ), moved as (
            insert into reports.pin_change (cell, category, open, delta, ref_number, east, north)
            select before.cell, pin.category, pin.open, pin.delta, before.ref_number,
                   round((before.longitude + 180) * 1e6), round((before.latitude + 90) * 1e6)
            from before, changed, lateral (
                values (before.shown, before.category, before.open, -1::smallint),
                       (changed.shown, changed.category, changed.open, 1::smallint)
            ) as pin (shown, category, open, delta)
            where pin.shown and before.cell is not null
              and (before.shown, before.category, before.open)
                  is distinct from (changed.shown, changed.category, changed.open)
        )
        select 1 from changed
        """,
        id=report.id,
        told=told,
        **asdict(progress),
        # What only staff see is no update of what everybody reads.
        updated_at=work.now if report.would_show(progress) else report.updated_at,
    )
    return changed is not None


async def find_by_ref(work: Work, ref: str, person_id: UUID | None = None) -> Report | None:
    """Return the report of this reference, private or not, and what this person has to do with it.

    They may have said that they see it too, or follow it.
    """
    return await work.maybe(
        Report,
        """
        select id, ref, case_id, reporter_id, category, description, photos, address, ward,
               latitude, longitude, place_precision, private, sample, seen_at, sent_at, status,
               unit_id, unit_name, due_at, closed_at, rating, merged_into,
               attributes, voices,
               exists (
                   select from reports.voice where report_id = report.id and person_id = :person_id
               ) as voiced,
               exists (
                   select from reports.follower
                   where report_id = report.id and person_id = :person_id
               ) as follows
        from reports.report
        where ref = :ref
        """,
        ref=ref,
        person_id=person_id,
    )


async def find_by_case(work: Work, case_id: UUID) -> Report | None:
    """Return the report of this case; a case may have come another way."""
    return await work.maybe(
        Report,
        """
        select id, ref, case_id, reporter_id, category, description, photos, address, ward,
               latitude, longitude, place_precision, private, sample, seen_at, sent_at, status,
               unit_id, unit_name, due_at, closed_at, rating, merged_into,
               attributes, voices
        from reports.report
        where case_id = :case_id
        """,
        case_id=case_id,
    )


async def get_by_key(work: Work, reporter_id: UUID | None, client_key: str) -> Report:
    """Return what this person sent under this client key."""
    return await work.one(
        Report,
        """
        select id, ref, case_id, reporter_id, category, description, photos, address, ward,
               latitude, longitude, place_precision, private, sample, seen_at, sent_at, status,
               unit_id, unit_name, due_at, closed_at, rating, merged_into,
               attributes, voices
        from reports.report
        where reporter_id = :reporter_id and client_key = :client_key
        """,
        reporter_id=reporter_id,
        client_key=client_key,
    )


async def lock_by_case(work: Work, case_id: UUID) -> Followed | None:
    """Return the report of this case, held until this work ends so that reactions take turns."""
    return await work.maybe(
        Followed,
        """
        select id, ref, case_id, reporter_id, told, category, private, status, unit_id, due_at,
               closed_at, rating, merged_into, answer, reason, unit_name, updated_at
        from reports.report
        where case_id = :case_id
        for update
        """,
        case_id=case_id,
    )


async def add_photos(work: Work, ref: str, photos: list[UUID], most: int) -> UUID | None:
    """Add photos to a report and return its case; None if there is none or it has too many."""
    return await work.value(
        UUID,
        """
        update reports.report set photos = photos || :photos::uuid[], updated_at = :now
        where ref = :ref and cardinality(photos) + cardinality(:photos::uuid[]) <= :most
        returning case_id
        """,
        ref=ref,
        photos=photos,
        most=most,
        now=work.now,
    )
