"""Services: what the app can do for whom, as data, and what is not there yet.

Every function is an entry of the city's profile (`services.toml`) with its true state: working,
coming or offered by a partner. Officers edit entries at /desk/services; a later profile leaves
their edits alone. What should work is asked every few minutes, and its page says when it does not.

    home = await services.home_of(work, cookie(request, services.FACE_COOKIE), language)
    found = await services.find_for(request, work, "xe buyt")      for services/found.html
"""

from city.services import reactions as _reactions  # noqa: F401  (registers itself)
from city.services.actions import edit_service, forget_person, list_holds, list_kept
from city.services.api import routes as _api
from city.services.catalogue import load_profile, read_catalogue
from city.services.exporting import list_public
from city.services.health import asking, look_after_services
from city.services.known import close_room, open_room
from city.services.pages import routes as _pages
from city.services.pages.public import FACE_COOKIE, faces, find_for
from city.services.views import Home, home_of

routes = [*_pages, *_api]
"""What the city serves for this room."""

__all__ = [
    "FACE_COOKIE",
    "Home",
    "asking",
    "close_room",
    "edit_service",
    "faces",
    "find_for",
    "forget_person",
    "home_of",
    "list_holds",
    "list_kept",
    "list_public",
    "load_profile",
    "look_after_services",
    "open_room",
    "read_catalogue",
    "routes",
]
