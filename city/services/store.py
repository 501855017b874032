"""The SQL of services: one function for each statement."""

from typing import Any
from uuid import UUID

import msgspec

from city.kernel import Work
from city.services.model import Change, Choices, Face, Group, Look, Service


async def list_groups(work: Work) -> list[Group]:
    """Return what functions stand together under, in their order."""
    return await work.all(
        Group, "select code, icon, name from services.service_group order by position"
    )


async def list_services(work: Work) -> list[Service]:
    """Return every function the profile names, hidden ones too, with how each stands."""
    return await work.all(
        Service,
        """
        select service.code, version, profile || edits as facts,
               array(select jsonb_object_keys(edits)) as edited,
               ok, since, looked_at, last_ok_at, last_failed_at
        from services.service left join services.look on look.code = service.code
        where gone_at is null
        order by position
        """,
    )


async def set_groups(work: Work, groups: list[dict[str, Any]]) -> None:
    """Bring the groups to what the profile says; those it no longer names stay for what has gone.

    Their position is that of the list.
    """
    await work.run(
        """
        insert into services.service_group (code, position, icon, name)
        select code, position, icon, name
        from jsonb_to_recordset(:groups::jsonb)
             as given (code text, position integer, icon text, name jsonb)
        on conflict (code) do update
        set position = excluded.position, icon = excluded.icon, name = excluded.name
        """,
        groups=groups,
    )


async def set_profile(work: Work, services: list[dict[str, Any]]) -> None:
    """Bring the functions to what the profile says; edits stay, what it no longer names goes."""
    await work.run(
        """
        with given as (
            select code, position, profile
            from jsonb_to_recordset(:services::jsonb)
                 as given (code text, position integer, profile jsonb)
        ), gone as (
            update services.service set gone_at = :now
            where gone_at is null and code not in (select code from given)
        )
        insert into services.service (code, position, profile)
        select code, position, profile from given
        on conflict (code) do update
        set position = excluded.position, profile = excluded.profile, gone_at = null,
            version = service.version + case
                when service.profile = excluded.profile then 0 else 1 end
        """,
        services=services,
        now=work.now,
    )


async def set_edits(work: Work, code: str, version: int, edits: dict[str, Any]) -> bool:
    """Put these edits over the profile and write down who did; False if it has another version."""
    return (
        await work.run(
            """
            with edited as (
                update services.service set edits = :edits, version = version + 1
                where code = :code and version = :version and gone_at is null
                returning code, version, edits
            )
            insert into services.change
                (code, version, edits, changed_by, changed_name, changed_at)
            select code, version, edits, cast(:actor_id as uuid), :actor_name, :now from edited
            """,
            code=code,
            version=version,
            edits=edits,
            actor_id=work.actor.id,
            actor_name=work.actor.name,
            now=work.now,
        )
        == 1
    )


async def find_profile(work: Work, code: str) -> dict[str, Any] | None:
    """Return what the profile alone says of a function."""
    return await work.value(
        dict, "select profile from services.service where code = :code", code=code
    )


async def list_changes(work: Work, code: str, most: int) -> list[Change]:
    """Return who edited a function, the newest first."""
    return await work.all(
        Change,
        """
        select version, edits, changed_name, changed_at from services.change
        where code = :code order by version desc limit :most
        """,
        code=code,
        most=most,
    )


async def set_looks(work: Work, looks: list[Look]) -> None:
    """Write down what was found; `since` moves only when that has changed."""
    await work.run(
        """
        insert into services.look
            (code, ok, status, since, looked_at, last_ok_at, last_failed_at)
        select code, ok, status, :now, :now,
               case when ok then :now::timestamptz end,
               case when not ok then :now::timestamptz end
        from jsonb_to_recordset(:looks::jsonb) as given (code text, ok boolean, status integer)
        on conflict (code) do update
        set since = case when look.ok = excluded.ok then look.since else excluded.since end,
            ok = excluded.ok, status = excluded.status, looked_at = excluded.looked_at,
            last_ok_at = coalesce(excluded.last_ok_at, look.last_ok_at),
            last_failed_at = coalesce(excluded.last_failed_at, look.last_failed_at)
        """,
        looks=msgspec.to_builtins(looks),
        now=work.now,
    )


async def get_choices(work: Work, person_id: UUID) -> Choices:
    """Return what a person has chosen: nothing, if they have not."""
    return await work.one(
        Choices,
        """
        select (select face from services.face where person_id = :person_id) as face,
               array(select code from services.favourite where person_id = :person_id
                     order by added_at, code) as favourites
        """,
        person_id=person_id,
    )


async def add_favourites(work: Work, person_id: UUID, codes: list[str], most: int) -> int:
    """Make these functions favourites too, in this order, as long as there is room; how many."""
    return await work.run(
        """
        insert into services.favourite (person_id, code, added_at)
        select :person_id, code, :now::timestamptz + place * interval '1 microsecond'
        from unnest(:codes::text[]) with ordinality as given (code, place)
        where code in (select code from services.service where gone_at is null)
          and not exists (select 1 from services.favourite as had
                          where had.person_id = :person_id and had.code = given.code)
        order by place
        limit greatest(0, :most - (
            select count(*) from services.favourite where person_id = :person_id))
        on conflict do nothing
        """,
        person_id=person_id,
        codes=codes,
        most=most,
        now=work.now,
    )


async def add_favourite(work: Work, person_id: UUID, code: str, most: int) -> bool:
    """Make a function a favourite; False if it was one, or there are as many as can be."""
    return (
        await work.run(
            """
            insert into services.favourite (person_id, code, added_at)
            select :person_id, :code, :now
            where (select count(*) from services.favourite where person_id = :person_id) < :most
            on conflict do nothing
            """,
            person_id=person_id,
            code=code,
            most=most,
            now=work.now,
        )
        == 1
    )


async def remove_favourite(work: Work, person_id: UUID, code: str) -> bool:
    """Make a function no favourite; False if it was none."""
    return (
        await work.run(
            "delete from services.favourite where person_id = :person_id and code = :code",
            person_id=person_id,
            code=code,
        )
        == 1
    )


async def set_face(work: Work, person_id: UUID, face: Face, *, chosen: bool) -> None:
    """Note as whom somebody meets the first page; what they chose stays unless they choose."""
    await work.run(
        """
        insert into services.face (person_id, face, chosen) values (:person_id, :face, :chosen)
        on conflict (person_id) do update set face = excluded.face, chosen = excluded.chosen
        where excluded.chosen or not face.chosen
        """,
        person_id=person_id,
        face=face,
        chosen=chosen,
    )


async def remove_choices(work: Work, person_id: UUID) -> None:
    """Forget what a person has chosen."""
    await work.run(
        """
        with favourites as (delete from services.favourite where person_id = :person_id)
        delete from services.face where person_id = :person_id
        """,
        person_id=person_id,
    )


async def list_edits_of(work: Work, person_id: UUID) -> list[Change]:
    """Return what this person edited as an officer, the newest first."""
    return await work.all(
        Change,
        """
        select version, edits || jsonb_build_object('service', code) as edits, changed_name,
               changed_at
        from services.change where changed_by = :person_id order by changed_at desc
        """,
        person_id=person_id,
    )
