"""The pins of the map, counted."""

from city.kernel import Work
from city.reports.pins import LEVELS, Square, View


async def count_pins(work: Work, view: View, category: str, states: list[bool]) -> list[Square]:
    """Return the squares of a view that have public reports, exact at this instant.

    `category` may be empty for all; `states` are true for open and false for closed. Without
    `offset 0` PostgreSQL would join the pieces last and read the counts of the whole city.
    """
    return await work.all(
        Square,
        """
        with found as (
            select pin.cell >> :shift::int as cell, pin.n, pin.ref_xor, pin.east, pin.north
            from unnest(:lows::bigint[], :highs::bigint[]) as piece (low, high)
            cross join lateral (
                select *
                from reports.pin_count
                where filter = :category and level = :level and open = any(:states::boolean[])
                  and cell between piece.low and piece.high
                offset 0
            ) as pin
            union all
            select cell >> :rest::int, delta, ref_number, delta * east, delta * north
            from reports.pin_change
            where (:category = '' or category = :category) and open = any(:states)
        )
        select sum(n)::int as n, bit_xor(ref_xor) as ref_xor, sum(east)::bigint as east,
               sum(north)::bigint as north
        from found
        where cell & :along::bigint between :along_low::bigint and :along_high::bigint
          and cell & :up::bigint between :up_low::bigint and :up_high::bigint
        group by cell
        having sum(n) > 0
        """,
        category=category,
        states=states,
        **view._asdict(),
    )


async def fold_pin_changes(work: Work) -> int:
    """Move all changes into the counts; return how many squares changed.

    Both happen in one statement: who counts meanwhile sees all of it or nothing. Two of these at
    once are not wrong either; one of them then fails, and nothing of it has happened.
    """
    return await work.run(
        """
        with gone as (
            delete from reports.pin_change
            returning cell, category, open, delta, ref_number, east, north
        ), change as (
            select f.filter, l.level::smallint as level, gone.open,
                   gone.cell >> (61 - 2 * l.level) as cell,
                   sum(delta)::int as n, bit_xor(ref_number) as ref_xor,
                   sum(delta * east)::bigint as east, sum(delta * north)::bigint as north
            from gone
            cross join unnest(:levels::int[]) as l (level)
            cross join lateral (values (''), (gone.category)) as f (filter)
            group by 1, 2, 3, 4
        )
        merge into reports.pin_count as pin
        using change
           on pin.filter = change.filter and pin.level = change.level
          and pin.open = change.open and pin.cell = change.cell
        when matched and pin.n + change.n = 0 then delete
        when matched then update set
            n = pin.n + change.n, ref_xor = pin.ref_xor # change.ref_xor,
            east = pin.east + change.east, north = pin.north + change.north
        when not matched and change.n <> 0 then
            insert (filter, level, open, cell, n, ref_xor, east, north)
            values (change.filter, change.level, change.open, change.cell, change.n,
                    change.ref_xor, change.east, change.north)
        """,
        levels=list(LEVELS),
    )


async def rebuild_pins(work: Work) -> int:
    """Count every report anew, as after a bulk import; return how many squares there are.

    Nobody can send a report until the work ends: the counts begin where the changes left off.
    """
    # Counting a large city takes longer than a request may wait.
    await work.run("set local statement_timeout = '10min'")
    await work.run("lock table reports.pin_change in share row exclusive mode")
    await work.run("delete from reports.pin_change")
    await work.run("delete from reports.pin_count")
    return await work.run(
        """
        insert into reports.pin_count (filter, level, open, cell, n, ref_xor, east, north)
        select f.filter, l.level, r.open, r.cell >> (61 - 2 * l.level), count(*),
               bit_xor(r.ref_number), sum(round((r.longitude + 180) * 1e6)),
               sum(round((r.latitude + 90) * 1e6))
        from reports.report as r
        cross join unnest(:levels::int[]) as l (level)
        cross join lateral (values (''), (r.category)) as f (filter)
        where r.shown and r.cell is not null
        group by 1, 2, 3, 4
        order by 1, 2, 3, 4
        """,
        levels=list(LEVELS),
    )
