"""Services for programs: every function with its true state."""

from datetime import datetime
from typing import Annotated, Any

from litestar.params import QueryParameter
from msgspec import Struct

from city.kernel import Missing, Work
from city.services import actions, known, views
from city.services.finding import find_services
from city.services.model import Audience, Group, State
from city.web import PUBLIC, Code, Request, SearchWords, get


class PublicService(Struct, frozen=True, kw_only=True):
    """A function of the app. Words are by language; `interrupted_since` is null while it works.

    `link` is a path of this city, or an address of a partner; null for what is not there yet, for
    which `instead` says what to do today. `assurance` is what somebody has to be: null anybody,
    0 signed in, 1 and 2 confirmed with VNeID. `looked_at` says when it was last asked.
    """

    code: str
    group: str
    name: dict[str, str]
    about: dict[str, str]
    icon: str
    audience: list[Audience]
    assurance: int | None
    state: State
    link: str | None
    partner: dict[str, str] | None
    instead: dict[str, str] | None
    unit: str | None
    hours: list[str]
    offline: bool
    interrupted_since: datetime | None
    looked_at: datetime | None


class Services(Struct, frozen=True):
    """Functions and the groups they stand in."""

    groups: list[Group]
    services: list[PublicService]


@get("/api/v1/services", allow=PUBLIC)
async def list_services(
    request: Request[Any, Any, Any],
    work: Work,
    audience: Audience | None = None,
    standing: Annotated[State | None, QueryParameter(name="state")] = None,
    q: SearchWords = "",
) -> Services:
    """List the functions of the app.

    Of an audience, in a state, found by words; together: what all of them leave.
    """
    registry = await known.refresh(work)
    found = registry.for_audience(audience, staff=request.user.may("cases.view"))
    if standing is not None:
        found = [one for one in found if one.facts.state is standing]
    if q.strip():
        found = find_services(found, q, most=len(found))
    return Services(registry.groups, [PublicService(**views.as_json(one)) for one in found])


@get("/api/v1/services/{code:str}", allow=PUBLIC)
async def get_service(work: Work, code: Code) -> PublicService:
    """Describe one function of the app."""
    service = await actions.get_service(work, code)
    if service.for_staff and not work.actor.may("cases.view"):
        raise Missing("There is no such service.")
    return PublicService(**views.as_json(service))


routes = [get_service, list_services]
