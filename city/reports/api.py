"""Reports for programs, shaped after Open311's service requests."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar.params import Parameter, QueryParameter

from city import cases, media
from city.kernel import Invalid, Missing, Work, read_ref
from city.reports import actions, store
from city.reports.alike import find_alike
from city.reports.forms import faults_in
from city.reports.model import STATE_GROUPS, NewReport, Report, State
from city.reports.pins import Clusters, clusters_of, view_of
from city.reports.search import PAGE, Filters, find_reports
from city.reports.views import as_public
from city.settings import current
from city.web import (
    GOES_ON,
    PUBLIC,
    Code,
    Cursor,
    Request,
    Response,
    SearchWords,
    check_json,
    get,
    idempotency_key,
    paged,
    post,
)


class ReportItem(msgspec.Struct, frozen=True, kw_only=True):
    """A public report in a list. Times are RFC 3339; places are WGS84 degrees."""

    ref: str
    url: str
    category: str
    status: cases.Status
    summary: str
    address: str
    ward: str | None
    latitude: float
    longitude: float
    sent_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    unit: dict[str, str] | None
    rating: cases.Rating | None
    photo: str | None
    voices: int


class ReportList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of reports, newest first; `next` is the cursor of the following page."""

    reports: list[ReportItem]
    next: str | None


class AlikeReport(msgspec.Struct, frozen=True, kw_only=True):
    """A public report that may be about the same thing.

    `score` is 0 to 1; `likely`: within 25 m and 3 days, and open.
    """

    ref: str
    url: str
    category: str
    status: cases.Status
    summary: str
    photo: str | None
    metres: float
    sent_at: datetime
    voices: int
    score: float
    likely: bool


class AlikeList(msgspec.Struct, frozen=True, kw_only=True):
    """Up to three reports, the likeliest first."""

    reports: list[AlikeReport]


class ReportInFull(msgspec.Struct, frozen=True, kw_only=True):
    """A report with its answer, if there is a public one. Never who sent it.

    `attributes` has what was answered to the questions of its category, by their codes. In words
    that people wrote, `•••` stands for telephone numbers and e-mail addresses.
    """

    ref: str
    url: str
    category: str
    category_name: dict[str, str]
    status: cases.Status
    description: str
    photos: list[str]
    address: str
    ward: str | None
    latitude: float
    longitude: float
    place_precision: Literal["point", "ward", "unknown"]
    private: bool
    seen_at: datetime | None
    sent_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    unit: dict[str, str] | None
    reason: str
    answer: str
    answer_photos: list[str]
    rating: cases.Rating | None
    reopened: int
    revisit_on: date | None
    voices: int
    attributes: dict[str, list[str]]


Ref = Annotated[str, Parameter(description="A reference as it is read out, such as 7K3M-Q9TD.")]
_DEGREES = "WGS84 degrees."
Latitude = Annotated[float | None, Parameter(ge=-90, le=90, description=_DEGREES)]
Longitude = Annotated[float | None, Parameter(ge=-180, le=180, description=_DEGREES)]
Box = Annotated[
    str,
    Parameter(
        pattern="^(-?[0-9]{1,3}(\\.[0-9]{1,12})?(,-?[0-9]{1,3}(\\.[0-9]{1,12})?){3})?$",
        description="west,south,east,north (RFC 7946), in the place of the four.",
    ),
]
Most = Annotated[int, Parameter(ge=1, le=100, description="So many at most.")]


@get("/api/v1/reports", allow=PUBLIC, tells=GOES_ON)
async def list_reports(
    request: Request[Any, Any, Any],
    work: Work,
    category: Code = "",
    ward: Code = "",
    state_group: Annotated[State, QueryParameter(name="state")] = "",
    unit: UUID | None = None,
    q: SearchWords = "",
    latitude: Annotated[float | None, Parameter(ge=-85, le=85, description=_DEGREES)] = None,
    longitude: Longitude = None,
    radius: Annotated[int, Parameter(ge=1, le=5000, description="Metres.")] = 500,
    cursor: Cursor = "",
    limit: Most = PAGE,
) -> Response[ReportList]:
    """List public reports, newest first.

    `q` finds words with or without diacritics; `latitude` and `longitude` with `radius` in metres
    find what lies around a point; `state` is `open` or `closed`.
    """
    filters = Filters(
        category=category,
        ward=ward,
        state=state_group,
        unit=unit,
        q=q,
        latitude=latitude if longitude is not None else None,
        longitude=longitude if latitude is not None else None,
        radius=radius,
        cursor=cursor,
    )
    cards, after = await find_reports(work, filters, limit)
    body = ReportList(
        reports=[
            ReportItem(
                ref=card.ref,
                url=f"/reports/{card.ref}",
                category=card.category,
                status=card.status,
                summary=card.summary,
                address=card.address,
                ward=card.ward,
                latitude=card.latitude,
                longitude=card.longitude,
                sent_at=card.sent_at,
                due_at=card.due_at,
                closed_at=card.closed_at,
                unit=card.unit_name,
                rating=card.rating,
                photo=media.thumb_url(card.photo) if card.photo else None,
                voices=card.voices,
            )
            for card in cards
        ],
        next=after,
    )
    return paged(request, body, after)


