"""What was handed over: the lists, one of them, and the parts of other rooms' pages."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from city.integration.federation import office
from city.integration.federation.model import SENDING_NAMES, SENDING_TONES, Sending
from city.integration.federation.pages.cities import Answer, AnyRequest, sending_row
from city.integration.federation.store import destinations
from city.integration.federation.store import sendings as store
from city.integration.open311.updates import ENDED
from city.kernel import Conflict, Says, Work, read_ref, say
from city.reports import list_requests_by_ref
from city.web import PUBLIC, Form, get, page, post, read_form, redirect, wants_fragment

_MOST = 100
_LATITUDE = r"^ *(-?([0-8]?\d(\.\d+)?|90(\.0+)?))? *$"
_LONGITUDE = r"^ *(-?((1[0-7]\d|\d?\d)(\.\d+)?|180(\.0+)?))? *$"
_PUBLIC_STATES = ("waiting", "token", "sent")


class Edits(msgspec.Struct, frozen=True, kw_only=True):
    """What a person changes of what could not be sent."""

    service_code: Annotated[str, Meta(max_length=100)] = ""
    description: Annotated[str, Meta(max_length=4000)] = ""
    lat: Annotated[str, Meta(max_length=30, pattern=_LATITUDE)] = ""
    long: Annotated[str, Meta(max_length=30, pattern=_LONGITUDE)] = ""
    address_string: Annotated[str, Meta(max_length=300)] = ""


@get("/desk/federation/sendings", allow="integration.view")
async def list_sendings(request: AnyRequest, work: Work) -> Answer:
    """Show what was handed over, the newest first; those laid aside unless others are asked for."""
    state = request.query_params.get("state", "dead")
    state = state if state in SENDING_NAMES else ""
    names = {one.code: one.name for one in await destinations.list_destinations(work)}
    found = await store.list_sendings(work, state, "", _MOST)
    return page(
        request,
        "integration/federation/sendings.html",
        current=state,
        states=list(SENDING_NAMES.items()),
        rows=[{"name": names[one.destination], **sending_row(one)} for one in found],
    )


@get("/desk/federation/sendings/{id:uuid}", allow="integration.view")
async def show_sending(request: AnyRequest, work: Work, id: UUID) -> Answer:
    """Show a case that is handed over: what is sent, what they said, what can be done."""
    return await _show(request, work, await office.get_sending(work, id), Form())


@post("/desk/federation/sendings/{id:uuid}/again", allow="integration.manage")
async def send_again(request: AnyRequest, work: Work, id: UUID) -> Answer:
    """Have it sent, with what was changed."""
    given, form = await read_form(request, Edits)
    if given is None:
        return await _show(request, work, await office.get_sending(work, id), form, 422)
    try:
        await office.send_again(work, id, msgspec.structs.asdict(given))
    except Conflict as conflict:
        form.problem = conflict.says
        return await _show(request, work, await office.get_sending(work, id), form, 409)
    return redirect(f"/desk/federation/sendings/{id}", flash=say("It is being sent."))


@post("/desk/federation/sendings/{id:uuid}/give-up", allow="integration.manage")
async def give_up(work: Work, id: UUID) -> Answer:
    """Leave it with this city."""
    try:
        await office.give_up(work, id)
    except Conflict as conflict:
        return redirect(f"/desk/federation/sendings/{id}", flash=conflict.says)
    return redirect(f"/desk/federation/sendings/{id}", flash=say("It stays with us."))


@get("/desk/federation/cases/{ref:str}", allow="cases.view")
async def show_for_desk(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Show where a case was handed over to: a part of the page of its case, or a page."""
    known = read_ref(ref) or ""
    return await _part(request, work, known, await store.list_of_ref(work, known), desk=True)


@get("/reports/{ref:str}/handed-over", allow=PUBLIC)
async def show_for_everybody(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Show where a public report was handed over to: a part of its page, or a page."""
    known = read_ref(ref) or ""
    sendings = [one for one in await store.list_of_ref(work, known) if one.state in _PUBLIC_STATES]
    if sendings and not await list_requests_by_ref(work, [known]):
        sendings = []
    return await _part(request, work, known, sendings, desk=False)


async def _part(
    request: AnyRequest, work: Work, ref: str, sendings: list[Sending], *, desk: bool
) -> Answer:
    cities = await destinations.list_destinations(work) if sendings else []
    names = {one.code: one.name for one in cities}
    alone = not wants_fragment(request)
    return page(
        request,
        f"integration/federation/{'handed' if alone else 'part'}.html",
        ref=ref,
        alone=alone,
        desk=desk,
        rows=[
            {"name": names[one.destination], "theirs": _theirs(one), **sending_row(one)}
            for one in sendings
        ],
    )


def _theirs(sending: Sending) -> Says | None:
    """Return how it stands there, in a word."""
    if not sending.their_status:
        return None
    return say("It is finished there") if sending.their_status in ENDED else say("It is open there")


async def _show(
    request: AnyRequest, work: Work, sending: Sending, form: Form, status: int = 200
) -> Answer:
    draft, missing = await office.draft_of(work, sending)
    return page(
        request,
        "integration/federation/sending.html",
        status,
        sending=sending,
        there=await office.get_destination(work, sending.destination),
        state=SENDING_NAMES[sending.state],
        tone=SENDING_TONES[sending.state],
        theirs=_theirs(sending),
        draft=draft,
        missing=missing,
        form=form,
        can_send=sending.state in ("dead", "given_up", "trial"),
        can_give_up=sending.state in ("dead", "trial", "waiting"),
    )


routes: list[Any] = [
    list_sendings,
    show_sending,
    send_again,
    give_up,
    show_for_desk,
    show_for_everybody,
]
