"""Proving again that it is really this person; other numbers and addresses of theirs."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import msgspec

from city import settings
from city.identity import actions, store
from city.identity.addresses import masked, shown
from city.identity.model import (
    ASSURANCE_NAMES,
    CODE_LASTS,
    Assurance,
    Channel,
    local_path,
)
from city.kernel import Invalid, Missing, Says, TooMany, Work, say
from city.web import Form, Request, Response, cookie, get, page, post, read_form, redirect

_ASKED = "proof"

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


class NextForm(msgspec.Struct):
    """Where to go afterwards."""

    next: str = "/me"


class CodeForm(msgspec.Struct):
    """The code that was sent."""

    code: Annotated[str, msgspec.Meta(max_length=20)]
    next: str = "/me"


class AddressForm(msgspec.Struct):
    """Another number or address."""

    address: Annotated[str, msgspec.Meta(max_length=254)]


class ContactForm(msgspec.Struct):
    """Which number or address to forget."""

    channel: Channel
    address: str


async def ask_for_proof(work: Work, onward: str) -> Answer | None:
    """Return the way to prove that it is really this person, or None if they just have."""
    if await actions.is_proven(work):
        return None
    return redirect(f"/me/again?next={quote(onward, safe='')}")


@get("/me/again", allow="me")
async def show_again(request: AnyRequest, work: Work) -> Answer:
    """Say why a code is needed, and offer to send one."""
    return await _again_page(request, work, Form({"next": _next(request)}))


@post("/me/again", allow="me")
async def send_again(request: AnyRequest, work: Work) -> Answer:
    """Have a code sent to the person's own number or address."""
    given, form = await read_form(request, NextForm)
    onward = local_path(given.next if given else "/me")
    try:
        code_id = await actions.ask_again(
            work, origin=_origin(request), language=request.scope["state"]["language"]
        )
    except (TooMany, Missing) as problem:
        form.problem = problem.says
        return await _again_page(request, work, form, problem.status)
    return _on_to("/me/again/code", code_id, onward)


@get("/me/again/code", allow="me")
async def show_code(request: AnyRequest, work: Work) -> Answer:
    """Ask for the code."""
    return await _code_page(request, work, Form({"next": _next(request)}), "/me/again/code")


@post("/me/again/code", allow="me")
async def enter_code(request: AnyRequest, work: Work) -> Answer:
    """Take the code as proof for ten minutes, and go on."""
    given, form = await read_form(request, CodeForm)
    code_id = _asked(request)
    if given is None or code_id is None:
        return await _code_page(request, work, form, "/me/again/code", 422)
    refused = await actions.enter_again(work, code_id, given.code)
    if refused is not None:
        return await _refused(request, work, form, refused, "/me/again/code")
    return _done(local_path(given.next), None)


@get("/me/contacts", allow="me")
async def show_contacts(request: AnyRequest, work: Work) -> Answer:
    """Show where somebody is reached and signs in with."""
    return await _contacts_page(request, work, Form())


@post("/me/contacts", allow="me")
async def add_contact(request: AnyRequest, work: Work) -> Answer:
    """Have a code sent to another number or address."""
    if ask := await ask_for_proof(work, "/me/contacts"):
        return ask
    given, form = await read_form(request, AddressForm)
    if given is None:
        return await _contacts_page(request, work, form, 422)
    try:
        code_id = await actions.ask_for_contact(
            work,
            given.address,
            origin=_origin(request),
            language=request.scope["state"]["language"],
        )
    except Invalid as wrong:
        form.errors |= wrong.errors
        return await _contacts_page(request, work, form, 422)
    except TooMany as wait:
        form.problem = wait.says
        return await _contacts_page(request, work, form, wait.status)
    return _on_to("/me/contacts/code", code_id, "/me/contacts")


@get("/me/contacts/code", allow="me")
async def show_contact_code(request: AnyRequest, work: Work) -> Answer:
    """Ask for the code that was sent to the other address."""
    return await _code_page(request, work, Form({"next": "/me/contacts"}), "/me/contacts/code")


