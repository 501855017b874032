"""Webhooks for people: one's own addresses, what became of each delivery, and all for the city."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec

from city import partners
from city.cases import STATUS_WORDS, Status
from city.integration.webhooks import actions, store
from city.integration.webhooks.model import (
    STATE_NAMES,
    WHY_PAUSED,
    Health,
    NewWebhook,
    Replay,
    State,
    Webhook,
    WebhookChange,
)
from city.integration.webhooks.published import PUBLISHED, TYPES
from city.kernel import Invalid, Missing, Says, Work, say
from city.settings import current
from city.web import Form, Request, Response, get, page, post, read_form, redirect

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

PAGE = 30
_DAY = timedelta(hours=24)
_LIST = "/developers/webhooks"


class WebhookForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a webhook. Codes are separated by spaces; `program` is the code of one's own."""

    url: Annotated[str, msgspec.Meta(max_length=2000)]
    types: Annotated[list[str], msgspec.Meta(max_length=100)] = []
    description: Annotated[str, msgspec.Meta(max_length=300)] = ""
    categories: Annotated[str, msgspec.Meta(max_length=5000)] = ""
    wards: Annotated[str, msgspec.Meta(max_length=5000)] = ""
    units: Annotated[str, msgspec.Meta(max_length=5000)] = ""
    statuses: list[Status] = []
    refs: Annotated[str, msgspec.Meta(max_length=5000)] = ""
    program: Annotated[str, msgspec.Meta(max_length=40)] = ""

    def read(self) -> NewWebhook:
        """Return what was asked for."""
        return NewWebhook(
            url=self.url,
            types=self.types,
            description=self.description,
            categories=self.categories.split(),
            wards=self.wards.split(),
            units=self.units.split(),
            statuses=self.statuses,
            refs=self.refs.split(),
        )


class ReplayForm(msgspec.Struct, frozen=True, kw_only=True):
    """From when to when events are sent once more, as a browser gives local times."""

    begin: str
    end: str


@get(_LIST, allow="me")
async def show_webhooks(request: AnyRequest, work: Work) -> Answer:
    """Show one's own webhooks and those of one's programs."""
    own = await actions.list_own(work)
    health = await _health(work, own)
    names = {program.id: program.name for program in await partners.list_own_programs(work)}
    return page(
        request,
        "integration/webhooks/list.html",
        webhooks=[_shown(one, health.get(one.id), names) for one in own],
    )


@get(f"{_LIST}/new", allow="me")
async def show_new_webhook(request: AnyRequest, work: Work) -> Answer:
    """Show the form of a new webhook."""
    usual = [one.type for one in PUBLISHED if one.about == "report"]
    return await _form_page(request, work, Form({"types": usual}))


@post(_LIST, allow="me")
async def add_webhook(request: AnyRequest, work: Work) -> Answer:
    """Register a webhook, and show its secret this once."""
    given, form = await read_form(request, WebhookForm)
    if given is None:
        return await _form_page(request, work, form, status=422)
    try:
        program = await partners.own_program(work, given.program) if given.program else None
        webhook, secret = await actions.add_webhook(work, _chosen(given), program)
    except Invalid as wrong:
        form.errors |= wrong.errors
        return await _form_page(request, work, form, status=422)
    return _secret_page(request, webhook, secret)


@get(f"{_LIST}/{{webhook_id:uuid}}", allow="me")
async def show_webhook(
    request: AnyRequest, work: Work, webhook_id: UUID, show: str = "", before: int | None = None
) -> Answer:
    """Show one webhook: how it is doing, and what was sent."""
    return await _webhook_page(request, work, webhook_id, Form(), show=show, before=before)


@get(f"{_LIST}/{{webhook_id:uuid}}/edit", allow="me")
async def show_webhook_form(request: AnyRequest, work: Work, webhook_id: UUID) -> Answer:
    """Show what a webhook wants, to be changed."""
    webhook = await actions.own_webhook(work, webhook_id)
    values = {name: getattr(webhook, name) for name in NewWebhook.__struct_fields__}
    for name in ("categories", "wards", "units", "refs"):
        values[name] = " ".join(values[name])
    values["statuses"] = [str(status) for status in webhook.statuses]
    return await _form_page(request, work, Form(values), webhook)


@post(f"{_LIST}/{{webhook_id:uuid}}/edit", allow="me")
async def change_webhook_form(request: AnyRequest, work: Work, webhook_id: UUID) -> Answer:
    """Change a webhook."""
    webhook = await actions.own_webhook(work, webhook_id)
    given, form = await read_form(request, WebhookForm)
    if given is None:
        return await _form_page(request, work, form, webhook, status=422)
    try:
        new = _chosen(given)
        fields = {name: getattr(new, name) for name in NewWebhook.__struct_fields__}
        await actions.change_webhook(work, webhook_id, WebhookChange(**fields))
    except Invalid as wrong:
        form.errors |= wrong.errors
        return await _form_page(request, work, form, webhook, status=422)
    return redirect(f"{_LIST}/{webhook_id}", flash=say("Saved."))


