"""FixMyStreet's extension of Open311: `servicerequestupdates`, read and sent."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from city import cases, media, reports, settings
from city.integration.open311.actions import require_program
from city.integration.open311.answers import answer, show_faults
from city.integration.open311.api import check_jurisdiction
from city.integration.open311.described import RequestFault, both
from city.integration.open311.formats import w3c
from city.integration.open311.listing import read_moment
from city.integration.open311.model import LONGEST, WINDOW, Fault, Faulty
from city.integration.open311.reading import (
    Posted,
    are_web_addresses,
    read_arguments,
    read_posted,
)
from city.integration.open311.updates import store
from city.integration.open311.updates.actions import apply_update
from city.integration.open311.updates.described import (
    NewUpdate,
    RequestUpdate,
    UpdatesWanted,
    UpdateTaken,
)
from city.integration.open311.updates.model import (
    ENDED,
    LONGEST_ID,
    MOST_UPDATES,
    NOT_OURS,
    OURS,
    STATUSES,
    Said,
    plain_status,
)
from city.kernel import Actor, Missing, Says, Work, read_ref, say
from city.web import GOES_ON, PUBLIC, Request, Response, get, post, render_words

_NO_DATE = say("Please write it as 2026-01-31T08:00:00+07:00.")
_NO_CURSOR = say("This is no cursor of ours.")
_NO_REQUEST = say("There is no service request of this id.")
_NEEDED = say("Please give this argument.")
_TOO_LONG = say("Please write at most {most} characters; this has {n}.")
_NO_STATUS = say("The status is one of {statuses}.", statuses=", ".join(sorted(STATUSES)))
_NO_URL = say("Please give an http or https address.")
_JOINED = say("Joined with report {ref}, which is about the same thing.")

_FAULTS: Mapping[str, Any] = {
    "exception_handlers": {Faulty: show_faults},
    "refuses": both(list[RequestFault]),
    "may": (404,),
}
_NOWHERE = (datetime(1900, 1, 1, tzinfo=UTC), UUID(int=0), 0)
_PATHS = [f"/open311/v2/servicerequestupdates{end}" for end in (".json", ".xml", "")]
_SECOND = timedelta(seconds=1)

Asked = Request[Any, Any, Any]


@get(
    _PATHS,
    allow=PUBLIC,
    query=UpdatesWanted,
    gives=both(list[RequestUpdate]),
    tells=GOES_ON,
    **_FAULTS,
)
async def list_updates(request: Asked, work: Work) -> Response[bytes]:
    """List how public service requests changed, first things first.

    Those of the last 90 days, or between `start_date` and `end_date`, both included.
    """
    given = read_arguments(request.scope["query_string"])
    check_jurisdiction(_last(given, "jurisdiction_id"))
    since = _moment(given, "start_date") or work.now - WINDOW
    end = _moment(given, "end_date")
    until = end + _SECOND if end else work.now + _SECOND
    words = (word for one in given.get("service_request_id", []) for word in one.split(","))
    refs = [read_ref(word.strip()) or "?" for word in words if word.strip()]
    after = _read_cursor(_last(given, "cursor"))
    found = await cases.list_public_changes(work, refs, since, until, after, MOST_UPDATES + 1)
    shown = found[:MOST_UPDATES]
    language = request.scope["state"]["language"]
    fine = _last(given, "extensions").lower() not in ("false", "0", "no")
    headers: dict[str, str] = {}
    if len(found) > MOST_UPDATES:
        kept = {name: values[-1] for name, values in given.items() if name != "api_key"}
        kept["cursor"] = _cursor_of(shown[-1])
        onward = f"{settings.current().url}{request.scope['path']}?{urlencode(kept)}"
        headers["link"] = f'<{onward}>; rel="next"'
    value = [_update(one, language, fine=fine) for one in shown]
    return answer(request, "service_request_updates", value, headers=headers)


@post(
    _PATHS,
    allow=PUBLIC,
    from_anywhere=True,
    form=NewUpdate,
    gives=both(list[UpdateTaken]),
    **_FAULTS,
)
async def receive_update(request: Asked) -> Response[bytes]:
    """Take in what another system says of a service request, once by its own `update_id`.

    Needs a key with the scope `requests:update`. Who wrote it there is not kept.
    """
    database = request.app.state.database
    posted = await read_posted(request)
    actor = await require_program(database, request.user, posted.one("api_key"), "requests.update")
    check_jurisdiction(posted.one("jurisdiction_id"))
    async with database.work(actor) as work:
        said = _read_said(posted, actor, work.now)
        case_id = await _find_case(work, posted.one("service_request_id"))
        received = await apply_update(work, case_id, said)
    return answer(request, "service_request_updates", [{"update_id": received.ours}])


def _update(change: cases.PublicChange, language: str, *, fine: bool) -> dict[str, Any]:
    status = OURS[change.now]
    if change.reason in NOT_OURS:
        status = "not_councils_responsibility"
    if not fine:
        status = "closed" if status in ENDED else "open"
    text = change.answer
    if change.reason:
        text = f"{render_words(language, Says(change.reason))} {change.note}".strip()
    elif change.merged_ref:
        text = render_words(language, _JOINED, ref=change.merged_ref)
    picture = ""
    if change.photos:
        picture = f"{settings.current().url}{media.large_url(change.photos[0])}"
    return {
        "update_id": f"{change.ref}.{change.seq}",
        "service_request_id": change.ref,
        "status": status,
        "updated_datetime": w3c(change.at),
        "description": text or None,
        "media_url": picture or None,
    }


def _read_said(posted: Posted, actor: Actor, now: datetime) -> Said:
    """Return what was sent; raise Faulty with everything that is wrong with it."""
    faults: list[Fault] = []

    def short(name: str, given: str, most: int) -> str:
        if len(given) > most:
            faults.append(Fault(400, name, Says(_TOO_LONG.text, {"most": most, "n": len(given)})))
        return given

    def text(name: str, most: int, *, needed: bool = False) -> str:
        given = posted.one(name)
        if needed and not given:
            faults.append(Fault(400, name, _NEEDED))
        return short(name, given, most)

    text("service_request_id", LONGEST_ID, needed=True)
    status = plain_status(text("status", LONGEST_ID))
    if status and status not in STATUSES:
        faults.append(Fault(400, "status", _NO_STATUS))
    written = posted.one("updated_datetime")
    at = read_moment(written) if written else now
    if at is None:
        faults.append(Fault(400, "updated_datetime", _NO_DATE))
    urls = posted.every("media_url")
    if not are_web_addresses(urls):
        faults.append(Fault(400, "media_url", _NO_URL))
    said = Said(
        source=f"program {actor.program_id}",
        name=actor.name,
        update_id=text("update_id", LONGEST_ID, needed=True),
        status=status,
        at=min(at or now, now),
        text=text("description", LONGEST["description"]),
        media_url=short("media_url", " ".join(urls), LONGEST["media_url"]),
    )
    if faults:
        raise Faulty(*faults)
    return said


async def _find_case(work: Work, written: str) -> UUID:
    """Return the case of a request that a program may know of; raise Faulty if there is none."""
    ref, program_id = read_ref(written) or "", work.actor.program_id
    unknown = Faulty(Fault(404, "service_request_id", _NO_REQUEST))
    theirs = program_id is not None and await store.has_sent(work, program_id, ref)
    if not theirs and not await reports.list_requests_by_ref(work, [ref]):
        raise unknown
    try:
        return (await cases.get_case_by_ref(work, ref)).id
    except Missing:
        raise unknown from None


def _last(given: Mapping[str, Sequence[str]], name: str) -> str:
    return (given.get(name) or [""])[-1]


def _moment(given: Mapping[str, Sequence[str]], name: str) -> datetime | None:
    written = _last(given, name)
    moment = read_moment(written) if written else None
    if written and moment is None:
        raise Faulty(Fault(400, name, _NO_DATE))
    return moment


def _cursor_of(change: cases.PublicChange) -> str:
    return f"{change.at.isoformat()}~{change.case_id}~{change.seq}"


def _read_cursor(written: str) -> tuple[datetime, UUID, int]:
    if not written:
        return _NOWHERE
    try:
        at, case_id, seq = written.split("~")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not 0 <= int(seq) < 2**31:
            raise ValueError
        return moment, UUID(case_id), int(seq)
    except ValueError:
        raise Faulty(Fault(400, "cursor", _NO_CURSOR)) from None


routes: list[Any] = [list_updates, receive_update]
