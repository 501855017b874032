"""Everything about one person, from every room: taken away in a file, or forgotten.

Only here all rooms are known. A room that keeps something about people offers `list_kept`, and
says with `list_holds` and `forget_person` what has to stay and lets the rest go (`identity.Kept`,
`identity.Hold`).
"""

import json
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from types import ModuleType
from typing import IO, Any
from uuid import UUID

import msgspec
from litestar.response import Stream

from city import identity, media, messages
from city.kernel import Forbidden, Missing, Work, job, reacts_to, say
from city.messages import USUAL, Channel
from city.settings import current
from city.web import Request, Response, get, in_language, page, post, redirect, render_words

_SPOOL = 16_000_000
_ALL_WAYS = USUAL | {Channel.SMS}

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


@get("/me/data", allow="me")
async def show_data(request: AnyRequest, work: Work) -> Answer:
    """Show what can be taken away and what has been asked for."""
    takeouts = await identity.list_takeouts(work, work.actor.person_id)
    return page(
        request,
        "app/data.html",
        takeouts=takeouts,
        making=any(takeout.ready_at is None for takeout in takeouts),
    )


@post("/me/data", allow="me")
async def ask_for_data(request: AnyRequest, work: Work) -> Answer:
    """Have everything put together; the person is told when it is ready."""
    await identity.ask_for_takeout(work)
    return redirect("/me/data", flash=say("We are putting it together and tell you when it is."))


@get("/me/data/{takeout_id:uuid}/file", allow="me")
async def fetch_data(request: AnyRequest, work: Work, takeout_id: UUID) -> Answer:
    """Hand the file over to the person themselves, who has just proven that it is them."""
    takeout = await identity.find_takeout(work, takeout_id)
    if takeout is None or takeout.person_id != work.actor.id:
        raise Missing("We could not find what you asked for.")
    if takeout.until_at is None or takeout.until_at <= work.now:
        raise Missing("This file is no longer here. You can ask for a new one.")
    if ask := await identity.ask_for_proof(work, "/me/data"):
        return ask
    try:
        size = await media.size_bundle(takeout.file)
    except FileNotFoundError:
        raise Missing("This file is no longer here. You can ask for a new one.") from None
    name = f"trang-tien-{_local(takeout.asked_at):%Y-%m-%d}.zip"
    return Stream(
        media.stream_bundle(takeout.file),
        media_type="application/zip",
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "content-length": str(size),
            "cache-control": "no-store",
        },
    )


@get("/me/delete", allow="me")
async def show_delete(request: AnyRequest, work: Work) -> Answer:
    """Say what goes, what stays and why, and let the person ask for it or take it back."""
    person_id = work.actor.person_id
    holds: list[identity.Hold] = []
    for room in rooms():
        if list_holds := getattr(room, "list_holds", None):
            holds += await list_holds(work, person_id)
    return page(
        request,
        "app/delete.html",
        holds=holds,
        farewell=await identity.find_farewell(work, person_id),
        works_here=await identity.works_for_the_city(work),
        proven=await identity.is_proven(work),
    )


@post("/me/delete", allow="me")
async def ask_to_go(request: AnyRequest, work: Work) -> Answer:
    """Begin the week after which the person is forgotten."""
    if ask := await identity.ask_for_proof(work, "/me/delete"):
        return ask
    posted = await request.form()
    if posted.get("sure") != "true":
        raise Forbidden("Please tick that you want this.")
    await identity.ask_to_go(work)
    return redirect("/me/delete")


@post("/me/delete/back", allow="me")
async def take_back(request: AnyRequest, work: Work) -> Answer:
    """Let the person stay."""
    await identity.take_back_going(work)
    return redirect("/me", flash=say("Your account stays. Nothing was deleted."))


