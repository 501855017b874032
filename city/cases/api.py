"""Cases for programs: the categories for everybody, the cases for staff."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar.params import Parameter
from msgspec import Struct

from city.cases import store
from city.cases.categories import known_categories, promised
from city.cases.desk.filters import Filters, list_items
from city.cases.model import ENDS, Attribute, Case, Category, Process, QueueItem, Source, Status
from city.cases.verbs import SHAPES, SUMMARIES, VERBS, verb_called
from city.kernel import Missing, Work, read_ref
from city.processes import Span
from city.web import (
    GOES_ON,
    PUBLIC,
    ApiResponse,
    Code,
    Cursor,
    Request,
    Response,
    SearchWords,
    check_json,
    get,
    paged,
    post,
    require_version,
    version_tag,
    write_cursor,
)


class CategoryGroup(Struct, frozen=True):
    """What categories stand together under."""

    code: str
    name: dict[str, str]
    icon: str


class PublicCategory(Struct, frozen=True):
    """A kind of case as everybody may know it. Names are by language.

    `days` are the working days and `minutes` the minutes of the clock within which the city
    promises to be done; one of them is null. Cases of a private category are never public.
    `attributes` are what it asks of whoever reports.
    """

    code: str
    group: CategoryGroup
    name: dict[str, str]
    hint: dict[str, str]
    keywords: list[str]
    icon: str
    process: Process
    days: int | None
    minutes: int | None
    private: bool
    attributes: list[Attribute]


class CaseLine(Struct, frozen=True):
    """A case in a list. `step_due_at` says by when the present step was promised."""

    ref: str
    category: str
    process: Process
    status: Status
    summary: str
    ward: str | None
    address: str
    private: bool
    unit_id: UUID | None
    opened_at: datetime
    step_due_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    reopened: int
    version: int


class CaseLines(Struct, frozen=True):
    """A page of cases; `next` goes on where this one ends, or is null at the end."""

    cases: list[CaseLine]
    next: str | None


Most = Annotated[int, Parameter(ge=1, le=200, description="So many at most.")]
Ref = Annotated[str, Parameter(description="A reference as it is read out, such as 7K3M-Q9TD.")]
Step = Annotated[
    str, Parameter(description="What is done with the case; see the description for its body.")
]


@get("/api/v1/categories", allow=PUBLIC)
async def list_categories(work: Work) -> list[PublicCategory]:
    """List what can be reported, in the city's order."""
    await known_categories(work)
    found = await store.list_categories(work)
    return [_public(category) for category in found if category.is_reported]


@get("/api/v1/cases", allow="cases.view", tells=GOES_ON)
async def list_cases(
    request: Request[Any, Any, Any],
    work: Work,
    status: Status | None = None,
    group: Process | None = None,
    category: Code = "",
    ward: Code = "",
    unit: UUID | None = None,
    source: Source | None = None,
    late: bool = False,
    escalated: bool = False,
    reopened: bool = False,
    claimed: Literal["", "me", "nobody"] = "",
    q: SearchWords = "",
    closed: bool = False,
    cursor: Cursor = "",
    limit: Most = 50,
) -> Response[CaseLines]:
    """List cases.

    Open ones, whatever is due first on top, or closed ones, those closed last on top. A unit's
    officer gets those of the own unit. `late`: only those past their due time. `claimed`: those
    that the caller has in hand, or nobody. `q`: words, with or without diacritics; all must be
    there. Of closed ones `late`, `escalated` and `claimed` ask nothing.
    """
    filters = Filters(
        tab="done" if closed or status in ENDS else "all",
        status=status,
        group=group,
        category=category,
        ward=ward,
        unit=unit,
        source=source,
        late=late,
        escalated=escalated,
        reopened=reopened,
        claimed=claimed,
        q=q,
    )
    found = await list_items(work, filters, cursor, limit + 1)
    more = len(found) > limit
    lines = found[:limit]
    next = write_cursor(lines[-1].queue_at, lines[-1].id) if more else None
    return paged(request, CaseLines([_line(item) for item in lines], next), next)


@get("/api/v1/cases/{ref:str}", allow="cases.view")
async def show_case(work: Work, ref: Ref) -> Response[Case]:
    """Show a case as it stands.

    Its ETag is its version, for `If-Match`.
    """
    case = await store.see_case_by_ref(work, _read(ref))
    return ApiResponse(case, headers={"etag": version_tag(case.version)})


@post(
    "/api/v1/cases/{ref:str}/{verb:str}",
    allow="cases.view",
    takes=SHAPES,
    reads=("If-Match",),
    each={"verb": {name: (f"{name}_case", SUMMARIES[name], VERBS[name].shape) for name in VERBS}},
    tells={"ETag": "Its version."},
)
async def move_case(
    request: Request[Any, Any, Any], work: Work, ref: Ref, verb: Step
) -> Response[Case]:
    """Do something with a case, and return it as it stands then.

    `accept`, `take` and `publish` need nothing but may bring `note`; `route` needs `unit_id`;
    `answer` needs `text`, and `photos` (ids of uploaded files) unless it says enough; `reject`,
    `send-back` and `reopen` need `reason`; `merge` needs `into`, a reference. With `version` it
    is refused (409) when the case has changed since, with `If-Match` as well (412).
    """
    meant = verb_called(verb)
    given = await check_json(request, meant.shape)
    case = await store.see_case_by_ref(work, _read(ref))
    require_version(request, case.version)
    moved = await meant.do(work, case.id, given)
    return ApiResponse(moved, headers={"etag": version_tag(moved.version)})


routes = [list_categories, list_cases, show_case, move_case]


def _read(ref: str) -> str:
    found = read_ref(ref)
    if found is None:
        raise Missing("There is no case with this reference.")
    return found


def _public(category: Category) -> PublicCategory:
    done = promised(category).get("done", Span())
    return PublicCategory(
        code=category.code,
        group=CategoryGroup(category.grp, category.grp_name, category.grp_icon),
        name=category.name,
        hint=category.hint,
        keywords=category.keywords,
        icon=category.icon,
        process=category.process,
        days=done.working_days,
        minutes=done.minutes,
        private=category.private,
        attributes=category.attributes,
    )


def _line(item: QueueItem) -> CaseLine:
    return CaseLine(
        ref=item.ref,
        category=item.category,
        process=item.process,
        status=item.status,
        summary=item.summary,
        ward=item.ward,
        address=item.address,
        private=item.private,
        unit_id=item.unit_id,
        opened_at=item.opened_at,
        step_due_at=item.step_due_at,
        due_at=item.due_at,
        closed_at=item.closed_at,
        reopened=item.reopened,
        version=item.version,
    )
