"""Two offices: the auditor, who sees who looked at whom, and the administrator of roles."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from city import settings
from city.identity import actions, store
from city.identity.addresses import masked
from city.identity.model import ASSURANCE_NAMES, ROLE_NAMES, Assurance, Role, initials
from city.kernel import Invalid, Work, say
from city.web import Form, Request, Response, check, get, page, post, read_form, redirect

_MOST = 200

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


class AccessFilter(msgspec.Struct):
    """Whose looks, on which days of the city's calendar."""

    actor: UUID | None = None
    since: date | None = None
    until: date | None = None


class PeopleQuery(msgspec.Struct):
    """Whom an administrator looks for."""

    q: str = ""
    role: Role | None = None


class RoleChange(msgspec.Struct):
    """A role to be given or taken; nothing happens until it is `confirmed`."""

    role: Role
    unit: UUID | None = None
    take: bool = False
    confirmed: bool = False


@get("/audit/access", allow="identity.audit")
async def show_access(request: AnyRequest, work: Work) -> Answer:
    """Show who looked at whose identity, by whom and when. People seen are initials only."""
    chosen, errors = check(AccessFilter, dict(request.query_params))
    form = Form(dict(request.query_params), errors)
    looks = []
    if chosen is not None:
        found = await store.list_access(
            work, chosen.actor, _midnight(chosen.since), _midnight(chosen.until, days=1), _MOST
        )
        looks = [
            {
                "name": look.actor_name,
                "roles": [ROLE_NAMES[role].text for role in look.actor_roles],
                "seen": initials(look.person_name),
                "purpose": look.purpose,
                "about": look.about,
                "kind": look.kind,
                "at": look.at,
            }
            for look in found
        ]
    return page(
        request,
        "identity/access.html",
        200 if chosen is not None else 422,
        form=form,
        looks=looks,
        most=_MOST,
        concerns=[
            {
                "id": str(concern.id),
                "seen": initials(concern.person_name),
                "name": concern.looker_name,
                "purpose": concern.purpose,
                "about": concern.about,
                "looked_at": concern.looked_at,
                "text": concern.text,
                "at": concern.raised_at,
            }
            for concern in await store.list_open_concerns(work)
        ],
        lookers=[{"value": str(x.id), "label": x.name} for x in await store.list_lookers(work)],
    )


@get("/admin/people", allow="identity.manage")
async def show_people(request: AnyRequest, work: Work) -> Answer:
    """Show who came last, and a search."""
    people = await actions.search_people(work, "", None)
    return _people_page(request, Form(), people, searched=False)


@post("/admin/people", allow="identity.manage")
async def search_people(request: AnyRequest, work: Work) -> Answer:
    """Search people. A POST, so that no name stands in an address or a log."""
    query, form = await read_form(request, PeopleQuery)
    if query is None:
        return _people_page(request, form, [], searched=False, status=422)
    found = await actions.search_people(work, query.q, query.role)
    return _people_page(request, form, found, searched=True)


@get("/admin/people/{person_id:uuid}", allow="identity.manage")
async def show_person(request: AnyRequest, work: Work, person_id: UUID) -> Answer:
    """Show one person's roles, with their addresses masked."""
    return await _person_page(request, work, person_id, Form())


@post("/admin/people/{person_id:uuid}/roles", allow="identity.manage")
async def change_role(request: AnyRequest, work: Work, person_id: UUID) -> Answer:
    """Give or take a role: the first press asks whether to, the second does."""
    change, form = await read_form(request, RoleChange)
    if change is None:
        return await _person_page(request, work, person_id, form, status=422)
    if change.role == Role.UNIT and change.unit is None and not change.take:
        form.refuse("unit", "Please choose the unit this officer works for.")
        return await _person_page(request, work, person_id, form, status=422)
    if not change.confirmed:
        return await _person_page(request, work, person_id, form, change=change)
    try:
        if change.take:
            await actions.revoke_role(work, person_id, change.role)
        else:
            await actions.grant_role(work, person_id, change.role, change.unit)
    except Invalid as wrong:
        form.errors |= wrong.errors
        return await _person_page(request, work, person_id, form, status=422)
    return redirect(f"/admin/people/{person_id}", flash=say("The role has been changed."))


def _people_page(
    request: AnyRequest, form: Form, people: list[Any], *, searched: bool, status: int = 200
) -> Answer:
    found = [
        {
            "id": str(person.id),
            "name": person.name,
            "sample": person.sample,
            "created_at": person.created_at,
            "roles": [ROLE_NAMES[role].text for role in person.roles],
        }
        for person in people
    ]
    return page(
        request,
        "identity/people.html",
        status,
        form=form,
        people=found,
        searched=searched,
        roles=_role_options(),
    )


async def _person_page(
    request: AnyRequest,
    work: Work,
    person_id: UUID,
    form: Form,
    *,
    status: int = 200,
    change: RoleChange | None = None,
) -> Answer:
    person = await store.get_person(work, person_id)
    language = request.scope["state"]["language"]
    units = await store.list_units(work)
    holdings = [
        {
            "role": str(holding.role),
            "name": ROLE_NAMES[holding.role].text,
            "body": (holding.organisation or {}).get(language, ""),
            "at": holding.granted_at,
            "own": holding.role == Role.ADMIN and person_id == work.actor.id,
        }
        for holding in await store.list_holdings(work, person_id)
    ]
    asked = None
    if change is not None:
        unit = next((u for u in units if u.id == change.unit), None)
        asked = {
            "role": str(change.role),
            "name": ROLE_NAMES[change.role].text,
            "unit": str(unit.id) if unit and change.role == Role.UNIT else "",
            "unit_name": unit.name.get(language, "") if unit and change.role == Role.UNIT else "",
            "take": change.take,
        }
    return page(
        request,
        "identity/person.html",
        status,
        form=form,
        person=person,
        assurance=ASSURANCE_NAMES[Assurance(person.assurance)].text,
        contacts=[masked(c.channel, c.address) for c in await store.list_contacts(work, person_id)],
        holdings=holdings,
        asked=asked,
        roles=_role_options(),
        units=[{"value": str(u.id), "label": u.name.get(language, u.code)} for u in units],
    )


def _role_options() -> list[dict[str, str]]:
    return [{"value": str(role), "name": name.text} for role, name in ROLE_NAMES.items()]


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    if day is None:
        return None
    day = min(max(day, date(2000, 1, 1)), date(2999, 1, 1)) + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=settings.current().profile.zone)


routes = [show_access, show_people, search_people, show_person, change_role]
