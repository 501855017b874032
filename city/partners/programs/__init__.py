"""Programs: clients that act for themselves, with keys, scopes, limits and a count of what they do.

    actor = await find_by_key(database, "tt_…")     # of a key that came as a parameter
    visit = await admit(database, knock)            # of any request without a session
    program = await own_program(work, "street-lights")

How it is used: docs/reference/programs.md.
"""

from city.partners.programs.actions import list_own_programs, own_program
from city.partners.programs.door import close_door, open_door
from city.partners.programs.model import (
    PROGRAM_PERMISSIONS,
    Program,
    ProgramResumed,
    ProgramSuspended,
)
from city.partners.programs.visiting import admit, find_by_key

__all__ = [
    "PROGRAM_PERMISSIONS",
    "Program",
    "ProgramResumed",
    "ProgramSuspended",
    "admit",
    "close_door",
    "find_by_key",
    "list_own_programs",
    "open_door",
    "own_program",
]
