"""What partners show to people and answer to programs."""

from city.partners.pages import desk, developers, me, oauth, shell

routes = [
    *oauth.routes,
    *shell.routes,
    *me.routes,
    *developers.routes,
    *desk.routes,
]

__all__ = ["routes"]
