"""One's own account: name, language, devices, and who has looked."""

from typing import Any
from uuid import UUID

from city import settings
from city.identity import actions, store
from city.identity.addresses import shown
from city.identity.model import (
    ASSURANCE_NAMES,
    HONORIFICS,
    ROLE_NAMES,
    Assurance,
    NewProfile,
    local_path,
)
from city.kernel import Invalid, Missing, SignInNeeded, Work, say
from city.web import PUBLIC, Form, Request, Response, get, page, post, read_form, redirect

_YEAR = 365 * 24 * 3600
# Languages call themselves by their own name, whatever language the page is in.
_LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


@get("/me", allow="me")
async def show_me(request: AnyRequest, work: Work) -> Answer:
    """Show everything the city keeps about somebody's account, to themselves."""
    person_id = _self(work)
    person = await store.get_person(work, person_id)
    form = Form(
        {
            "name": person.name,
            "honorific": person.honorific,
            "language": person.language or request.scope["state"]["language"],
        }
    )
    return await _me_page(request, work, form)


@post("/me/profile", allow="me")
async def save_profile(request: AnyRequest, work: Work) -> Answer:
    """Keep name, form of address and language."""
    profile, form = await read_form(request, NewProfile)
    if profile is None:
        return await _me_page(request, work, form, 422)
    try:
        await actions.keep_profile(work, profile)
    except Invalid as wrong:
        form.errors |= wrong.errors
        return await _me_page(request, work, form, 422)
    return with_language(redirect("/me", flash=say("Saved.")), profile.language)


@post("/me/sessions/{session_id:uuid}/end", allow="me")
async def end_session(request: AnyRequest, work: Work, session_id: UUID) -> Answer:
    """Sign a device out."""
    await actions.end_session(work, session_id)
    return redirect("/me#devices", flash=say("That device is signed out."))


@post("/me/sessions/end-others", allow="me")
async def end_other_sessions(request: AnyRequest, work: Work) -> Answer:
    """Sign every other device out."""
    await actions.end_other_sessions(work)
    return redirect("/me#devices", flash=say("All your other devices are signed out."))


@get("/language/{language:str}", allow=PUBLIC)
async def choose_language(request: AnyRequest, language: str) -> Answer:
    """Speak this language in this browser from now on."""
    if language not in settings.current().profile.languages:
        raise Missing("We could not find what you asked for.")
    return with_language(_back(request), language)


@get("/theme/{theme:str}", allow=PUBLIC)
async def choose_theme(request: AnyRequest, theme: str) -> Answer:
    """Be light or dark in this browser from now on, or (`auto`) as the device is."""
    answer = _back(request)
    if theme in ("light", "dark"):
        answer.set_cookie(
            "theme",
            theme,
            max_age=_YEAR,
            path="/",
            samesite="lax",
            secure=settings.current().secure_cookies,
        )
    elif theme == "auto":
        answer.delete_cookie("theme")
    else:
        raise Missing("We could not find what you asked for.")
    return answer


def with_language(answer: Answer, language: str) -> Answer:
    """Return the answer, which has this browser speak this language for a year."""
    answer.set_cookie(
        "language",
        language,
        max_age=_YEAR,
        path="/",
        samesite="lax",
        secure=settings.current().secure_cookies,
    )
    return answer


async def _me_page(request: AnyRequest, work: Work, form: Form, status: int = 200) -> Answer:
    person_id = _self(work)
    language = request.scope["state"]["language"]
    roles = [
        {
            "name": ROLE_NAMES[holding.role].text,
            "body": (holding.organisation or {}).get(language, ""),
        }
        for holding in await store.list_holdings(work, person_id)
    ]
    contacts = [
        {"channel": contact.channel, "address": shown(contact.channel, contact.address)}
        for contact in await store.list_contacts(work, person_id)
    ]
    looks = [
        {
            "name": look.actor_name,
            "roles": [ROLE_NAMES[role].text for role in look.actor_roles],
            "purpose": look.purpose,
            "about": look.about,
            "at": look.at,
        }
        for look in await store.list_access_to(work, person_id)
    ]
    return page(
        request,
        "identity/me.html",
        status,
        form=form,
        roles=roles,
        contacts=contacts,
        looks=looks,
        assurance=ASSURANCE_NAMES[Assurance(work.actor.assurance)].text,
        sessions=await store.list_sessions(work, person_id),
        honorifics=[word for word in HONORIFICS if word],
        languages=[
            {"value": code, "label": _LANGUAGE_NAMES.get(code, code)}
            for code in settings.current().profile.languages
        ],
    )


def _self(work: Work) -> UUID:
    if work.actor.id is None:
        raise SignInNeeded("Please sign in to go on.")
    return work.actor.id


def _back(request: AnyRequest) -> Answer:
    return redirect(local_path(request.query_params.get("next", "/")))


routes = [
    show_me,
    save_profile,
    end_session,
    end_other_sessions,
    choose_language,
    choose_theme,
]
