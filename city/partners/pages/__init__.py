"""What partners show to people and answer to programs."""

from city.partners.pages import desk, developers, me, oauth, shell
from city.partners.programs import api as programs_api
from city.partners.programs import desk as programs_desk
from city.partners.programs import pages as programs_pages

routes = [
    *oauth.routes,
    *shell.routes,
    *me.routes,
    *developers.routes,
    *desk.routes,
    *programs_pages.routes,
    *programs_desk.routes,
    *programs_api.routes,
]

__all__ = ["routes"]
