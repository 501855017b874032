"""Contracts: drafted by one person, approved by another."""

from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from city.integration.hub import office
from city.integration.hub.model import DIRECTION_NAMES, Allowed, Direction, NewContract
from city.integration.hub.pages.parts import (
    Answer,
    AnyRequest,
    frame,
    language_of,
    names_of,
    shown_contract,
)
from city.integration.hub.store import contracts
from city.kernel import Conflict, Forbidden, Invalid, Problem, Work, say
from city.web import Form, get, page, post, read_form, redirect

_Line = Annotated[str, Meta(max_length=500)]


class ContractForm(msgspec.Struct, frozen=True, kw_only=True):
    """A contract as it is typed: its fields as lines of `name: why`."""

    system: Annotated[str, Meta(max_length=40)]
    kind: Annotated[str, Meta(max_length=40)]
    direction: Direction
    fields: Annotated[str, Meta(max_length=20_000)]
    purpose: _Line
    legal_basis: _Line
    valid_from: date
    valid_to: date
    quota_a_day: Annotated[int, Meta(ge=1, le=1_000_000)]
    keep_days: Annotated[int, Meta(ge=0, le=3650)]


@get("/desk/hub/contracts", allow="integration.view")
async def list_contracts(request: AnyRequest, work: Work) -> Answer:
    """Show the contracts, those that wait for approval first."""
    names = await names_of(work, language_of(request))
    found = [shown_contract(one, names) for one in await contracts.list_contracts(work)]
    return page(
        request,
        "integration/hub/contracts.html",
        frame=await frame(work, "contracts"),
        contracts=found,
    )


@get("/desk/hub/contracts/new", allow="integration.manage")
async def draft_form(request: AnyRequest, work: Work) -> Answer:
    """Show an empty draft, or one that begins with what an earlier contract says."""
    first = office.today(work)
    values: dict[str, Any] = {
        "valid_from": first.isoformat(),
        "valid_to": (first + timedelta(days=365)).isoformat(),
        "quota_a_day": "1000",
        "keep_days": "30",
        "system": request.query_params.get("system", ""),
    }
    given = request.query_params.get("like", "")
    if given.isdecimal() and len(given) < 9:
        like = await office.get_contract(work, int(given))
        values |= msgspec.to_builtins(
            {name: getattr(like, name) for name in ContractForm.__struct_fields__}
        )
        values |= {"fields": _lines(like.fields), "valid_from": first.isoformat()}
    return await _draft_page(request, work, Form(values))


@post("/desk/hub/contracts/new", allow="integration.manage")
async def draft_contract(request: AnyRequest, work: Work) -> Answer:
    """Keep a draft."""
    given, form = await read_form(request, ContractForm)
    if given is None:
        return await _draft_page(request, work, form, 422)
    fields = {name: getattr(given, name) for name in given.__struct_fields__}
    try:
        new = NewContract(**{**fields, "fields": read_fields(given.fields)})
        number = await office.draft_contract(work, new)
    except Invalid as invalid:
        form.errors |= invalid.errors
        return await _draft_page(request, work, form, 422)
    told = say("Drafted. Somebody else has to approve it now.")
    return redirect(f"/desk/hub/contracts/{number}", flash=told)


@get("/desk/hub/contracts/{number:int}", allow="integration.view")
async def show_contract(request: AnyRequest, work: Work, number: int) -> Answer:
    """Show all that a contract says, and how much it has been used today."""
    contract = await office.get_contract(work, number)
    names = await names_of(work, language_of(request))
    return page(
        request,
        "integration/hub/contract.html",
        frame=await frame(work, "contracts"),
        contract=contract,
        row=shown_contract(contract, names),
        used=await contracts.count_use(work, contract.id, office.today(work)),
        own=contract.drafted_by == work.actor.id,
    )


@post("/desk/hub/contracts/{number:int}/approve", allow="integration.approve")
async def approve(work: Work, number: int) -> Answer:
    """Put a draft in force."""
    return await _decided(
        office.approve_contract(work, number), number, say("The contract is in force.")
    )


@post("/desk/hub/contracts/{number:int}/end", allow="integration.manage")
async def end(work: Work, number: int) -> Answer:
    """End a contract at once."""
    told = say("Ended. Nothing is exchanged under it any more.")
    return await _decided(office.end_contract(work, number), number, told)


def read_fields(text: str) -> list[Allowed]:
    """Return the fields of lines of `name: why`."""
    found: list[Allowed] = []
    for line in text.splitlines():
        if line.strip():
            name, _, why = line.partition(":")
            found.append(Allowed(name.strip(), why.strip()[:300]))
    return found


def _lines(fields: list[Allowed]) -> str:
    return "\n".join(f"{one.name}: {one.why}" for one in fields)


async def _decided(deciding: Any, number: int, told: Any) -> Answer:
    try:
        await deciding
    except (Conflict, Forbidden) as refusal:
        problem: Problem = refusal
        return redirect(f"/desk/hub/contracts/{number}", flash=problem.says)
    return redirect(f"/desk/hub/contracts/{number}", flash=told)


async def _draft_page(request: AnyRequest, work: Work, form: Form, status: int = 200) -> Answer:
    names = await names_of(work, language_of(request))
    return page(
        request,
        "integration/hub/contract_new.html",
        status,
        frame=await frame(work, "contracts"),
        form=form,
        systems=[{"value": code, "label": name} for code, name in names.items()],
        directions=[
            {"value": one.value, "label": name}
            for one, name in DIRECTION_NAMES.items()
            if one is not Direction.BOTH
        ],
    )


routes = [list_contracts, draft_form, draft_contract, show_contract, approve, end]
