"""The registry's own administration: what every function says of itself, and how it is."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from city import identity
from city.kernel import Conflict, Invalid, Missing, Work, say
from city.services import actions, known, store, views
from city.services.model import STATE_NAMES, Facts, Service, State, in_language
from city.web import Form, Request, Response, get, page, post, read_form, redirect

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]
_Line = Annotated[str, Meta(max_length=120)]
_Text = Annotated[str, Meta(max_length=400)]

_MOST_CHANGES = 20


class ServiceForm(msgspec.Struct, frozen=True, kw_only=True):
    """A function as an officer describes it."""

    version: int
    name_vi: _Line = ""
    name_en: _Line = ""
    about_vi: _Text = ""
    about_en: _Text = ""
    state: State
    link: _Text = ""
    partner: _Line = ""
    instead_vi: _Text = ""
    instead_en: _Text = ""
    instead_link: _Text = ""
    unit: _Line = ""
    hours: _Text = ""
    hidden: bool = False


@get("/desk/services", allow="cases.manage")
async def list_registry(request: AnyRequest, work: Work) -> Answer:
    """Show every function, hidden ones too, with how each was found."""
    language = request.scope["state"]["language"]
    registry = await known.refresh(work, anew=True)
    editable = [one for one in registry.services if one.version]  # Not those of partners.
    groups = [
        {
            "name": in_language(group.name, language),
            "services": [_row(one, language) for one in editable if one.facts.group == group.code],
        }
        for group in registry.groups
    ]
    return page(
        request,
        "services/desk_list.html",
        groups=[group for group in groups if group["services"]],
        broken=[_row(one, language) for one in registry.services if one.broken],
        looked_at=max((one.looked_at for one in registry.services if one.looked_at), default=None),
        total=len(editable),
    )


@get("/desk/services/{code:str}", allow="cases.manage")
async def edit_form(request: AnyRequest, work: Work, code: str) -> Answer:
    """Show what a function says of itself, to be changed."""
    service = await _find(work, code)
    return await _show(request, work, service, Form(_values(service)))


@post("/desk/services/{code:str}", allow="cases.manage")
async def change_service(request: AnyRequest, work: Work, code: str) -> Answer:
    """Change what a function says of itself."""
    service = await _find(work, code)
    given, form = await read_form(request, ServiceForm)
    if given is None:
        return await _show(request, work, service, form, 422)
    try:
        await actions.edit_service(work, code, given.version, _facts(service.facts, given))
    except Invalid as invalid:
        form.errors = invalid.errors
        return await _show(request, work, service, form, 422)
    except Conflict as conflict:
        form.problem = conflict.says
        form.values["version"] = str(service.version)
        return await _show(request, work, service, form, 409)
    return redirect("/desk/services", flash=say("Saved. A later profile will not undo it."))


async def _find(work: Work, code: str) -> Service:
    service = (await known.refresh(work, anew=True)).by_code.get(code)
    if service is None or not service.version:
        raise Missing("There is no such service.")
    return service


async def _show(
    request: AnyRequest, work: Work, service: Service, form: Form, status: int = 200
) -> Answer:
    language = request.scope["state"]["language"]
    units = await identity.list_units(work)
    return page(
        request,
        "services/desk_edit.html",
        status,
        form=form,
        service=service,
        line=views.line_of(service, language),
        states=[{"value": state.value, "label": name} for state, name in STATE_NAMES.items()],
        units=[{"value": u.code, "label": in_language(u.name, language)} for u in units],
        changes=await store.list_changes(work, service.code, _MOST_CHANGES),
    )


def _row(service: Service, language: str) -> dict[str, Any]:
    return {
        "line": views.line_of(service, language),
        "state": STATE_NAMES[service.facts.state],
        "tone": "late" if service.broken else views.STATE_TONES[service.facts.state],
        "service": service,
        "since": service.since if service.broken else None,
    }


def _values(service: Service) -> dict[str, Any]:
    """Return a function as its form has it."""
    facts = service.facts
    return {
        "version": str(service.version),
        "name_vi": facts.name.get("vi", ""),
        "name_en": facts.name.get("en", ""),
        "about_vi": facts.about.get("vi", ""),
        "about_en": facts.about.get("en", ""),
        "state": facts.state.value,
        "link": facts.link,
        "partner": facts.partner.get("vi", ""),
        "instead_vi": facts.instead.get("vi", ""),
        "instead_en": facts.instead.get("en", ""),
        "instead_link": facts.instead_link,
        "unit": facts.unit,
        "hours": "\n".join(facts.hours),
        "hidden": "true" if facts.hidden else "",
    }


def _facts(facts: Facts, given: ServiceForm) -> Facts:
    """Return what a function says of itself with what was filled in."""
    partner = dict(facts.partner)
    if given.partner != partner.get("vi", ""):
        partner = {"vi": given.partner, "en": given.partner} if given.partner else {}
    return msgspec.structs.replace(
        facts,
        name={**facts.name, "vi": given.name_vi, "en": given.name_en},
        about={**facts.about, "vi": given.about_vi, "en": given.about_en},
        state=given.state,
        link=given.link,
        partner=partner,
        instead={
            language: text
            for language, text in (
                *facts.instead.items(),
                ("vi", given.instead_vi),
                ("en", given.instead_en),
            )
            if text
        },
        instead_link=given.instead_link,
        unit=given.unit,
        hours=[line.strip() for line in given.hours.splitlines() if line.strip()],
        hidden=given.hidden,
    )


routes = [change_service, edit_form, list_registry]
