"""The systems, how each is, and what an administrator changes of one."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from city import partners
from city.integration.hub import office, outbound
from city.integration.hub.model import CONNECTOR_NAMES, STATE_NAMES, Connector, State
from city.integration.hub.pages.parts import (
    Answer,
    AnyRequest,
    frame,
    language_of,
    names_of,
    shown,
    shown_contract,
)
from city.integration.hub.store import contracts, mappings, systems
from city.kernel import Conflict, Invalid, Work, say
from city.web import Form, get, page, post, read_form, redirect

_CHECKS = 40


class SystemForm(msgspec.Struct, frozen=True, kw_only=True):
    """What an administrator changes of a system."""

    version: int
    state: State
    address: Annotated[str, Meta(max_length=300)] = ""
    contact: Annotated[str, Meta(max_length=200)] = ""
    program: Annotated[str, Meta(max_length=40)] = ""


@get("/desk/hub", allow="integration.view")
async def show_hub(request: AnyRequest, work: Work) -> Answer:
    """Show every system with its health at a glance."""
    language = language_of(request)
    found = [(one, shown(one, language, work)) for one in await systems.list_systems(work)]
    opened = [row for one, row in found if one.state is not State.PLANNED]
    return page(
        request,
        "integration/hub/systems.html",
        frame=await frame(work, "systems"),
        opened=opened,
        planned=[row for one, row in found if one.state is State.PLANNED],
        errors=sum(row["errors"] for row in opened),
    )


@get("/desk/hub/systems/{code:str}", allow="integration.view")
async def show_system(request: AnyRequest, work: Work, code: str) -> Answer:
    """Show one system: what it is for, how it has been, its contracts and rules."""
    return await _show(request, work, code, Form())


@post("/desk/hub/systems/{code:str}", allow="integration.manage")
async def change_system(request: AnyRequest, work: Work, code: str) -> Answer:
    """Change how far a system is, and how it is reached."""
    given, form = await read_form(request, SystemForm)
    if given is None:
        return await _show(request, work, code, form, 422)
    try:
        await office.change_system(
            work,
            code,
            given.version,
            state=given.state,
            address=given.address,
            contact=given.contact,
            program_id=_program(given.program),
        )
    except Invalid as invalid:
        form.errors |= invalid.errors
        return await _show(request, work, code, form, 422)
    except Conflict as conflict:
        form.problem = conflict.says
        return await _show(request, work, code, form, 409)
    return redirect(f"/desk/hub/systems/{code}", flash=say("Saved."))


@post("/desk/hub/systems/{code:str}/ask", allow="integration.manage")
async def ask_now(work: Work, code: str) -> Answer:
    """Have a system looked at, and asked for what is new, without waiting for its time."""
    system = await office.get_system(work, code)
    work.later(outbound.check_systems)
    if system.connector is Connector.REST_PULL and system.is_open:
        work.later(outbound.pull_system, code=code)
    return redirect(f"/desk/hub/systems/{code}", flash=say("It is being asked. Look again soon."))


def _program(given: str) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError:
        raise Invalid({"program": say("Please choose one of the list.")}) from None


async def _show(
    request: AnyRequest, work: Work, code: str, form: Form, status: int = 200
) -> Answer:
    language = language_of(request)
    all_of_them = {one.code: one for one in await systems.list_systems(work)}
    system = all_of_them.get(code) or await office.get_system(work, code)
    names = await names_of(work, language)
    programs = await partners.list_programs(work) if work.actor.may("integration.manage") else []
    return page(
        request,
        "integration/hub/system.html",
        status,
        frame=await frame(work, "systems"),
        form=form,
        system=system,
        row=shown(system, language, work),
        connector=CONNECTOR_NAMES[system.connector],
        asks=system.connector in (Connector.REST_PULL, Connector.REST_PUSH) and system.is_open,
        states=[{"value": state.value, "label": name} for state, name in STATE_NAMES.items()],
        programs=[{"value": str(one.id), "label": f"{one.name} ({one.code})"} for one in programs],
        program=str(system.program_id or ""),
        checks=(await systems.list_checks(work, code, _CHECKS))[::-1],
        contracts=[
            shown_contract(one, names) for one in await contracts.list_contracts(work, code)
        ],
        mappings=await mappings.list_mappings(work, code),
    )


routes = [show_hub, show_system, change_system, ask_now]
