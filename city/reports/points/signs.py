"""What a sign in the street leads to: a report about this one thing, in two taps."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from city import cases, identity, media
from city.kernel import Invalid, Missing, Problem, TooMany, Work, new_id, say
from city.reports import voices
from city.reports.alike import Alike
from city.reports.forms import keep_photos
from city.reports.model import MOST_PHOTOS, NewReport
from city.reports.offers import alike_of
from city.reports.points import actions, store
from city.reports.points.model import KINDS, LONGEST_NOTE, Kind, Point, read_code
from city.reports.store import find_by_ref
from city.reports.views import emergency_calls, ward_name
from city.settings import current
from city.web import (
    PUBLIC,
    UPLOAD_BYTES,
    Form,
    Request,
    Response,
    get,
    in_language,
    page,
    post,
    read_form,
    redirect,
    render_words,
)

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

_OTHER = "else"


class SignForm(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says about a thing: a button, words, photos, or a voice for a report."""

    wrong: Annotated[str, msgspec.Meta(max_length=40)] = ""
    note: Annotated[str, msgspec.Meta(max_length=LONGEST_NOTE)] = ""
    photos: list[str] = []
    same: Annotated[str, msgspec.Meta(max_length=20)] = ""
    answer: Annotated[str, msgspec.Meta(max_length=20)] = ""
    key: Annotated[str, msgspec.Meta(max_length=40)] = ""


@get("/p/{code:str}", allow=PUBLIC)
async def show_sign(request: AnyRequest, work: Work, code: str) -> Answer:
    """Show the form about the thing that bears this sign; anybody may begin it."""
    point = await _find(work, code)
    if point.code != code:
        return redirect(f"/p/{point.code}")
    brought = {k: request.query_params.get(k, "") for k in ("wrong", "note", "same")}
    brought["note"] = brought["note"][:LONGEST_NOTE]
    form = Form({**brought, "key": new_id().hex, "photos": []})
    return await _show(request, work, point, form, 200)


@post("/p/{code:str}", allow=PUBLIC, helpers=True, request_max_body_size=UPLOAD_BYTES)
async def send_sign(request: AnyRequest, code: str) -> Answer:
    """Take in what is wrong with a thing, or a voice for a report about it.

    Who is not signed in is sent to sign in with what they have chosen and typed, and comes back
    to it.
    """
    database = request.app.state.database
    async with database.work(request.user, reading=True) as work:
        point = await _find(work, code)
    if point.retired_at is not None:
        return redirect(f"/p/{point.code}")
    said, form = await read_form(request, SignForm)
    form.values["key"] = str(form.values.get("key") or new_id().hex)[:32]
    form.values.setdefault("photos", [])
    if said is not None and not request.user.is_signed_in:
        return _to_sign_in(point, said)
    fault = await keep_photos(request, form)
    if fault:
        form.errors["photos"] = fault
    if said is None or fault:
        return await _again(request, point, form, 422)
    if said.answer == "voice":
        return await _add_voice(request, point, said, form)
    return await _send(request, point, said, form)


async def _send(request: AnyRequest, point: Point, said: SignForm, form: Form) -> Answer:
    kind = _kind(point)
    trouble = kind.troubles.get(said.wrong)
    note = said.note.strip()
    if trouble is None and len(note) < 10:
        form.errors["wrong" if said.wrong != _OTHER else "note"] = say(
            "Please choose what is wrong, or say it in your own words."
        )
        return await _again(request, point, form, 422)
    # In the city's language whatever the reader's is: those who do the work read it.
    what = render_words(current().profile.language, trouble.words) if trouble else ""
    first = f"{what}: {point.name}" if what else point.name
    key = f"{form.values['key']}-{point.code}"
    new = NewReport(
        category=(trouble.category if trouble else "") or point.category,
        description=f"{first} ({point.code}).\n{note}".strip(),
        latitude=point.latitude,
        longitude=point.longitude,
        address=point.address or point.name,
        photos=[UUID(id) for id in form.values["photos"]],
        client_key=key,
    )
    try:
        database = request.app.state.database
        report, _ = await actions.submit_about(database, request.user, point, new)
    except Invalid as invalid:
        form.errors = invalid.errors
        return await _again(request, point, form, 422)
    except TooMany as wait:
        form.problem = wait.says
        answer = await _again(request, point, form, wait.status)
        answer.headers["retry-after"] = str(wait.seconds)
        return answer
    thanks = say("Thank you. Your report has been sent; its reference is {ref}.", ref=report.ref)
    return redirect(f"/reports/{report.ref}?sent=1", flash=thanks)


async def _add_voice(request: AnyRequest, point: Point, said: SignForm, form: Form) -> Answer:
    photos = [UUID(id) for id in form.values["photos"]]
    try:
        async with request.app.state.database.work(request.user) as work:
            report = await find_by_ref(work, said.same)
            if report is None:
                raise Problem("Please choose which report it is.")
            await voices.add_voice(work, report, said.note, photos)
    except Problem as problem:
        form.problem = problem.says
        return await _again(request, point, form, problem.status)
    thanks = say("Thank you. Your voice counts, and we will tell you when the city answers.")
    return redirect(f"/reports/{report.ref}?sent=1", flash=thanks)


def _to_sign_in(point: Point, said: SignForm) -> Answer:
    typed = {"wrong": said.wrong, "note": said.note, "same": said.same}
    onward = f"/p/{point.code}?" + urlencode({k: v for k, v in typed.items() if v})
    return redirect("/sign-in?" + urlencode({"next": onward}))


async def _find(work: Work, code: str) -> Point:
    number = read_code(code)
    if number is None:
        raise Missing("This is not the number of a sign. Please look at it once more.")
    point = await store.find_point(work, number)
    if point is None:
        raise Missing("No sign of the city bears this number.")
    return point


def _kind(point: Point) -> Kind:
    return KINDS.get(point.kind, KINDS["other"])


async def _again(request: AnyRequest, point: Point, form: Form, status: int) -> Answer:
    async with request.app.state.database.work(request.user, reading=True) as work:
        return await _show(request, work, point, form, status)


async def _show(request: AnyRequest, work: Work, point: Point, form: Form, status: int) -> Answer:
    language = request.scope["state"]["language"]
    kind = _kind(point)
    found = await store.list_open_at(work, point.number, request.user.id)
    known = alike_of(
        [Alike(report=one, metres=0, score=0, likely=False, worth_asking=True) for one in found],
        language,
    )
    unit = await identity.find_unit(work, point.unit) if point.unit else None
    category = (await cases.known_categories(work)).get(point.category)
    plain = {
        "category": point.category,
        "latitude": f"{point.latitude:.6f}",
        "longitude": f"{point.longitude:.6f}",
    }
    return page(
        request,
        "reports/point.html",
        status,
        form=form,
        point=point,
        kind=kind,
        category=in_language(category.name, language) if category else "",
        unit=in_language(unit.name, language) if unit else "",
        ward=ward_name(point.ward, language),
        troubles=[
            {"value": code, "label": render_words(language, one.words)}
            for code, one in kind.troubles.items()
        ],
        known=known,
        other=_OTHER,
        plain="/reports/new?" + urlencode(plain),
        calls=emergency_calls(language),
        kept=[
            {"id": id, "thumbnail_url": media.thumb_url(UUID(id))} for id in form.values["photos"]
        ],
        most_photos=MOST_PHOTOS,
        most_letters=LONGEST_NOTE,
        came_back=bool(
            request.user.is_signed_in and request.method == "GET" and request.query_params
        ),
    )


routes = [show_sign, send_sign]
