"""One's own account: what there is, name and language, devices, and this browser's look."""

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
from city.kernel import Invalid, Missing, Work, say
from city.web import (
    LANGUAGE_NAMES,
    PUBLIC,
    Form,
    Request,
    Response,
    get,
    in_language,
    page,
    post,
    read_form,
    redirect,
)

_YEAR = 365 * 24 * 3600

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


@get("/me", allow="me")
async def show_me(request: AnyRequest, work: Work) -> Answer:
    """Show what somebody can see and decide about themselves: a door for each."""
    person_id = work.actor.person_id
    person = await store.get_person(work, person_id)
    language = request.scope["state"]["language"]
    holdings = await store.list_holdings(work, person_id)
    contacts = [
        {"channel": contact.channel, "address": shown(contact.channel, contact.address)}
        for contact in await store.list_contacts(work, person_id)
    ]
    farewell = await store.find_farewell(work, person_id)
    return page(
        request,
        "identity/me.html",
        person=person,
        roles=[
            {
                "name": ROLE_NAMES[held.role].text,
                "body": in_language(held.organisation, language),
            }
            for held in holdings
        ],
        contacts=contacts,
        assurance=ASSURANCE_NAMES[Assurance(person.assurance)].text,
        speaks=LANGUAGE_NAMES.get(person.language or language, ""),
        leaving=farewell.due_at if farewell else None,
    )


@get("/me/profile", allow="me")
async def show_profile(request: AnyRequest, work: Work) -> Answer:
    """Show how somebody is called and which language they speak, to be changed."""
    person = await store.get_person(work, work.actor.person_id)
    form = Form(
        {
            "name": person.name,
            "honorific": person.honorific,
            "language": person.language or request.scope["state"]["language"],
        }
    )
    return _profile_page(request, form)


@post("/me/profile", allow="me")
async def save_profile(request: AnyRequest, work: Work) -> Answer:
    """Keep name, form of address and language."""
    profile, form = await read_form(request, NewProfile)
    if profile is None:
        return _profile_page(request, form, 422)
    try:
        await actions.keep_profile(work, profile)
    except Invalid as wrong:
        form.errors |= wrong.errors
        return _profile_page(request, form, 422)
    return with_language(redirect("/me", flash=say("Saved.")), profile.language)


@get("/me/devices", allow="me")
async def show_devices(request: AnyRequest, work: Work) -> Answer:
    """Show where somebody is signed in."""
    sessions = await store.list_sessions(work, work.actor.person_id)
    return page(request, "identity/devices.html", sessions=sessions)


@post("/me/sessions/{session_id:uuid}/end", allow="me")
async def end_session(request: AnyRequest, work: Work, session_id: UUID) -> Answer:
    """Sign a device out."""
    await actions.end_session(work, session_id)
    return redirect("/me/devices", flash=say("That device is signed out."))


@post("/me/sessions/end-others", allow="me")
async def end_other_sessions(request: AnyRequest, work: Work) -> Answer:
    """Sign every other device out."""
    await actions.end_other_sessions(work)
    return redirect("/me/devices", flash=say("All your other devices are signed out."))


@get("/language/{language:str}", allow=PUBLIC)
async def choose_language(request: AnyRequest, language: str) -> Answer:
    """Speak this language in this browser from now on."""
    if language not in settings.current().profile.spoken:
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


def _profile_page(request: AnyRequest, form: Form, status: int = 200) -> Answer:
    return page(
        request,
        "identity/profile.html",
        status,
        form=form,
        honorifics=[word for word in HONORIFICS if word],
        languages=[
            {"value": code, "label": LANGUAGE_NAMES.get(code, code)}
            for code in settings.current().profile.spoken
        ],
    )


def _back(request: AnyRequest) -> Answer:
    return redirect(local_path(request.query_params.get("next", "/")))


routes = [
    show_me,
    show_profile,
    show_devices,
    save_profile,
    end_session,
    end_other_sessions,
    choose_language,
    choose_theme,
]
