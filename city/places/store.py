"""The SQL of places: one function for each statement."""

from typing import Any

from city.kernel import Work
from city.places.model import BaseMap, Boundary, OldUnit, Ward


async def set_wards(work: Work, wards: list[dict[str, Any]]) -> None:
    """Add these wards (the fields of `Ward`, and a sort key), or bring them up to date."""
    await work.run(
        """
        insert into places.ward (code, kind, name, latitude, longitude, area_km2, also, points,
                                 sort_key)
        select code, kind, name, latitude, longitude, area_km2, also, points, sort_key
        from jsonb_to_recordset(:wards::jsonb) as given (
            code text, kind text, name jsonb, latitude double precision,
            longitude double precision, area_km2 double precision, also text[], points jsonb,
            sort_key text)
        on conflict (code) do update set
            kind = excluded.kind, name = excluded.name, latitude = excluded.latitude,
            longitude = excluded.longitude, area_km2 = excluded.area_km2, also = excluded.also,
            points = excluded.points, sort_key = excluded.sort_key, retired_at = null
        """,
        wards=wards,
    )


async def retire_wards(work: Work, kept: list[str]) -> None:
    """Retire the wards that are not among these codes."""
    await work.run(
        """
        update places.ward set retired_at = :now
        where retired_at is null and code <> all(:kept::text[])
        """,
        now=work.now,
        kept=kept,
    )


async def list_wards(work: Work) -> list[Ward]:
    """Return every ward in the order of the alphabet, the retired ones too."""
    return await work.all(
        Ward,
        """
        select code, kind, name, latitude, longitude, area_km2, also, points, retired_at
        from places.ward
        order by sort_key collate "C", code
        """,
    )


async def set_old_units(work: Work, units: list[dict[str, Any]]) -> None:
    """Add these former units (the fields of `OldUnit`), or bring them up to date."""
    await work.run(
        """
        insert into places.old_unit (code, name, district, new_codes, also, latitude, longitude)
        select code, name, district, new_codes, also, latitude, longitude
        from jsonb_to_recordset(:units::jsonb) as given (
            code text, name text, district text, new_codes text[], also text[],
            latitude double precision, longitude double precision)
        on conflict (code) do update set
            name = excluded.name, district = excluded.district, new_codes = excluded.new_codes,
            also = excluded.also, latitude = excluded.latitude, longitude = excluded.longitude
        """,
        units=units,
    )


async def drop_old_units(work: Work, kept: list[str]) -> None:
    """Forget the former units that are not among these codes."""
    await work.run("delete from places.old_unit where code <> all(:kept::text[])", kept=kept)


async def list_old_units(work: Work) -> list[OldUnit]:
    """Return every former unit."""
    return await work.all(
        OldUnit,
        """
        select code, name, district, new_codes, also, latitude, longitude
        from places.old_unit
        order by code
        """,
    )


async def set_boundaries(
    work: Work, codes: list[str], geometries: list[bytes], source: str
) -> None:
    """Keep the areas of wards (WKB); those that are the same stay as they are."""
    await work.run(
        """
        insert into places.boundary (ward_code, geometry, source, imported_at)
        select given.code, given.geometry, :source, :now
        from unnest(:codes::text[], :geometries::bytea[]) as given (code, geometry)
        on conflict (ward_code) do update set
            geometry = excluded.geometry, source = excluded.source,
            imported_at = excluded.imported_at
        where boundary.geometry <> excluded.geometry
        """,
        codes=codes,
        geometries=geometries,
        source=source,
        now=work.now,
    )


async def list_boundaries(work: Work) -> list[Boundary]:
    """Return the imported areas of the wards that are in use."""
    return await work.all(
        Boundary,
        """
        select ward_code, geometry
        from places.boundary join places.ward on code = ward_code
        where retired_at is null
        order by ward_code
        """,
    )


async def find_version(work: Work) -> str | None:
    """Return the version of all that is kept here, or None before a profile was loaded."""
    return await work.value(str, "select version from places.base_map")


async def find_base_map(work: Work) -> BaseMap | None:
    """Return the drawing of the wards, or None before a profile was loaded."""
    return await work.maybe(BaseMap, "select geojson, approximate, version from places.base_map")


async def set_base_map(work: Work, drawn: BaseMap) -> None:
    """Keep the drawing of the wards, the only one there is."""
    await work.run(
        """
        insert into places.base_map (geojson, approximate, version, made_at)
        values (:geojson, :approximate, :version, :now)
        on conflict (single) do update set
            geojson = excluded.geojson, approximate = excluded.approximate,
            version = excluded.version, made_at = excluded.made_at
        """,
        geojson=drawn.geojson,
        approximate=drawn.approximate,
        version=drawn.version,
        now=work.now,
    )