@post(f"{_LIST}/{{webhook_id:uuid}}/pause", allow="me")
async def pause_webhook(work: Work, webhook_id: UUID) -> Answer:
    """Tell it nothing for a while."""
    await actions.change_webhook(work, webhook_id, WebhookChange(paused=True))
    return redirect(f"{_LIST}/{webhook_id}", flash=say("The webhook is paused."))


@post(f"{_LIST}/{{webhook_id:uuid}}/resume", allow="me")
async def resume_webhook(work: Work, webhook_id: UUID) -> Answer:
    """Tell it again."""
    await actions.change_webhook(work, webhook_id, WebhookChange(paused=False))
    return redirect(f"{_LIST}/{webhook_id}", flash=say("The webhook goes on."))


@post(f"{_LIST}/{{webhook_id:uuid}}/secret", allow="me")
async def rotate_webhook(request: AnyRequest, work: Work, webhook_id: UUID) -> Answer:
    """Make a new secret and show it this once."""
    secret, _ = await actions.rotate_secret(work, webhook_id)
    return _secret_page(request, await actions.own_webhook(work, webhook_id), secret)


@post(f"{_LIST}/{{webhook_id:uuid}}/test", allow="me")
async def test_webhook_page(work: Work, webhook_id: UUID) -> Answer:
    """Send a test event."""
    await actions.send_test(work, webhook_id)
    said = say("A test event is on its way. Load the page again to see what came of it.")
    return redirect(f"{_LIST}/{webhook_id}", flash=said)


@post(f"{_LIST}/{{webhook_id:uuid}}/replay", allow="me")
async def replay_webhook_page(request: AnyRequest, work: Work, webhook_id: UUID) -> Answer:
    """Send what happened between two moments once more."""
    given, form = await read_form(request, ReplayForm)
    if given is None:
        return await _webhook_page(request, work, webhook_id, form, status=422)
    begin, end = _local(given.begin), _local(given.end)
    for name, moment in (("begin", begin), ("end", end)):
        if moment is None:
            form.refuse(name, "Please give a day and a time.")
    if begin is None or end is None:
        return await _webhook_page(request, work, webhook_id, form, status=422)
    try:
        count = await actions.replay(work, webhook_id, Replay(begin=begin, end=end))
    except Invalid as wrong:
        form.errors |= {{"to": "end"}.get(name, name): says for name, says in wrong.errors.items()}
        return await _webhook_page(request, work, webhook_id, form, status=422)
    said = say("{n} events are being sent once more.", n=count)
    return redirect(f"{_LIST}/{webhook_id}", flash=said)


@post(f"{_LIST}/{{webhook_id:uuid}}/remove", allow="me")
async def remove_webhook_page(work: Work, webhook_id: UUID) -> Answer:
    """Remove a webhook with its log."""
    await actions.remove_webhook(work, webhook_id)
    return redirect(_LIST, flash=say("The webhook is gone."))


@get(f"{_LIST}/{{webhook_id:uuid}}/deliveries/{{delivery_id:int}}", allow="me")
async def show_delivery(
    request: AnyRequest, work: Work, webhook_id: UUID, delivery_id: int
) -> Answer:
    """Show one delivery: what was sent, and what was answered at each attempt."""
    webhook = await actions.own_webhook(work, webhook_id)
    found = None
    if 0 < delivery_id < 2**63:
        found = await store.find_delivery(work, webhook_id, delivery_id)
    if found is None:
        raise Missing("We could not find what you asked for.")
    return page(
        request,
        "integration/webhooks/delivery.html",
        webhook=_shown(webhook, None, {}),
        delivery=found,
        state_name=STATE_NAMES[found.state],
        title=_title(found.type),
        body=msgspec.json.format(found.body.encode(), indent=2).decode(),
    )


@post(f"{_LIST}/{{webhook_id:uuid}}/deliveries/{{delivery_id:int}}/again", allow="me")
async def send_again_page(work: Work, webhook_id: UUID, delivery_id: int) -> Answer:
    """Send the same once more."""
    if not 0 < delivery_id < 2**63:
        raise Missing("We could not find what you asked for.")
    again = await actions.send_again(work, webhook_id, delivery_id)
    said = say("It is being sent once more.")
    return redirect(f"{_LIST}/{webhook_id}/deliveries/{again}", flash=said)


@get("/desk/webhooks", allow="partners.manage")
async def show_all_webhooks(request: AnyRequest, work: Work) -> Answer:
    """Show every webhook and how it is doing, the sick ones first."""
    found = await store.list_all(work)
    health = await _health(work, found)
    names = {program.id: program.name for program in await partners.list_programs(work)}
    return page(
        request,
        "integration/webhooks/desk.html",
        webhooks=[_shown(one, health.get(one.id), names) for one in found],
        sick=sum(1 for one in found if one.paused_why in ("failing", "gone") or one.failing_since),
    )


