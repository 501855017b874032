"""What can be done with things in the street."""

from collections.abc import Sequence

from msgspec.structs import replace

from city import cases, identity, places
from city.kernel import THE_CITY, Actor, Database, Invalid, Missing, Problem, Says, Work, say
from city.reports.actions import submit_report
from city.reports.model import NewReport, Report, SubmittedBefore
from city.reports.points import store
from city.reports.points.model import KINDS, NewPoint, Point
from city.reports.store import get_by_key

NO_KIND = say("Please choose a kind of the list.")
NO_CATEGORY = say("There is no category of this code in use.")
NO_UNIT = say("There is no unit of this code.")
OUTSIDE = say("This place is outside the city.")
TAKEN = say("There is one of this kind with the same own number already.")


async def add_point(work: Work, new: NewPoint) -> Point:
    """List a thing in the street. Needs `cases.manage`; raises Invalid with every fault."""
    work.actor.require("cases.manage")
    ((ready, faults),) = await look_over(work, [new])
    if faults:
        raise Invalid(faults)
    (number,) = await add_all(work, [ready])
    (point,) = await store.list_numbered(work, [number])
    return point


async def add_all(work: Work, points: Sequence[NewPoint]) -> list[int]:
    """List things that were looked over; return their numbers.

    Needs `cases.manage`, or to be the city itself.
    """
    if work.actor != THE_CITY:
        work.actor.require("cases.manage")
    wards = [places.require_ward(one.latitude, one.longitude).code for one in points]
    return await store.add_points(work, points, wards)


async def look_over(
    work: Work, points: Sequence[NewPoint]
) -> list[tuple[NewPoint, dict[str, Says]]]:
    """Return each thing as it would be listed, with a sentence for every field that is wrong."""
    categories = await cases.known_categories(work)
    units = {unit.code for unit in await identity.list_units(work)}
    taken = await store.list_taken(work, [one.own_number for one in points])
    seen: set[tuple[str, str]] = set()
    looked: list[tuple[NewPoint, dict[str, Says]]] = []
    for one in points:
        kind = KINDS.get(one.kind)
        ready = replace(one, category=one.category or (kind.category if kind else ""))
        faults: dict[str, Says] = {}
        if kind is None:
            faults["kind"] = NO_KIND
        category = categories.get(ready.category)
        if kind is not None and (
            category is None
            or category.retired_at is not None
            or category.process is cases.Process.COMMAND
        ):
            faults["category"] = NO_CATEGORY
        if one.unit and one.unit not in units:
            faults["unit"] = NO_UNIT
        try:
            places.require_ward(one.latitude, one.longitude)
        except Problem:
            faults["latitude"] = OUTSIDE
        same = one.kind, one.own_number
        if one.own_number and (same in taken or same in seen):
            faults["own_number"] = TAKEN
        seen.add(same)
        looked.append((ready, faults))
    return looked


async def retire_point(work: Work, number: int) -> None:
    """Say that a thing is there no more. Needs `cases.manage`. Its sign then says so."""
    work.actor.require("cases.manage")
    if not await store.retire_point(work, number):
        raise Missing("There is no such thing in use.")


async def submit_about(
    database: Database, actor: Actor, point: Point, new: NewReport
) -> tuple[Report, bool]:
    """Submit a report about a thing in a work of its own; return it, and whether it is new.

    The same `client_key` from the same person gives the report that was made the first time.
    The thing's unit is suggested to the desk as long as the category is the thing's own. Raises as
    `submit_report` does.
    """
    try:
        async with database.work(actor) as work:
            own = point.unit if new.category == point.category else ""
            report = await submit_report(work, new, sign_unit=own)
            await store.add_point_report(work, report.id, point.number)
            return report, True
    except SubmittedBefore as before:
        async with database.work(actor, reading=True) as work:
            return await get_by_key(work, actor.person_id, before.client_key), False
