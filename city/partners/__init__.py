"""Partners: other people's applications and programs, and what they may know and do.

    for application in await partners.list_published(work): ...     # to be listed among services
    await partners.find_by_key(database, "tt_…")     # the actor that a program is, or None

An application signs people in by OpenID Connect (`/.well-known/openid-configuration`) and opens in
a sandboxed frame at `/apps/{code}`, where it speaks with the city by a bridge of messages. It knows
a person by a subject of its own, and nothing else until the person agrees; what they agreed to
stands at `/me/consents`, and taking it back kills its tokens at once. Developers register
applications at `/developers`; `/desk/partners` reviews and stops them.

A program acts for itself and for no person: with keys, scopes and limits (`partners/programs/`,
docs/reference/programs.md). The gate asks `admit` about every request that programs make.
"""

from city.partners.actions import shell_path
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
from city.partners.programs import (
    PROGRAM_PERMISSIONS,
    Program,
    ProgramResumed,
    ProgramSuspended,
    admit,
    find_by_key,
    list_own_programs,
    own_program,
)
from city.partners.programs.store import list_programs
from city.partners.seed import seed_sample
from city.partners.store import list_published

__all__ = [
    "PROGRAM_PERMISSIONS",
    "Application",
    "ApplicationPublished",
    "ApplicationSuspended",
    "ConsentGiven",
    "ConsentWithdrawn",
    "Program",
    "ProgramResumed",
    "ProgramSuspended",
    "admit",
    "close_room",
    "find_by_key",
    "forget_person",
    "list_holds",
    "list_kept",
    "list_own_programs",
    "list_programs",
    "list_published",
    "open_room",
    "own_program",
    "routes",
    "seed_sample",
    "shell_path",
]
