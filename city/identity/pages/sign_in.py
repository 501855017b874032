"""Signing in without a password: an address, a code, and the first time a name."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import msgspec

from city import settings
from city.identity import actions, store
from city.identity.addresses import masked
from city.identity.devices import device_of
from city.identity.model import CODE_LASTS, ROLE_NAMES, SESSION_MOST, Role, local_path
from city.kernel import Invalid, Missing, Says, TooMany, Work, say
from city.web import (
    PUBLIC,
    Form,
    Request,
    Response,
    cookie,
    get,
    in_language,
    page,
    post,
    read_form,
    redirect,
)

SESSION = "session"
_ASKED = "code"

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


class AddressForm(msgspec.Struct):
    """Where to send a code."""

    address: Annotated[str, msgspec.Meta(max_length=254)]
    next: str = "/"


class NextForm(msgspec.Struct):
    """Where to go afterwards."""

    next: str = "/"


class CodeForm(msgspec.Struct):
    """The code that was sent."""

    code: Annotated[str, msgspec.Meta(max_length=20)]
    next: str = "/"


class NameForm(msgspec.Struct):
    """How somebody is called."""

    name: Annotated[str, msgspec.Meta(max_length=80)] = ""
    next: str = "/"


class SampleForm(msgspec.Struct):
    """Which sample person to be."""

    person: UUID
    next: str = "/"


@get("/sign-in", allow=PUBLIC)
async def show_sign_in(request: AnyRequest, work: Work) -> Answer:
    """Ask for a telephone number or an e-mail address."""
    return await _sign_in_page(request, work, Form({"next": _next(request)}))


@post("/sign-in", allow=PUBLIC)
async def send_code(request: AnyRequest, work: Work) -> Answer:
    """Have a code sent, and say the same whoever the address belongs to."""
    asked, form = await read_form(request, AddressForm)
    if asked is None:
        return await _sign_in_page(request, work, form, 422)
    try:
        code_id = await actions.ask_for_code(
            work, asked.address, origin=_origin(request), language=_language(request)
        )
    except Invalid as wrong:
        form.errors |= wrong.errors
        return await _sign_in_page(request, work, form, 422)
    except TooMany as wait:
        form.problem = wait.says
        answer = await _sign_in_page(request, work, form, wait.status)
        answer.headers["retry-after"] = str(wait.seconds)
        return answer
    return _on_to_code(code_id, asked.next)


@post("/sign-in/again", allow=PUBLIC)
async def send_again(request: AnyRequest, work: Work) -> Answer:
    """Have another code sent to the same address."""
    given, form = await read_form(request, NextForm)
    code_id = _asked(request)
    sent = await store.find_code(work, code_id) if code_id else None
    if sent is None or given is None:
        return _ask_again(form.values.get("next", "/"))
    try:
        code_id = await actions.ask_for_code(
            work, sent.address, origin=_origin(request), language=_language(request)
        )
    except TooMany as wait:
        form.problem = wait.says
        answer = await _code_page(request, work, form, wait.status)
        answer.headers["retry-after"] = str(wait.seconds)
        return answer
    return _on_to_code(code_id, given.next, flash=say("A new code is on its way."))


@get("/sign-in/code", allow=PUBLIC)
async def show_code(request: AnyRequest, work: Work) -> Answer:
    """Ask for the code that was sent."""
    return await _code_page(request, work, Form({"next": _next(request)}))


@post("/sign-in/code", allow=PUBLIC)
async def sign_in(request: AnyRequest, work: Work) -> Answer:
    """Sign in with the code."""
    given, form = await read_form(request, CodeForm)
    code_id = _asked(request)
    if code_id is None:
        return _ask_again(form.values.get("next", "/"))
    if given is None:
        return await _code_page(request, work, form, 422)
    entered = await actions.enter_code(work, code_id, given.code, device=_device(request))
    if isinstance(entered, Says):
        form.errors["code"] = entered
        form.values["code"] = ""
        return await _code_page(request, work, form, 422)
    onward = local_path(given.next)
    if entered.is_new:
        onward = f"/sign-in/name?next={quote(onward, safe='')}"
    answer = redirect(onward)
    answer.delete_cookie(_ASKED, path="/sign-in")
    return with_session(answer, entered.token)


@get("/sign-in/name", allow="me")
async def show_name(request: AnyRequest) -> Answer:
    """Ask somebody new how they are called. They need not say."""
    return page(request, "identity/name.html", form=Form({"next": _next(request)}))


@post("/sign-in/name", allow="me")
async def save_name(request: AnyRequest, work: Work) -> Answer:
    """Keep how somebody is called."""
    given, form = await read_form(request, NameForm)
    if given is None:
        form.values["next"] = local_path(str(form.values.get("next", "/")))
        return page(request, "identity/name.html", 422, form=form)
    await actions.keep_name(work, given.name)
    return redirect(local_path(given.next))


@post("/sign-in/sample", allow=PUBLIC)
async def sign_in_sample(request: AnyRequest, work: Work) -> Answer:
    """Sign in as somebody of the sample city, with one tap."""
    chosen, _ = await read_form(request, SampleForm)
    if chosen is None:
        raise Missing("We could not find what you asked for.")
    token = await actions.sign_in_sample(work, chosen.person, device=_device(request))
    return with_session(redirect(local_path(chosen.next)), token)


@post("/sign-out", allow=PUBLIC)
async def sign_out(request: AnyRequest, work: Work) -> Answer:
    """End this session."""
    await actions.sign_out(work)
    answer = redirect("/", flash=say("You are signed out."))
    answer.delete_cookie(SESSION)
    return answer


def with_session(answer: Answer, token: str) -> Answer:
    """Return the answer with this session's token for the browser to keep."""
    answer.set_cookie(
        SESSION,
        token,
        max_age=int(SESSION_MOST.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.current().secure_cookies,
    )
    return answer


async def _sign_in_page(request: AnyRequest, work: Work, form: Form, status: int = 200) -> Answer:
    form.values["next"] = local_path(str(form.values.get("next") or "/"))
    groups: dict[Role, list[dict[str, Any]]] = {}
    if settings.current().sample:
        for person in await store.list_sample_people(work):
            body = in_language(person.organisation, _language(request))
            groups.setdefault(person.role, []).append(
                {"id": str(person.id), "name": person.name, "body": body}
            )
    return page(
        request,
        "identity/sign_in.html",
        status,
        form=form,
        sample_groups=[
            {"role": name.text, "people": groups[role]}
            for role, name in ROLE_NAMES.items()
            if role in groups
        ],
    )


async def _code_page(request: AnyRequest, work: Work, form: Form, status: int = 200) -> Answer:
    form.values["next"] = local_path(str(form.values.get("next") or "/"))
    code_id = _asked(request)
    sent = await store.find_code(work, code_id) if code_id else None
    if sent is None:
        return _ask_again(form.values["next"])
    return page(
        request,
        "identity/code.html",
        status,
        form=form,
        channel=sent.channel,
        address=masked(sent.channel, sent.address),
        minutes=CODE_LASTS.seconds // 60,
    )


def _on_to_code(code_id: UUID, onward: str, flash: Says | None = None) -> Answer:
    answer = redirect(f"/sign-in/code?next={quote(local_path(onward), safe='')}", flash=flash)
    # The code's id stays in this browser, so that the address is in no link and no history.
    answer.set_cookie(
        _ASKED,
        str(code_id),
        max_age=int(CODE_LASTS.total_seconds()),
        path="/sign-in",
        httponly=True,
        samesite="lax",
        secure=settings.current().secure_cookies,
    )
    return answer


def _ask_again(onward: Any) -> Answer:
    return redirect(
        f"/sign-in?next={quote(local_path(str(onward)), safe='')}",
        flash=say("This code no longer works. Please ask for a new one."),
    )


def _asked(request: AnyRequest) -> UUID | None:
    try:
        return UUID(cookie(request, _ASKED))
    except ValueError:
        return None


def _next(request: AnyRequest) -> str:
    return local_path(request.query_params.get("next", "/"))


def _language(request: AnyRequest) -> str:
    return request.scope["state"]["language"]


def _device(request: AnyRequest) -> str:
    return device_of(request.headers.get("user-agent", ""))


def _origin(request: AnyRequest) -> str:
    return request.client.host if request.client else ""


routes = [
    show_sign_in,
    send_code,
    send_again,
    show_code,
    sign_in,
    show_name,
    save_name,
    sign_in_sample,
    sign_out,
]
