"""Reports: what residents, businesses and visitors tell the city about, on the spot.

A report is the resident's face of a case: their words and photos, a reference they can read out,
the public page, the map, the news they get and the word they have on the answer. The work itself is
the case and lives in `city.cases`; a reaction keeps a report in step with it.

    report = await reports.submit_report(work, reports.NewReport(category="street-light", …))
"""

from city.reports import reactions as _reactions  # noqa: F401  (registers itself)
from city.reports.actions import (
    add_photos,
    find_faults,
    may_see,
    rate_report,
    submit_once,
    submit_report,
)
from city.reports.api import routes as _api
from city.reports.attributes import check_attributes, public_attributes
from city.reports.importing import ImportSummary, Tally, import_file, import_reports
from city.reports.keeping import forget_person, list_holds, list_kept
from city.reports.mapping import BadMapping
from city.reports.model import (
    NewReport,
    Report,
    ReportChanged,
    ReportsImported,
    ReportSubmitted,
    SubmittedBefore,
    VoiceAdded,
    VoiceWithdrawn,
)
from city.reports.official import verify
from city.reports.pages import routes as _pages
from city.reports.points import routes as _points
from city.reports.reactions import follow_case
from city.reports.replaying import ReplaySummary, replay_file
from city.reports.requests import RequestFilters, list_requests
from city.reports.rows import ImportedReport
from city.reports.search import Filters, find_reports
from city.reports.seed import seed_sample
from city.reports.store import (
    PublicState,
    find_by_case,
    find_by_ref,
    fold_pin_changes,
    list_public_states,
    list_requests_by_ref,
    rebuild_pins,
)
from city.reports.store.exporting import copy_bare, copy_public
from city.reports.store.requests import PublicReport
from city.web import Card

routes = [*_pages, *_points, *_api]
"""What the city serves for this room."""

home_cards = (Card("/mine/card", rank=10, signed_in=True), Card("/reports/nearby", rank=50))
"""What this room brings to the first page."""

search_parts = (Card("/reports/found", rank=10),)
"""What the search page of the app asks this room for, as `?q=`."""

__all__ = [
    "BadMapping",
    "Filters",
    "ImportSummary",
    "ImportedReport",
    "NewReport",
    "PublicReport",
    "PublicState",
    "ReplaySummary",
    "Report",
    "ReportChanged",
    "ReportSubmitted",
    "ReportsImported",
    "RequestFilters",
    "SubmittedBefore",
    "Tally",
    "VoiceAdded",
    "VoiceWithdrawn",
    "add_photos",
    "check_attributes",
    "copy_bare",
    "copy_public",
    "find_by_case",
    "find_by_ref",
    "find_faults",
    "find_reports",
    "fold_pin_changes",
    "follow_case",
    "forget_person",
    "home_cards",
    "import_file",
    "import_reports",
    "list_holds",
    "list_kept",
    "list_public_states",
    "list_requests",
    "list_requests_by_ref",
    "may_see",
    "public_attributes",
    "rate_report",
    "rebuild_pins",
    "replay_file",
    "routes",
    "search_parts",
    "seed_sample",
    "submit_once",
    "submit_report",
    "verify",
]
