"""The calendar for staff: the year, what was declared, and by when a promise would fall due."""

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from city import settings
from city.calendar import actions, known, store, trial, views
from city.calendar.model import FIRST_DAY, LAST_DAY, Day, Kind, NewDay
from city.calendar.sheets import Sheet, read_hours, read_sheet
from city.kernel import Invalid, Problem, Says, Work, say
from city.settings import BadHours
from city.web import Form, Request, Response, get, page, post, read_form, redirect

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

_MOST_CHANGES = 100
Date = date  # Which fields of that name would hide.


class DayForm(Struct):
    """A day, or every day up to another one, as somebody declares it."""

    date: date
    kind: Kind
    until: Date | None = None
    hours: Annotated[str, Meta(max_length=200)] = ""
    like: Annotated[int, Meta(ge=1, le=7)] | None = None
    note_vi: Annotated[str, Meta(max_length=actions.MOST_LETTERS)] = ""
    note_en: Annotated[str, Meta(max_length=actions.MOST_LETTERS)] = ""
    decree: Annotated[str, Meta(max_length=actions.MOST_LETTERS)] = ""
    version: int = 0


class Removal(Struct):
    """A declaration to be taken back."""

    date: date
    version: int


class FileForm(Struct):
    """A file to look into: it comes as `form.files`."""


class Decision(Struct):
    """The days of a file that was looked into, each a NewDay as JSON."""

    days: list[str] = []


@get("/desk/calendar", allow="cases.view")
async def show_calendar(request: AnyRequest, work: Work) -> Answer:
    """Show a year; `date` brings that day's declaration into the form, `at` tries a promise out."""
    await known.refresh(work, anew=True)
    query = request.query_params
    chosen = _date(query.get("date", ""))
    if chosen is None:
        return await _page(request, work, Form())
    was = next((one for one in known.declared() if one.date == chosen), None)
    return await _page(request, work, Form(_values(was) if was else {"date": chosen.isoformat()}))


@post("/desk/calendar", allow="cases.manage")
async def declare_days(request: AnyRequest, work: Work) -> Answer:
    """Declare one day, or several in a row, off or worked."""
    given, form = await read_form(request, DayForm)
    days = _days(given, form) if given else []
    if not days:
        return await _page(request, work, form, status=422)
    try:
        await actions.set_days(work, days)
    except Invalid as wrong:
        for name, says in wrong.errors.items():
            note = f"note_{settings.current().profile.language}"
            form.errors[note if name == "note" else name] = says
        return await _page(request, work, form, status=422)
    flash = say("The calendar has changed. Open deadlines are worked out again.")
    return redirect(f"/desk/calendar?year={days[0].date.year}", flash=flash)


@post("/desk/calendar/remove", allow="cases.manage")
async def remove_day(request: AnyRequest, work: Work) -> Answer:
    """Take back what was declared of a day."""
    removal, _ = await read_form(request, Removal)
    if removal is None:
        raise Problem("Please choose a day of the list.")
    await actions.remove_day(work, removal.date, removal.version)
    flash = say("The day is as usual again. Open deadlines are worked out again.")
    return redirect(f"/desk/calendar?year={removal.date.year}", flash=flash)


@post("/desk/calendar/import", allow="cases.manage")
async def look_into_file(request: AnyRequest, work: Work) -> Answer:
    """Say what a file would change, line by line, and what is wrong with it. Nothing changes."""
    _, form = await read_form(request, FileForm)
    uploads = form.files.get("file", [])
    if not uploads:
        form.refuse("file", "Please choose a file.")
        return await _page(request, work, form, status=422)
    await known.refresh(work, anew=True)
    content = await uploads[0].read()
    try:
        sheet = read_sheet(uploads[0].filename, content, known.declared())
    except Problem as problem:
        form.errors["file"] = problem.says
        return await _page(request, work, form, status=422)
    return _sheet_page(request, sheet)


@post("/desk/calendar/import/apply", allow="cases.manage")
async def take_file(request: AnyRequest, work: Work) -> Answer:
    """Declare the days of a file that was looked into."""
    decision, _ = await read_form(request, Decision)
    try:
        days = [msgspec.json.decode(day, type=NewDay) for day in decision.days] if decision else []
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Problem("Please choose the file again.") from error
    if not days:
        raise Problem("Please choose the file again.")
    await actions.set_days(work, days)
    flash = say("{n} days are declared. Open deadlines are worked out again.", n=len(days))
    return redirect(f"/desk/calendar?year={days[0].date.year}", flash=flash)


def _days(given: DayForm, form: Form) -> list[NewDay]:
    """Return the days of a form, or none, and what is wrong with it."""
    until = given.until or given.date
    days = (until - given.date).days + 1
    if not 1 <= days <= views.MOST_IN_A_ROW:
        form.refuse(
            "until", "Please give a last day within {n} days of the first.", n=views.MOST_IN_A_ROW
        )
    try:
        intervals = read_hours(given.hours)
    except BadHours as error:
        intervals = ()
        form.errors["hours"] = Says(error.text, error.params)
    if given.kind is Kind.USUAL:
        form.refuse("kind", "Please choose one of the list.")
    if form.errors:
        return []
    notes = {"vi": given.note_vi, "en": given.note_en}
    first = NewDay(
        date=given.date,
        kind=given.kind,
        intervals=intervals,
        like=given.like,
        note={language: note for language, note in notes.items() if note},
        decree=given.decree,
        version=given.version,
    )
    later = [
        msgspec.structs.replace(first, date=date.fromordinal(first.date.toordinal() + n), version=0)
        for n in range(1, days)
    ]
    return [first, *later]


def _values(day: Day) -> dict[str, Any]:
    """Return a declaration as its form has it."""
    return {
        "date": day.date.isoformat(),
        "kind": day.kind.value,
        "hours": views.write_intervals(day.intervals),
        "like": str(day.like or ""),
        "note_vi": day.note.get("vi", ""),
        "note_en": day.note.get("en", ""),
        "decree": day.decree,
        "version": str(day.version),
    }


async def _page(request: AnyRequest, work: Work, form: Form, status: int = 200) -> Answer:
    query = request.query_params
    today = work.now.astimezone(settings.current().profile.zone).date()
    asked = query.get("year", "") or form.values.get("date", "")[:4]
    year = int(asked) if asked.isascii() and asked.isdigit() else today.year
    year = min(max(year, FIRST_DAY.year), LAST_DAY.year)
    language = request.scope["state"]["language"]
    calendar = known.current()
    changes = await store.list_changes(work, date(year, 1, 1), date(year, 12, 31), _MOST_CHANGES)
    return page(
        request,
        "calendar/year.html",
        status,
        form=form,
        editing=form.values.get("version", "0") not in ("", "0"),
        trial=trial.try_out(calendar, dict(query), work.now, language),
        changes=[views.change(one, language) for one in changes],
        **views.year(calendar, known.declared(), year, today, language),
    )


def _sheet_page(request: AnyRequest, sheet: Sheet) -> Answer:
    language = request.scope["state"]["language"]
    return page(
        request,
        "calendar/sheet.html",
        name=sheet.name,
        lines=[views.line(one, language) for one in sheet.lines],
        faults=sheet.faults,
        days=[msgspec.json.encode(day).decode() for day in sheet.new],
    )


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


routes = [show_calendar, declare_days, remove_day, look_into_file, take_file]
