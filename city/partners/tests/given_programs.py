"""What tests of programs work with, in every room: a program that has a key."""

import secrets
from typing import Any

from city.kernel import Work, new_id
from city.partners.programs import store
from city.partners.programs.actions import add_key
from city.partners.programs.model import A_DAY, A_MINUTE, WRITES_A_DAY, Program


async def program_with_key(work: Work, *scopes: str, **changes: Any) -> tuple[Program, str]:
    """Return a program with these scopes, registered just now, and its key."""
    fields: dict[str, Any] = {
        "id": new_id(),
        "code": f"program-{secrets.token_hex(4)}",
        "name": "Street lights",
        "purpose": "Sends the faults of street lights",
        "contact": "lights@example.org",
        "run_by": "Chiếu sáng Huế",
        "owner_id": None,
        "state": "active",
        "scopes": list(scopes),
        "asked": [],
        "asked_why": "",
        "a_minute": A_MINUTE,
        "a_day": A_DAY,
        "writes_a_day": WRITES_A_DAY,
        "fingerprint": "",
        "sample": False,
        "made_at": work.now,
        "changed_at": work.now,
    }
    program = Program(**{**fields, **changes})
    await store.add_program(work, program, 1000)
    _, key = await add_key(work, program, "tests", None)
    return program, key
