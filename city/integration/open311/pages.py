"""The page for integrators, and what the desk sees of a report that came through a program."""

from typing import Any

import msgspec

from city import cases, settings
from city.integration.open311 import actions, store
from city.integration.open311.model import (
    MEDIA_BYTES,
    MOST_MEDIA,
    MOST_METRES,
    MOST_REQUESTS,
    Sender,
)
from city.kernel import Invalid, Missing, Work, read_ref
from city.web import PUBLIC, Form, Request, Response, get, page, post, read_form, wants_fragment

Asked = Request[Any, Any, Any]


class Purpose(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody needs a name for."""

    purpose: str = ""


@get("/developers/open311", allow=PUBLIC)
async def show_guide(request: Asked, work: Work) -> Response[Any]:
    """Show how to read and send service requests."""
    here = settings.current()
    categories = (await cases.known_categories(work)).values()
    asking = [one for one in categories if one.is_reported and one.attributes]
    limits = {"page": MOST_REQUESTS, "metres": MOST_METRES, "media": MOST_MEDIA}
    return page(
        request,
        "integration/open311/guide.html",
        url=here.url,
        jurisdiction=here.profile.code,
        centre=here.profile.centre,
        bounds=here.profile.bounds,
        asking=asking[0].code if asking else "",
        limits=limits | {"megabytes": MEDIA_BYTES // 10**6},
    )


@get("/desk/open311/{ref:str}", allow="cases.view")
async def show_sent(request: Asked, work: Work, ref: str) -> Response[Any]:
    """Show through which program a report came: a part of the page of its case, or nothing."""
    return await _show(request, work, ref, Form())


@post("/desk/open311/{ref:str}", allow="identity.see_reporter")
async def show_sender(request: Asked, work: Work, ref: str) -> Response[Any]:
    """Show who told the program of it to somebody who says why; it is written down who looked."""
    given, form = await read_form(request, Purpose)
    known = read_ref(ref) or ""
    try:
        sender = await actions.see_sender(work, known, given.purpose if given else "")
    except Invalid as invalid:
        form.errors = invalid.errors
        return await _show(request, work, ref, form, status=422)
    return await _show(request, work, ref, form, sender)


async def _show(
    request: Asked,
    work: Work,
    ref: str,
    form: Form,
    sender: Sender | None = None,
    status: int = 200,
) -> Response[Any]:
    sent = await store.find_sent(work, read_ref(ref) or "")
    beside = wants_fragment(request)
    if sent is None and not beside:
        raise Missing("This report did not come through a program.")
    may_see = request.user.may("identity.see_reporter")
    return page(
        request,
        "integration/open311/sent.html" if beside else "integration/open311/sent_page.html",
        status,
        alone=not beside,
        sent=sent,
        form=form,
        sender=sender,
        looks=await store.list_looks(work, sent.report_ref) if sent and may_see else [],
    )


routes: list[Any] = [show_guide, show_sent, show_sender]
