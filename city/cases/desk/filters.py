"""What a list of cases is narrowed to, in the address and as a filter that somebody has saved."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from city.cases import store
from city.cases.model import CLAIM_MINUTES, ENDS, Process, Source, Status
from city.cases.store.desk import SavedFilter
from city.cases.store.queues import BoardItem, Wanted
from city.kernel import Conflict, Invalid, Says, Work, new_id, say
from city.web import folded, read_cursor

ROWS = (20, 50)
MOST_FILTERS = 30
"""So many filters a person can have."""

_WORD = re.compile(r"\w+")


class Tab(Struct, frozen=True):
    """A view of the list."""

    words: Says
    statuses: tuple[Status, ...] = ()
    process: Process | None = None
    late: bool = False
    closed: bool = False


TABS: dict[str, Tab] = {
    "new": Tab(say("New"), (Status.NEW,)),
    "instant": Tab(say("Instant"), process=Process.INSTANT),
    "route": Tab(say("To route"), (Status.ACCEPTED,)),
    "units": Tab(say("At units"), (Status.ROUTED, Status.DOING)),
    "waiting": Tab(say("Waiting"), (Status.WAITING,)),
    "check": Tab(say("To check"), (Status.ANSWERED,)),
    "late": Tab(say("Late"), late=True),
    "all": Tab(say("All open")),
    "done": Tab(say("Closed"), closed=True),
}

_Short = Annotated[str, Meta(max_length=80)]


class Filters(Struct, frozen=True, kw_only=True):
    """What a list is narrowed to; whatever is empty narrows nothing.

    `claimed` is `me` or `nobody`. `q` are words, with or without diacritics; all must be there.
    """

    tab: str = ""
    group: Process | None = None
    status: Status | None = None
    category: _Short = ""
    ward: _Short = ""
    unit: UUID | None = None
    late: bool = False
    escalated: bool = False
    claimed: str = ""
    source: Source | None = None
    reopened: bool = False
    q: str = ""
    rows: int = ROWS[0]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything besides the view narrows the list."""
        return bool(_given(self).keys() - {"tab", "rows"})

    def query(self, **changed: Any) -> str:
        """Return these filters as the query of an address, with some of them changed."""
        return urlencode({k: v for k, v in (_given(self) | changed).items() if v not in (None, "")})


def read_filters(given: Mapping[str, str]) -> Filters:
    """Return the filters in the query of an address; what cannot be read is left out."""
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(Filters):
        value = str(given.get(field.name, "")).replace("\x00", "").strip()[:200]
        if not value:
            continue
        if field.type is bool:
            value = "true" if value in ("1", "true", "on") else "false"
        try:
            fields[field.name] = msgspec.convert(value, field.type, strict=False)
        except msgspec.ValidationError:
            continue
    if fields.get("tab") not in TABS:
        fields["tab"] = "all" if fields.keys() - {"tab", "rows", "unit"} else "new"
    if fields.get("claimed") not in ("me", "nobody"):
        fields.pop("claimed", None)
    if fields.get("rows") not in ROWS:
        fields.pop("rows", None)
    return Filters(**fields)


def wanted(work: Work, filters: Filters) -> Wanted:
    """Return what the store is asked for."""
    tab = TABS[filters.tab]
    statuses = [str(status) for status in tab.statuses] or None
    if filters.status:
        statuses = [str(filters.status)]
    process = filters.group or tab.process
    return Wanted(
        statuses=statuses,
        process=str(process) if process else None,
        category=filters.category or None,
        ward=filters.ward or None,
        unit=filters.unit,
        due_before=work.now if tab.late or filters.late else None,
        escalated=True if filters.escalated else None,
        claimed_by=work.actor.id if filters.claimed == "me" else None,
        unclaimed=True if filters.claimed == "nobody" else None,
        claimed_since=work.now - timedelta(minutes=CLAIM_MINUTES),
        source=str(filters.source) if filters.source else None,
        reopened=True if filters.reopened else None,
        words=tsquery(filters.q) or None,
    )


async def list_items(work: Work, filters: Filters, after: str, limit: int) -> list[BoardItem]:
    """Return the lines of a list that the actor may see, in one statement.

    Open ones with whatever is due first on top, closed ones with those closed last. `after` is the
    cursor of the line to go on from, or empty.
    """
    closed = TABS[filters.tab].closed
    if filters.status and (filters.status in ENDS) != closed:
        return []
    listed = store.list_board_closed if closed else store.list_board
    return await listed(work, wanted(work, filters), after=read_cursor(after), limit=limit)


def tsquery(q: str) -> str:
    """Return a tsquery that wants every word that was typed."""
    return " & ".join(_WORD.findall(folded(q).replace("_", " "))[:8])


class NewFilter(Struct, frozen=True, kw_only=True):
    """A filter to keep: its name, and the query of the list it stands for."""

    name: Annotated[str, Meta(max_length=60)]
    query: Annotated[str, Meta(max_length=1000)] = ""
    shared: bool = False


async def save_filter(work: Work, new: NewFilter) -> SavedFilter:
    """Keep what the list is narrowed to under a name. Needs `cases.view`."""
    work.actor.require("cases.view")
    person_id = work.actor.person_id
    if len(await store.list_filters(work, person_id)) >= MOST_FILTERS:
        raise Invalid({"name": say("You have {n} filters. Remove one first.", n=MOST_FILTERS)})
    kept = SavedFilter(
        id=new_id(),
        person_id=person_id,
        name=new.name,
        query=read_filters(dict(parse_qsl(new.query))).query(),
        shared=new.shared,
        version=1,
    )
    await store.add_filter(work, kept)
    return kept


async def change_filter(work: Work, id: UUID, new: NewFilter, version: int) -> None:
    """Give a filter of one's own another name, or share it. Raises Conflict if it has changed."""
    work.actor.require("cases.view")
    if not await store.set_filter(work, id, work.actor.person_id, new.name, new.shared, version):
        raise Conflict("This filter has been changed or removed meanwhile.")


async def remove_filter(work: Work, id: UUID) -> None:
    """Remove a filter of one's own."""
    work.actor.require("cases.view")
    await store.drop_filter(work, id, work.actor.person_id)


def _given(filters: Filters) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for field in msgspec.structs.fields(Filters):
        value = getattr(filters, field.name)
        if value != field.default:
            given[field.name] = "1" if value is True else str(value)
    return given
