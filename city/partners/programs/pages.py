"""For developers: one's own programs, their keys, what they may do and what they did."""

from typing import Any
from uuid import UUID

import msgspec

from city import settings
from city.kernel import Invalid, Work, say
from city.partners.pages.parts import Answer, AnyRequest
from city.partners.programs import actions, store
from city.partners.programs.model import (
    A_DAY,
    A_MINUTE,
    KEYS_EACH,
    PROGRAM_SCOPES,
    PROGRAMS_EACH,
    TOKEN_LASTS,
    WRITES_A_DAY,
    MoreScopes,
    NewKey,
    NewProgram,
    Program,
    is_open,
    titles_of,
)
from city.partners.programs.views import (
    STATUS_WORDS,
    bars_of,
    closed_scopes,
    every_day,
    lines_of,
    noon_of,
    open_scopes,
    shown,
    shown_key,
)
from city.web import PUBLIC, Form, get, page, post, read_form, redirect

_DAYS = 30
_LABELS = {
    "code": say("Short name"),
    "name": say("Name"),
    "purpose": say("What it is for"),
    "contact": say("E-mail of whoever looks after it"),
    "run_by": say("Organisation"),
    "scopes": say("What it may do"),
    "fingerprint": say("Fingerprint of its certificate"),
    "why": say("What you need it for"),
    "data": say("Restricted data sets"),
}


@get("/developers/programs", allow=PUBLIC)
async def show_programs(request: AnyRequest, work: Work) -> Answer:
    """Show what programs are, how to get a key, and one's own."""
    own = await store.list_mine(work, work.actor.person_id) if work.actor.may("me") else []
    return page(
        request,
        "partners/programs/list.html",
        programs=[shown(program) for program in own],
        may_add=len(own) < PROGRAMS_EACH,
        most=PROGRAMS_EACH,
        scopes=titles_of(list(PROGRAM_SCOPES)),
        limits=_limits(),
        city_url=settings.current().url,
    )


@get("/developers/programs/new", allow="me")
async def show_new_program(request: AnyRequest) -> Answer:
    """Show the form of a new program."""
    return _form_page(request, Form({"scopes": ["reports:submit"]}))


@post("/developers/programs", allow="me")
async def register_program(request: AnyRequest, work: Work) -> Answer:
    """Register a program, make its first key, and show that this once."""
    new, form = await read_form(request, NewProgram)
    if new is None:
        return _form_page(request, form, status=422)
    try:
        program = await actions.register_program(work, new)
    except Invalid as wrong:
        form.errors |= wrong.errors
        return _form_page(request, form, status=422)
    _, secret = await actions.add_key(work, program, "", None)
    return _key_page(request, program, secret)


@get("/developers/programs/{code:str}", allow="me")
async def show_program(request: AnyRequest, work: Work, code: str) -> Answer:
    """Show one's own program: keys, scopes, limits, how to use it, history."""
    return await _program_page(request, work, await actions.own_program(work, code), Form())


@get("/developers/programs/{code:str}/edit", allow="me")
async def show_program_form(request: AnyRequest, work: Work, code: str) -> Answer:
    """Show the registration, to be changed."""
    program = await actions.own_program(work, code)
    values = msgspec.structs.asdict(program)
    values["scopes"] = [scope for scope in program.scopes if is_open(scope)]
    return _form_page(request, Form(values), program)


@post("/developers/programs/{code:str}/edit", allow="me")
async def change_program(request: AnyRequest, work: Work, code: str) -> Answer:
    """Change the registration; what the city granted stays."""
    program = await actions.own_program(work, code)
    new, form = await read_form(request, NewProgram)
    if new is None:
        return _form_page(request, form, program, 422)
    try:
        await actions.change_program(work, code, new)
    except Invalid as wrong:
        form.errors |= wrong.errors
        return _form_page(request, form, program, 422)
    changed = say("The registration has been changed.")
    return redirect(f"/developers/programs/{code}", flash=changed)


@post("/developers/programs/{code:str}/keys", allow="me")
async def make_key(request: AnyRequest, work: Work, code: str) -> Answer:
    """Make a key and show it this once."""
    program = await actions.own_program(work, code)
    new, form = await read_form(request, NewKey)
    if new is None:
        return await _program_page(request, work, program, form, 422)
    _, secret = await actions.make_key(work, code, new)
    return _key_page(request, program, secret)


