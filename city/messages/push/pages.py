"""What one wants to be told on one's devices; how many devices the city can reach."""

import re
from typing import Annotated, Any
from uuid import UUID

import msgspec

from city import places
from city.kernel import Work, say
from city.messages.push import actions, store, twin
from city.messages.push.delivering import wording_in
from city.messages.push.model import SEVERITY_NAMES, Choice, Severity
from city.web import (
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
    render_words,
)

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

USUAL_FROM, USUAL_TO = "22:00", "06:00"
PLATFORMS = {
    "android": say("Android phones"),
    "ios": say("iPhone and iPad"),
    "windows": say("Windows"),
    "mac": say("Mac"),
    "linux": say("Linux"),
    "other": say("Others"),
}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class NewChoice(msgspec.Struct, frozen=True, kw_only=True):
    """The form of what one wants to be told."""

    mine: bool = False
    questions: bool = False
    warnings: Severity
    wards: Annotated[list[str], msgspec.Meta(max_length=500)] = []
    categories: Annotated[list[str], msgspec.Meta(max_length=500)] = []
    quiet: bool = False
    quiet_from: str = ""
    quiet_to: str = ""


class NewAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How the simulated push service is to answer."""

    answer: int
    retry_after: int = 0


@get("/me/notifications", allow="me")
async def show_choice(request: AnyRequest, work: Work) -> Answer:
    """Show what one is told on one's devices, and when."""
    choice = await store.find_choice(work, work.actor.person_id) or Choice()
    quiet = choice.quiet_from is not None
    form = Form(
        {
            "mine": "true" if choice.mine else "",
            "questions": "true" if choice.questions else "",
            "warnings": int(choice.warnings),
            "wards": choice.wards,
            "categories": choice.categories,
            "quiet": "true" if quiet else "",
            "quiet_from": _clock(choice.quiet_from) if quiet else USUAL_FROM,
            "quiet_to": _clock(choice.quiet_to) if quiet else USUAL_TO,
        }
    )
    return await _choice_page(request, work, form)


@post("/me/notifications", allow="me")
async def keep_choice(request: AnyRequest, work: Work) -> Answer:
    """Keep what one wants to be told."""
    new, form = await read_form(request, NewChoice)
    start = end = None
    if new is not None and new.quiet:
        start, end = _minutes(new.quiet_from), _minutes(new.quiet_to)
        for name, minutes in (("quiet_from", start), ("quiet_to", end)):
            if minutes is None:
                form.refuse(name, "Please give a time of day, such as 22:00.")
        if start is not None and start == end:
            form.refuse("quiet_to", "Quiet hours cannot end when they begin.")
    if new is None or form.errors:
        return await _choice_page(request, work, form, 422)
    known = {ward.code for ward in places.list_wards()}
    offered = {one.code for one in await actions.list_offered(work)}
    choice = Choice(
        mine=new.mine,
        questions=new.questions,
        warnings=new.warnings,
        wards=sorted(known.intersection(new.wards)),
        categories=sorted(offered.intersection(new.categories)),
        quiet_from=start,
        quiet_to=end,
    )
    await actions.keep_choice(work, choice)
    return redirect("/me/notifications", flash=say("Saved."))


@post("/me/notifications/devices/{id:uuid}/forget", allow="me")
async def forget_device(work: Work, id: UUID) -> Answer:
    """Send nothing more to one of one's own devices."""
    await store.remove_device(work, work.actor.person_id, id)
    return redirect(
        "/me/notifications#devices", flash=say("That device gets no more notifications.")
    )


@get("/desk/reach", allow="identity.manage")
async def show_reach(request: AnyRequest, work: Work) -> Answer:
    """Show how many devices the city can reach, counted by when they were last confirmed."""
    language = request.scope["state"]["language"]
    reach = [
        {"name": PLATFORMS.get(one.platform, PLATFORMS["other"]), "reach": one}
        for one in await store.list_reach(work)
    ]
    sendings = [
        {"sending": one, "title": wording_in(one.words, language).title}
        for one in await store.list_broadcasts(work, 20)
    ]
    columns = ("devices", "day", "week", "month", "pruned")
    total = {name: sum(getattr(one["reach"], name) for one in reach) for name in columns}
    return page(request, "messages/reach.html", reach=reach, total=total, sendings=sendings)


@post("/simulated/push/{token:str}/answer", allow=PUBLIC)
async def set_answer(request: AnyRequest, work: Work, token: str) -> Answer:
    """Have the simulated push service answer so for a device. In a sample city only."""
    new, _ = await read_form(request, NewAnswer)
    await twin.set_answer(work, token, new.answer if new else 0, new.retry_after if new else 0)
    return redirect("/simulated/outbox", flash=say("Saved."))


async def _choice_page(request: AnyRequest, work: Work, form: Form, status: int = 200) -> Answer:
    language = request.scope["state"]["language"]
    wards = [
        {"value": ward.code, "label": in_language(ward.name, language)}
        for ward in places.list_wards()
    ]
    categories = [
        {"value": one.code, "label": in_language(one.name, language)}
        for one in await actions.list_offered(work)
    ]
    devices = [
        {"device": one, "name": PLATFORMS.get(one.platform, PLATFORMS["other"])}
        for one in await store.list_subscriptions(work, work.actor.person_id)
    ]
    return page(
        request,
        "messages/notifications.html",
        status,
        form=form,
        wards=wards,
        categories=categories,
        severities=[
            {"value": int(severity), "label": render_words(language, name)}
            for severity, name in SEVERITY_NAMES.items()
        ],
        devices=devices,
    )


def _clock(minutes: int | None) -> str:
    hours, rest = divmod(minutes or 0, 60)
    return f"{hours:02}:{rest:02}"


def _minutes(clock: str) -> int | None:
    found = _CLOCK.fullmatch(clock.strip())
    return int(found[1]) * 60 + int(found[2]) if found else None


routes = [show_choice, keep_choice, forget_device, show_reach, set_answer]
