"""Open311 GeoReport v2: what cities and their applications use to send and to follow reports.

Everything is under `/open311/`, in JSON and in XML; docs/reference/open311.md says what is there
and what is ours. A service is a category, a service request is a report.
"""

from city.integration.open311.answers import refuse
from city.integration.open311.api import routes as _api
from city.integration.open311.keeping import forget_person, list_kept
from city.integration.open311.pages import routes as _pages
from city.integration.open311.updates import routes as _updates

routes = [*_api, *_pages, *_updates]
"""What the city serves for this package."""

problem_answers = {"/open311/": refuse}
"""In which form refusals are given beneath these addresses, whoever refuses."""

__all__ = ["forget_person", "list_kept", "problem_answers", "routes"]