@post("/developers/programs/{code:str}/keys/{key_id:uuid}/revoke", allow="me")
async def revoke_key(work: Work, code: str, key_id: UUID) -> Answer:
    """Revoke a key at once."""
    await actions.own_program(work, code)
    await actions.revoke_key(work, code, key_id)
    return redirect(f"/developers/programs/{code}", flash=say("The key opens nothing any more."))


@post("/developers/programs/{code:str}/ask", allow="me")
async def ask_scopes(request: AnyRequest, work: Work, code: str) -> Answer:
    """Ask the city to let the program do more."""
    program = await actions.own_program(work, code)
    more, form = await read_form(request, MoreScopes)
    if more is not None:
        try:
            await actions.ask_scopes(work, code, more)
        except Invalid as wrong:
            form.errors |= wrong.errors
            more = None
    if more is None:
        return await _program_page(request, work, program, form, 422)
    asked = say("The city will look at it. The answer comes into your inbox.")
    return redirect(f"/developers/programs/{code}", flash=asked)


@get("/developers/programs/{code:str}/usage", allow="me")
async def show_usage(request: AnyRequest, work: Work, code: str) -> Answer:
    """Show what one's own program did in the last days, and what is left of today."""
    program = await actions.own_program(work, code)
    return page(
        request,
        "partners/programs/usage.html",
        program=shown(program),
        back=f"/developers/programs/{code}",
        **await usage_context(work, program),
    )


async def usage_context(work: Work, program: Program) -> dict[str, Any]:
    """Return what a program did in the last days, for the part of a page that shows it."""
    since = actions.days_of_usage(work.now, _DAYS)
    zone = settings.current().profile.zone
    used = await store.list_days(work, program.id, since, str(zone))
    days = every_day(used, work.now.astimezone(zone).date(), _DAYS)
    refusals = await store.list_refusals(work, program.id, since)
    counted = await store.usage_since(work, [program.id], actions.days_of_usage(work.now, 1))
    requests, writes = (counted[0].requests, counted[0].writes) if counted else (0, 0)
    return {
        "chart": bars_of(days),
        "days": [
            {**msgspec.structs.asdict(day), "at": noon_of(day.day)}
            for day in reversed(days)
            if day.requests
        ],
        "total": sum(day.requests for day in days),
        "errors": sum(day.errors for day in days),
        "requests_left": max(0, program.a_day - requests),
        "writes_left": max(0, program.writes_a_day - writes),
        "refusals": [
            {
                "status": refusal.status,
                "times": refusal.times,
                "at": refusal.last_hour,
                "means": STATUS_WORDS.get(refusal.status),
            }
            for refusal in refusals
        ],
    }


async def _program_page(
    request: AnyRequest, work: Work, program: Program, form: Form, status: int = 200
) -> Answer:
    keys = [shown_key(key, work.now) for key in await store.list_keys(work, program.id)]
    return page(
        request,
        "partners/programs/program.html",
        status,
        form=form,
        labels=_LABELS,
        program=shown(program),
        keys=keys,
        may_add=sum(key["good"] for key in keys) < KEYS_EACH,
        keys_each=KEYS_EACH,
        closed=closed_scopes(program),
        city_url=settings.current().url,
        centre=settings.current().profile.centre,
        token_minutes=int(TOKEN_LASTS.total_seconds() // 60),
        journal=lines_of(await store.list_entries(work, program.id, 30)),
    )


def _form_page(
    request: AnyRequest, form: Form, program: Program | None = None, status: int = 200
) -> Answer:
    return page(
        request,
        "partners/programs/form.html",
        status,
        form=form,
        labels=_LABELS,
        program=shown(program) if program else None,
        scopes=open_scopes(),
        limits=_limits(),
        certificates=bool(settings.current().mtls_header),
    )


def _key_page(request: AnyRequest, program: Program, secret: str) -> Answer:
    answer = page(
        request,
        "partners/programs/key.html",
        program=shown(program),
        secret=secret,
        city_url=settings.current().url,
    )
    answer.headers["cache-control"] = "no-store"
    return answer


def _limits() -> dict[str, int]:
    anonymous = settings.current().api_a_minute
    return {"minute": A_MINUTE, "day": A_DAY, "writes": WRITES_A_DAY, "anonymous": anonymous}


routes = [
    show_programs,
    show_new_program,
    register_program,
    show_program,
    show_program_form,
    change_program,
    make_key,
    revoke_key,
    ask_scopes,
    show_usage,
]
