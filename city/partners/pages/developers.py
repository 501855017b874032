"""For developers: how the bridge and the sign-in work, and one's own test applications."""

from typing import Any
from uuid import UUID

import msgspec

from city import settings
from city.kernel import Invalid, Work, say
from city.partners import actions, store
from city.partners.model import (
    ACCESS_LASTS,
    APPLICATIONS_EACH,
    CODE_LASTS,
    JOURNAL_WORDS,
    MOST_TESTERS,
    NOTICES_A_DAY,
    REFRESH_LASTS,
    SCOPES,
    STATE_NAMES,
    Application,
    Entry,
    NewApplication,
    explain,
)
from city.partners.pages.parts import Answer, AnyRequest, language_of, shown
from city.web import PUBLIC, Form, get, page, post, read_form, redirect

_LABELS = {
    "code": say("Short name"),
    "name": say("Name"),
    "summary": say("What it does, in one sentence"),
    "run_by": say("Who runs it"),
    "contact": say("How people reach them"),
    "home_url": say("Address of the application"),
    "redirect_uris": say("Redirect addresses"),
    "scopes": say("What it may ask for"),
}


@get("/developers", allow=PUBLIC)
async def show_developers(request: AnyRequest, work: Work) -> Answer:
    """Show how partners sign people in and use the bridge, and one's own applications."""
    language = language_of(request)
    mine: list[dict[str, Any]] = []
    if work.actor.may("me"):
        mine = [shown(app, language) for app in await store.list_mine(work, work.actor.person_id)]
    return page(
        request,
        "partners/developers.html",
        issuer=settings.current().url,
        scopes=explain(list(SCOPES)),
        mine=mine,
        state_names=STATE_NAMES,
        may_add=len(mine) < APPLICATIONS_EACH,
        limits={
            "code": int(CODE_LASTS.total_seconds()),
            "access": int(ACCESS_LASTS.total_seconds() // 60),
            "refresh": REFRESH_LASTS.days,
            "notices": NOTICES_A_DAY,
            "apps": APPLICATIONS_EACH,
        },
    )


@get("/developers/apps/new", allow="me")
async def show_new(request: AnyRequest) -> Answer:
    """Show the form of a new application."""
    return _form_page(request, Form({"scopes": ["openid", "profile"], "mode": "frame"}))


@post("/developers/apps", allow="me")
async def register(request: AnyRequest, work: Work) -> Answer:
    """Register a test application, and show its secret this once."""
    new, form = await read_form(request, NewApplication)
    if new is None:
        return _form_page(request, form, status=422)
    try:
        application, secret = await actions.register_application(work, new)
    except Invalid as wrong:
        form.errors |= wrong.errors
        return _form_page(request, form, status=422)
    return _secret_page(request, application, secret)


@get("/developers/apps/{code:str}", allow="me")
async def show_own(request: AnyRequest, work: Work, code: str) -> Answer:
    """Show one's own application: state, keys, testers, history."""
    application = await actions.own_application(work, code)
    city = settings.current().url
    ticket = actions.ticket_of(application)
    return page(
        request,
        "partners/own.html",
        app=shown(application, language_of(request)),
        state_name=STATE_NAMES[application.state],
        invitation=f"{city}/developers/join/{code}/{ticket}",
        testers=[
            {"id": str(one.person_id), "name": name, "since": one.since}
            for one, name in await actions.list_testers(work, application)
        ],
        most_testers=MOST_TESTERS,
        journal=lines_of(await store.list_journal(work, code, 30)),
    )


@get("/developers/apps/{code:str}/edit", allow="me")
async def show_edit(request: AnyRequest, work: Work, code: str) -> Answer:
    """Show the registration, to be changed."""
    application = await actions.own_application(work, code)
    values: dict[str, Any] = {
        **msgspec.structs.asdict(application),
        "name": application.name.get("vi", ""),
        "name_en": application.name.get("en", ""),
        "summary": application.summary.get("vi", ""),
        "summary_en": application.summary.get("en", ""),
        "redirect_uris": "\n".join(application.redirect_uris),
    }
    return _form_page(request, Form(values), application)


@post("/developers/apps/{code:str}/edit", allow="me")
async def change(request: AnyRequest, work: Work, code: str) -> Answer:
    """Change the registration; the application is a test application again."""
    application = await actions.own_application(work, code)
    new, form = await read_form(request, NewApplication)
    if new is None:
        return _form_page(request, form, application, status=422)
    try:
        await actions.change_application(work, code, new)
    except Invalid as wrong:
        form.errors |= wrong.errors
        return _form_page(request, form, application, status=422)
    return redirect(f"/developers/apps/{code}", flash=say("The registration has been changed."))


@post("/developers/apps/{code:str}/secret", allow="me")
async def rotate(request: AnyRequest, work: Work, code: str) -> Answer:
    """Make a new secret and show it this once."""
    secret = await actions.rotate_secret(work, code)
    return _secret_page(request, await actions.own_application(work, code), secret)


@post("/developers/apps/{code:str}/publish", allow="me")
async def ask_publication(work: Work, code: str) -> Answer:
    """Ask for the application to be opened to everybody."""
    await actions.ask_publication(work, code)
    asked = say("The city will look at it. The answer comes into your inbox.")
    return redirect(f"/developers/apps/{code}", flash=asked)


@post("/developers/apps/{code:str}/testers/{person_id:uuid}/remove", allow="me")
async def remove_tester(work: Work, code: str, person_id: UUID) -> Answer:
    """Take the application away from somebody who tries it."""
    await actions.remove_tester(work, code, person_id)
    return redirect(f"/developers/apps/{code}", flash=say("They cannot open it any more."))


@get("/developers/join/{code:str}/{ticket:str}", allow="me")
async def show_invitation(request: AnyRequest, work: Work, code: str, ticket: str) -> Answer:
    """Ask somebody invited whether they want to try an application."""
    application = await store.find_application(work, code)
    known = application is not None and actions.same_ticket(application, ticket)
    app = shown(application, language_of(request)) if application and known else None
    return page(request, "partners/join.html", 200 if app else 404, app=app, ticket=ticket)


@post("/developers/join/{code:str}/{ticket:str}", allow="me")
async def join(work: Work, code: str, ticket: str) -> Answer:
    """Let somebody invited try the application."""
    application = await actions.join_testers(work, code, ticket)
    return redirect(f"/apps/{application.code}")


def lines_of(entries: list[Entry]) -> list[dict[str, Any]]:
    """Return lines of the journal as templates know them."""
    return [
        {
            "code": entry.code,
            "who": entry.actor_name,
            "what": JOURNAL_WORDS[entry.what],
            "note": entry.note,
            "at": entry.at,
        }
        for entry in entries
    ]


def _form_page(
    request: AnyRequest, form: Form, application: Application | None = None, status: int = 200
) -> Answer:
    return page(
        request,
        "partners/register.html",
        status,
        form=form,
        labels=_LABELS,
        app=shown(application, language_of(request)) if application else None,
        scopes=explain([code for code in SCOPES if code != "openid"]),
    )


def _secret_page(request: AnyRequest, application: Application, secret: str) -> Answer:
    answer = page(
        request,
        "partners/secret.html",
        app=shown(application, language_of(request)),
        secret=secret,
        issuer=settings.current().url,
    )
    answer.headers["cache-control"] = "no-store"
    return answer


routes = [
    show_developers,
    show_new,
    register,
    show_own,
    show_edit,
    change,
    rotate,
    ask_publication,
    remove_tester,
    show_invitation,
    join,
]
