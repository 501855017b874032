"""The SQL of media: one function for each statement."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from city.kernel import Work
from city.media.model import File


async def add_file(work: Work, file: File) -> None:
    """Insert a file that is not in use yet."""
    await work.run(
        """
        insert into media.file
            (id, kind, keeper_id, large, thumb, film, width, height, seconds,
             latitude, longitude, taken_at, kept_at)
        values
            (:id, :kind, :keeper_id, :large, :thumb, :film, :width, :height, :seconds,
             :latitude, :longitude, :taken_at, :kept_at)
        """,
        **msgspec.structs.asdict(file),
    )


async def find_file(work: Work, id: UUID) -> File | None:
    """Return the file with this id."""
    return await work.maybe(
        File,
        """
        select id, kind, keeper_id, large, thumb, film, width, height, seconds,
               latitude, longitude, taken_at, kept_at
        from media.file where id = :id
        """,
        id=id,
    )


async def count_kept(work: Work, keeper_id: UUID | None, since: datetime) -> int:
    """Return how many files somebody has sent since then."""
    return (
        await work.value(
            int,
            "select count(*) from media.file where keeper_id = :keeper_id and kept_at >= :since",
            keeper_id=keeper_id,
            since=since,
        )
        or 0
    )


async def set_claimed(work: Work, ids: list[UUID], keeper_id: UUID | None) -> list[File]:
    """Take the keeper's files into use, and return them."""
    return await work.all(
        File,
        """
        update media.file set claimed_at = coalesce(claimed_at, :now)
        where id = any(:ids::uuid[]) and keeper_id is not distinct from :keeper_id::uuid
        returning id, kind, keeper_id, large, thumb, film, width, height, seconds,
                  latitude, longitude, taken_at, kept_at
        """,
        ids=ids,
        keeper_id=keeper_id,
        now=work.now,
    )


async def remove_unclaimed(work: Work, before: datetime) -> list[str]:
    """Remove files nobody has taken into use, and return the names nothing else bears."""
    return await work.values(
        str,
        """
        with gone as (
            delete from media.file where claimed_at is null and kept_at < :before
            returning id, large, thumb, film
        ), names as (
            select unnest(array[large, thumb, film]) as name from gone
        )
        select distinct name from names
        where name is not null and not exists (
            select from media.file as kept
            where name in (kept.large, kept.thumb, kept.film)
              and kept.id not in (select id from gone)
        )
        """,
        before=before,
    )


async def list_of_keeper(work: Work, keeper_id: UUID) -> list[dict[str, Any]]:
    """Return what somebody has sent, fit for JSON."""
    return await work.values(
        dict,
        """
        select jsonb_build_object(
            'id', id, 'kind', kind, 'latitude', latitude, 'longitude', longitude,
            'taken_at', taken_at, 'sent_at', kept_at)
        from media.file where keeper_id = :keeper_id order by kept_at
        """,
        keeper_id=keeper_id,
    )


async def forget_keeper(work: Work, keeper_id: UUID) -> list[str]:
    """Make nameless what somebody has sent, and return the names of files nobody needs."""
    return await work.values(
        str,
        """
        with gone as (
            delete from media.file where keeper_id = :keeper_id and claimed_at is null
            returning id, large, thumb, film
        ), nameless as (
            update media.file
            set keeper_id = null, latitude = null, longitude = null, taken_at = null
            where keeper_id = :keeper_id and claimed_at is not null
        ), names as (
            select unnest(array[large, thumb, film]) as name from gone
        )
        select distinct name from names
        where name is not null and not exists (
            select from media.file as kept
            where name in (kept.large, kept.thumb, kept.film)
              and kept.id not in (select id from gone)
        )
        """,
        keeper_id=keeper_id,
    )
