"""The SQL of the calendar: one function for each statement."""

from datetime import date
from typing import Any

from city.calendar.model import Day
from city.kernel import Work


async def list_days(work: Work) -> list[Day]:
    """Return what is in force, in the order of the calendar."""
    return await work.all(
        Day,
        """
        select date, version, kind, intervals, alike as like, note, decree, declared_by,
               declared_name, declared_at
        from (
            select distinct on (date) * from calendar.day order by date, version desc
        ) as latest
        where kind <> 'usual'
        order by date
        """,
    )


async def list_changes(work: Work, first: date, last: date, most: int) -> list[Day]:
    """Return what was ever declared of these days, the newest first."""
    return await work.all(
        Day,
        """
        select date, version, kind, intervals, alike as like, note, decree, declared_by,
               declared_name, declared_at
        from calendar.day
        where date between :first and :last
        order by declared_at desc, date desc, version desc
        limit :most
        """,
        first=first,
        last=last,
        most=most,
    )


async def add_days(work: Work, days: list[dict[str, Any]]) -> list[date]:
    """Declare these days where each is as its `version` says; return those that were declared.

    Version 0 stands for a day of which nothing is in force. Of two who declare the same day at the
    same time, the second gets what the first has left: nothing.
    """
    return await work.values(
        date,
        """
        insert into calendar.day (date, version, kind, intervals, alike, note, decree,
                                  declared_by, declared_name, declared_at)
        select given.date, coalesce(latest.version, 0) + 1, given.kind, given.intervals,
               given."like", given.note, given.decree,
               cast(:actor_id as uuid), :actor_name, :now
        from jsonb_to_recordset(:days::jsonb) as given (
            date date, kind text, intervals jsonb, "like" smallint, note jsonb, decree text,
            version integer)
        left join lateral (
            select day.version, day.kind from calendar.day
            where day.date = given.date order by day.version desc limit 1
        ) as latest on true
        where given.version = case when latest.kind <> 'usual' then latest.version else 0 end
        on conflict (date, version) do nothing
        returning date
        """,
        days=days,
        actor_id=work.actor.id,
        actor_name=work.actor.name,
        now=work.now,
    )
