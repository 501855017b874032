"""The form of a report: what was typed, photos kept, and every fault at once."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from city import cases, media
from city.kernel import Problem, Says, Unavailable, Work, new_id, say
from city.reports.actions import find_faults
from city.reports.attributes import PREFIX
from city.reports.model import MOST_PHOTOS, NewReport
from city.web import Form, Request, check, read_form

TOO_MANY = say(
    "At most {most} photos can go with a report. The first {most} are kept.", most=MOST_PHOTOS
)

_JUDGED = ("category", "latitude", "longitude", "ward", "address", "seen_at", "attributes")


def empty_form(given: Mapping[str, str]) -> Form:
    """Return a form with nothing typed but what a link brought along, and a key of its own."""
    values: dict[str, Any] = {
        k: given[k] for k in ("category", "latitude", "longitude") if k in given
    }
    return Form({**values, "key": new_id().hex, "photos": []})


async def read_report(request: Request[Any, Any, Any]) -> tuple[NewReport | None, Form]:
    """Return the posted report, or None and a sentence for every field that is wrong.

    Photos are kept first, in works of their own, so that they outlive a form that comes back.
    """
    _, form = await read_form(request, NewReport)
    values = form.values
    form.errors.clear()
    values["attributes"] = await _read_answers(request, form)
    photo_fault = await keep_photos(request, form)
    values["key"] = str(values.get("key") or new_id().hex)[:32]
    new, form.errors = check(NewReport, {**values, "client_key": _client_key(values)})
    if photo_fault:
        form.errors["photos"] = photo_fault
    if form.errors:
        async with request.app.state.database.work(request.user, reading=True) as work:
            form.errors |= await faults_in(work, values, frozenset(form.errors))
        return None, form
    return new, form


async def _read_answers(request: Request[Any, Any, Any], form: Form) -> dict[str, list[str]]:
    """Return what was answered to the questions of the category; the form keeps every answer."""
    answers: dict[str, list[str]] = {}
    for name, value in (await request.form()).multi_items():
        if name.startswith(PREFIX) and isinstance(value, str):
            answers.setdefault(name.removeprefix(PREFIX), []).append(value)
    form.values |= {PREFIX + code: values for code, values in answers.items()}
    return answers


async def faults_in(
    work: Work, values: Mapping[str, Any], wrong: frozenset[str]
) -> dict[str, Says]:
    """Return what else is wrong with a report of which the fields `wrong` are known to be."""
    given: dict[str, Any] = {}
    for field in msgspec.structs.fields(NewReport):
        value = values.get(field.name)
        if isinstance(value, str):
            value = value.replace("\x00", "").strip()  # As `check` has read it.
        if field.name in _JUDGED and field.name not in wrong and value not in (None, ""):
            given[field.name] = msgspec.convert(value, field.type, strict=False)
    faults = find_faults(work, await cases.known_categories(work), given, wrong)
    return {name: says for name, says in faults.items() if name not in wrong}


async def keep_photos(request: Request[Any, Any, Any], form: Form) -> Says | None:
    """Keep the files that came with the form, in works of their own, and add their ids to it.

    Returns what went wrong, if anything did; what is no id among `photos` is left out.
    """
    kept = [id for id in form.values.get("photos", []) if _is_id(id)]
    form.values["photos"] = kept
    fault = TOO_MANY if len(kept) > MOST_PHOTOS else None
    del kept[MOST_PHOTOS:]
    for file in form.files.get("photos", []):
        if len(kept) >= MOST_PHOTOS:
            return TOO_MANY
        try:
            async with request.app.state.database.work(request.user) as work:
                found = await media.keep_upload(work, await file.read(), file.filename)
            kept.append(str(found.id))
        except Unavailable:
            raise
        except Problem as problem:
            fault = problem.says
    return fault


def _client_key(values: Mapping[str, Any]) -> str:
    """Return the key under which the same form sent twice is one report.

    The words are part of it: who goes back in the browser and writes something else means another
    report, though the page bears the same key.
    """
    said = [
        str(values.get(k, "")) for k in ("description", "category", "latitude", "longitude", "ward")
    ]
    return f"{values['key']}-{hashlib.sha256('|'.join(said).encode()).hexdigest()[:16]}"


def _is_id(text: Any) -> bool:
    try:
        UUID(str(text))
    except ValueError:
        return False
    return True
