"""The form on which somebody tells the city something."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec

from city import cases, media
from city.kernel import Invalid, Problem, TooMany, Work, read_ref, say
from city.reports import actions, guesses, store, voices
from city.reports.alike import Alike, find_alike
from city.reports.attributes import PREFIX, questions_of
from city.reports.forms import empty_form, read_report
from city.reports.model import MOST_PHOTOS, Latitude, Longitude, NewReport
from city.reports.offers import alike_of, suggestions_of
from city.reports.views import emergency_calls, groups_of, wards_of
from city.web import (
    UPLOAD_BYTES,
    Form,
    Request,
    Response,
    get,
    keep_offline,
    page,
    post,
    read_form,
    redirect,
    render_words,
)

Answer = Response[Any]

_PASSED_ON = (
    "key", "category", "description", "latitude", "longitude", "ward", "address", "seen_at",
    "private", "suggested", "questions", "plain",
)  # fmt: skip

_LABELS = {
    "photos": say("Photos or video"),
    "description": say("What is happening?"),
    "category": say("What is it about?"),
    "latitude": say("Where is it?"),
    "ward": say("Ward"),
    "address": say("Street and number, or what is near"),
    "seen_at": say("When did you see it?"),
}


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a report that is being written."""

    latitude: Latitude | None = None
    longitude: Longitude | None = None
    category: str = ""
    description: str = ""
    dismissed: str = ""


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What has been typed so far."""

    description: Annotated[str, msgspec.Meta(max_length=4000)] = ""


@get("/reports/new", allow="reports.submit")
async def new_report(request: Request[Any, Any, Any], work: Work) -> Answer:
    """Show an empty form."""
    answer = await _show(request, work, empty_form(request.query_params), 200)
    return keep_offline(answer, "person")


@post("/reports/alike", allow="reports.submit")
async def ask_alike(request: Request[Any, Any, Any]) -> Answer:
    """Show what was lately reported at the place being chosen: a part of the form."""
    near, _ = await read_form(request, Near)
    if near is None or near.latitude is None or near.longitude is None:
        return page(request, "reports/alike.html", alike=[])
    async with request.app.state.database.work(request.user, reading=True) as work:
        point = near.latitude, near.longitude
        found = await find_alike(work, point, near.category, near.description, request.user.id)
        new = [one for one in found if one.report.ref not in near.dismissed.split()]
        lines = alike_of(new, request.scope["state"]["language"])
    return page(request, "reports/alike.html", alike=lines)


@post("/reports/suggestions", allow="reports.submit")
async def suggest(request: Request[Any, Any, Any]) -> Answer:
    """Show which categories the words fit: a part of the form. No statement is run for it."""
    words, _ = await read_form(request, Words)
    found = guesses.categories_for(words.description) if words else []
    # What categories are called is remembered, so this work begins no transaction.
    async with request.app.state.database.work(request.user, reading=True) as work:
        chips = await suggestions_of(work, found, request.scope["state"]["language"])
    return page(request, "reports/suggestions.html", found=chips)


@post("/reports", allow="reports.submit", request_max_body_size=UPLOAD_BYTES)
async def submit(request: Request[Any, Any, Any]) -> Answer:
    """Take in the form, or show it again with what was typed and what is wrong.

    Once, before it is taken in, the sender is asked whether it is one of the reports that are
    there already, and may add their voice to that one instead.
    """
    new, form = await read_report(request)
    database = request.app.state.database
    answer = form.values.get("answer", "")
    if answer == "voice":
        return await _add_voice(request, form)
    if answer != "edit" and new is not None and await _has_more_to_ask(request, form):
        form.values["more"] = True
        return await _again(request, form, 200)
    if answer != "edit" and new is not None:
        if answer != "different" and (alike := await _not_yet_asked(request, new, form)):
            return _ask(request, form, alike)
        try:
            report, is_new = await actions.submit_once(database, request.user, new)
        except Invalid as invalid:
            form.errors = invalid.errors
        except TooMany as wait:
            form.problem = wait.says
            return await _again(request, form, wait.status, {"retry-after": str(wait.seconds)})
        else:
            if is_new:
                shown = str(form.values.get("suggested", ""))
                await guesses.record_choice(database, request.user, report, shown)
            thanks = say(
                "Thank you. Your report has been sent; its reference is {ref}.", ref=report.ref
            )
            # A helper does not see the person's private reports, not even this one again.
            unseen = report.private and request.user.helper_id is not None
            return redirect("/" if unseen else f"/reports/{report.ref}", flash=thanks)
    return await _again(request, form, 200 if answer == "edit" else 422)


async def _has_more_to_ask(request: Request[Any, Any, Any], form: Form) -> bool:
    """Whether the category needs an answer to what nobody without JavaScript has been shown yet.

    For what is only good to know nobody is kept from having sent their report.
    """
    code = form.values["category"]
    if not form.values.get("plain") or form.values.get("questions") == code:
        return False
    async with request.app.state.database.work(request.user, reading=True) as work:
        category = (await cases.known_categories(work)).get(code)
    if category is None or not category.is_reported:
        return False
    return any(one.required for one in category.attributes)


async def _not_yet_asked(
    request: Request[Any, Any, Any], new: NewReport, form: Form
) -> list[Alike]:
    """Return what the sender should be asked about: what others sent, and they have not seen."""
    if new.latitude is None or new.longitude is None:
        return []
    asked = {
        ref for name in ("asked", "dismissed") for ref in str(form.values.get(name, "")).split()
    }
    async with request.app.state.database.work(request.user, reading=True) as work:
        found = await find_alike(
            work, (new.latitude, new.longitude), new.category, new.description, request.user.id
        )
    unseen = [one for one in found if not one.report.own and one.report.ref not in asked]
    return unseen if any(one.worth_asking for one in unseen) else []


def _ask(request: Request[Any, Any, Any], form: Form, alike: Sequence[Alike]) -> Answer:
    """Show the question with everything that was typed in it, so that nothing is lost."""
    language = request.scope["state"]["language"]
    return page(
        request,
        "reports/same.html",
        alike=alike_of(alike, language),
        typed={name: form.values[name] for name in _PASSED_ON if form.values.get(name)},
        photos=form.values["photos"],
        answers={n: said for n, said in form.values.items() if n.startswith(PREFIX)},
    )


async def _add_voice(request: Request[Any, Any, Any], form: Form) -> Answer:
    """Add a voice to the chosen report, with what was typed and shown so far."""
    database = request.app.state.database
    comment = str(form.values.get("description", ""))[: voices.MOST_LETTERS]
    photos = [UUID(id) for id in form.values["photos"]]
    form.errors.clear()
    try:
        async with database.work(request.user) as work:
            ref = read_ref(str(form.values.get("same", ""))) or ""
            report = await store.find_by_ref(work, ref)
            if report is None:
                raise Invalid({"": say("Please choose which report it is.")})
            await voices.add_voice(work, report, comment, photos)
    except Problem as problem:
        form.problem = (
            next(iter(problem.errors.values())) if isinstance(problem, Invalid) else problem.says
        )
        return await _again(request, form, problem.status)
    thanks = say("Thank you. Your voice counts, and we will tell you when the city answers.")
    return redirect(f"/reports/{report.ref}?sent=1", flash=thanks)


async def _again(
    request: Request[Any, Any, Any], form: Form, status: int, headers: dict[str, str] | None = None
) -> Answer:
    async with request.app.state.database.work(request.user, reading=True) as work:
        answer = await _show(request, work, form, status)
    answer.headers.update(headers or {})
    return answer


async def _show(request: Request[Any, Any, Any], work: Work, form: Form, status: int) -> Answer:
    language = request.scope["state"]["language"]
    kept = [{"id": id, "thumbnail_url": media.thumb_url(id)} for id in form.values["photos"]]
    typed = str(form.values.get("description", ""))
    found = guesses.categories_for(typed) if typed and form.values.get("suggested") else []
    categories = await cases.known_categories(work)
    questions = {
        code: questions_of(category, language)
        for code, category in categories.items()
        if category.attributes and category.is_reported
    }
    chosen = str(form.values.get("category", ""))
    labels = {name: render_words(language, says) for name, says in _LABELS.items()}
    return page(
        request,
        "reports/new.html",
        status,
        form=form,
        groups=await groups_of(work, language),
        wards=wards_of(language),
        kept=kept,
        calls=emergency_calls(language),
        most_photos=MOST_PHOTOS,
        found=await suggestions_of(work, found, language),
        questions=questions,
        chosen=chosen,
        labels=labels | {one.name: one.question for one in questions.get(chosen, [])},
    )
