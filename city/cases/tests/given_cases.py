"""What the tests of cases begin with: cases, and the people who move them."""

from typing import Any

from city import cases, identity
from city.kernel import Actor, Work, new_id

HERE = (16.4685, 107.5890)
LONG = "We put in a new lamp and a new fuse this morning, and tried it twice after dark to be sure."

DESK = frozenset({"me", "reports.submit", "cases.view", "cases.triage"})
UNIT = frozenset({"me", "cases.view", "cases.answer"})


def new_case(**about: Any) -> cases.NewCase:
    fields: dict[str, Any] = {
        "category": "street-light",
        "source": cases.Source.REPORT,
        "summary": "The street light is out\nSince Monday, in front of number 12.",
        "place": HERE,
        "address": "12 Lê Lợi",
    }
    return cases.NewCase(**{**fields, **about})


def acting(work: Work, actor: Actor) -> Work:
    """Return the same transaction in the hands of somebody else."""
    other = Work(work._connect, actor, work.now)
    other.announced = work.announced
    return other


def desk_of(work: Work) -> Work:
    return acting(work, Actor(id=new_id(), name="Trần Minh Hải", permissions=DESK))


def officer_of(work: Work, unit: identity.Organisation) -> Work:
    actor = Actor(id=new_id(), name="Lê Văn Bình", permissions=UNIT, unit_id=unit.id)
    return acting(work, actor)


async def done_case(work: Work) -> cases.Case:
    """Return a case that has come all the way, through the first unit of the list."""
    unit = (await identity.list_units(work))[0]
    case = await cases.open_case(work, new_case())
    await cases.accept_case(desk_of(work), case.id)
    await cases.route_case(desk_of(work), case.id, unit.id)
    await cases.take_case(officer_of(work, unit), case.id)
    await cases.answer_case(officer_of(work, unit), case.id, LONG)
    return await cases.publish_answer(desk_of(work), case.id)
