"""For administrators: reviewing applications, stopping them, and the journal."""

from typing import Annotated, Any, Literal

import msgspec

from city.kernel import Invalid, Missing, Work, say
from city.partners import actions, store
from city.partners.model import STATE_NAMES
from city.partners.office import keys
from city.partners.pages.developers import lines_of
from city.partners.pages.parts import Answer, AnyRequest, language_of, shown
from city.web import Form, get, page, post, read_form, redirect


class Decision(msgspec.Struct, frozen=True):
    """What an administrator decides about an application."""

    what: Literal["approve", "refuse", "suspend", "resume"]
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""
    scopes: list[str] = []


@get("/desk/partners", allow="partners.manage")
async def show_partners(request: AnyRequest, work: Work) -> Answer:
    """Show all applications, those that wait first, and what was decided last."""
    language = language_of(request)
    apps = [shown(app, language) for app in await store.list_applications(work)]
    return page(
        request,
        "partners/desk.html",
        apps=apps,
        state_names=STATE_NAMES,
        waiting=sum(1 for app in apps if app["state"] == "asked"),
        journal=lines_of(await store.list_journal(work, None, 50)),
    )


@get("/desk/partners/{code:str}", allow="partners.manage")
async def show_partner(request: AnyRequest, work: Work, code: str) -> Answer:
    """Show one application, to be decided about."""
    return await _partner_page(request, work, code, Form())


@post("/desk/partners/{code:str}", allow="partners.manage")
async def decide(request: AnyRequest, work: Work, code: str) -> Answer:
    """Approve, refuse, suspend or resume."""
    decision, form = await read_form(request, Decision)
    if decision is None:
        return await _partner_page(request, work, code, form, 422)
    try:
        if decision.what == "approve":
            await actions.approve_application(work, code, decision.scopes)
        elif decision.what == "refuse":
            await actions.refuse_application(work, code, decision.reason)
        elif decision.what == "suspend":
            await actions.suspend_application(work, code, decision.reason)
        else:
            await actions.resume_application(work, code)
    except Invalid as wrong:
        form.errors |= wrong.errors
        return await _partner_page(request, work, code, form, 422)
    return redirect(f"/desk/partners/{code}", flash=say("Decided, and written down."))


@post("/desk/partners/key", allow="partners.manage")
async def rotate_key(work: Work) -> Answer:
    """Sign with a new key from now on; the former ones stay published."""
    await actions.rotate_key(work, keys())
    return redirect("/desk/partners", flash=say("A new key signs from now on."))


async def _partner_page(
    request: AnyRequest, work: Work, code: str, form: Form, status: int = 200
) -> Answer:
    application = await store.find_application(work, code)
    if application is None:
        raise Missing("We could not find what you asked for.")
    app: dict[str, Any] = shown(application, language_of(request))
    return page(
        request,
        "partners/review.html",
        status,
        form=form,
        app=app,
        state_name=STATE_NAMES[application.state],
        journal=lines_of(await store.list_journal(work, code, 100)),
    )


routes = [show_partners, show_partner, decide, rotate_key]
