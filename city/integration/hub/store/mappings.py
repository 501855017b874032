"""The SQL of mapping rules."""

from uuid import UUID

from city.integration.hub.model import Mapping, Rule
from city.kernel import Work


async def add_mapping(
    work: Work, system: str, kind: str, after: int, rules: list[Rule], note: str
) -> bool:
    """Publish the version after `after`; False if somebody else has published it."""
    added = await work.run(
        """
        insert into integration.hub_mapping (
            system, kind, version, rules, note, made_at, made_by, made_name)
        select :system, :kind, :after::integer + 1, :rules::jsonb, :note, :now::timestamptz, :by,
               :name
        where coalesce((
            select max(version) from integration.hub_mapping
            where system = :system and kind = :kind), 0) = :after
        on conflict do nothing
        """,
        system=system,
        kind=kind,
        after=after,
        rules=rules,
        note=note,
        now=work.now,
        by=work.actor.id,
        name=work.actor.name,
    )
    return added > 0


async def find_mapping(work: Work, system: str, kind: str, version: int = 0) -> Mapping | None:
    """Return the rules in a version, or, for 0, in the latest."""
    return await work.maybe(
        Mapping,
        """
        select * from integration.hub_mapping
        where system = :system and kind = :kind and :version::integer in (0, version)
        order by version desc limit 1
        """,
        system=system,
        kind=kind,
        version=version,
    )


async def list_mappings(work: Work, system: str = "") -> list[Mapping]:
    """Return the latest rules of every kind of message, of one system or of all."""
    return await work.all(
        Mapping,
        """
        select distinct on (system, kind) * from integration.hub_mapping
        where :system::text in ('', system) order by system, kind, version desc
        """,
        system=system,
    )


async def list_versions(work: Work, system: str, kind: str) -> list[Mapping]:
    """Return every version of the rules, the newest first."""
    return await work.all(
        Mapping,
        """
        select * from integration.hub_mapping
        where system = :system and kind = :kind order by version desc limit 50
        """,
        system=system,
        kind=kind,
    )


async def list_made_by(work: Work, person_id: UUID) -> list[Mapping]:
    """Return the rules somebody has published."""
    return await work.all(
        Mapping,
        """
        select * from integration.hub_mapping where made_by = :person_id order by made_at
        """,
        person_id=person_id,
    )
