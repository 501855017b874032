"""Seeing it too, following a report, and answering what the city asks its reporter."""

from typing import Annotated, Any
from uuid import UUID

import msgspec

from city.kernel import Forbidden, Invalid, Problem, Work, say
from city.reports import actions, voices
from city.reports.forms import keep_photos
from city.reports.model import LONGEST_REPLY, MOST_PHOTOS, Report
from city.reports.pages.public import find_public, show_face
from city.web import UPLOAD_BYTES, Request, Response, post, read_form, redirect


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody adds to their voice."""

    comment: Annotated[str, msgspec.Meta(max_length=voices.MOST_LETTERS)] = ""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the reporter answers."""

    reply: Annotated[str, msgspec.Meta(max_length=LONGEST_REPLY)]
    photos: Annotated[list[UUID], msgspec.Meta(max_length=MOST_PHOTOS)] = []


@post("/reports/{ref:str}/voice", allow="reports.submit")
async def add_voice(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Take in that somebody sees it too, and what they say of it."""
    report = await find_public(request, work, ref)
    said, form = await read_form(request, Said)
    if said is None:
        return await show_face(request, work, report, form, 422)
    await voices.add_voice(work, report, said.comment)
    thanks = say("Thank you. Your voice counts, and we will tell you when the city answers.")
    return redirect(f"/reports/{report.ref}", flash=thanks)


@post("/reports/{ref:str}/voice/withdraw", allow="reports.submit")
async def withdraw_voice(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Take a voice back."""
    report = await find_public(request, work, ref)
    await voices.withdraw_voice(work, report)
    return redirect(f"/reports/{report.ref}", flash=say("Your voice has been taken back."))


@post("/reports/{ref:str}/follow", allow="me")
async def follow(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Let somebody be told how a report goes on."""
    report = await find_public(request, work, ref)
    await voices.follow_report(work, report)
    told = say("We will tell you when the city answers.")
    return redirect(f"/reports/{report.ref}", flash=told)


@post("/reports/{ref:str}/unfollow", allow="me")
async def unfollow(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Let somebody be told no longer."""
    report = await find_public(request, work, ref)
    await voices.unfollow_report(work, report)
    return redirect(f"/reports/{report.ref}", flash=say("You no longer follow this report."))


@post("/reports/{ref:str}/reply", allow="me", request_max_body_size=UPLOAD_BYTES)
async def reply(request: Request[Any, Any, Any], ref: str) -> Response[Any]:
    """Take in what the reporter answers, or show the form again with what was typed and kept."""
    database = request.app.state.database
    async with database.work(request.user, reading=True) as work:
        report = await find_public(request, work, ref)
        _check_own(report, request.user.id)
    given, form = await read_form(request, Reply)
    fault = await keep_photos(request, form)
    if fault:
        form.errors["photos"] = fault
    if given is not None and not form.errors:
        photos = [UUID(id) for id in form.values["photos"]]
        try:
            async with database.work(request.user) as work:
                await actions.reply_to_city(work, report, given.reply, photos)
        except Invalid as invalid:
            form.errors = {_FIELDS.get(name, name): says for name, says in invalid.errors.items()}
        except Problem as problem:
            form.problem = problem.says
        else:
            thanks = say("Thank you. Your answer is with the city, and its clock runs again.")
            return redirect(f"/reports/{report.ref}", flash=thanks)
    async with database.work(request.user, reading=True) as work:
        return await show_face(request, work, report, form, 422)


_FIELDS = {"text": "reply", "note": "reply"}


def _check_own(report: Report, person_id: UUID | None) -> None:
    if report.reporter_id is None or report.reporter_id != person_id:
        raise Forbidden("Only the person who sent the report can answer this.")


routes: list[Any] = [add_voice, withdraw_voice, follow, unfollow, reply]
