"""The SQL of reports that come from another system, thousands in one statement."""

from typing import Any

from city.kernel import Work


async def add_imported(work: Work, reports: list[dict[str, Any]]) -> int:
    """Insert imported reports and return how many. Their pins are counted by `rebuild_pins`."""
    if not reports:
        return 0
    columns = {name: [report[name] for report in reports] for name in reports[0]}
    return await work.run(
        """
        insert into reports.report (
            id, ref, ref_number, case_id, external_id, category, description, address, ward,
            latitude, longitude, cell, place_precision, private, sent_at, status, unit_id,
            unit_name, due_at, closed_at, updated_at, answer, reason, origin, search)
        select id, ref, ref_number, case_id, external_id, category, description, address, ward,
               latitude, longitude, cell, place_precision, private, sent_at, status, unit_id,
               unit_name, due_at, closed_at, updated_at, answer, reason, origin,
               to_tsvector('simple', words)
        from unnest(
            :id::uuid[], :ref::text[], :ref_number::bigint[], :case_id::uuid[],
            :external_id::text[], :category::text[], :description::text[], :address::text[],
            :ward::text[], :latitude::float8[], :longitude::float8[], :cell::bigint[],
            :place_precision::text[], :private::boolean[], :sent_at::timestamptz[],
            :status::text[], :unit_id::uuid[], :unit_name::jsonb[], :due_at::timestamptz[],
            :closed_at::timestamptz[], :updated_at::timestamptz[], :answer::text[],
            :reason::text[], :origin::jsonb[], :words::text[]
        ) as g (id, ref, ref_number, case_id, external_id, category, description, address, ward,
                latitude, longitude, cell, place_precision, private, sent_at, status, unit_id,
                unit_name, due_at, closed_at, updated_at, answer, reason, origin, words)
        """,
        **columns,
    )


async def refresh_statistics(work: Work) -> None:
    """Let the planner know what there is now; lists stay quick right after a bulk import."""
    await work.run("analyze reports.report")
    await work.run("analyze reports.pin_count")


async def has_samples(work: Work) -> bool:
    """Return whether there are sample reports."""
    found = await work.value(
        bool, "select exists (select from reports.report where sample and external_id is null)"
    )
    return bool(found)
