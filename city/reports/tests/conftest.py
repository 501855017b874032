"""Somebody who reports, and the things they report."""

from typing import Any

import msgspec
import pytest

from city import identity
from city.kernel import Work
from city.reports import NewReport

BRIDGE = {"latitude": 16.4685, "longitude": 107.5890}


def lamp(**changed: Any) -> NewReport:
    """A report about a street light at the bridge."""
    given = {"category": "street-light", "description": "Đèn đường tắt ba đêm nay.", **BRIDGE}
    return NewReport(**{**given, **changed})


@pytest.fixture
async def by_lan(work: Work) -> Work:
    """A unit of work of Lan, who is in the city's records and may do everything."""
    person = await identity.add_person(
        work, identity.NewPerson(name="Nguyễn Thị Lan", honorific="chị", phone="0901234567")
    )
    work.actor = msgspec.structs.replace(work.actor, id=person.id, name=person.name)
    return work
