"""Identity's pages: signing in, one's own account, and the offices that keep roles and look."""

from city.identity.pages import me, office, sign_in, vneid
from city.identity.pages.vneid import open_room

__all__ = ["open_room", "routes"]

routes = [*sign_in.routes, *me.routes, *office.routes, *vneid.routes]
