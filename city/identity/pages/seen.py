"""Who looked at somebody's data, who acts for them, and what they say to that."""

from typing import Annotated, Any
from uuid import UUID

import msgspec

from city.identity import actions, store
from city.identity.model import PROOF_WORDS, ROLE_NAMES, Access
from city.kernel import Invalid, Missing, Work, read_ref, say
from city.web import Form, Request, Response, get, in_language, page, post, read_form, redirect

_AT_ONCE = 30

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


class ConcernForm(msgspec.Struct):
    """What is wrong about a look."""

    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class SettleForm(msgspec.Struct):
    """What the auditor answers."""

    answer: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class RefuseForm(msgspec.Struct):
    """Whether nobody is to act for somebody."""

    refused: bool = False


@get("/me/seen", allow="me")
async def show_seen(request: AnyRequest, work: Work) -> Answer:
    """Show who looked at this person's data, who acted for them, and why."""
    return await _seen_page(request, work)


@post("/me/seen/{access_id:uuid}/concern", allow="me")
async def raise_concern(request: AnyRequest, work: Work, access_id: UUID) -> Answer:
    """Tell the auditor that a look was wrong."""
    given, form = await read_form(request, ConcernForm)
    try:
        if given is not None:
            await actions.raise_concern(work, access_id, given.text)
    except Invalid as wrong:
        form.errors |= wrong.errors
    if form.errors:
        return await _seen_page(request, work, form, access_id)
    return redirect("/me/seen", flash=say("The auditor has it and will answer you."))


@post("/audit/concerns/{concern_id:uuid}", allow="identity.audit")
async def settle_concern(request: AnyRequest, work: Work, concern_id: UUID) -> Answer:
    """Answer a concern; the person is told."""
    given, _ = await read_form(request, SettleForm)
    try:
        await actions.settle_concern(work, concern_id, given.answer if given else "")
    except Invalid as wrong:
        return redirect("/audit/access", flash=next(iter(wrong.errors.values())))
    return redirect("/audit/access", flash=say("The answer is sent."))


@get("/me/helpers", allow="me")
async def show_helpers(request: AnyRequest, work: Work) -> Answer:
    """Show who acted or acts for this person, and let them end or forbid it."""
    person_id = work.actor.person_id
    actings = [
        {
            "id": str(acting.id),
            "name": acting.helper_name,
            "purpose": acting.purpose,
            "begun_at": acting.begun_at,
            "until_at": acting.until_at,
            "proof": PROOF_WORDS[acting.proof].text if acting.proof else "",
            "runs": acting.runs(work.now),
        }
        for acting in await store.list_actings_for(work, person_id)
    ]
    refused = await store.are_helpers_refused(work, person_id)
    return page(request, "identity/helpers.html", actings=actings, refused=refused)


@post("/me/helpers/{acting_id:uuid}/end", allow="me")
async def end_help(request: AnyRequest, work: Work, acting_id: UUID) -> Answer:
    """End what a helper does, at once."""
    if not await actions.end_help(work, acting_id):
        raise Missing("This has ended already.")
    return redirect("/me/helpers", flash=say("This person can no longer act for you."))


@post("/me/helpers/refuse", allow="me")
async def refuse_helpers(request: AnyRequest, work: Work) -> Answer:
    """Let nobody act for this person, or let them again."""
    given, _ = await read_form(request, RefuseForm)
    refused = given is not None and given.refused
    await actions.refuse_helpers(work, refused=refused)
    said = say("Nobody can act for you now.") if refused else say("Helpers can act for you again.")
    return redirect("/me/helpers", flash=said)


async def _seen_page(
    request: AnyRequest, work: Work, form: Form | None = None, about: UUID | None = None
) -> Answer:
    person_id = work.actor.person_id
    skip = _number(request.query_params.get("from", ""))
    language = request.scope["state"]["language"]
    found = await store.list_access_to(work, person_id, skip, _AT_ONCE + 1)
    concerns = {c.access_id: c for c in await store.list_concerns(work, person_id)}
    looks = [
        _look(look, language) | {"concern": concerns.get(look.id), "open": look.id == about}
        for look in found[:_AT_ONCE]
    ]
    return page(
        request,
        "identity/seen.html",
        422 if form else 200,
        form=form or Form(),
        looks=looks,
        newer=f"/me/seen?from={max(0, skip - _AT_ONCE)}" if skip else "",
        older=f"/me/seen?from={skip + _AT_ONCE}" if len(found) > _AT_ONCE else "",
    )


def _look(look: Access, language: str) -> dict[str, Any]:
    return {
        "id": str(look.id),
        "name": look.actor_name,
        "roles": [ROLE_NAMES[role].text for role in look.actor_roles],
        "unit": in_language(look.actor_unit, language),
        "kind": look.kind,
        "purpose": look.purpose,
        "about": look.about,
        "href": f"/reports/{look.about}" if look.kind != "code" and read_ref(look.about) else "",
        "at": look.at,
    }


def _number(written: str) -> int:
    return min(int(written), 100_000) if written.isascii() and written.isdecimal() else 0


routes = [show_seen, raise_concern, settle_concern, show_helpers, end_help, refuse_helpers]
