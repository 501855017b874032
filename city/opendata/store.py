"""The SQL of open data: the columns that data sets have had."""

from city.kernel import Work
from city.opendata.model import SchemaVersion


async def list_versions(work: Work, code: str = "") -> list[SchemaVersion]:
    """Return the versions of a data set's columns, or of every one's, the first first."""
    return await work.all(
        SchemaVersion,
        """
        select code, version, since, columns from opendata.version
        where :code::text = '' or code = :code
        order by code, version
        """,
        code=code,
    )


async def add_version(work: Work, version: SchemaVersion) -> bool:
    """Keep a version, unless somebody else has just done so."""
    added = await work.run(
        """
        insert into opendata.version (code, version, since, columns)
        values (:code::text, :version::integer, :since::timestamptz, :columns::json)
        on conflict do nothing
        """,
        code=version.code,
        version=version.version,
        since=version.since,
        columns=version.columns,
    )
    return added == 1