@reacts_to(identity.TakeoutAsked)
async def make_takeout(work: Work, event: identity.TakeoutAsked) -> None:
    """Put together what every room keeps about a person, and tell them."""
    takeout = await identity.find_takeout(work, event.takeout_id)
    if takeout is None or takeout.ready_at is not None:
        return
    person = await identity.get_person(work, event.person_id)
    language = person.language or current().profile.language
    with SpooledTemporaryFile(max_size=_SPOOL) as bundle:
        await _write_bundle(work, bundle, event.person_id, language)
        size = bundle.tell()
        bundle.seek(0)
        name = await media.keep_bundle(bundle)  # type: ignore[arg-type]
    await identity.set_takeout_ready(work, takeout.id, name, size)
    await messages.send_message(
        work,
        event.person_id,
        say("Your data is ready. You can fetch it for 7 days."),
        link="/me/data",
    )


@job(every=timedelta(hours=1))
async def remove_old_takeouts(work: Work) -> None:
    """Remove the files that were kept their week."""
    for name in await identity.remove_takeouts(work, None):
        await media.remove_bundle(name)


@reacts_to(identity.FarewellAsked)
async def plan_farewell(work: Work, event: identity.FarewellAsked) -> None:
    """Tell the person the day, remind them the day before, and do it then."""
    farewell = await identity.find_farewell(work, event.person_id)
    if farewell is None:
        return
    await messages.send_message(
        work,
        event.person_id,
        say(
            "You asked us to delete your account. We do it on {day}. Until then you can take it "
            "back. If it was not you, take it back now.",
            day=f"{_local(farewell.due_at):%d/%m/%Y}",
        ),
        link="/me/delete",
        by=_ALL_WAYS,
    )
    remind_at = farewell.due_at - timedelta(days=1)
    work.later(remind_of_farewell, at=remind_at, person_id=event.person_id)
    work.later(begin_to_forget, at=farewell.due_at)


@job
async def remind_of_farewell(work: Work, *, person_id: UUID) -> None:
    """Say once more, a day before, that there is a way back."""
    farewell = await identity.find_farewell(work, person_id)
    if farewell is None or farewell.begun_at is not None or farewell.due_at < work.now:
        return
    if farewell.due_at - work.now > timedelta(days=1):
        return  # They took it back meanwhile, and have asked again.
    await messages.send_message(
        work,
        person_id,
        say("Tomorrow we delete your account. It is the last day to take it back."),
        link="/me/delete",
        by=_ALL_WAYS,
    )


@reacts_to(identity.FarewellTakenBack)
async def confirm_staying(work: Work, event: identity.FarewellTakenBack) -> None:
    """Tell the person that nothing will be deleted."""
    said = say("Your account stays. Nothing was deleted.")
    await messages.send_message(work, event.person_id, said, link="/me", by=_ALL_WAYS)


@job(every=timedelta(days=1))
async def look_for_farewells(work: Work) -> None:
    """Come back every day to those of whom something had to stay for a while."""
    work.later(begin_to_forget)


@job
async def begin_to_forget(work: Work) -> None:
    """Begin with everybody whose day has come."""
    for person_id in await identity.list_due_farewells(work):
        work.later(forget_in, key=f"forget {person_id}", person_id=person_id, room="")


@job
async def forget_in(work: Work, *, person_id: UUID, room: str) -> None:
    """Forget somebody in one room and ask for the next beneath it, from the top down.

    Each room is a work of its own. Whatever stops the city half-way, the job that was not done
    is done again, and doing it again changes nothing. Identity is last: the others may need to
    know how the person was reached.
    """
    if not room:
        if not await identity.begin_farewell(work, person_id):
            return
        for name in await identity.remove_takeouts(work, person_id):
            await media.remove_bundle(name)
    order = [*reversed(rooms())]
    names = [each.__name__ for each in order]
    here = names.index(room) if room in names else 0
    if forget := getattr(order[here], "forget_person", None):
        await forget(work, person_id)
    if here + 1 < len(order):
        work.later(forget_in, person_id=person_id, room=names[here + 1])
        return
    held = False
    for each in order:
        if list_holds := getattr(each, "list_holds", None):
            held = held or bool(await list_holds(work, person_id))
    await identity.set_farewell_done(work, person_id, held=held)


