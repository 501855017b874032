"""Commands: storms, floods, festivals, epidemics. Cases that one person leads.

A command has a commander at every moment (handing over is recorded), the checklist of its process,
tasks with owners and times, a situation report every so many minutes, and a log in which every
line covers the one before. What is late is noticed by a job, once, and said to those it concerns.

    command = await begin_command(work, NewCommand(category="storm", name="…", commander_id=…))
    await add_task(work, command.case_id, NewTask(title="…", owner_unit=unit.id, minutes=30))
    await write_sitrep(work, command.case_id, NewSitrep(situation="…"))
"""

from city.cases.command import api as _api
from city.cases.command import pages as _pages
from city.cases.command.actions import (
    NewCommand,
    NewSitrep,
    begin_command,
    end_command,
    hand_over_command,
    note_in_log,
    write_sitrep,
)
from city.cases.command.log import is_whole
from city.cases.command.model import (
    Command,
    CommandBegun,
    CommandEnded,
    CommandReminded,
    CommandReported,
    Figures,
    LogEntry,
    Sitrep,
    Task,
    TaskState,
)
from city.cases.command.official import verify
from city.cases.command.reminders import remind_commands
from city.cases.command.seed import seed_sample
from city.cases.command.store import list_log, list_sitreps, list_tasks, see_command
from city.cases.command.tasks import NewTask, add_task, change_task, move_task

routes = [*_pages.routes, *_api.routes]
"""What the city serves for commands."""

__all__ = [
    "Command",
    "CommandBegun",
    "CommandEnded",
    "CommandReminded",
    "CommandReported",
    "Figures",
    "LogEntry",
    "NewCommand",
    "NewSitrep",
    "NewTask",
    "Sitrep",
    "Task",
    "TaskState",
    "add_task",
    "begin_command",
    "change_task",
    "end_command",
    "hand_over_command",
    "is_whole",
    "list_log",
    "list_sitreps",
    "list_tasks",
    "move_task",
    "note_in_log",
    "remind_commands",
    "routes",
    "see_command",
    "seed_sample",
    "verify",
    "write_sitrep",
]
