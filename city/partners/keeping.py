"""What is kept about a person here: shown to them, held, forgotten."""

from typing import Any
from uuid import UUID

from city.identity import Hold, Kept
from city.kernel import Work, say
from city.partners import store
from city.partners.programs import store as programs_store
from city.partners.programs.door import House
from city.partners.programs.model import Program, is_open


async def list_kept(work: Work, person_id: UUID) -> list[Kept]:
    """Return what is kept about somebody: consents, payments, messages, applications."""
    consents = await store.list_consents(work, person_id)
    intents = await store.list_intents(work, person_id)
    notices = await store.list_notices(work, person_id)
    own = await store.list_mine(work, person_id)
    tried = await store.list_tried(work, person_id)
    programs = await programs_store.list_mine(work, person_id)
    kept = [
        ("consents", say("What you let applications know"), [_plain(c) for c in consents]),
        ("payments", say("What applications asked you to pay"), [_plain(i) for i in intents]),
        ("notices", say("What applications told you"), [{"title": title} for title in notices]),
        ("applications", say("Applications you registered"), [_registered(a) for a in own]),
        ("tried", say("Applications you were invited to try"), [_plain(one) for one in tried]),
        ("programs", say("Programs you registered"), [_program(p) for p in programs]),
    ]
    return [
        Kept(name=f"partners_{name}", title=title, rows=rows) for name, title, rows in kept if rows
    ]


async def list_holds(work: Work, person_id: UUID) -> list[Hold]:
    """Return what somebody answers for that cannot be left without anybody.

    That is a published application, and a program that works with rights the city has granted.
    """
    programs = await programs_store.list_mine(work, person_id)
    held = [
        Hold(
            title=say("Your program “{name}”", name=program.name),
            why=say("It works with rights that the city gave it. Revoke its keys first."),
        )
        for program in programs
        if program.state == "active"
        and not all(is_open(scope) for scope in program.scopes)
        and any(key.is_good(work.now) for key in await programs_store.list_keys(work, program.id))
    ]
    return held + [
        Hold(
            title=say("Your application “{name}”", name=application.called("vi")),
            why=say("It is published, and somebody has to answer for it until it is closed."),
        )
        for application in await store.list_mine(work, person_id)
        if application.state in ("published", "suspended")
    ]


async def forget_person(work: Work, person_id: UUID) -> None:
    """Remove what is kept about somebody; tokens for them and keys of their programs die too."""
    await store.forget(work, person_id)
    for program in await programs_store.list_mine(work, person_id):
        House.door.forget(program.id)
    await programs_store.forget(work, person_id)


def _plain(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


def _program(program: Program) -> dict[str, Any]:
    names = ("code", "name", "purpose", "contact", "run_by", "state", "scopes", "made_at")
    return {name: getattr(program, name) for name in names}


def _registered(application: Any) -> dict[str, Any]:
    names = ("code", "name", "run_by", "contact", "state", "home_url", "made_at")
    return {name: getattr(application, name) for name in names}
