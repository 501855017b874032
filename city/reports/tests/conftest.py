"""Somebody who reports, and the things they report."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
import pytest

from city import identity
from city.kernel import Work
from city.reports import NewReport, Report, find_by_ref

BRIDGE = {"latitude": 16.4685, "longitude": 107.5890}


def lamp(**changed: Any) -> NewReport:
    """A report about a street light at the bridge."""
    given = {"category": "street-light", "description": "Đèn đường tắt ba đêm nay.", **BRIDGE}
    return NewReport(**{**given, **changed})


@asynccontextmanager
async def as_somebody_else(work: Work, name: str = "Trần Văn Bình") -> AsyncIterator[UUID]:
    """Let another person of the city's records, who may do everything too, act for a while."""
    person = await identity.add_person(work, identity.NewPerson(name=name))
    before, work.actor = work.actor, msgspec.structs.replace(work.actor, id=person.id, name=name)
    try:
        yield person.id
    finally:
        work.actor = before


async def saw(work: Work, ref: str, person_id: UUID | None = None) -> Report:
    """The report of this reference as it is now."""
    report = await find_by_ref(work, ref, person_id)
    assert report is not None
    return report


@pytest.fixture
async def by_lan(work: Work) -> Work:
    """A unit of work of Lan, who is in the city's records and may do everything."""
    person = await identity.add_person(
        work, identity.NewPerson(name="Nguyễn Thị Lan", honorific="chị", phone="0901234567")
    )
    work.actor = msgspec.structs.replace(work.actor, id=person.id, name=person.name)
    return work