@reacts_to(identity.HelpBegun)
async def tell_the_helped(work: Work, event: identity.HelpBegun) -> None:
    """Tell somebody that a helper acts for them, and how to end it."""
    acting = await identity.get_acting(work, event.acting_id)
    if acting.until_at is None:
        return
    person = await identity.get_person(work, event.person_id)
    await messages.send_message(
        work,
        event.person_id,
        say(
            "{helper} can act for you until {time}. What for: {purpose}. You can end it here at "
            "any time.",
            helper=acting.helper_name,
            time=f"{_local(acting.until_at):%H:%M}",
            purpose=render_words(person.language, acting.purpose),
        ),
        link="/me/helpers",
    )


@reacts_to(identity.ConcernRaised)
async def tell_the_auditors(work: Work, event: identity.ConcernRaised) -> None:
    """Tell the auditors that somebody says a look at their data was wrong."""
    for auditor in await identity.list_staff(work, [identity.Role.AUDITOR]):
        await messages.send_message(
            work,
            auditor.id,
            say("A resident says that a look at their data was wrong. Please look into it."),
            link="/audit/access#concerns",
        )


@reacts_to(identity.ConcernSettled)
async def tell_who_was_concerned(work: Work, event: identity.ConcernSettled) -> None:
    """Tell a person that the auditor has answered."""
    said = say("The auditor has answered what you said about a look at your data.")
    await messages.send_message(work, event.person_id, said, link="/me/seen")


def rooms() -> Sequence[ModuleType]:
    """Return every room, from the bottom up."""
    from city import app  # noqa: PLC0415 (the app is put together with this module's routes)

    return app.ROOMS


async def _write_bundle(work: Work, bundle: IO[bytes], person_id: UUID, language: str) -> None:
    """Write a ZIP: one JSON file for each part, the files, and what is what."""
    parts: list[tuple[str, str]] = []
    files: dict[UUID, None] = {}
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for room in rooms():
            list_kept = getattr(room, "list_kept", None)
            for kept in await list_kept(work, person_id) if list_kept else []:
                path = f"{room.__name__.rpartition('.')[2]}/{kept.name}.json"
                rows = msgspec.to_builtins(kept.rows)
                archive.writestr(path, json.dumps(rows, ensure_ascii=False, indent=2))
                parts.append((path, render_words(language, kept.title)))
                files |= dict.fromkeys(kept.files)
        for file_id in files:
            if (found := await media.stream_file(work, file_id)) is None:
                continue
            name, pieces = found
            try:
                # What a camera made is as small as it gets.
                entry = zipfile.ZipInfo(f"files/{name}", work.now.timetuple()[:6])
                with archive.open(entry, "w", force_zip64=True) as target:
                    async for piece in pieces:
                        target.write(piece)
            except FileNotFoundError:
                continue
        archive.writestr("README.txt", _read_me(work, parts, bool(files), language))


def _read_me(work: Work, parts: list[tuple[str, str]], files: bool, language: str) -> str:
    city = in_language(current().profile.name, language)
    lines = [
        render_words(language, say("What {city} keeps about you", city=city)),
        "",
        render_words(
            language,
            say("Made on {day}. It is yours: keep it safe.", day=f"{_local(work.now):%d/%m/%Y}"),
        ),
        render_words(
            language,
            say("Files that end in .json are text. Any text editor or browser can open them."),
        ),
        "",
        *(f"{path}  {title}" for path, title in parts),
        *([f"files/  {render_words(language, say('Photos and films'))}"] if files else []),
        "",
    ]
    return "\r\n".join(lines)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(current().profile.zone)


routes = [show_data, ask_for_data, fetch_data, show_delete, ask_to_go, take_back]
