"""What can be done by Open311: send a request, and look who sent one."""

from typing import Any

from city import cases, media, partners, reports, settings
from city.integration.open311 import store
from city.integration.open311.answers import no_key
from city.integration.open311.fetching import fetch_media
from city.integration.open311.model import MOST_MEDIA, Fault, Faulty, Sender, Sent
from city.integration.open311.reading import Draft, argument_of
from city.kernel import Actor, Database, Invalid, Missing, Problem, Work, new_id, say
from city.reports import NewReport, SubmittedBefore
from city.web import UploadFile, in_language

_NOT_FOUND = say("There is no service of this code.")
_BAD_KEY = say("An idempotency key has 8 to 80 characters.")


async def require_program(
    database: Database, actor: Actor, key: str, permission: str = "reports.submit"
) -> Actor:
    """Return the program that asks: the one of the headers and of the `api_key`, or of either.

    Raises Faulty with 403 when there is none, when they name two, or when it does not hold the
    permission.
    """
    if key or actor.program_id is None:
        try:
            found = await partners.find_by_key(database, key) if key else None
        except Problem as problem:
            if problem.status not in (401, 403):
                raise
            raise Faulty(Fault(403, "api_key", problem.says)) from None
        if found is None:
            raise Faulty(Fault(403, "api_key", no_key(settings.current().url)))
        actor = found
    try:
        actor.require(permission)
    except Problem as problem:
        raise Faulty(Fault(403, "api_key", problem.says)) from None
    return actor


async def send_request(database: Database, actor: Actor, draft: Draft, client_key: str) -> str:
    """Take in a request from a program; return the reference of its report.

    Raises Faulty with everything that is wrong. With a `client_key` the same program's same
    request is one report, however often and however many at once it arrives.
    """
    if client_key and not 8 <= len(client_key) <= 80:
        draft.refuse("client_key", _BAD_KEY)
    await _judge(database, actor, draft)
    photos = await _keep_media(database, actor, draft.posted.files) if draft.posted.files else []
    try:
        async with database.work(actor) as work:
            return await _submit(work, draft, [file.id for file in photos], client_key)
    except SubmittedBefore:
        async with database.work(actor, reading=True) as work:
            ref = await store.find_ref_by_key(work, actor.program_id, client_key)
        if ref is None:
            raise
        return ref
    except Invalid as invalid:
        raise _faulty(invalid) from None


async def see_sender(work: Work, ref: str, purpose: str) -> Sender:
    """Return who told a program of a report, and write down who looked and why.

    Needs `identity.see_reporter`, which units never have. Raises Invalid without a purpose.
    """
    work.actor.require("identity.see_reporter")
    purpose = " ".join(purpose.split())
    if not 5 <= len(purpose) <= 300:
        raise Invalid({"purpose": say("Please say what you need the name for.")})
    sender = await store.see_sender(work, new_id(), ref, purpose)
    if sender is None:
        raise Missing("Nobody is known to have sent this report.")
    return sender


async def _judge(database: Database, actor: Actor, draft: Draft) -> None:
    """Raise everything that is wrong; nothing is asked of the database where nothing is."""
    if not draft.faults:
        return  # What else there may be, submitting finds.
    async with database.work(actor, reading=True) as work:
        categories = await cases.known_categories(work)
        draft.leave_out_unasked(categories.get(draft.given["category"]))
        more = reports.find_faults(work, categories, draft.given, frozenset(draft.unread))
    known = {fault.argument for fault in draft.faults}
    faults = [fault for fault in _faults(more) if fault.argument not in known]
    raise Faulty(*draft.faults, *faults)


async def _submit(work: Work, draft: Draft, photos: list[Any], client_key: str) -> str:
    category = (await cases.known_categories(work)).get(draft.given["category"])
    draft.leave_out_unasked(category)
    given = {k: v for k, v in draft.given.items() if v not in (None, "")}
    if not given.get("description") and category is not None:
        # The standard asks for no words; the city's own form does, and a case needs some.
        given["description"] = in_language(category.name, settings.current().profile.language)
    new = NewReport(**{"description": "", **given, "photos": photos})
    report = await reports.submit_report(work, new)
    sent = Sent(
        report_ref=report.ref,
        program_id=work.actor.program_id,
        program_name=work.actor.name,
        sent_at=work.now,
        media_url=" ".join(draft.media_urls),
    )
    if not await store.add_sent(work, sent, client_key or None, draft.sender):
        raise SubmittedBefore(client_key)
    for url in draft.media_urls[: MOST_MEDIA - len(photos)]:
        work.later(fetch_media, ref=report.ref, url=url)
    return report.ref


async def _keep_media(
    database: Database, actor: Actor, files: list[UploadFile]
) -> list[media.File]:
    kept = []
    for file in files:
        try:
            async with database.work(actor) as work:
                kept.append(await media.keep_upload(work, await file.read(), file.filename))
        except Problem as problem:
            if problem.status != 422:
                raise
            raise Faulty(Fault(409, "media", problem.says)) from None
    return kept


def _faulty(invalid: Invalid) -> Faulty:
    return Faulty(*_faults(dict(invalid.errors)))


def _faults(errors: dict[str, Any]) -> list[Fault]:
    # A point that is none was found before: this one lies outside the city.
    codes = {"category": 404, "latitude": 409}
    return [
        Fault(
            codes.get(field, 400), argument_of(field), _NOT_FOUND if field == "category" else says
        )
        for field, says in errors.items()
    ]
