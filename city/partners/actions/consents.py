"""What people let applications know or do, and what applications do with it."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from city import identity, messages, places, settings
from city.kernel import Conflict, Forbidden, Invalid, Missing, TooMany, Work, new_id, say
from city.partners import store
from city.partners.keys import Keys
from city.partners.model import (
    ACR,
    NOTICES_A_DAY,
    Application,
    Bearer,
    Consent,
    ConsentGiven,
    ConsentWithdrawn,
    Intent,
    NewIntent,
    NewNotice,
    inside,
)


async def agree(work: Work, application: Application, scopes: list[str], ward: str) -> None:
    """Let an application know or do this, in the actor's name, until they take it back.

    `ward` is the code of the ward the actor says they live in; needed for the scope `ward` alone.
    """
    work.actor.require("me")
    kept = [scope for scope in scopes if scope in application.scopes]
    home = ward if "ward" in kept else ""
    if "ward" in kept and home not in {known.code for known in places.list_wards()}:
        raise Invalid({"ward": say("Please choose your ward.")})
    await store.set_consent(work, application.id, work.actor.person_id, kept, home)
    work.announce(
        ConsentGiven(application_id=application.id, person_id=work.actor.person_id),
    )


async def withdraw_consent(work: Work, code: str) -> None:
    """Take the actor's consent back: the application's tokens for them die at once."""
    work.actor.require("me")
    application_id = await store.remove_consent(work, code, work.actor.person_id)
    if application_id is None:
        raise Missing("There is no such consent any more.")
    work.announce(
        ConsentWithdrawn(application_id=application_id, person_id=work.actor.person_id),
    )


def lacking(consent: Consent | None, scopes: list[str] | tuple[str, ...]) -> list[str]:
    """Return the scopes that a person has not agreed to yet."""
    given = consent.scopes if consent else []
    return [scope for scope in scopes if scope not in given]


async def claims_of(
    work: Work,
    person_id: UUID,
    scopes: list[str] | tuple[str, ...],
    ward: str,
    *,
    subject: str = "",
) -> dict[str, Any]:
    """Return what these scopes say of a person (OpenID Connect Core §5.1).

    It costs a statement for name or assurance and one for the contacts; none for `openid` alone.
    """
    claims: dict[str, Any] = {"sub": subject} if subject else {}
    if {"profile", "assurance"} & set(scopes):
        person = await identity.get_person(work, person_id)
        if "profile" in scopes:
            claims["name"] = person.name
            claims["locale"] = person.language or settings.current().profile.language
        if "assurance" in scopes:
            claims["acr"] = ACR[person.assurance]
    if {"phone", "email"} & set(scopes):
        for contact in await identity.list_contacts(work, person_id):
            known = contact.verified_at is not None
            if contact.channel == "sms" and "phone" in scopes:
                claims |= {"phone_number": contact.address, "phone_number_verified": known}
            elif contact.channel == "email" and "email" in scopes:
                claims |= {"email": contact.address, "email_verified": known}
    if "ward" in scopes and ward:
        claims["ward"] = {"code": ward, "name": places.get_ward(ward).name}
    return claims


async def tell_bridge(
    work: Work, keys: Keys, application: Application, scopes: list[str]
) -> dict[str, Any]:
    """Return who the actor is to an application in its frame, as far as they have agreed."""
    work.actor.require("me")
    consent = await store.find_consent(work, application.id, work.actor.person_id)
    asked = [scope for scope in scopes if scope in application.scopes]
    if consent is None or "openid" not in asked or lacking(consent, asked):
        raise Forbidden("You have not agreed to this.")
    subject = keys.subject(application.sector, work.actor.person_id)
    return await claims_of(work, work.actor.person_id, asked, consent.ward, subject=subject)


async def make_intent(work: Work, application: Application, new: NewIntent) -> Intent:
    """Keep that an application would like to be paid by the actor. Nothing is paid."""
    work.actor.require("me")
    consent = await store.find_consent(work, application.id, work.actor.person_id)
    if "payments:intent" not in application.scopes or lacking(consent, ["payments:intent"]):
        raise Forbidden("You have not agreed to this.")
    currency = settings.current().profile.currency or "VND"
    intent = await store.add_intent(
        work, new_id(), application.id, work.actor.person_id, currency, new
    )
    if intent is None:
        raise Conflict("This reference was used for another payment.")
    return intent


async def notify(work: Work, bearer: Bearer, new: NewNotice) -> None:
    """Put a message of an application into a person's inbox, a few times a day at most.

    Raises Forbidden without the scope `notify`, Invalid for a link out of the application, and
    TooMany.
    """
    if "notify" not in bearer.scopes:
        raise Forbidden("This needs the scope {scope}.", scope="notify")
    if new.link and inside(bearer.home_url, new.link) is None:
        raise Invalid({"link": say("A link is a path of the application, such as /tickets/5.")})
    counted = await store.add_notice(
        work, new_id(), bearer.application_id, bearer.person_id, new.title, NOTICES_A_DAY
    )
    if not counted:
        raise TooMany("At most {n} messages a day.", seconds=86400, n=NOTICES_A_DAY)
    name = bearer.name.get("vi", bearer.code)
    if new.body:
        said = say("{app}: {title}. {body}", app=name, title=new.title, body=new.body)
    else:
        said = say("{app}: {title}", app=name, title=new.title)
    link = shell_path(bearer.code, new.link)
    await messages.send_message(work, bearer.person_id, said, link=link, topic=name)


def shell_path(code: str, path: str) -> str:
    """Return where a path of an application is opened within the city's app."""
    from_home = path if path.startswith("/") else ""
    return f"/apps/{code}?to={quote(from_home, safe='/')}" if from_home else f"/apps/{code}"