@get("/api/v1/reports/alike", allow=PUBLIC)
async def list_alike(
    work: Work,
    lat: Annotated[float, Parameter(ge=-85, le=85, description=_DEGREES)],
    lon: Annotated[float, Parameter(ge=-180, le=180, description=_DEGREES)],
    category: Code = "",
    text: Annotated[str, Parameter(max_length=4000, description="What is to be said.")] = "",
) -> AlikeList:
    """List what may be the same as what somebody is about to report.

    Within 50 m and 7 days: to be asked before one reports it again.
    """
    found = await find_alike(work, (lat, lon), category, text, work.actor.id)
    return AlikeList(
        reports=[
            AlikeReport(
                ref=one.report.ref,
                url=f"/reports/{one.report.ref}",
                category=one.report.category,
                status=one.report.status,
                summary=one.report.description,
                photo=media.thumb_url(one.report.photo) if one.report.photo else None,
                metres=round(one.metres, 1),
                sent_at=one.report.sent_at,
                voices=one.report.voices,
                score=one.score,
                likely=one.likely,
            )
            for one in found
        ]
    )


@get("/api/v1/reports/{ref:str}", allow=PUBLIC)
async def get_report(request: Request[Any, Any, Any], work: Work, ref: Ref) -> ReportInFull:
    """Return one report: a public one to anybody, a private one to its reporter and the staff."""
    report = await store.find_by_ref(work, read_ref(ref) or "")
    if report is None or not actions.may_see(request.user, report):
        raise Missing("There is no report with this reference.")
    return await _in_full(work, report, await cases.get_case(work, report.case_id))


@post(
    "/api/v1/reports",
    allow="reports.submit",
    status_code=201,
    takes=[NewReport],
    also={200: "It had been sent before; this is what was made of it."},
    tells={"Location": "Where the report is."},
)
async def create_report(request: Request[Any, Any, Any]) -> Response[ReportInFull]:
    """Submit a report.

    The body is `{category, description, latitude, longitude, address, seen_at, private, photos,
    attributes}`, or `ward` and `address` instead of a point. `attributes` answers what the category
    asks (see `/api/v1/categories`): `{code: [answer, …]}`. With the header `Idempotency-Key` (or
    the field `client_key`) the same report sent again answers 200 with the first one instead of
    201. Everything that is wrong comes back at once, as problem+json with `errors`.
    """
    database = request.app.state.database
    key = idempotency_key(request)
    try:
        new = await check_json(request, NewReport)
    except Invalid as invalid:
        async with database.work(request.user, reading=True) as work:
            more = await faults_in(work, await request.json(), frozenset(invalid.errors))
        raise Invalid({**more, **invalid.errors}) from None
    if key:
        new = msgspec.structs.replace(new, client_key=key)
    report, is_new = await actions.submit_once(database, request.user, new)
    async with database.work(request.user, reading=True) as work:
        # What has just been opened has no answer yet to be read.
        case = None if is_new else await cases.get_case(work, report.case_id)
        body = await _in_full(work, report, case)
    return Response(
        body,
        status_code=201 if is_new else 200,
        headers={"location": f"/api/v1/reports/{report.ref}"},
    )


@get("/api/v1/map", allow=PUBLIC)
async def get_map(
    work: Work,
    south: Latitude = None,
    west: Longitude = None,
    north: Latitude = None,
    east: Longitude = None,
    bbox: Box = "",
    zoom: Annotated[float | None, Parameter(ge=0, le=24, description="Of 512-pixel tiles.")] = None,
    category: Code = "",
    state_group: Annotated[State, QueryParameter(name="state")] = "",
) -> Clusters:
    """Return the public reports in a box, gathered into clusters; none is left out.

    The box is four numbers, or `bbox`; a side that is not given is the city's. Each cluster is
    `[longitude, latitude, n, ref]`, with the reference only of a single report.
    """
    box = _box(south, west, north, east, bbox)
    if box is None:
        return clusters_of([])
    squares = await store.count_pins(work, view_of(*box, zoom), category, STATE_GROUPS[state_group])
    return clusters_of(squares)


routes: list[Any] = [list_reports, list_alike, get_report, create_report, get_map]


async def _in_full(work: Work, report: Report, case: cases.Case | None) -> ReportInFull:
    report = as_public(report)
    code = case.category if case else report.category
    category = (await cases.known_categories(work)).get(code)
    done = case if case and case.status is cases.Status.DONE else None
    return ReportInFull(
        ref=report.ref,
        url=f"/reports/{report.ref}",
        category=code,
        category_name=category.name if category else {},
        status=case.status if case else report.status,
        description=report.description,
        photos=[media.large_url(id) for id in report.photos],
        address=report.address,
        ward=report.ward,
        latitude=report.latitude,
        longitude=report.longitude,
        place_precision=report.place_precision,
        private=report.private,
        seen_at=report.seen_at,
        sent_at=report.sent_at,
        due_at=case.due_at if case else report.due_at,
        closed_at=case.closed_at if case else None,
        unit=report.unit_name,
        reason=case.reason if case else "",
        answer=done.answer if done else "",
        answer_photos=[media.large_url(id) for id in done.answer_photos] if done else [],
        rating=case.rating if case else None,
        reopened=case.reopened if case else 0,
        revisit_on=case.revisit_on if case and case.is_paused else None,
        voices=report.voices,
        attributes=report.attributes,
    )


def _box(
    south: float | None, west: float | None, north: float | None, east: float | None, bbox: str
) -> tuple[float, float, float, float] | None:
    """Return south, west, north, east, cut to the world; None for a box with nothing in it."""
    if bbox:
        west, south, east, north = (float(part) for part in bbox.split(","))
    city = current().profile.bounds
    low = (city.south if south is None else south, city.west if west is None else west)
    high = (city.north if north is None else north, city.east if east is None else east)
    box = (max(low[0], -90.0), max(low[1], -180.0), min(high[0], 90.0), min(high[1], 180.0))
    return box if box[0] <= box[2] and box[1] <= box[3] else None
