"""Registering an application, testing it, and deciding about it."""

import hashlib
import hmac
import re
import secrets
from typing import Any
from uuid import UUID

import msgspec

from city import identity, messages, settings
from city.kernel import Conflict, Forbidden, Invalid, Missing, Says, Work, new_id, say
from city.partners import store
from city.partners.keys import Keys
from city.partners.model import (
    APPLICATIONS_EACH,
    MOST_ADDRESSES,
    SCOPES,
    Application,
    ApplicationPublished,
    ApplicationSuspended,
    NewApplication,
    Tester,
    wrong_address,
)

_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


async def register_application(
    work: Work, new: NewApplication, *, sample: bool = False
) -> tuple[Application, str]:
    """Register a test application of the actor's; return it and its secret, shown this once.

    It works at once, for the actor and whom they invite. A public application (one that runs in
    the person's own hands and could keep no secret) gets an empty secret. Raises Invalid.
    """
    work.actor.require("me")
    checked = _checked(new)
    secret = "" if new.public else new_secret()
    application = Application(
        id=new_id(),
        code=new.code,
        owner_id=work.actor.id,
        state="test",
        public=new.public,
        secret_hash=hash_of(secret) if secret else None,
        sector=secrets.token_hex(16),
        sample=sample,
        made_at=work.now,
        changed_at=work.now,
        **checked,
    )
    if not await store.add_application(work, application, APPLICATIONS_EACH):
        taken = say("This short name is taken, or you have {n} applications.", n=APPLICATIONS_EACH)
        raise Invalid({"code": taken})
    await _note(work, application, "registered")
    return application, secret


async def change_application(work: Work, code: str, new: NewApplication) -> Application:
    """Change the registration of one's own application, which is a test application again.

    Everybody is signed out of it: addresses that nobody has reviewed get no more tokens.
    """
    application = await own_application(work, code)
    changed = msgspec.structs.replace(
        application, state="test", **_checked(msgspec.structs.replace(new, code=code))
    )
    if not await store.set_registration(work, changed):
        raise Conflict("This application is suspended. Please write to the city.")
    await store.end_application(work, application.id)
    await _note(work, application, "changed")
    return changed


async def rotate_secret(work: Work, code: str) -> str:
    """Make a new secret for one's own application and return it; the former is worth nothing."""
    application = await own_application(work, code)
    secret = new_secret()
    if not await store.set_secret(work, application.id, hash_of(secret)):
        raise Conflict("A public application has no secret.")
    await _note(work, application, "secret")
    return secret


async def ask_publication(work: Work, code: str) -> None:
    """Ask the city to review one's own application and open it to everybody."""
    application = await own_application(work, code)
    await _move(work, application, "asked", ["test"])
    await _note(work, application, "asked")


async def approve_application(work: Work, code: str, scopes: list[str]) -> None:
    """Open an application to everybody, with these scopes. Needs `partners.manage`."""
    application = await _reviewed(work, code)
    kept = [scope for scope in application.scopes if scope in scopes or scope == "openid"]
    await _move(work, application, "published", ["asked"], kept)
    await store.end_application(work, application.id)
    await _note(work, application, "approved", " ".join(kept))
    work.announce(ApplicationPublished(application_id=application.id))
    await _tell_owner(work, application, say("“{name}” is published.", name=_name(application)))


async def refuse_application(work: Work, code: str, reason: str) -> None:
    """Send an application back to its developer with a reason. Needs `partners.manage`."""
    application = await _reviewed(work, code)
    if not reason.strip():
        raise Invalid({"reason": say("Please say why.")})
    await _move(work, application, "test", ["asked"])
    await _note(work, application, "refused", reason.strip())
    said = say("“{name}” was not published: {reason}", name=_name(application), reason=reason)
    await _tell_owner(work, application, said)


async def suspend_application(work: Work, code: str, reason: str) -> None:
    """Stop an application at once, whatever it is doing: its tokens die. Needs `partners.manage`.

    Its consents stay, for the day it is resumed; they are worth nothing meanwhile.
    """
    application = await _reviewed(work, code)
    if not reason.strip():
        raise Invalid({"reason": say("Please say why.")})
    await _move(work, application, "suspended", ["test", "asked", "published"])
    await store.end_application(work, application.id)
    await _note(work, application, "suspended", reason.strip())
    work.announce(ApplicationSuspended(application_id=application.id))
    said = say("“{name}” was suspended: {reason}", name=_name(application), reason=reason)
    await _tell_owner(work, application, said)


async def resume_application(work: Work, code: str) -> None:
    """Make a suspended application a test application again. Needs `partners.manage`."""
    application = await _reviewed(work, code)
    await _move(work, application, "test", ["suspended"])
    await _note(work, application, "resumed")


async def rotate_key(work: Work, keys: Keys) -> str:
    """Sign with a new key from now on, and return its id. Needs `partners.manage`."""
    work.actor.require("partners.manage")
    made = keys.rotate()
    await store.add_entry(work, new_id(), None, "key", made)
    return made


