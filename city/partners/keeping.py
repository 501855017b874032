"""What is kept about a person here: shown to them, held, forgotten."""

from typing import Any
from uuid import UUID

from city.identity import Hold, Kept
from city.kernel import Work, say
from city.partners import store


async def list_kept(work: Work, person_id: UUID) -> list[Kept]:
    """Return what is kept about somebody: consents, payments asked for, messages, applications."""
    consents = await store.list_consents(work, person_id)
    intents = await store.list_intents(work, person_id)
    notices = await store.list_notices(work, person_id)
    own = await store.list_mine(work, person_id)
    kept = [
        ("consents", say("What you let applications know"), [_plain(c) for c in consents]),
        ("payments", say("What applications asked you to pay"), [_plain(i) for i in intents]),
        ("notices", say("What applications told you"), [{"title": title} for title in notices]),
        ("applications", say("Applications you registered"), [_registered(a) for a in own]),
    ]
    return [
        Kept(name=f"partners_{name}", title=title, rows=rows) for name, title, rows in kept if rows
    ]


async def list_holds(work: Work, person_id: UUID) -> list[Hold]:
    """Return the published applications somebody answers for: those cannot be left without one."""
    return [
        Hold(
            title=say("Your application “{name}”", name=application.called("vi")),
            why=say("It is published, and somebody has to answer for it until it is closed."),
        )
        for application in await store.list_mine(work, person_id)
        if application.state in ("published", "suspended")
    ]


async def forget_person(work: Work, person_id: UUID) -> None:
    """Remove what is kept about somebody; tokens for them die with it."""
    await store.forget(work, person_id)


def _plain(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


def _registered(application: Any) -> dict[str, Any]:
    names = ("code", "name", "run_by", "contact", "state", "home_url", "made_at")
    return {name: getattr(application, name) for name in names}