@post("/me/contacts/code", allow="me")
async def enter_contact_code(request: AnyRequest, work: Work) -> Answer:
    """Keep the address the code was sent to."""
    given, form = await read_form(request, CodeForm)
    code_id = _asked(request)
    if given is None or code_id is None:
        return await _code_page(request, work, form, "/me/contacts/code", 422)
    refused = await actions.enter_contact(work, code_id, given.code)
    if refused is not None:
        return await _refused(request, work, form, refused, "/me/contacts/code")
    return _done("/me/contacts", say("Saved. You can sign in with it from now on."))


@post("/me/contacts/remove", allow="me")
async def remove_contact(request: AnyRequest, work: Work) -> Answer:
    """Forget a number or address."""
    if ask := await ask_for_proof(work, "/me/contacts"):
        return ask
    given, _ = await read_form(request, ContactForm)
    if given is None:
        raise Missing("We could not find what you asked for.")
    await actions.remove_contact(work, given.channel, given.address)
    return redirect("/me/contacts", flash=say("Removed."))


@get("/me/assurance", allow="me")
async def show_assurance(request: AnyRequest, work: Work) -> Answer:
    """Show how surely the city knows somebody, and what each level is good for."""
    person = await store.get_person(work, work.actor.person_id)
    return page(
        request,
        "identity/assurance.html",
        level=person.assurance,
        levels=[{"value": int(level), "name": ASSURANCE_NAMES[level].text} for level in Assurance],
    )


async def _again_page(request: AnyRequest, work: Work, form: Form, status: int = 200) -> Answer:
    contacts = await store.list_contacts(work, work.actor.person_id)
    known = next((c for c in contacts if c.verified_at is not None), None)
    form.values["next"] = local_path(str(form.values.get("next") or "/me"))
    return page(
        request,
        "identity/again.html",
        status,
        form=form,
        address=masked(known.channel, known.address) if known else "",
    )


async def _code_page(
    request: AnyRequest, work: Work, form: Form, action: str, status: int = 200
) -> Answer:
    code_id = _asked(request)
    sent = await store.find_code(work, code_id) if code_id else None
    form.values["next"] = local_path(str(form.values.get("next") or "/me"))
    if sent is None:
        onward = quote(form.values["next"], safe="")
        return redirect(
            "/me/contacts" if "contacts" in action else f"/me/again?next={onward}",
            flash=say("This code no longer works. Please ask for a new one."),
        )
    return page(
        request,
        "identity/proof.html",
        status,
        form=form,
        action=action,
        channel=sent.channel,
        address=masked(sent.channel, sent.address),
        minutes=CODE_LASTS.seconds // 60,
    )


async def _refused(
    request: AnyRequest, work: Work, form: Form, refused: Says, action: str
) -> Answer:
    form.errors["code"] = refused
    form.values["code"] = ""
    return await _code_page(request, work, form, action, 422)


async def _contacts_page(request: AnyRequest, work: Work, form: Form, status: int = 200) -> Answer:
    contacts = [
        {
            "channel": c.channel,
            "address": c.address,
            "shown": shown(c.channel, c.address),
        }
        for c in await store.list_contacts(work, work.actor.person_id)
    ]
    return page(request, "identity/contacts.html", status, form=form, contacts=contacts)


def _on_to(path: str, code_id: UUID, onward: str) -> Answer:
    answer = redirect(f"{path}?next={quote(onward, safe='')}")
    answer.set_cookie(
        _ASKED,
        str(code_id),
        max_age=int(CODE_LASTS.total_seconds()),
        path="/me",
        httponly=True,
        samesite="lax",
        secure=settings.current().secure_cookies,
    )
    return answer


def _done(path: str, flash: Says | None) -> Answer:
    answer = redirect(path, flash=flash)
    answer.delete_cookie(_ASKED, path="/me")
    return answer


def _asked(request: AnyRequest) -> UUID | None:
    try:
        return UUID(cookie(request, _ASKED))
    except ValueError:
        return None


def _next(request: AnyRequest) -> str:
    return local_path(request.query_params.get("next", "/me"))


def _origin(request: AnyRequest) -> str:
    return request.client.host if request.client else ""


routes = [
    show_again,
    send_again,
    show_code,
    enter_code,
    show_contacts,
    add_contact,
    show_contact_code,
    enter_contact_code,
    remove_contact,
    show_assurance,
]