async def join_testers(work: Work, code: str, ticket: str) -> Application:
    """Let the actor try a test application whose developer gave them the ticket."""
    work.actor.require("me")
    application = await store.find_application(work, code)
    if application is None or not same_ticket(application, ticket):
        raise Missing("We could not find what you asked for.")
    await store.add_tester(work, application.id, work.actor.person_id)
    return application


async def list_testers(work: Work, application: Application) -> list[tuple[Tester, str]]:
    """Return who may try an application of the actor's, each with their name."""
    await own_application(work, application.code)
    testers = await store.list_testers(work, application.id)
    return [(one, (await identity.get_person(work, one.person_id)).name) for one in testers]


async def remove_tester(work: Work, code: str, person_id: UUID) -> None:
    """Take one's own application away from a tester.

    Their sign-ins into it end, and the invitation they have opens it no more. Raises Missing if
    they are none.
    """
    application = await own_application(work, code)
    if not await store.remove_tester(work, application.id, person_id):
        raise Missing("We could not find what you asked for.")
    await store.end_own(work, application.id, person_id)
    await _note(work, application, "tester")


async def may_use(work: Work, application: Application) -> bool:
    """Return whether the actor may open an application as it stands."""
    if application.state == "suspended":
        return False
    if application.state == "published":
        return True
    if work.actor.id is None:
        return False
    if work.actor.id == application.owner_id or work.actor.may("partners.manage"):
        return True
    return await store.may_open(work, application.id, work.actor.id)


async def own_application(work: Work, code: str) -> Application:
    """Return an application that the actor has registered; raise Missing if it is not theirs."""
    work.actor.require("me")
    application = await store.find_application(work, code)
    if application is None or application.owner_id != work.actor.id:
        raise Missing("We could not find what you asked for.")
    return application


async def get_usable(work: Work, code: str) -> Application:
    """Return an application that the actor may open; raise Missing or Forbidden."""
    application = await store.find_application(work, code)
    if application is None:
        raise Missing("We could not find what you asked for.")
    if application.state == "suspended":
        raise Forbidden("The city has suspended this application.")
    if not await may_use(work, application):
        raise Forbidden("This application is being tested. Only those invited can open it.")
    return application


def ticket_of(application: Application) -> str:
    """Return what the link for testers of an application has in it."""
    told = f"tester {application.id}".encode()
    key = settings.current().secret.encode()
    return hmac.new(key, told, hashlib.sha256).hexdigest()[:32]


def same_ticket(application: Application, ticket: str) -> bool:
    """Return whether this is the ticket for testers of an application."""
    return hmac.compare_digest(ticket_of(application).encode(), ticket.encode())


def new_secret() -> str:
    """Return a new secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> bytes:
    """Return what is kept of a secret that was drawn at random."""
    return hashlib.sha256(secret.encode()).digest()


def _checked(new: NewApplication) -> dict[str, Any]:
    city = settings.current().url
    errors: dict[str, Says] = {}
    if not _CODE.fullmatch(new.code):
        errors["code"] = say("Please use small letters, digits and hyphens, such as boat-tickets.")
    if wrong := wrong_address(new.home_url, city):
        errors["home_url"] = wrong
    addresses = list(dict.fromkeys(line.strip() for line in new.redirect_uris.split()))
    if not 1 <= len(addresses) <= MOST_ADDRESSES:
        errors["redirect_uris"] = say("Please give between one and {most}.", most=MOST_ADDRESSES)
    for address in addresses:
        if wrong := wrong_address(address, city):
            errors["redirect_uris"] = wrong
    if unknown := [scope for scope in new.scopes if scope not in SCOPES]:
        errors["scopes"] = say("There is no scope “{scope}”.", scope=unknown[0])
    if errors:
        raise Invalid(errors)
    return {
        "name": _both(new.name, new.name_en),
        "summary": _both(new.summary, new.summary_en),
        "run_by": new.run_by,
        "contact": new.contact,
        "mode": new.mode,
        "alg": new.alg,
        "home_url": new.home_url,
        "redirect_uris": addresses,
        "scopes": [code for code in SCOPES if code == "openid" or code in new.scopes],
    }


def _both(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en or vi}


def _name(application: Application) -> str:
    return application.called("vi")


async def _reviewed(work: Work, code: str) -> Application:
    work.actor.require("partners.manage")
    application = await store.find_application(work, code)
    if application is None:
        raise Missing("We could not find what you asked for.")
    return application


async def _move(
    work: Work,
    application: Application,
    state: str,
    since: list[str],
    scopes: list[str] | None = None,
) -> None:
    if not await store.set_state(work, application.id, state, since, scopes):
        raise Conflict("Somebody else has decided about this application meanwhile.")


async def _note(work: Work, application: Application, what: str, note: str = "") -> None:
    await store.add_entry(work, new_id(), application.id, what, note)


async def _tell_owner(work: Work, application: Application, said: Says) -> None:
    owner: UUID | None = application.owner_id
    if owner is not None:
        link = f"/developers/apps/{application.code}"
        await messages.send_message(work, owner, said, link=link)
