"""The SQL of processes. Versions and drafts are added; nothing here changes or removes one."""

from typing import Any

from city.kernel import Work
from city.processes.model import Draft, Listed, Published, Version


async def list_current(work: Work) -> list[Version]:
    """Return the latest version of every process, by code."""
    return await work.all(
        Version,
        """
        select distinct on (code) code, version, definition, source, digest, origin, note,
               published_at, published_by
        from processes.version order by code, version desc
        """,
    )


async def list_all(work: Work) -> list[Version]:
    """Return every version of every process."""
    return await work.all(
        Version,
        """
        select code, version, definition, source, digest, origin, note, published_at, published_by
        from processes.version order by code, version
        """,
    )


async def get_version(work: Work, code: str, version: int) -> Version:
    """Return one version; raise Missing if there is none."""
    return await work.one(
        Version,
        """
        select code, version, definition, source, digest, origin, note, published_at, published_by
        from processes.version where code = :code and version = :version
        """,
        code=code,
        version=version,
    )


async def list_versions(work: Work, code: str) -> list[Published]:
    """Return who published which version of a process and when, the newest first."""
    return await work.all(
        Published,
        """
        select version, published_at, published_by, note, origin
        from processes.version where code = :code order by version desc
        """,
        code=code,
    )


async def list_processes(work: Work) -> list[Listed]:
    """Return the latest version of every process and who has a newer draft of it.

    Drafts of processes that were never published are there as well, without a definition.
    """
    return await work.all(
        Listed,
        """
        with latest as (
            select distinct on (code) code, version, definition, source, published_at, published_by
            from processes.version order by code, version desc
        ), draft as (
            select distinct on (code) code, source, edited_at, edited_by
            from processes.draft order by code, version desc
        )
        select code, latest.version, latest.definition, latest.published_at, latest.published_by,
               case when draft.source is distinct from latest.source then draft.edited_at end
                   as edited_at,
               draft.edited_by
        from latest full join draft using (code) order by code
        """,
    )


async def add_version(work: Work, version: Version, content: dict[str, Any]) -> bool:
    """Add a version, unless one of its number is there; return whether it was added."""
    added = await work.run(
        """
        insert into processes.version (code, version, source, definition, digest, origin, note,
                                       published_at, published_by, person_id)
        values (:code, :version, :source, :definition::json, :digest, :origin, :note,
                :now, :published_by, :person_id)
        on conflict (code, version) do nothing
        """,
        code=version.code,
        version=version.version,
        source=version.source,
        definition=content,
        digest=version.digest,
        origin=version.origin,
        note=version.note,
        now=work.now,
        published_by=version.published_by,
        person_id=work.actor.id,
    )
    return added == 1


async def find_draft(work: Work, code: str) -> Draft | None:
    """Return the draft as it was last saved."""
    return await work.maybe(
        Draft,
        """
        select code, source, edited_at, edited_by, person_id, version, note
        from processes.draft where code = :code order by version desc limit 1
        """,
        code=code,
    )


async def add_draft(work: Work, draft: Draft) -> bool:
    """Save a draft under the next number, unless somebody else was faster; return whether."""
    added = await work.run(
        """
        insert into processes.draft (code, version, source, edited_at, edited_by, person_id, note)
        values (:code, :version, :source, :now, :edited_by, :person_id, :note)
        on conflict (code, version) do nothing
        """,
        code=draft.code,
        version=draft.version,
        source=draft.source,
        now=draft.edited_at,
        edited_by=draft.edited_by,
        person_id=draft.person_id,
        note=draft.note,
    )
    return added == 1
