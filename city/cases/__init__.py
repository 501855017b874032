"""Cases: the work the city owes somebody, from the moment it is known until it is closed.

Every room that finds something to be done opens a case here, whatever the channel; who reported
it stays in that room. A case belongs to a category, whose promise sets its deadlines, and is
moved by verbs along the ways of its process. Each adds to a history that shows when it was
tampered with. What is due the city does by itself (timers.py).

    case = await cases.open_case(work, cases.NewCase(category="street-light", …))
    await cases.route_case(work, case.id, unit.id, "The third pole from the bridge.")
"""

from city.cases import numbers
from city.cases import reactions as _reactions  # noqa: F401  (registers itself)
from city.cases import timers as _timers  # noqa: F401  (registers itself)
from city.cases.actions import (
    Brought,
    accept_case,
    add_photos,
    answer_case,
    ask_reporter,
    claim_case,
    contribute,
    definition_of,
    hand_back,
    hand_over,
    link_cases,
    merge_case,
    note_case,
    open_case,
    pause_case,
    publish_answer,
    rate_case,
    reject_case,
    release_case,
    reopen_case,
    reply,
    resume_case,
    route_case,
    send_back,
    sort_case,
    split_case,
    step_case,
    take_case,
    unlink_cases,
)
from city.cases.api import routes as _api
from city.cases.categories import deadline_for, known_categories, promised
from city.cases.command import routes as _command
from city.cases.command import seed_sample, verify
from city.cases.deadlines import Countdown, countdown, working_days_left
from city.cases.history import verify_history
from city.cases.imports import import_cases
from city.cases.keeping import forget_person, list_holds, list_kept
from city.cases.model import (
    ENDS,
    LEAST_LETTERS,
    MOST_LETTERS,
    QUESTIONS,
    REASONS,
    STATUS_TONES,
    STATUS_WORDS,
    Attribute,
    AttributeValue,
    Case,
    CaseEscalated,
    CaseLinked,
    CaseMerged,
    CaseMoved,
    CaseOpened,
    CaseRated,
    CaseReminded,
    Category,
    Entry,
    Imported,
    ImportedCase,
    NewCase,
    Part,
    Process,
    Rating,
    Source,
    Status,
    moves_for,
)
from city.cases.pages import routes as _pages
from city.cases.profile import close_room, load_profile, open_room
from city.cases.replay import Replayed, replay_cases
from city.cases.routing.api import routes as _routing_api
from city.cases.routing.pages import routes as _routing
from city.cases.store import (
    Standing,
    get_case,
    get_case_by_ref,
    get_category,
    list_categories,
    list_history,
    list_standings,
    see_case,
    see_case_by_ref,
    words_of,
)
from city.cases.store.changes import PublicChange, list_public_changes
from city.cases.store.exporting import PublicAnswer, list_newest_answers

routes = [*_pages, *_api, *_command, *_routing, *_routing_api]
"""What the city serves for this room."""

__all__ = [
    "ENDS",
    "LEAST_LETTERS",
    "MOST_LETTERS",
    "QUESTIONS",
    "REASONS",
    "STATUS_TONES",
    "STATUS_WORDS",
    "Attribute",
    "AttributeValue",
    "Brought",
    "Case",
    "CaseEscalated",
    "CaseLinked",
    "CaseMerged",
    "CaseMoved",
    "CaseOpened",
    "CaseRated",
    "CaseReminded",
    "Category",
    "Countdown",
    "Entry",
    "Imported",
    "ImportedCase",
    "NewCase",
    "Part",
    "Process",
    "PublicAnswer",
    "PublicChange",
    "Rating",
    "Replayed",
    "Source",
    "Standing",
    "Status",
    "accept_case",
    "add_photos",
    "answer_case",
    "ask_reporter",
    "claim_case",
    "close_room",
    "contribute",
    "countdown",
    "deadline_for",
    "definition_of",
    "forget_person",
    "get_case",
    "get_case_by_ref",
    "get_category",
    "hand_back",
    "hand_over",
    "import_cases",
    "known_categories",
    "link_cases",
    "list_categories",
    "list_history",
    "list_holds",
    "list_kept",
    "list_newest_answers",
    "list_public_changes",
    "list_standings",
    "load_profile",
    "merge_case",
    "moves_for",
    "note_case",
    "numbers",
    "open_case",
    "open_room",
    "pause_case",
    "promised",
    "publish_answer",
    "rate_case",
    "reject_case",
    "release_case",
    "reopen_case",
    "replay_cases",
    "reply",
    "resume_case",
    "route_case",
    "routes",
    "see_case",
    "see_case_by_ref",
    "seed_sample",
    "send_back",
    "sort_case",
    "split_case",
    "step_case",
    "take_case",
    "unlink_cases",
    "verify",
    "verify_history",
    "words_of",
    "working_days_left",
]
