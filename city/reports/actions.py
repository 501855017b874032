"""What can be done with reports."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from city import cases, identity, media, places, settings
from city.kernel import (
    Actor,
    Database,
    Forbidden,
    Invalid,
    Missing,
    Problem,
    Says,
    TooMany,
    Work,
    new_id,
    say,
)
from city.reports import store
from city.reports.attributes import check_attributes, tidy_attributes
from city.reports.model import (
    MOST_PHOTOS,
    NewReport,
    Pace,
    Report,
    ReportSubmitted,
    SubmittedBefore,
)

NO_CATEGORY = say("This category is no longer used. Please choose another.")
NO_PLACE = say("Please show where it is: on the map, or by its ward and street.")
NO_STREET = say("Please give the street, and a house number or what is near.")
NO_WARD = say("Please choose a ward of the list.")
NO_TIME = say("This does not look right. Please check it.")
NOT_YET = say("This time has not come yet.")
NO_COMMENT = say("Please say what is still wrong, so that it can be put right.")

_CLOCKS_DIFFER = timedelta(minutes=5)
_FIRST_YEAR = 2000


class Spot(NamedTuple):
    """Where a report is: a point in WGS84 degrees, the ward it lies in, and how exact that is."""

    latitude: float
    longitude: float
    ward: places.Ward
    precision: str


async def submit_report(
    work: Work, new: NewReport, *, sample: bool = False, sign_unit: str = ""
) -> Report:
    """Take in what somebody tells the city: open its case and keep the report.

    Needs `reports.submit`. Raises Invalid with a sentence for every field that is wrong,
    SubmittedBefore if this person has sent this `client_key` before, and TooMany if they have sent
    as many of late as one person may (staff may more); all leave nothing behind. `sign_unit` is the
    unit that a sign names, by its code. The case has the words as they were written; in the report,
    which the public reads, `•••` stands for telephone numbers and e-mail addresses in them.
    """
    work.actor.require("reports.submit")
    categories = await cases.known_categories(work)
    if new.attributes and (category := categories.get(new.category)):
        tidy = tidy_attributes(category, new.attributes)
        new = msgspec.structs.replace(new, attributes=tidy)
    faults = find_faults(work, categories, msgspec.structs.asdict(new))
    if faults:
        raise Invalid({**faults, **await _photo_faults(work, new.photos)})
    spot = place_of(new.latitude, new.longitude, new.ward)
    case = await cases.open_case(
        work,
        cases.NewCase(
            category=new.category,
            source=cases.Source.REPORT,
            summary=new.description,
            place=(spot.latitude, spot.longitude),
            ward=spot.ward.code,
            address=new.address,
            photos=new.photos,
            private=new.private,
            sign_unit=sign_unit,
        ),
    )
    report = _report(work, new, case, spot, sample)
    also = [*categories[new.category].name.values(), *spot.ward.name.values()]
    pace = None if sample else _pace_for(work.actor)
    written = await store.add_report(work, report, new.client_key, " ".join(also), pace)
    if not written.is_new:
        if written.full_until is not None and not written.before:
            raise too_many(written.full_until, work.now)
        raise SubmittedBefore(new.client_key or "")
    # After the report: when it is the same one again, its photos are rightly in use already.
    if new.photos:
        await claim_photos(work, new.photos)
    work.announce(ReportSubmitted(report_id=report.id, case_id=case.id))
    await identity.note_help(work, say("Sent a report for you"), report.ref)
    return report


async def submit_once(database: Database, actor: Actor, new: NewReport) -> tuple[Report, bool]:
    """Submit in a work of its own; return the report, and whether it is new.

    The same `client_key` from the same person gives the report that was made the first time,
    however many of them arrive at once.
    """
    try:
        async with database.work(actor) as work:
            return await submit_report(work, new), True
    except SubmittedBefore as before:
        async with database.work(actor, reading=True) as work:
            return await store.get_by_key(work, actor.id, before.client_key), False


async def add_photos(work: Work, ref: str, photos: list[UUID]) -> bool:
    """Add photos that came after a report, for the city itself; False if it has enough already.

    Who claimed the files sees to it that they belong there.
    """
    work.actor.require("city.react")
    case_id = await store.add_photos(work, ref, photos, MOST_PHOTOS)
    if case_id is not None:
        await cases.add_photos(work, case_id, photos)
    return case_id is not None


async def rate_report(work: Work, report: Report, rating: cases.Rating, comment: str) -> None:
    """Say what one thinks of the answer. Only its reporter may, once for each answer.

    Who is not satisfied says why, and the case is taken up again (once by right; see `cases`).
    """
    work.actor.require("me")
    if report.reporter_id is None or report.reporter_id != work.actor.id:
        raise Forbidden("Only the person who sent the report can rate the answer.")
    comment = comment.strip()
    if rating is cases.Rating.UNSATISFIED and len(comment) < 5:
        raise Invalid({"comment": NO_COMMENT})
    await cases.rate_case(work, report.case_id, rating, comment)


async def reply_to_city(work: Work, report: Report, text: str, photos: list[UUID]) -> None:
    """Answer what the city asked the reporter; the case goes on and its clock runs again.

    Only its reporter may. Raises Invalid without words, and Conflict when nothing is asked.
    """
    work.actor.require("me")
    if report.reporter_id is None or report.reporter_id != work.actor.id:
        raise Forbidden("Only the person who sent the report can answer this.")
    text = text.strip()
    if not text:
        raise Invalid({"reply": say("Please write an answer.")})
    await cases.reply(work, report.case_id, text, photos)


async def see_reporter(work: Work, report: Report, purpose: str) -> identity.SeenPerson:
    """Return who sent a report, and write down who looked and why.

    Needs `identity.see_reporter`; units never have it.
    """
    work.actor.require("identity.see_reporter")
    if report.reporter_id is None:
        raise Missing("Nobody is known to have sent this report.")
    purpose = purpose.strip()
    if len(purpose) < 5:
        raise Invalid({"purpose": say("Please say what you need the name for.")})
    return await identity.see_person(work, report.reporter_id, purpose=purpose, about=report.ref)


def may_see(actor: Actor, report: Report) -> bool:
    """Return whether this actor may see a report at all: a private one is not for everybody."""
    if not report.private or (actor.id is not None and actor.id == report.reporter_id):
        return True
    if not actor.may("cases.view"):
        return False
    unit_only = actor.may("cases.answer") and not actor.may("cases.triage")
    return not unit_only or (actor.unit_id is not None and actor.unit_id == report.unit_id)


def find_faults(
    work: Work,
    categories: Mapping[str, cases.Category],
    given: Mapping[str, Any],
    unread: frozenset[str] = frozenset(),
) -> dict[str, Says]:
    """Return a sentence for every field that can be read and yet cannot be.

    `given` has the fields of a NewReport that could be read; those in `unread` are known to be
    wrong already and are not judged again.
    """
    faults: dict[str, Says] = {}
    code = given.get("category")
    if code and "category" not in unread:
        category = categories.get(code)
        if category is None or not category.is_reported:
            faults["category"] = NO_CATEGORY
        elif "attributes" not in unread:
            answers = tidy_attributes(category, given.get("attributes") or {})
            faults |= check_attributes(category, answers)
    if not unread & {"latitude", "longitude", "ward"}:
        latitude, longitude, ward = (given.get(k) for k in ("latitude", "longitude", "ward"))
        faults |= _place_faults(latitude, longitude, ward, str(given.get("address") or ""))
    seen_at = given.get("seen_at")
    if seen_at is not None and seen_at.year < _FIRST_YEAR:
        faults["seen_at"] = NO_TIME
    elif seen_at is not None and local(seen_at) > work.now + _CLOCKS_DIFFER:
        faults["seen_at"] = NOT_YET
    return faults


def place_of(latitude: float | None, longitude: float | None, ward: str | None) -> Spot:
    """Return the spot that a point or else a ward stands for; raises Problem with a sentence.

    Of a ward it is the centre, and says so.
    """
    if latitude is not None and longitude is not None:
        return Spot(latitude, longitude, places.require_ward(latitude, longitude), "point")
    if latitude is not None or longitude is not None or not ward:
        raise Problem(NO_PLACE.text)
    found = places.get_ward(ward)
    return Spot(found.latitude, found.longitude, found, "ward")


def local(moment: datetime) -> datetime:
    """Return the moment with a time zone: that of the city, where it was given without one."""
    return moment if moment.tzinfo else moment.replace(tzinfo=settings.current().profile.zone)


def _place_faults(
    latitude: float | None, longitude: float | None, ward: str | None, address: str
) -> dict[str, Says]:
    on_map = latitude is not None or longitude is not None
    try:
        place_of(latitude, longitude, ward)
    except Missing:
        return {"ward": NO_WARD}
    except Problem as problem:
        return {"latitude": problem.says}
    if not on_map and len(address.strip()) < 3:
        return {"address": NO_STREET}
    return {}


def too_many(until: datetime, now: datetime) -> TooMany:
    """Return the refusal of one report too many, which says when the next may be sent."""
    moment = until.astimezone(settings.current().profile.zone)
    same_day = moment.date() == now.astimezone(moment.tzinfo).date()
    return TooMany(
        "Those are many reports in a short time. You can send the next one from {time} on.",
        seconds=max(1, ceil((until - now).total_seconds())),
        time=f"{moment:%H:%M}" if same_day else f"{moment:%H:%M, %d/%m}",
    )


def _pace_for(actor: Actor) -> Pace | None:
    """Return how much this actor may send; None for staff, who pass on what others tell them."""
    here = settings.current()
    if actor.may("cases.view") or not (here.reports_an_hour and here.reports_a_day):
        return None
    return Pace(here.reports_an_hour, here.reports_a_day)


def _report(work: Work, new: NewReport, case: cases.Case, spot: Spot, sample: bool) -> Report:
    country = settings.current().profile.country
    return Report(
        id=new_id(),
        ref=case.ref,
        case_id=case.id,
        reporter_id=work.actor.id,
        category=case.category,
        description=identity.hide_addresses(case.summary, country),
        photos=new.photos,
        address=identity.hide_addresses(case.address, country),
        ward=spot.ward.code,
        latitude=spot.latitude,
        longitude=spot.longitude,
        place_precision="point" if spot.precision == "point" else "ward",
        private=case.private,
        sample=sample,
        seen_at=local(new.seen_at) if new.seen_at else None,
        sent_at=case.opened_at,
        status=case.status,
        unit_id=case.unit_id,
        unit_name=None,
        due_at=case.due_at,
        closed_at=None,
        rating=None,
        merged_into=None,
        attributes=new.attributes,
    )


async def claim_photos(work: Work, photos: list[UUID]) -> None:
    """Take uploaded files into use, naming the field as this room does."""
    try:
        await media.claim_files(work, photos)
    except Invalid as invalid:
        raise Invalid({"photos": next(iter(invalid.errors.values()))}) from None


async def _photo_faults(work: Work, photos: list[UUID]) -> Mapping[str, Says]:
    try:
        if photos:
            await claim_photos(work, photos)
    except Invalid as invalid:
        return invalid.errors
    return {}
