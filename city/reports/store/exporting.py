"""All reports for a file: the public ones as they are, every one without what tells them apart."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from city import settings
from city.kernel import Work


def copy_public(work: Work, units: Sequence[tuple[UUID, str, str]]) -> AsyncIterator[bytes]:
    """Give every report that is not private as it stands, as CSV with a header, in a fixed order.

    The same that `list_public_states` says of each; never who sent it. `units` are (id, code,
    name). Moments are UTC, places WGS84 degrees.
    """
    return work.copy(
        """
        select report.ref, report.category, report.status, report.ward, report.latitude,
               report.longitude,
               replace((report.sent_at at time zone 'UTC')::text, ' ', 'T') || 'Z' as sent_at,
               replace((report.due_at at time zone 'UTC')::text, ' ', 'T') || 'Z' as due_at,
               replace((report.closed_at at time zone 'UTC')::text, ' ', 'T') || 'Z' as closed_at,
               replace((report.updated_at at time zone 'UTC')::text, ' ', 'T') || 'Z'
                   as updated_at,
               unit.code as unit_code, unit.name as unit_name, report.rating, report.voices,
               onward.ref as merged_into, left(report.description, 200) as summary, report.answer
        from reports.report as report
        left join reports.report as onward
               on onward.case_id = report.merged_into and not onward.private
        left join unnest(:ids::uuid[], :codes::text[], :names::text[]) as unit (id, code, name)
               on unit.id = report.unit_id
        where not report.private
        order by report.id
        """,
        ids=[id for id, _, _ in units],
        codes=[code for _, code, _ in units],
        names=[name for _, _, name in units],
    )


def copy_bare(work: Work, until: datetime) -> AsyncIterator[bytes]:
    """Give every report sent before a moment, private or not: no words, no place, no day.

    What is left is the ward, the month in the time of the city, the category, how it ended,
    whether by its due time, and roughly within how many days.
    """
    return work.copy(
        """
        select ward, to_char(sent_at at time zone :zone::text, 'YYYY-MM') as month, category,
               case when status in ('done', 'rejected', 'merged') then status else 'open' end
                   as outcome,
               case when status = 'done' then (closed_at <= due_at)::text end as on_time,
               case when status = 'done' then
                   case when closed_at - sent_at <= interval '1 day' then '0-1'
                        when closed_at - sent_at <= interval '7 days' then '2-7'
                        when closed_at - sent_at <= interval '30 days' then '8-30'
                        else '31+' end
               end as days
        from reports.report
        where sent_at < :until::timestamptz
        """,
        zone=settings.current().profile.time_zone,
        until=until,
    )
