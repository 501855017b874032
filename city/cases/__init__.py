"""Cases: the work the city owes somebody, from the moment it is known until it is closed.

Every room that finds something to be done opens a case here, whatever the channel; who reported
it stays in that room. A case belongs to a category, whose promise sets its deadlines, and is
moved by verbs (MOVES), each of which adds to a history that shows when it was tampered with.

    case = await cases.open_case(work, cases.NewCase(category="street-light", …))
    await cases.route_case(work, case.id, unit.id, "The third pole from the bridge.")
"""

from city.cases.actions import (
    accept_case,
    answer_case,
    merge_case,
    open_case,
    publish_answer,
    rate_case,
    reject_case,
    reopen_case,
    route_case,
    send_back,
    take_case,
)
from city.cases.api import routes as _api
from city.cases.categories import known_categories, load_profile
from city.cases.deadlines import (
    Calendar,
    Countdown,
    countdown,
    deadline_for,
    working_days_left,
)
from city.cases.history import verify_history
from city.cases.imports import import_cases
from city.cases.model import (
    ENDS,
    LEAST_LETTERS,
    MOST_LETTERS,
    MOVES,
    REASONS,
    STATUS_TONES,
    STATUS_WORDS,
    Case,
    CaseMerged,
    CaseMoved,
    CaseOpened,
    CaseRated,
    Category,
    Entry,
    Imported,
    ImportedCase,
    NewCase,
    Process,
    Rating,
    Source,
    Status,
)
from city.cases.pages import routes as _pages
from city.cases.store import (
    get_case,
    get_case_by_ref,
    get_category,
    list_categories,
    list_history,
    see_case,
    see_case_by_ref,
)

routes = [*_pages, *_api]
"""What the city serves for this room."""

__all__ = [
    "ENDS",
    "LEAST_LETTERS",
    "MOST_LETTERS",
    "MOVES",
    "REASONS",
    "STATUS_TONES",
    "STATUS_WORDS",
    "Calendar",
    "Case",
    "CaseMerged",
    "CaseMoved",
    "CaseOpened",
    "CaseRated",
    "Category",
    "Countdown",
    "Entry",
    "Imported",
    "ImportedCase",
    "NewCase",
    "Process",
    "Rating",
    "Source",
    "Status",
    "accept_case",
    "answer_case",
    "countdown",
    "deadline_for",
    "get_case",
    "get_case_by_ref",
    "get_category",
    "import_cases",
    "known_categories",
    "list_categories",
    "list_history",
    "load_profile",
    "merge_case",
    "open_case",
    "publish_answer",
    "rate_case",
    "reject_case",
    "reopen_case",
    "route_case",
    "routes",
    "see_case",
    "see_case_by_ref",
    "send_back",
    "take_case",
    "verify_history",
    "working_days_left",
]
