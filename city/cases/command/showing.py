"""How the pages of a command are put together."""

from datetime import datetime
from typing import Any
from uuid import UUID

from city import identity, places, settings
from city.cases.categories import known_categories
from city.cases.command import actions, store
from city.cases.command.model import Command, Figures, directs, figures_of, may_hand_over
from city.cases.command.views import LOG_KINDS, Reader, reader_of
from city.cases.model import Process
from city.kernel import Invalid, Says, Work, say
from city.web import Form, Request, Response, page

LINES = 40


async def command_page(
    request: Request[Any, Any, Any],
    work: Work,
    command: Command,
    form: Form | None = None,
    doing: str = "",
    status: int = 200,
    log: str = "",
) -> Response[Any]:
    """Answer with the page of a command, in six statements; `form` is one that was refused."""
    reader = await reader_of(request, work)
    rows = await store.list_tasks(work, command.case_id)
    reports = await store.list_sitreps(work, command.case_id)
    kinds = LOG_KINDS[log][1] if log in LOG_KINDS else None
    entries = await store.list_log(work, command.case_id, kinds, LINES + 1)
    directing = command.is_running and directs(work.actor, command)
    handing = command.is_running and may_hand_over(work.actor, command)
    figures = figures_of(rows, work.now)
    since = reports[0].at if reports else command.began_at
    return page(
        request,
        "cases/command.html",
        status,
        command=reader.command(command),
        tasks=reader.tasks(command, rows),
        figures=reader.figures(figures),
        percent=_percent(figures),
        reports=[reader.sitrep(report) for report in reports],
        entries=[reader.entry(entry) for entry in entries[:LINES]],
        more=len(entries) > LINES,
        forces=reader.forces(rows),
        filters=filters_of(reader),
        log=log if log in LOG_KINDS else "",
        directing=directing,
        noting=command.is_running and (directing or work.actor.may("cases.answer")),
        handing=handing,
        ending=command.is_running and work.actor.may("cases.lead"),
        people=await _people(reader, work) if handing else [],
        units=_unit_options(reader) if directing else [],
        prefill=reader.prefill(rows, since),
        form=form or Form(),
        doing=doing,
    )


async def begin_page(
    request: Request[Any, Any, Any], work: Work, form: Form, status: int = 200
) -> Response[Any]:
    """Answer with the form that begins a command."""
    reader = await reader_of(request, work)
    kinds = [
        {"value": c.code, "label": reader.named(c.name)}
        for c in (await known_categories(work)).values()
        if c.process is Process.COMMAND and c.retired_at is None
    ]
    return page(
        request,
        "cases/command_new.html",
        status,
        kinds=kinds,
        people=await _people(reader, work),
        wards=[{"value": w.code, "label": reader.named(w.name)} for w in places.list_wards()],
        me=str(work.actor.id or ""),
        form=form,
    )


async def task_page(
    request: Request[Any, Any, Any],
    work: Work,
    command: Command,
    task_id: UUID,
    form: Form,
    status: int = 200,
) -> Response[Any]:
    """Answer with the page of a task."""
    reader = await reader_of(request, work)
    task = await store.get_task(work, command.case_id, task_id)
    zone = settings.current().profile.zone
    return page(
        request,
        "cases/command_task.html",
        status,
        command=reader.command(command),
        task=reader.task(command, task),
        due_written=task.due_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if task.due_at else "",
        changing=command.is_running and directs(work.actor, command) and not task.is_over,
        units=_unit_options(reader),
        form=form,
    )


async def _people(reader: Reader, work: Work) -> list[dict[str, Any]]:
    """Return who can be given the command, leaders and the desk before officers of units."""
    groups: dict[str, list[dict[str, str]]] = {}
    for person in await identity.list_staff(work, actions.COMMANDERS):
        label = person.name
        group = say("City leaders") if identity.Role.LEADER in person.roles else say("The desk")
        if person.unit_id is not None:
            group = say("Units")
            label = f"{person.name} · {reader.unit(person.unit_id)}"
        line = {"value": str(person.id), "label": label}
        groups.setdefault(group.text, []).append(line)
    order = ("City leaders", "The desk", "Units")
    return [
        {"label": reader.say(Says(name)), "options": groups[name]}
        for name in order
        if name in groups
    ]


def read_moment(written: str) -> datetime | None:
    """Return the moment that a form's local time means; None for none, Invalid if it is wrong."""
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise Invalid({"due_at": say("Please give a day and a time.")}) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=settings.current().profile.zone)


def filters_of(reader: Reader) -> list[dict[str, str]]:
    """Return what the log can be narrowed to."""
    return [{"key": key, "label": reader.say(words)} for key, (words, _) in LOG_KINDS.items()]


def _unit_options(reader: Reader) -> list[dict[str, str]]:
    return [{"value": str(u.id), "label": reader.named(u.name)} for u in reader.units.values()]


def _percent(figures: Figures) -> int:
    return 100 * (figures.done + figures.dropped) // figures.total if figures.total else 0