routes: list[Any] = [
    show_webhooks,
    show_new_webhook,
    add_webhook,
    show_webhook,
    show_webhook_form,
    change_webhook_form,
    pause_webhook,
    resume_webhook,
    rotate_webhook,
    test_webhook_page,
    replay_webhook_page,
    remove_webhook_page,
    show_delivery,
    send_again_page,
    show_all_webhooks,
]


def _chosen(given: WebhookForm) -> NewWebhook:
    if not given.types:
        raise Invalid({"types": say("Please choose at least one.")})
    return given.read()


def _local(given: str) -> datetime | None:
    """Return a moment of the city's time, as a browser writes one without a zone."""
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=current().profile.zone)


def _title(type_: str) -> Says:
    return TYPES[type_].title if type_ in TYPES else say("A test")


async def _health(work: Work, webhooks: list[Webhook]) -> dict[UUID, Health]:
    found = await store.list_health(work, [one.id for one in webhooks], work.now - _DAY)
    return {one.webhook_id: one for one in found}


def _shown(webhook: Webhook, health: Health | None, programs: dict[UUID, str]) -> dict[str, Any]:
    tone, state = "done", say("Working")
    if webhook.paused_at is not None:
        tone, state = "idle" if webhook.paused_why == "owner" else "late", say("Paused")
    elif webhook.failing_since is not None:
        tone, state = "late", say("Failing")
    elif webhook.delivered_at is None:
        tone, state = "new", say("Nothing delivered yet")
    return {
        "id": str(webhook.id),
        "url": webhook.url,
        "name": webhook.description or webhook.url,
        "program": programs.get(webhook.program_id, "") if webhook.program_id else "",
        "tone": tone,
        "state": state,
        "why": WHY_PAUSED.get(webhook.paused_why),
        "paused_at": webhook.paused_at,
        "failing_since": webhook.failing_since,
        "delivered_at": webhook.delivered_at,
        "former_until": webhook.former_until,
        "types": [_title(name) for name in webhook.types],
        "filters": [
            *webhook.categories,
            *webhook.wards,
            *webhook.units,
            *webhook.statuses,
            *webhook.refs,
        ],
        "delivered": health.delivered if health else 0,
        "failed": health.failed if health else 0,
        "waiting": health.waiting if health else 0,
        "ms": round(health.ms) if health and health.ms is not None else None,
    }


async def _form_page(
    request: AnyRequest, work: Work, form: Form, webhook: Webhook | None = None, status: int = 200
) -> Answer:
    own = await partners.list_own_programs(work)
    programs = [{"value": one.code, "label": one.name} for one in own if "webhooks" in one.scopes]
    return page(
        request,
        "integration/webhooks/form.html",
        status,
        form=form,
        webhook=_shown(webhook, None, {}) if webhook else None,
        types=PUBLISHED,
        programs=programs,
        statuses=[{"value": str(one), "label": says} for one, says in STATUS_WORDS.items()],
    )


async def _webhook_page(
    request: AnyRequest,
    work: Work,
    webhook_id: UUID,
    form: Form,
    *,
    show: str = "",
    before: int | None = None,
    status: int = 200,
) -> Answer:
    webhook = await actions.own_webhook(work, webhook_id)
    state: State | None = show if show in ("waiting", "delivered", "failed") else None
    below = before if before is not None and 0 < before < 2**63 else None
    found = await store.list_deliveries(work, webhook_id, state, below, PAGE + 1)
    health = (await _health(work, [webhook])).get(webhook_id)
    older = ""
    if len(found) > PAGE:
        older = f"{_LIST}/{webhook_id}?show={state or ''}&before={found[PAGE - 1].id}#log"
    usual = (webhook.paused_at or work.now - _DAY).astimezone(current().profile.zone)
    until = work.now.astimezone(current().profile.zone)
    return page(
        request,
        "integration/webhooks/webhook.html",
        status,
        form=form,
        webhook=_shown(webhook, health, {}),
        now=work.now,
        show=state or "",
        states=STATE_NAMES,
        deliveries=[
            {"it": one, "title": _title(one.type), "state": STATE_NAMES[one.state]}
            for one in found[:PAGE]
        ],
        older=older,
        begin=usual.strftime("%Y-%m-%dT%H:%M"),
        end=until.strftime("%Y-%m-%dT%H:%M"),
    )


def _secret_page(request: AnyRequest, webhook: Webhook, secret: str) -> Answer:
    answer = page(
        request,
        "integration/webhooks/secret.html",
        webhook=_shown(webhook, None, {}),
        secret=secret,
    )
    answer.headers["cache-control"] = "no-store"
    return answer
