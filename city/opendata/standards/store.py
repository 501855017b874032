"""The SQL of data standards: versions of code lists. They are added and read, never changed."""

from city.kernel import Work
from city.opendata.standards.model import ListVersion, Published


async def list_latest(work: Work) -> list[ListVersion]:
    """Return the latest version of every list."""
    return await work.all(
        ListVersion,
        """
        select distinct on (code) code, number, published_at, digest, items, change
        from opendata.list_version
        order by code, number desc
        """,
    )


async def list_digests(work: Work) -> list[Published]:
    """Return the latest version of every list without its codes."""
    return await work.all(
        Published,
        """
        select distinct on (code) code, number, published_at, digest,
            jsonb_array_length(items) as codes, change
        from opendata.list_version
        order by code, number desc
        """,
    )


async def list_published(work: Work, code: str) -> list[Published]:
    """Return every version of a list without its codes, the newest first."""
    return await work.all(
        Published,
        """
        select code, number, published_at, digest, jsonb_array_length(items) as codes, change
        from opendata.list_version
        where code = :code
        order by number desc
        """,
        code=code,
    )


async def find_version(work: Work, code: str, number: int | None = None) -> ListVersion | None:
    """Return a version of a list, or its latest."""
    return await work.maybe(
        ListVersion,
        """
        select code, number, published_at, digest, items, change
        from opendata.list_version
        where code = :code and (:number::integer is null or number = :number)
        order by number desc
        limit 1
        """,
        code=code,
        number=number,
    )


async def find_last_with(work: Work, code: str, item: str) -> ListVersion | None:
    """Return the latest version of a list that has this code in it."""
    return await work.maybe(
        ListVersion,
        """
        select code, number, published_at, digest, items, change
        from opendata.list_version
        where code = :code
            and items @> jsonb_build_array(jsonb_build_object('code', :item::text))
        order by number desc
        limit 1
        """,
        code=code,
        item=item,
    )


async def add_version(work: Work, version: ListVersion) -> bool:
    """Keep a version, unless somebody else has just done so."""
    added = await work.run(
        """
        insert into opendata.list_version (code, number, published_at, digest, items, change)
        values (:code, :number::integer, :published_at::timestamptz, :digest,
            :items::jsonb, :change::jsonb)
        on conflict do nothing
        """,
        code=version.code,
        number=version.number,
        published_at=version.published_at,
        digest=version.digest,
        items=version.items,
        change=version.change,
    )
    return added == 1
