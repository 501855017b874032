"""The SQL of categories."""

from typing import Any

from city.cases.model import Category
from city.kernel import Work


async def list_categories(work: Work) -> list[Category]:
    """Return the categories in use, in the order the city lists them."""
    return await work.all(
        Category, "select * from cases.category where retired_at is null order by rank"
    )


async def list_all_categories(work: Work) -> list[Category]:
    """Return every category, those that are retired as well."""
    return await work.all(Category, "select * from cases.category order by rank")


async def get_category(work: Work, code: str) -> Category:
    """Return the category with this code, retired or not."""
    return await work.one(Category, "select * from cases.category where code = :code", code=code)


async def set_categories(work: Work, categories: list[dict[str, Any]]) -> int:
    """Make these the categories in use, retire the others, and return how many are in use."""
    return await work.run(
        """
        with given as (
            select * from jsonb_to_recordset(:categories::jsonb) as c (
                code text, rank integer, grp text, grp_name jsonb, grp_icon text, process text,
                definition text, icon text, name jsonb, hint jsonb, keywords text[],
                verify_working_days integer, working_days integer,
                acknowledge_minutes integer, dispatch_minutes integer,
                close_minutes integer, private boolean, unit text, attributes jsonb,
                revision text)
        ), gone as (
            update cases.category set retired_at = :now, changed_at = :now
            where retired_at is null and code not in (select code from given)
        )
        insert into cases.category as old (
            code, rank, grp, grp_name, grp_icon, process, definition, icon, name, hint, keywords,
            verify_working_days, working_days, acknowledge_minutes, dispatch_minutes,
            close_minutes, private, unit, attributes, revision, changed_at)
        select code, rank, grp, grp_name, grp_icon, process, definition, icon, name, hint, keywords,
               verify_working_days, working_days, acknowledge_minutes, dispatch_minutes,
               close_minutes, private, unit, attributes, revision, :now
        from given
        on conflict (code) do update set
            rank = excluded.rank, grp = excluded.grp, grp_name = excluded.grp_name,
            grp_icon = excluded.grp_icon, process = excluded.process,
            definition = excluded.definition, icon = excluded.icon,
            name = excluded.name, hint = excluded.hint, keywords = excluded.keywords,
            verify_working_days = excluded.verify_working_days,
            working_days = excluded.working_days,
            acknowledge_minutes = excluded.acknowledge_minutes,
            dispatch_minutes = excluded.dispatch_minutes,
            close_minutes = excluded.close_minutes, private = excluded.private,
            unit = excluded.unit, attributes = excluded.attributes,
            revision = excluded.revision, retired_at = null,
            changed_at = case when old.revision = excluded.revision and old.retired_at is null
                              then old.changed_at else excluded.changed_at end
        """,
        categories=categories,
        now=work.now,
    )
