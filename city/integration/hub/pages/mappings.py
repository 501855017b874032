"""Mapping rules: a line for each field, tried on a sample before they are published."""

import json
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from city.integration.hub import mapping, office
from city.integration.hub.fields import outside
from city.integration.hub.formats import CSV, JSON, XML, Unreadable, read_records
from city.integration.hub.inbound import CASE, NOT_OURS, CaseFields
from city.integration.hub.model import CODE, HOW_NAMES, How, Rule
from city.integration.hub.pages.parts import Answer, AnyRequest, frame, language_of, names_of
from city.integration.hub.store import contracts, mappings
from city.kernel import Conflict, Invalid, Missing, Says, Work, say
from city.settings import current
from city.web import Form, check, get, page, post, read_form, redirect

_SPARE = 3
_MOST_SHOWN = 50
_BYTES = 2_000_000


class MappingForm(msgspec.Struct, frozen=True, kw_only=True):
    """The rules as columns of the editor, and a sample to try them on."""

    after: int = 0
    what: str = "try"
    note: Annotated[str, Meta(max_length=300)] = ""
    to: list[str] = []
    source: list[str] = []
    how: list[str] = []
    detail: list[str] = []
    required: list[str] = []
    default: list[str] = []
    media: str = JSON
    sample: Annotated[str, Meta(max_length=100_000)] = ""


@get("/desk/hub/mappings", allow="integration.view")
async def list_mappings(request: AnyRequest, work: Work) -> Answer:
    """Show the rules in force, of every system and kind of message."""
    names = await names_of(work, language_of(request))
    return page(
        request,
        "integration/hub/mappings.html",
        frame=await frame(work, "mappings"),
        mappings=await mappings.list_mappings(work),
        names=names,
        systems=[{"value": code, "label": name} for code, name in names.items()],
    )


@get("/desk/hub/mappings/new", allow="integration.manage")
async def begin_mapping(request: AnyRequest) -> Answer:
    """Go to the rules of a system and a kind of message."""
    system = request.query_params.get("system", "")
    kind = request.query_params.get("kind", "").strip().lower()
    if not CODE.fullmatch(system) or not CODE.fullmatch(kind):
        told = say("Please use small letters, digits and hyphens only.")
        return redirect("/desk/hub/mappings", flash=told)
    return redirect(f"/desk/hub/mappings/{system}/{kind}")


@get("/desk/hub/mappings/{system:str}/{kind:str}", allow="integration.view")
async def show_mapping(request: AnyRequest, work: Work, system: str, kind: str) -> Answer:
    """Show the rules in force, or an earlier version of them, to be read or changed."""
    given = request.query_params.get("version", "0")
    version = int(given) if given.isdecimal() and len(given) < 9 else 0
    found = await mappings.find_mapping(work, system, kind, version)
    if found is None and version:
        raise Missing("We could not find what you asked for.")
    latest = await mappings.find_mapping(work, system, kind)
    form = Form({"after": latest.version if latest else 0, "media": JSON})
    return await _show(request, work, system, kind, form, found.rules if found else [])


@post(
    "/desk/hub/mappings/{system:str}/{kind:str}",
    allow="integration.manage",
    request_max_body_size=_BYTES,
)
async def try_mapping(request: AnyRequest, work: Work, system: str, kind: str) -> Answer:
    """Try rules on a sample and show line by line what comes out; publish them when told so."""
    given, form = await read_form(request, MappingForm)
    if given is None:
        return await _show(request, work, system, kind, form, [], status=422)
    rules = rules_of(given)
    if given.what == "publish":
        try:
            version = await office.publish_mapping(
                work, system, kind, given.after, rules, given.note
            )
        except Invalid as invalid:
            form.errors |= invalid.errors
            return await _show(request, work, system, kind, form, rules, status=422)
        except Conflict as conflict:
            form.problem = conflict.says
            return await _show(request, work, system, kind, form, rules, status=409)
        told = say("Version {n} is in force for what comes from now on.", n=version)
        return redirect(f"/desk/hub/mappings/{system}/{kind}", flash=told)
    form.errors |= mapping.check_rules(rules)
    if form.errors:
        return await _show(request, work, system, kind, form, rules, status=422)
    try:
        body = await _sample(form, given)
        tried = await dry_run(work, system, kind, rules, given.media, body)
    except (Unreadable, UnicodeDecodeError) as error:
        form.errors["sample"] = getattr(error, "says", say("The file is not written in UTF-8."))
        return await _show(request, work, system, kind, form, rules, status=422)
    return await _show(request, work, system, kind, form, rules, tried=tried)


async def _sample(form: Form, given: MappingForm) -> bytes:
    if files := form.files.get("file"):
        body = await files[0].read()
        form.values["sample"] = body.decode("utf-8-sig")[:100_000]
        return body
    return given.sample.encode()


def rules_of(given: MappingForm) -> list[Rule]:
    """Return the lines of the editor that are not empty."""
    columns = (given.to, given.source, given.how, given.detail, given.required, given.default)
    rules: list[Rule] = []
    for to, source, how, detail, required, default in zip(*columns, strict=False):
        if to.strip() or source.strip():
            rules.append(
                Rule(
                    to=to.strip(),
                    source=source.strip(),
                    how=How(how) if how in set(How) else How.COPY,
                    detail=detail.strip(),
                    required=required == "yes",
                    default=default.strip(),
                )
            )
    return rules


async def dry_run(
    work: Work, system: str, kind: str, rules: list[Rule], media: str, body: bytes
) -> list[dict[str, Any]]:
    """Return for each record of a sample what the rules make of it, and what does not fit.

    Raises Unreadable. Nothing is kept or sent.
    """
    records = read_records(media if media in (JSON, CSV, XML) else JSON, body)
    contract = await contracts.find_in_force(work, system, kind, "in", office.today(work))
    tried: list[dict[str, Any]] = []
    for n, record in enumerate(records[:_MOST_SHOWN], start=1):
        made = mapping.apply(rules, record, current().profile.zone)
        faults: dict[str, Says] = dict(made.faults)
        if kind == CASE:
            faults |= check(CaseFields, made.values)[1]
        if contract is not None:
            faults |= dict.fromkeys(outside(record, contract), NOT_OURS)
        text = json.dumps(made.values, ensure_ascii=False, indent=2, default=str)
        tried.append({"n": n, "out": text, "faults": list(faults.items())})
    return tried


async def _show(
    request: AnyRequest,
    work: Work,
    system: str,
    kind: str,
    form: Form,
    rules: list[Rule],
    *,
    tried: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> Answer:
    await office.get_system(work, system)
    if not CODE.fullmatch(kind):
        raise Missing("We could not find what you asked for.")
    spare = [Rule(to="")] * (_SPARE if work.actor.may("integration.manage") else 0)
    return page(
        request,
        "integration/hub/mapping.html",
        status,
        frame=await frame(work, "mappings"),
        form=form,
        system=system,
        kind=kind,
        name=(await names_of(work, language_of(request))).get(system, system),
        rules=[
            {"n": n, "rule": rule, "fault": form.errors.get(f"rules.{n}")}
            for n, rule in enumerate([*rules, *spare])
        ],
        empty=not rules,
        hows=[{"value": how.value, "label": name} for how, name in HOW_NAMES.items()],
        versions=await mappings.list_versions(work, system, kind),
        tried=tried,
        unfit=sum(1 for one in tried or [] if one["faults"]),
        dates=", ".join(mapping.DATES),
        units=", ".join(mapping.UNITS),
    )


routes = [list_mappings, begin_mapping, show_mapping, try_mapping]
