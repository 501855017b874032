"""A helper acts for somebody: asks for their code, begins, and stops."""

from typing import Annotated, Any
from uuid import UUID

import msgspec

from city.identity import actions, store
from city.identity.addresses import masked
from city.identity.model import PURPOSES, NewHelp
from city.kernel import Invalid, Problem, TooMany, Work, say
from city.web import Form, Request, Response, get, page, post, read_form, redirect

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


class CodeForm(msgspec.Struct):
    """The code the person read out."""

    code: Annotated[str, msgspec.Meta(max_length=20)]


class ShownForm(msgspec.Struct):
    """A code or card that was shown, and what the help is for."""

    text: Annotated[str, msgspec.Meta(max_length=1000)]
    purpose: Annotated[str, msgspec.Meta(max_length=200)] = ""
    minutes: int = 30


@get("/help/act-for", allow="identity.help")
async def show_act_for(request: AnyRequest, work: Work) -> Answer:
    """Ask whom to help, and what with."""
    return await _act_for_page(request, work, Form({"minutes": "30"}))


@post("/help/act-for", allow="identity.help")
async def ask_to_help(request: AnyRequest, work: Work) -> Answer:
    """Have a code sent to the person, who has to agree."""
    asked, form = await read_form(request, NewHelp)
    if asked is None:
        return await _act_for_page(request, work, form, 422)
    try:
        acting_id = await actions.ask_to_help(work, asked, origin=_origin(request))
    except Invalid as wrong:
        form.errors |= wrong.errors
        return await _act_for_page(request, work, form, 422)
    except TooMany as wait:
        form.problem = wait.says
        return await _act_for_page(request, work, form, wait.status)
    return redirect(f"/help/act-for/{acting_id}")


@get("/help/act-for/{acting_id:uuid}", allow="identity.help")
async def show_code(request: AnyRequest, work: Work, acting_id: UUID) -> Answer:
    """Ask for the code the person was sent."""
    return await _code_page(request, work, acting_id, Form())


@post("/help/act-for/{acting_id:uuid}", allow="identity.help")
async def enter_code(request: AnyRequest, work: Work, acting_id: UUID) -> Answer:
    """Begin to act for whoever told their code."""
    given, form = await read_form(request, CodeForm)
    if given is None:
        return await _code_page(request, work, acting_id, form, 422)
    refused = await actions.begin_by_code(work, acting_id, given.code)
    if refused is not None:
        form.errors["code"] = refused
        form.values["code"] = ""
        return await _code_page(request, work, acting_id, form, 422)
    return _begun()


@post("/help/act-for/shown", allow="identity.help")
async def begin_by_qr(request: AnyRequest, work: Work) -> Answer:
    """Begin to act for whoever showed their code or card."""
    given, form = await read_form(request, ShownForm)
    if given is None:
        raise Problem("The request could not be understood.")
    try:
        await actions.begin_by_qr(work, given.text, given.purpose, given.minutes)
    except Invalid as wrong:
        form.errors |= wrong.errors
        return await _act_for_page(request, work, form, 422)
    return _begun()


@post("/help/stop", allow="identity.help")
async def stop_helping(request: AnyRequest, work: Work) -> Answer:
    """Be oneself again."""
    await actions.stop_helping(work)
    return redirect("/help/act-for", flash=say("Finished. You are yourself again."))


def _begun() -> Answer:
    return redirect("/", flash=say("You can begin. All you send is in their name."))


async def _act_for_page(request: AnyRequest, work: Work, form: Form, status: int = 200) -> Answer:
    helper_id = work.actor.helper_id or work.actor.person_id
    done = await store.list_actings_by(work, helper_id)
    return page(
        request,
        "identity/act_for.html",
        status,
        form=form,
        purposes=[purpose.text for purpose in PURPOSES],
        done=[{"purpose": a.purpose, "begun_at": a.begun_at} for a in done],
    )


async def _code_page(
    request: AnyRequest, work: Work, acting_id: UUID, form: Form, status: int = 200
) -> Answer:
    acting = await actions.get_asked(work, acting_id)
    code = await store.find_code(work, acting.code_id) if acting.code_id else None
    if code is None:
        return redirect(
            "/help/act-for", flash=say("This code no longer works. Please ask for a new one.")
        )
    return page(
        request,
        "identity/help_code.html",
        status,
        form=form,
        acting_id=str(acting_id),
        channel=code.channel,
        address=masked(code.channel, code.address),
        purpose=acting.purpose,
        minutes=acting.minutes,
    )


def _origin(request: AnyRequest) -> str:
    return request.client.host if request.client else ""


routes = [show_act_for, ask_to_help, begin_by_qr, show_code, enter_code, stop_helping]
