"""A survey, and those who ask and answer it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from city import identity
from city.dialogue.actions import surveys as doing
from city.dialogue.model import Ask, Draft, Kind, Only, Option, Survey
from city.kernel import Actor, Work
from tests.harness import EVERYBODY, Inside

WORDS = {"vi": "Câu hỏi", "en": "Question"}


def option(number: int) -> Option:
    """A choice."""
    return Option(id=str(number), words={"vi": f"Chọn {number}", "en": f"Choice {number}"})


ASKS = [
    Ask(id="q1", kind=Kind.ONE, words=WORDS, required=True, options=[option(1), option(2)]),
    Ask(
        id="q2",
        kind=Kind.LONG,
        words=WORDS,
        required=True,
        only_if=Only(question="q1", option="2"),
    ),
    Ask(id="q3", kind=Kind.MANY, words=WORDS, options=[option(1), option(2), option(3)]),
    Ask(id="q4", kind=Kind.SCALE, words=WORDS),
    Ask(id="q5", kind=Kind.NUMBER, words=WORDS, least=1, most=20),
]


def draft(**changed: Any) -> Draft:
    """A survey that lacks nothing, open at the noon of the tests."""
    given = {
        "title": {"vi": "Khảo sát thử", "en": "A survey to try"},
        "intro": {"vi": "Vài câu hỏi", "en": "A few questions"},
        "asks": ASKS,
        "opens_on": date(2026, 11, 20),
        "closes_on": date(2026, 11, 30),
    }
    return Draft(**{**given, **changed})


async def published(work: Work, **changed: Any) -> Survey:
    """A survey that is open."""
    survey = await doing.add_draft(work, draft(**changed))
    return await doing.publish_survey(work, survey.ref, survey.version)


async def person_of(inside: Inside, name: str = "Trần Văn Bình") -> Actor:
    """A resident of the city's records."""
    async with inside.work(EVERYBODY) as work:
        person = await identity.add_person(work, identity.NewPerson(name=name))
    return Actor(id=person.id, name=name, permissions=frozenset({"me", "reports.submit"}))


def as_unit(actor: Actor, unit_id: UUID | None, *may: str) -> Actor:
    """The same actor as somebody of a unit who may ask."""
    return replace(actor, unit_id=unit_id, permissions=frozenset({"me", "dialogue.ask", *may}))


@asynccontextmanager
async def as_somebody_else(work: Work, name: str = "Trần Văn Bình") -> AsyncIterator[UUID]:
    """Let another person of the city's records, who may do everything too, act for a while."""
    person = await identity.add_person(work, identity.NewPerson(name=name))
    before, work.actor = work.actor, replace(work.actor, id=person.id, name=name)
    try:
        yield person.id
    finally:
        work.actor = before


@pytest.fixture
async def by_lan(work: Work) -> Work:
    """A unit of work of Lan, who is in the city's records and may do everything."""
    person = await identity.add_person(work, identity.NewPerson(name="Nguyễn Thị Lan"))
    work.actor = replace(work.actor, id=person.id, name=person.name)
    return work
