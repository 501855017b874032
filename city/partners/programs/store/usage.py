"""What programs have done, and how much of each limit is left: written once a second."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from city.kernel import Work
from city.partners.programs.model import DayUsage, StatusUsage


class Level(Struct, frozen=True):
    """How much is left of a limit, now that every process has said what it took."""

    key: str
    level: float


class Today(Struct, frozen=True):
    """What a program has done since midnight."""

    program_id: UUID
    requests: int
    writes: int


async def spend(
    work: Work, keys: Sequence[str], taken: Sequence[float], most: Sequence[float]
) -> list[Level]:
    """Take from limits that fill up to `most` within a minute; return what is left of each.

    Each key is given once, in order, so that two processes never wait for each other.
    """
    return await work.all(
        Level,
        """
        insert into partners.bucket as kept (key, most, level, at)
        select key, most, greatest(most - taken, 0), :now
        from unnest(:keys::text[], :taken::float8[], :most::float8[]) as t (key, taken, most)
        on conflict (key) do update
        set most = excluded.most,
            level = greatest(
                least(
                    excluded.most,
                    kept.level + excluded.most
                        * greatest(extract(epoch from excluded.at - kept.at)::float8, 0) / 60
                ) - (excluded.most - excluded.level),
                0
            ),
            at = greatest(kept.at, excluded.at)
        returning key, level
        """,
        keys=keys,
        taken=taken,
        most=most,
        now=work.now,
    )


async def remove_full(work: Work, before: datetime) -> int:
    """Remove limits that nothing was taken from since then: they are full again."""
    return await work.run("delete from partners.bucket where at < :before", before=before)


async def add_usage(
    work: Work,
    hour: datetime,
    programs: Sequence[UUID],
    statuses: Sequence[int],
    requests: Sequence[int],
    writes: Sequence[int],
    bytes: Sequence[int],
) -> None:
    """Add to what programs did in an hour. Each program and status is given once, in order."""
    await work.run(
        """
        insert into partners.program_usage as kept
            (program_id, hour, status, requests, writes, bytes)
        select t.program_id, :hour, t.status, t.requests, t.writes, t.bytes
        from unnest(:programs::uuid[], :statuses::int[], :requests::bigint[], :writes::bigint[],
                    :bytes::bigint[]) as t (program_id, status, requests, writes, bytes)
        join partners.program on program.id = t.program_id
        on conflict (program_id, hour, status) do update
        set requests = kept.requests + excluded.requests,
            writes = kept.writes + excluded.writes,
            bytes = kept.bytes + excluded.bytes
        """,
        hour=hour,
        programs=programs,
        statuses=statuses,
        requests=requests,
        writes=writes,
        bytes=bytes,
    )


async def usage_since(work: Work, programs: Sequence[UUID], midnight: datetime) -> list[Today]:
    """Return what counts for the day of these programs, in every process.

    Refusals for being too many do not.
    """
    return await work.all(
        Today,
        """
        select program_id, sum(requests)::bigint as requests, sum(writes)::bigint as writes
        from partners.program_usage
        where program_id = any(:programs::uuid[]) and hour >= :midnight and status <> 429
        group by program_id
        """,
        programs=programs,
        midnight=midnight,
    )


async def set_keys_used(work: Work, keys: Sequence[UUID]) -> int:
    """Note that keys were used just now, to the minute."""
    return await work.run(
        """
        update partners.program_key set last_used_at = :now
        where id = any(:keys::uuid[])
          and coalesce(last_used_at < :now::timestamptz - interval '1 minute', true)
        """,
        keys=keys,
        now=work.now,
    )


async def list_days(work: Work, program_id: UUID, since: datetime, zone: str) -> list[DayUsage]:
    """Return what a program did on each day of a time zone on which it did anything."""
    return await work.all(
        DayUsage,
        """
        select (hour at time zone :zone)::date as day, sum(requests)::bigint as requests,
               sum(writes)::bigint as writes, sum(bytes)::bigint as bytes,
               coalesce(sum(requests) filter (where status >= 400), 0)::bigint as errors
        from partners.program_usage where program_id = :program_id and hour >= :since
        group by 1 order by 1
        """,
        program_id=program_id,
        since=since,
        zone=zone,
    )


async def list_refusals(work: Work, program_id: UUID, since: datetime) -> list[StatusUsage]:
    """Return how often a program was refused with which status, the most frequent first."""
    return await work.all(
        StatusUsage,
        """
        select status, sum(requests)::bigint as times, max(hour) as last_hour
        from partners.program_usage
        where program_id = :program_id and hour >= :since and status >= 400
        group by status order by 2 desc, status
        """,
        program_id=program_id,
        since=since,
    )


async def remove_old_usage(work: Work, before: datetime) -> int:
    """Remove what was counted before then."""
    return await work.run("delete from partners.program_usage where hour < :before", before=before)
