"""What a person sees and takes back: their consents, and the end of a sign-in."""

from typing import Any

from city.kernel import Work, say
from city.partners import actions, store
from city.partners.model import Application, explain, origin_of
from city.partners.office import keys
from city.partners.pages.parts import Answer, AnyRequest, away, language_of, shown, widened
from city.web import PUBLIC, get, in_language, page, post, redirect


@get("/me/consents", allow="me")
async def show_consents(request: AnyRequest, work: Work) -> Answer:
    """Show what the person lets applications know or do."""
    language = language_of(request)
    given = [
        {
            "code": consent.code,
            "name": in_language(consent.name, language),
            "run_by": consent.run_by,
            "scopes": explain(consent.scopes),
            "since": consent.since,
            "last_used_at": consent.last_used_at,
        }
        for consent in await store.list_consents(work, work.actor.person_id)
    ]
    return page(request, "partners/consents.html", given=given)


@post("/me/consents/{code:str}/withdraw", allow="me")
async def withdraw(work: Work, code: str) -> Answer:
    """Take a consent back, at once."""
    await actions.withdraw_consent(work, code)
    return redirect("/me/consents", flash=say("Taken back. The application knows nothing new."))


@get("/oauth/end-session", allow=PUBLIC)
async def ask_end(request: AnyRequest, work: Work) -> Answer:
    """Ask whether somebody who leaves an application is to be signed out of it here as well."""
    given = dict(request.query_params)
    application, back = await _leaving(work, given)
    if not work.actor.may("me") or application is None:
        return away(back, state=str(given.get("state", ""))) if back else redirect("/")
    app = shown(application, language_of(request))
    kept = {"client_id": application.code, "state": str(given.get("state", "")), "back": back}
    answer = page(request, "partners/leave.html", app=app, kept=kept)
    return widened(request, answer, "form-action", origin_of(back)) if back else answer


@post("/oauth/end-session", allow=PUBLIC, from_anywhere=True)
async def end_posted(request: AnyRequest, work: Work) -> Answer:
    """Take the same as a form, from an application's page (RP-Initiated Logout §2)."""
    form = await request.form()
    given = {k: str(v) for k, v in form.multi_items() if isinstance(v, str)}
    return away("/oauth/end-session", **given)


@post("/oauth/leave", allow="me")
async def leave(request: AnyRequest, work: Work) -> Answer:
    """End the person's sign-ins into an application, and go back to it if it said where."""
    form = await request.form()
    given = {"client_id": str(form.get("client_id", "")), "post_logout_redirect_uri": ""}
    given["post_logout_redirect_uri"] = str(form.get("back", ""))
    application, back = await _leaving(work, given)
    if application is not None:
        await actions.sign_out_of(work, application.id)
    if back:
        return away(back, state=str(form.get("state", "")))
    return redirect("/apps", flash=say("You are signed out of the application."))


async def _leaving(work: Work, given: dict[str, Any]) -> tuple[Application | None, str]:
    """Return which application somebody leaves, and its registered address to go back to."""
    hint = keys().read(str(given.get("id_token_hint", ""))) or {}
    code = str(given.get("client_id") or hint.get("aud", ""))
    if hint and hint.get("aud") != code:
        return None, ""
    application = await store.find_application(work, code) if code else None
    back = str(given.get("post_logout_redirect_uri", ""))
    if application is None or back not in application.redirect_uris:
        return application, ""
    return application, back


routes = [show_consents, withdraw, ask_end, end_posted, leave]
