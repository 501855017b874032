"""The form on which somebody tells the city something."""

from typing import Any

from city import media
from city.kernel import Invalid, Work, say
from city.reports import actions
from city.reports.forms import empty_form, read_report
from city.reports.model import MOST_PHOTOS
from city.reports.views import emergency_calls, groups_of, wards_of
from city.web import UPLOAD_BYTES, Form, Request, Response, get, page, post, redirect


@get("/reports/new", allow="reports.submit")
async def new_report(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show an empty form."""
    return await _show(request, work, empty_form(request.query_params), 200)


@post("/reports", allow="reports.submit", request_max_body_size=UPLOAD_BYTES)
async def submit(request: Request[Any, Any, Any]) -> Response[Any]:
    """Take in the form, or show it again with what was typed and what is wrong."""
    new, form = await read_report(request)
    database = request.app.state.database
    if new is not None:
        try:
            report, _ = await actions.submit_once(database, request.user, new)
        except Invalid as invalid:
            form.errors = invalid.errors
        else:
            thanks = say(
                "Thank you. Your report has been sent; its reference is {ref}.", ref=report.ref
            )
            return redirect(f"/reports/{report.ref}", flash=thanks)
    async with database.work(request.user, reading=True) as work:
        return await _show(request, work, form, 422)


async def _show(
    request: Request[Any, Any, Any], work: Work, form: Form, status: int
) -> Response[Any]:
    language = request.scope["state"]["language"]
    kept = [{"id": id, "thumbnail_url": media.thumb_url(id)} for id in form.values["photos"]]
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
    )
