"""For administrators: what programs ask for, how much they may do, and stopping them."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from city.kernel import Invalid, Work, say
from city.partners.pages.parts import Answer, AnyRequest
from city.partners.programs import actions, store
from city.partners.programs.model import Quota
from city.partners.programs.pages import usage_context
from city.partners.programs.views import lines_of, shown, shown_key
from city.web import Form, get, page, post, read_form, redirect


class ProgramDecision(Struct, frozen=True):
    """What an administrator decides about a program. `scopes` are those granted of the asked."""

    what: Literal["answer", "suspend", "resume"]
    reason: Annotated[str, Meta(max_length=500)] = ""
    scopes: list[str] = []


@get("/desk/programs", allow="partners.manage")
async def show_all_programs(request: AnyRequest, work: Work) -> Answer:
    """Show all programs, those that wait first, and what was decided last."""
    programs = [shown(program) for program in await store.list_programs(work)]
    return page(
        request,
        "partners/programs/desk.html",
        programs=programs,
        waiting=sum(1 for program in programs if program["asked"]),
        journal=lines_of(await store.list_entries(work, None, 50)),
    )


@get("/desk/programs/{code:str}", allow="partners.manage")
async def review_program(request: AnyRequest, work: Work, code: str) -> Answer:
    """Show one program, to be decided about."""
    return await _review_page(request, work, code, Form())


@post("/desk/programs/{code:str}", allow="partners.manage")
async def decide_program(request: AnyRequest, work: Work, code: str) -> Answer:
    """Grant what was asked for, or not; suspend or resume."""
    decision, form = await read_form(request, ProgramDecision)
    if decision is None:
        return await _review_page(request, work, code, form, 422)
    try:
        if decision.what == "answer":
            await actions.decide_scopes(work, code, decision.scopes, decision.reason)
        elif decision.what == "suspend":
            await actions.suspend_program(work, code, decision.reason)
        else:
            await actions.resume_program(work, code)
    except Invalid as wrong:
        form.errors |= wrong.errors
        return await _review_page(request, work, code, form, 422)
    return redirect(f"/desk/programs/{code}", flash=say("Decided, and written down."))


@post("/desk/programs/{code:str}/quota", allow="partners.manage")
async def change_quota(request: AnyRequest, work: Work, code: str) -> Answer:
    """Set how much the program may do."""
    quota, form = await read_form(request, Quota)
    if quota is None:
        return await _review_page(request, work, code, form, 422)
    await actions.set_quota(work, code, quota)
    return redirect(f"/desk/programs/{code}", flash=say("Decided, and written down."))


@post("/desk/programs/{code:str}/keys/{key_id:uuid}/revoke", allow="partners.manage")
async def revoke_anybodys_key(work: Work, code: str, key_id: UUID) -> Answer:
    """Revoke a key of somebody's program, such as one that was found lying about."""
    await actions.revoke_key(work, code, key_id)
    return redirect(f"/desk/programs/{code}", flash=say("The key opens nothing any more."))


async def _review_page(
    request: AnyRequest, work: Work, code: str, form: Form, status: int = 200
) -> Answer:
    program = await actions.get_program(work, code)
    return page(
        request,
        "partners/programs/review.html",
        status,
        form=form,
        program=shown(program),
        keys=[shown_key(key, work.now) for key in await store.list_keys(work, program.id)],
        journal=lines_of(await store.list_entries(work, program.id, 100)),
        **await usage_context(work, program),
    )


routes = [
    show_all_programs,
    review_program,
    decide_program,
    change_quota,
    revoke_anybodys_key,
]
