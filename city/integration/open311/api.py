"""The addresses of GeoReport v2 beneath `/open311/`, each in JSON, in XML, and as `Accept` says."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from city import cases, reports, settings
from city.integration.open311 import actions, views
from city.integration.open311.answers import answer, show_faults
from city.integration.open311.described import (
    Definition,
    Discovery,
    ListWanted,
    NewRequest,
    OneWanted,
    RequestFault,
    RequestTaken,
    RequestToken,
    Service,
    ServiceRequest,
    Where,
    both,
)
from city.integration.open311.listing import Listing, next_page, read_listing
from city.integration.open311.model import Fault, Faulty
from city.integration.open311.reading import Draft, read_arguments, read_posted
from city.kernel import Work, read_ref, say
from city.web import GOES_ON, PUBLIC, UPLOAD_BYTES, Request, Response, get, post

_NO_JURISDICTION = say("This server has no jurisdiction of this name. Its own is “{code}”.")
_NO_SERVICE = say("There is no service of this code.")
_NO_REQUEST = say("There is no service request of this id.")
_NO_TOKEN = say("There is no such token.")

_FAULTS: Mapping[str, Any] = {
    "exception_handlers": {Faulty: show_faults},
    "refuses": both(list[RequestFault]),
    "may": (404,),
}
_ITSELF = {"open311_show_request": {"id": "$response.body#/0/service_request_id"}}

Asked = Request[Any, Any, Any]


def _three(name: str) -> list[str]:
    return [f"{name}.json", f"{name}.xml", name]


@get(_three("/open311/discovery"), allow=PUBLIC, gives=both(Discovery), **_FAULTS)
async def show_discovery(request: Asked, work: Work) -> Response[bytes]:
    """Say where the interfaces of this city are."""
    categories = await cases.known_categories(work)
    return answer(request, "discovery", views.discovery(_language(request), categories))


@get(
    _three("/open311/v2/services"),
    allow=PUBLIC,
    query=Where,
    gives=both(list[Service]),
    leads={"open311_show_definition": {"code": "$response.body#/0/service_code"}},
    **_FAULTS,
)
async def list_services(request: Asked, work: Work) -> Response[bytes]:
    """List what can be reported."""
    _arguments(request)
    categories = await cases.known_categories(work)
    return answer(request, "services", views.service_list(categories, _language(request)))


@get(
    "/open311/v2/services/{code:str}",
    allow=PUBLIC,
    query=Where,
    gives=both(Definition),
    **_FAULTS,
)
async def show_definition(request: Asked, work: Work, code: str) -> Response[bytes]:
    """Say what is asked besides about a service."""
    _arguments(request)
    category = (await cases.known_categories(work)).get(_bare(code))
    if category is None or not category.is_reported:
        raise Faulty(Fault(404, "service_code", _NO_SERVICE))
    definition = views.service_definition(category, _language(request))
    return answer(request, "service_definition", definition)


@get(
    _three("/open311/v2/requests"),
    allow=PUBLIC,
    query=ListWanted,
    gives=both(list[ServiceRequest]),
    leads=_ITSELF,
    tells=GOES_ON,
    **_FAULTS,
)
async def list_requests(request: Asked, work: Work) -> Response[bytes]:
    """List public service requests.

    Those of the last 90 days, or between `start_date` and `end_date`; with `bbox`
    (west,south,east,north), or `lat`, `long` and `radius` in metres, those there. With
    `updated_after`, `updated_before` or `sort` by `updated_datetime`, by their last change. What
    is too much for one answer goes on by `cursor`, in `Link`.
    """
    given = _arguments(request)
    listing = read_listing(given, work.now)
    found, cursor = await _found(work, listing)
    writer = await _writer(request, work, extended=listing.extended)
    onward = next_page(request.scope["path"], given, listing, cursor)
    headers = {"link": f'<{onward}>; rel="next"'} if onward else {}
    return answer(request, "service_requests", writer.write(found), headers=headers)


@get(
    "/open311/v2/requests/{id:str}",
    allow=PUBLIC,
    query=OneWanted,
    gives=both(list[ServiceRequest]),
    **_FAULTS,
)
async def show_request(request: Asked, work: Work, id: str) -> Response[bytes]:
    """Show one service request."""
    given = _arguments(request)
    found = await reports.list_requests_by_ref(work, [read_ref(_bare(id)) or ""])
    if not found:
        raise Faulty(Fault(404, "service_request_id", _NO_REQUEST))
    extended = read_listing({k: v for k, v in given.items() if k == "extensions"}, work.now)
    writer = await _writer(request, work, extended=extended.extended)
    return answer(request, "service_requests", writer.write(found))


@get(
    "/open311/v2/tokens/{token:str}",
    allow=PUBLIC,
    query=Where,
    gives=both(list[RequestToken]),
    **_FAULTS,
)
async def show_token(request: Asked, work: Work, token: str) -> Response[bytes]:
    """Give the id that belongs to a token: here every request has its id at once, which is both."""
    _arguments(request)
    found = await reports.list_requests_by_ref(work, [read_ref(_bare(token)) or ""])
    if not found:
        raise Faulty(Fault(404, "token", _NO_TOKEN))
    value = [{"service_request_id": found[0].ref, "token": _bare(token)}]
    return answer(request, "service_requests", value)


@post(
    _three("/open311/v2/requests"),
    allow=PUBLIC,
    from_anywhere=True,
    request_max_body_size=UPLOAD_BYTES,
    form=NewRequest,
    gives=both(list[RequestTaken]),
    leads=_ITSELF,
    **_FAULTS,
)
async def create_request(request: Asked) -> Response[bytes]:
    """Take in a service request from a program that has a key.

    What it says is the standard's; `media` may bring files. With the header `Idempotency-Key` the
    same request sent again gives the first one. Everything that is wrong comes back at once.
    """
    database = request.app.state.database
    posted = await read_posted(request)
    actor = await actions.require_program(database, request.user, posted.one("api_key"))
    check_jurisdiction(posted.one("jurisdiction_id"))
    draft = Draft(posted)
    client_key = request.headers.get("idempotency-key", "") or posted.one("client_key")
    ref = await actions.send_request(database, actor, draft, client_key)
    async with database.work(actor, reading=True) as work:
        category = (await cases.known_categories(work))[draft.given["category"]]
        notice = views.service_notice(category, work.now, _language(request))
    account = draft.sender.account_id or None
    value = [{"service_request_id": ref, "service_notice": notice, "account_id": account}]
    return answer(request, "service_requests", value)


routes: list[Any] = [
    show_discovery,
    list_services,
    show_definition,
    list_requests,
    show_request,
    show_token,
    create_request,
]


async def _found(work: Work, listing: Listing) -> tuple[list[reports.PublicReport], str | None]:
    if listing.refs is None:
        return await reports.list_requests(work, listing.filters)
    refs = [ref for ref in listing.refs if ref][: listing.filters.most]
    return await reports.list_requests_by_ref(work, refs), None


async def _writer(request: Asked, work: Work, *, extended: bool) -> views.Requests:
    categories = await cases.known_categories(work)
    return views.Requests(categories, _language(request), extended=extended)


def _arguments(request: Asked) -> dict[str, list[str]]:
    given = read_arguments(request.scope["query_string"])
    check_jurisdiction(given.get("jurisdiction_id", [""])[-1])
    return given


def check_jurisdiction(given: str) -> None:
    """Raise Faulty if a jurisdiction is asked for that is not this city."""
    here = settings.current()
    if given and given.lower() not in (here.profile.code, urlsplit(here.url).hostname):
        says = say(_NO_JURISDICTION.text, code=here.profile.code)
        raise Faulty(Fault(404, "jurisdiction_id", says))


def _language(request: Asked) -> str:
    return request.scope["state"]["language"]


def _bare(name: str) -> str:
    """Return the last part of a path without the form it asks for."""
    return name.removesuffix(".json").removesuffix(".xml")
