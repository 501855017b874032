"""Signing in with VNeID, and the page of the simulated provider in a sample city."""

import secrets
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from city import settings
from city.identity import actions, codes, store
from city.identity.devices import device_of
from city.identity.model import local_path
from city.identity.pages.sign_in import with_session
from city.identity.vneid import CALLBACK, JOURNEY, Client, Journey, Vouched
from city.identity.vneid_twin import CITIZENS, PATH, Asked, Twin
from city.kernel import Database, Forbidden, Missing, Problem, Work, say
from city.web import PUBLIC, Request, Response, cookie, get, page, post, read_form, redirect

_AWAY = "vneid"

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


class Gateway:
    """The provider this process speaks with, opened once."""

    client: Client
    twin: Twin | None = None


class ChosenForm(Asked, frozen=True, kw_only=True):
    """Which sample citizen agrees to what."""

    subject: str


async def open_room(here: settings.Settings, database: Database) -> None:
    """Find the provider of the settings, or simulate one."""
    if here.oidc_url:
        Gateway.twin = None
        Gateway.client = Client(here, here.oidc_url)
    else:
        Gateway.twin = Twin(here)
        Gateway.client = Client(here, Gateway.twin.url, Gateway.twin.transport())


@get("/sign-in/vneid", allow=PUBLIC)
async def leave(request: AnyRequest, work: Work) -> Answer:
    """Send the browser to VNeID."""
    journey = Journey(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        next=local_path(request.query_params.get("next", "/")),
    )
    address = await Gateway.client.begin(journey.state, journey.nonce, journey.verifier)
    answer = Response(b"", status_code=303, headers={"location": address})
    answer.set_cookie(
        _AWAY,
        Gateway.client.seal(journey, int((work.now + JOURNEY).timestamp())),
        max_age=int(JOURNEY.total_seconds()),
        path="/sign-in/vneid",
        httponly=True,
        samesite="lax",
        secure=settings.current().secure_cookies,
    )
    return answer


@get(CALLBACK, allow=PUBLIC)
async def arrive(request: AnyRequest) -> Answer:
    """Take in whoever comes back from VNeID.

    The standard makes this a GET, so it opens a unit of work of its own that may write.
    """
    database: Database = request.app.state.database
    journey = Gateway.client.unseal(cookie(request, _AWAY), int(database.clock().timestamp()))
    given = request.query_params
    if not codes.same(str(given.get("state", "")), journey.state):
        raise Problem("The sign-in took too long. Please begin again.")
    if "code" not in given:
        return redirect("/sign-in", flash=say("You did not go on with VNeID."))
    vouched = await Gateway.client.finish(str(given["code"]), journey, issuer=given.get("iss", ""))
    async with database.work(request.user) as work:
        token = await _take_in(work, vouched, device_of(request.headers.get("user-agent", "")))
    answer = redirect(journey.next, flash=say("VNeID has confirmed who you are."))
    answer.delete_cookie(_AWAY, path="/sign-in/vneid")
    return with_session(answer, token)


@get(f"{PATH}/authorize", allow=PUBLIC)
async def ask_citizen(request: AnyRequest) -> Answer:
    """Show the simulated provider's page: which sample citizen are you?"""
    asked = _asked(dict(request.query_params))
    return page(
        request, "identity/vneid.html", citizens=CITIZENS, asked=msgspec.structs.asdict(asked)
    )


@post(f"{PATH}/authorize", allow=PUBLIC)
async def agree(request: AnyRequest) -> Answer:
    """Send the sample citizen back with a code."""
    chosen, form = await read_form(request, ChosenForm)
    if chosen is None or Gateway.twin is None:
        raise Problem("The request could not be understood.")
    asked = _asked(form.values)
    citizen = next((c for c in CITIZENS if c.subject == chosen.subject), None)
    if citizen is None:
        answer = {"error": "access_denied", "state": asked.state}
    else:
        answer = {"code": Gateway.twin.grant(citizen, asked), "state": asked.state}
    return redirect(f"{CALLBACK}?{urlencode({**answer, 'iss': Gateway.twin.issuer})}")


async def _take_in(work: Work, vouched: Vouched, device: str) -> str:
    """Return a session for the person this identity belongs to, who may be new here."""
    if work.actor.helper_id is not None:
        # A helper's VNeID must never become that of the person they act for.
        raise Forbidden("You are acting for somebody just now. Please finish that first.")
    person_id: UUID | None = await store.find_external_id(work, vouched.issuer, vouched.subject)
    if person_id is None:
        person_id = work.actor.id
    if person_id is None:
        person_id = await actions.welcome_person(work, vouched.name)
    return await actions.raise_assurance(
        work, person_id, vouched.level, vouched.issuer, vouched.subject, device=device
    )


def _asked(values: dict[str, Any]) -> Asked:
    if Gateway.twin is None or not settings.current().sample:
        raise Missing("This is not a sample city.")
    try:
        asked = msgspec.convert(values, Asked)
    except msgspec.ValidationError as error:
        raise Problem("The request could not be understood.") from error
    if not Gateway.twin.accepts(asked):
        raise Problem("The request could not be understood.")
    return asked


routes = [leave, arrive, ask_citizen, agree]
