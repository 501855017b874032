"""Partners: other people's applications inside the city's app, and what they may know.

    for application in await partners.list_published(work): ...     # to be listed among services
    await partners.find_program(database, "Bearer …", "POST", "/api/v1/reports")   # who it acts for

An application signs people in by OpenID Connect (`/.well-known/openid-configuration`) and opens in
a sandboxed frame at `/apps/{code}`, where it speaks with the city by a bridge of messages. It knows
a person by a subject of its own, and nothing else until the person agrees; what they agreed to
stands at `/me/consents`, and taking it back kills its tokens at once. Developers register
applications at `/developers`; `/desk/partners` reviews and stops them.
"""

from city.partners.actions import find_program, shell_path
from city.partners.keeping import forget_person, list_holds, list_kept
from city.partners.model import (
    Application,
    ApplicationPublished,
    ApplicationSuspended,
    ConsentGiven,
    ConsentWithdrawn,
)
from city.partners.office import close_room, open_room
from city.partners.pages import routes
from city.partners.seed import seed_sample
from city.partners.store import list_published

__all__ = [
    "Application",
    "ApplicationPublished",
    "ApplicationSuspended",
    "ConsentGiven",
    "ConsentWithdrawn",
    "close_room",
    "find_program",
    "forget_person",
    "list_holds",
    "list_kept",
    "list_published",
    "open_room",
    "routes",
    "seed_sample",
    "shell_path",
]
