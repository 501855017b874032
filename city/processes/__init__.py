"""Processes: how a kind of case goes, as data that a city can edit.

A definition says which states there are, who may take which way between them and with what
evidence, what is promised, who is reminded and who is told when a promise is broken. It takes
effect as a new version, once nothing in it could trap a case; a running case keeps its own.

    version = await processes.current(work, "street-light")     # for a case that is opened now
    version = await processes.get(work, case.definition, case.definition_version)
    definition = processes.parse(source)                        # or Invalid, with every fault
    faults = processes.check(definition)                        # what could go wrong with it
"""

from city.processes import api as _api
from city.processes import pages as _pages
from city.processes.actions import publish, save_draft
from city.processes.checks import check
from city.processes.forms import take_form
from city.processes.memory import current, get, known, list_current, open_room
from city.processes.model import (
    ENDS,
    MOST_FILES,
    MOST_LETTERS,
    Definition,
    Draft,
    Fault,
    Needs,
    Process,
    ProcessPublished,
    Reminder,
    Rung,
    Span,
    State,
    Status,
    Task,
    Transition,
    Verb,
    Version,
    Who,
)
from city.processes.profile import load_profile
from city.processes.source import parse, write_yaml

routes = [*_pages.routes, *_api.routes]

__all__ = [
    "ENDS",
    "MOST_FILES",
    "MOST_LETTERS",
    "Definition",
    "Draft",
    "Fault",
    "Needs",
    "Process",
    "ProcessPublished",
    "Reminder",
    "Rung",
    "Span",
    "State",
    "Status",
    "Task",
    "Transition",
    "Verb",
    "Version",
    "Who",
    "check",
    "current",
    "get",
    "known",
    "list_current",
    "load_profile",
    "open_room",
    "parse",
    "publish",
    "routes",
    "save_draft",
    "take_form",
    "write_yaml",
]
