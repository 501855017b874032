"""Data standards: code lists with their versions, schemas of files, and a checker for both.

await publish_lists(work, wards, old_units)      a new version of every list that has changed
check_file(file, standard, lists, "vi")          what in a file does not fit, line by line
"""

from city.opendata.standards.actions import load_profile, publish_changes, publish_lists
from city.opendata.standards.api import routes as _api
from city.opendata.standards.checking import check_file, mark_file
from city.opendata.standards.checkpages import routes as _checker
from city.opendata.standards.pages import routes as _pages

routes = [*_pages, *_checker, *_api]

__all__ = [
    "check_file",
    "load_profile",
    "mark_file",
    "publish_changes",
    "publish_lists",
    "routes",
]
