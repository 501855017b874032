"""Pages of commands: the list, the page of one with all that can be done there, and its papers."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from city.cases.command import actions, store, tasks
from city.cases.command.forms import DOINGS, BeginForm, ChangeForm, MoveForm
from city.cases.command.log import is_whole
from city.cases.command.model import Command
from city.cases.command.official import sitrep_code
from city.cases.command.showing import (
    begin_page,
    command_page,
    filters_of,
    read_moment,
    task_page,
)
from city.cases.command.views import LOG_KINDS, Reader, reader_of
from city.kernel import Conflict, Forbidden, Invalid, Missing, Work, read_ref, say
from city.settings import current
from city.web import Form, Request, Response, get, page, post, read_form, redirect

MOST_LINES = 5000


@get("/command", allow="cases.view")
async def show_commands(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show the commands that run and those that are over."""
    reader = Reader(request, work, {})
    lines = [reader.line(line) for line in await store.list_commands(work)]
    return page(
        request,
        "cases/commands.html",
        running=[line for line in lines if not line["ended_at"]],
        past=[line for line in lines if line["ended_at"]],
        may_begin=work.actor.may("cases.lead"),
    )


@get("/command/new", allow="cases.view")
async def show_begin(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show the form that begins a command."""
    work.actor.require("cases.lead")
    return await begin_page(request, work, Form())


@post("/command", allow="cases.view")
async def begin_command(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Begin a command, and go to it."""
    given, form = await read_form(request, BeginForm)
    if given is not None:
        try:
            new = actions.NewCommand(**msgspec.structs.asdict(given))
            command = await actions.begin_command(work, new)
            return redirect(f"/command/{command.ref}", say("The command has begun."))
        except Invalid as invalid:
            form.errors |= invalid.errors
    return await begin_page(request, work, form, 422)


@get("/command/{ref:str}", allow="cases.view")
async def show_command(
    request: Request[Any, Any, Any], work: Work, ref: str, log: str = ""
) -> Response[Any]:
    """Show a command with its tasks, reports and log, in six statements."""
    return await command_page(request, work, await _see(work, ref), log=log)


@get("/command/{ref:str}/log", allow="cases.view")
async def show_log(
    request: Request[Any, Any, Any], work: Work, ref: str, log: str = ""
) -> Response[Any]:
    """Show the whole log, and whether anybody has tampered with it."""
    command = await _see(work, ref)
    reader = await reader_of(request, work)
    entries = await store.list_log(work, command.case_id)
    task_rows = await store.list_tasks(work, command.case_id)
    reports = await store.list_sitreps(work, command.case_id)
    kinds = LOG_KINDS[log][1] if log in LOG_KINDS else None
    return page(
        request,
        "cases/command_log.html",
        command=reader.command(command),
        entries=[reader.entry(e) for e in entries if kinds is None or e.kind in kinds][:MOST_LINES],
        whole=is_whole(command, entries[::-1], task_rows, reports),
        filters=filters_of(reader),
        log=log if log in LOG_KINDS else "",
    )


@get("/command/{ref:str}/reports/{number:int}", allow="cases.view")
async def show_sitrep(
    request: Request[Any, Any, Any], work: Work, ref: str, number: int
) -> Response[Any]:
    """Show one situation report, made to be printed."""
    command = await _see(work, ref)
    reader = await reader_of(request, work)
    reports = await store.list_sitreps(work, command.case_id)
    found = next((report for report in reports if report.number == number), None)
    if found is None:
        raise Missing("There is no situation report of this number.")
    return page(
        request,
        "cases/sitrep.html",
        command=reader.command(command),
        report=reader.sitrep(found),
        newer=number + 1 if number < command.sitreps else 0,
        older=number - 1,
        code=sitrep_code(command.ref, found),
        checked_at=f"{current().url}/verify/{sitrep_code(command.ref, found)}",
    )


@get("/command/{ref:str}/tasks/{task_id:uuid}", allow="cases.view")
async def show_task(
    request: Request[Any, Any, Any], work: Work, ref: str, task_id: UUID
) -> Response[Any]:
    """Show a task with all that can be done with it."""
    return await task_page(request, work, await _see(work, ref), task_id, Form())


@post("/command/{ref:str}/tasks/{task_id:uuid}/move", allow="cases.view")
async def move_task(
    request: Request[Any, Any, Any], work: Work, ref: str, task_id: UUID
) -> Response[Any]:
    """Bring a task on, and come back to where it stands in the list."""
    command = await _see(work, ref)

    async def do(given: MoveForm) -> Response[Any]:
        await tasks.move_task(
            work, command.case_id, task_id, given.to, given.note, version=given.version
        )
        return redirect(f"/command/{command.ref}#task-{task_id}")

    return await _try_task(request, work, command, task_id, MoveForm, do)


@post("/command/{ref:str}/tasks/{task_id:uuid}/change", allow="cases.view")
async def change_task(
    request: Request[Any, Any, Any], work: Work, ref: str, task_id: UUID
) -> Response[Any]:
    """Give a task to somebody else, or another time."""
    command = await _see(work, ref)

    async def do(given: ChangeForm) -> Response[Any]:
        await tasks.change_task(
            work,
            command.case_id,
            task_id,
            owner_unit=given.owner_unit,
            owner_name=given.owner_name,
            due_at=read_moment(given.due_at),
            version=given.version,
        )
        return redirect(f"/command/{command.ref}#task-{task_id}")

    return await _try_task(request, work, command, task_id, ChangeForm, do)


@post("/command/{ref:str}/tasks", allow="cases.view")
async def add_task(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Add a task."""
    return await _do(request, work, ref, "tasks")


@post("/command/{ref:str}/reports", allow="cases.view")
async def write_sitrep(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Write a situation report."""
    return await _do(request, work, ref, "reports")


@post("/command/{ref:str}/{what:str}", allow="cases.view")
async def do_in_command(
    request: Request[Any, Any, Any], work: Work, ref: str, what: str
) -> Response[Any]:
    """Hand over, note or end."""
    return await _do(request, work, ref, what)


routes = [
    show_commands,
    show_begin,
    begin_command,
    show_command,
    show_log,
    show_sitrep,
    show_task,
    move_task,
    change_task,
    add_task,
    write_sitrep,
    do_in_command,
]


async def _see(work: Work, ref: str) -> Command:
    found = read_ref(ref)
    if found is None:
        raise Missing("There is no command with this reference.")
    return await store.see_command(work, found)


async def _try_task(
    request: Request[Any, Any, Any],
    work: Work,
    command: Command,
    task_id: UUID,
    shape: type[Any],
    do: Callable[[Any], Awaitable[Response[Any]]],
) -> Response[Any]:
    given, form = await read_form(request, shape)
    status = 422
    if given is not None:
        try:
            return await do(given)
        except Invalid as invalid:
            form.errors |= invalid.errors
        except (Conflict, Forbidden) as refused:
            form.problem, status = refused.says, refused.status
    return await task_page(request, work, command, task_id, form, status)


async def _do(request: Request[Any, Any, Any], work: Work, ref: str, what: str) -> Response[Any]:
    """Do what a form asks; what was typed stays when it is refused."""
    doing = DOINGS.get(what)
    if doing is None:
        raise Missing("There is no such thing to do in a command.")
    command = await _see(work, ref)
    given, form = await read_form(request, doing.shape)
    status = 422
    if given is not None:
        try:
            await doing.do(work, command.case_id, given)
            return redirect(f"/command/{command.ref}{doing.anchor}", doing.said)
        except Invalid as invalid:
            form.errors |= invalid.errors
        except Conflict as conflict:
            form.problem = conflict.says
            command, status = await _see(work, ref), 409
    return await command_page(request, work, command, form, what, status)
