"""What a program can ask about itself."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from city.kernel import Missing, SignInNeeded, Work
from city.partners.programs import store
from city.partners.programs.door import House
from city.partners.programs.model import ProgramActor
from city.partners.programs.tally import midnight_of
from city.web import PUBLIC, get


class ProgramLimits(Struct, frozen=True):
    """How much a program may do. A day is one of the city's."""

    requests_a_minute: int
    requests_a_day: int
    writes_a_day: int


class ProgramToday(Struct, frozen=True):
    """What a program did since the city's midnight, to the second."""

    since: datetime
    requests: int
    writes: int


class ProgramInFull(Struct, frozen=True):
    """Who the program is whose key or token came with the request, and what that opens.

    `waits_for` are scopes that were asked for and are not decided about.
    """

    id: UUID
    code: str
    name: str
    scopes: list[str]
    waits_for: list[str]
    limits: ProgramLimits
    today: ProgramToday


@get("/api/v1/program", allow=PUBLIC)
async def show_own_program(work: Work) -> ProgramInFull:
    """Say who you are as a program, what you may do and what you did today.

    A good way to try a key.
    """
    actor = work.actor
    if not isinstance(actor, ProgramActor) or actor.program_id is None:
        raise SignInNeeded("Please send the key of a program.")
    program = await store.find_program_by_id(work, actor.program_id)
    if program is None:
        raise Missing("We could not find what you asked for.")
    requests, writes = House.door.tally.counted(program.id)
    return ProgramInFull(
        id=program.id,
        code=program.code,
        name=program.name,
        scopes=list(actor.scopes),
        waits_for=program.asked,
        limits=ProgramLimits(program.a_minute, program.a_day, program.writes_a_day),
        today=ProgramToday(midnight_of(work.now), requests, writes),
    )


routes = [show_own_program]
