"""Organisations: the units of the city and other bodies people act for."""

from typing import Any
from uuid import UUID

import msgspec

from city.identity.model import Organisation
from city.kernel import Work


async def get_organisation(work: Work, organisation_id: UUID) -> Organisation:
    """Return a body people act for."""
    return await work.one(
        Organisation,
        """
        select id, code, kind, form, name, short_name, phone, wards
        from identity.organisation where id = :id
        """,
        id=organisation_id,
    )


async def list_units(work: Work) -> list[Organisation]:
    """Return every unit: departments and companies first, wards after them."""
    return await work.all(
        Organisation,
        """
        select id, code, kind, form, name, short_name, phone, wards
        from identity.organisation where kind = 'unit'
        order by form = 'ward', phone, code
        """,
    )


async def list_staffed_units(work: Work) -> list[UUID]:
    """Return the ids of the units for which at least one officer works."""
    return await work.values(
        UUID,
        """
        select distinct organisation_id from identity.grant
        where role = 'unit' and organisation_id is not null
        """,
    )


async def find_organisation(work: Work, code: str) -> Organisation | None:
    """Return the body with this code, whatever its kind."""
    return await work.maybe(
        Organisation,
        """
        select id, code, kind, form, name, short_name, phone, wards
        from identity.organisation where code = :code
        """,
        code=code,
    )


async def find_unit(work: Work, code: str) -> Organisation | None:
    """Return the unit with this code."""
    return await work.maybe(
        Organisation,
        """
        select id, code, kind, form, name, short_name, phone, wards
        from identity.organisation where code = :code and kind = 'unit'
        """,
        code=code,
    )


async def find_ward_unit(work: Work, ward_code: str) -> Organisation | None:
    """Return the committee that serves this ward; None if the profile names none."""
    return await work.maybe(
        Organisation,
        """
        select id, code, kind, form, name, short_name, phone, wards
        from identity.organisation where kind = 'unit' and :ward_code = any (wards)
        order by code
        """,
        ward_code=ward_code,
    )


async def add_organisations(work: Work, organisations: list[dict[str, Any]]) -> int:
    """Add these bodies, or bring those of the same code up to date."""
    return await work.run(
        """
        insert into identity.organisation
            (id, code, kind, form, name, short_name, phone, wards, sample)
        select id, code, kind, coalesce(form, ''), name, coalesce(short_name, name),
               coalesce(phone, ''), coalesce(wards, '{}'), coalesce(sample, false)
        from jsonb_to_recordset(:organisations::jsonb) as o (
            id uuid, code text, kind text, form text, name jsonb, short_name jsonb, phone text,
            wards text[], sample boolean)
        on conflict (code) do update
        set kind = excluded.kind, form = excluded.form, name = excluded.name,
            short_name = excluded.short_name, phone = excluded.phone, wards = excluded.wards
        """,
        organisations=msgspec.to_builtins(organisations),
    )
