"""Surveys: drafts, publishing, answering, closing, and what became of it."""

import hashlib
import hmac
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from city import identity, places
from city.dialogue.model import (
    Draft,
    Phase,
    Survey,
    SurveyFollowedUp,
    faults_in,
    read_answers,
    typos_only,
)
from city.dialogue.model.surveys import Given
from city.dialogue.store import surveys as store
from city.identity import Role
from city.kernel import Conflict, Forbidden, Invalid, Missing, Work, new_id, new_ref, read_ref, say
from city.settings import current

CHANGED = "Somebody else has just changed this survey. Please look at it again."
GONE = "There is no survey with this reference."


async def add_draft(work: Work, draft: Draft, *, sample: bool = False) -> Survey:
    """Begin a survey of the actor's unit, or of the city for the desk and leaders.

    Needs `dialogue.ask`. A draft may lack anything; only publishing asks for all of it.
    """
    work.actor.require("dialogue.ask")
    unit_id = work.actor.unit_id
    name = (await identity.get_organisation(work, unit_id)).name if unit_id else None
    blank = Survey(
        id=new_id(),
        ref=new_ref(),
        owner_id=unit_id,
        owner_name=name,
        title={},
        intro={},
        asks=[],
        wards=[],
        audience=[],
        assurance=0,
        opens_at=None,
        closes_at=None,
        named=False,
        changeable=False,
        live=False,
        published_at=None,
        closed_at=None,
        reworded_at=None,
        follow_up={},
        followed_up_at=None,
        sample=sample,
        version=1,
    )
    survey = _with(blank, draft)
    await store.add_survey(work, survey)
    return survey


async def save_draft(work: Work, ref: str, draft: Draft, version: int) -> Survey:
    """Change a survey that is of this version; once published only its spelling.

    Raises Conflict if it has changed meanwhile, or if more than typing errors would change.
    """
    survey = await _own(work, ref)
    changed = _with(survey, draft)
    if survey.published_at is not None:
        if not typos_only(draft_of(survey), draft):
            raise Conflict("It is published: only typing errors can be put right now.")
        changed = msgspec.structs.replace(changed, reworded_at=work.now)
    return await _put(work, changed, version)


async def remove_draft(work: Work, ref: str, version: int) -> None:
    """Remove a survey that was never published."""
    survey = await _own(work, ref)
    if not await store.remove_draft(work, survey.id, version):
        raise Conflict(CHANGED)


async def publish_survey(work: Work, ref: str, version: int) -> Survey:
    """Publish a survey that lacks nothing; from then on its structure is frozen.

    One for the whole city needs a leader (`cases.lead`). Raises Invalid with every fault by field.
    """
    survey = await _own(work, ref)
    if survey.published_at is not None:
        raise Conflict("This survey has been published already.")
    if not may_publish(work, survey):
        raise Forbidden("A survey for the whole city is published by a leader.")
    faults = faults_in(draft_of(survey), _today(work.now))
    if faults:
        raise Invalid(faults)
    return await _put(work, msgspec.structs.replace(survey, published_at=work.now), version)


async def close_survey(work: Work, ref: str, version: int) -> Survey:
    """Close a survey before its time; its results are public then."""
    survey = await _own(work, ref)
    if survey.phase(work.now) not in (Phase.OPEN, Phase.SOON):
        raise Conflict("This survey is not open.")
    return await _put(work, msgspec.structs.replace(survey, closed_at=work.now), version)


async def follow_up(work: Work, ref: str, words: dict[str, str], version: int) -> Survey:
    """Say what was done with a closed survey; whoever answered is told, the first time."""
    survey = await _own(work, ref)
    if survey.phase(work.now) is not Phase.CLOSED:
        raise Conflict("Please close the survey first.")
    lacking = {f"follow_{k}": say("Please fill this in.") for k, v in words.items() if not v}
    if lacking:
        raise Invalid(lacking)
    changed = msgspec.structs.replace(survey, follow_up=words, followed_up_at=work.now)
    changed = await _put(work, changed, version)
    if survey.followed_up_at is None:
        work.announce(SurveyFollowedUp(survey_id=survey.id))
    return changed


async def answer_survey(work: Work, survey: Survey, given: Given, ward: str) -> bool:
    """Keep the actor's answers; False if they had answered before and now have changed them.

    Needs `me`. Raises Invalid by question, Forbidden if the survey is for others, and Conflict if
    it is not open, or was answered before and cannot be changed. One answer stays, however many
    arrive at once.
    """
    work.actor.require("me")
    if survey.phase(work.now) is not Phase.OPEN:
        raise Conflict("This survey is not open now.")
    if not await is_meant(work, survey):
        raise Forbidden("This survey asks others. Thank you for wanting to answer.")
    answers, errors = read_answers(survey.asks, given)
    if not ward and survey.wards:
        errors["ward"] = say("Please say in which ward you live.")
    elif ward and ward not in wards_of(survey):
        errors["ward"] = say("Please choose a ward of the list.")
    if errors:
        raise Invalid(errors)
    id = answer_id(survey, work.actor.person_id)
    added = await store.add_answer(
        work,
        survey.id,
        id=id,
        day=_today(work.now),
        ward=ward or None,
        answers=answers,
        named=survey.named,
    )
    if added:
        return True
    if survey.changeable and await store.set_answer(work, survey.id, id, ward or None, answers):
        return False
    raise Conflict("You have answered this survey already. Thank you.")


def answer_id(survey: Survey, person_id: UUID) -> UUID:
    """Return the id of this person's answer.

    Where it can be changed it is sealed with the installation's secret, so that the database alone
    leads from nobody to an answer; otherwise it is random and leads nowhere at all.
    """
    return sealed_id(survey.ref, person_id) if survey.changeable else uuid4()


def sealed_id(ref: str, person_id: UUID) -> UUID:
    """Return the id that an answer which can be changed has."""
    said = f"answer {ref} {person_id}".encode()
    return UUID(bytes=hmac.new(current().secret.encode(), said, hashlib.sha256).digest()[:16])


async def find_survey(work: Work, ref: str) -> Survey:
    """Return a survey with the actor's own answer, where that can be known; raise Missing."""
    written = read_ref(ref) or ""
    person_id = work.actor.id
    own = sealed_id(written, person_id) if person_id else None
    survey = await store.find_survey(work, written, person_id, own)
    if survey is None:
        raise Missing(GONE)
    return survey


async def is_meant(work: Work, survey: Survey) -> bool:
    """Whether the actor is one of those whom a survey asks."""
    if work.actor.assurance < survey.assurance:
        return False
    if not survey.audience:
        return True
    held = await identity.list_holdings(work, work.actor.person_id)
    return bool({str(holding.role) for holding in held} & set(survey.audience))


def may_manage(work: Work, survey: Survey) -> bool:
    """Whether the actor may see and change a survey: a leader all, others those of their own."""
    if not work.actor.may("dialogue.ask"):
        return False
    return work.actor.may("cases.lead") or survey.owner_id == work.actor.unit_id


def may_publish(work: Work, survey: Survey) -> bool:
    """Whether the actor may publish a survey: for all wards only a leader may."""
    return may_manage(work, survey) and (bool(survey.wards) or work.actor.may("cases.lead"))


def draft_of(survey: Survey) -> Draft:
    """Return what whoever asks has written."""
    zone = current().profile.zone
    last = survey.closes_at - timedelta(seconds=1) if survey.closes_at else None
    return Draft(
        title=survey.title,
        intro=survey.intro,
        asks=survey.asks,
        wards=survey.wards,
        audience=msgspec.convert(survey.audience, list[Any]),
        assurance=survey.assurance,
        opens_on=survey.opens_at.astimezone(zone).date() if survey.opens_at else None,
        closes_on=last.astimezone(zone).date() if last else None,
        named=survey.named,
        changeable=survey.changeable,
        live=survey.live,
    )


def wards_of(survey: Survey) -> list[str]:
    """Return the codes of the wards a survey asks in."""
    return survey.wards or [ward.code for ward in places.list_wards()]


AUDIENCE = (Role.RESIDENT, Role.VISITOR, Role.BUSINESS)
"""Whom a survey can be for."""


async def own_survey(work: Work, ref: str) -> Survey:
    """Return a survey that the actor may see and change; raise Missing or Forbidden."""
    work.actor.require("dialogue.ask")
    survey = await store.find_survey(work, read_ref(ref) or "")
    if survey is None:
        raise Missing(GONE)
    if not may_manage(work, survey):
        raise Forbidden("This survey belongs to another unit.")
    return survey


async def _own(work: Work, ref: str) -> Survey:
    work.actor.require("dialogue.ask")
    survey = await store.lock_survey(work, read_ref(ref) or "")
    if survey is None:
        raise Missing(GONE)
    if not may_manage(work, survey):
        raise Forbidden("This survey belongs to another unit.")
    return survey


async def _put(work: Work, survey: Survey, version: int) -> Survey:
    if not await store.set_survey(work, survey, version):
        raise Conflict(CHANGED)
    return msgspec.structs.replace(survey, version=version + 1)


def _with(survey: Survey, draft: Draft) -> Survey:
    changed = msgspec.structs.replace(
        survey,
        title=draft.title,
        intro=draft.intro,
        asks=draft.asks,
        wards=[code for code in draft.wards if code in wards_known()],
        audience=list(draft.audience),
        assurance=draft.assurance,
        named=draft.named,
        changeable=draft.changeable,
        live=draft.live,
    )
    if survey.published_at is None:
        opens = _midnight(draft.opens_on) if draft.opens_on else None
        closes = _midnight(draft.closes_on + timedelta(days=1)) if draft.closes_on else None
        changed = msgspec.structs.replace(changed, opens_at=opens, closes_at=closes)
    return changed


def wards_known() -> set[str]:
    """Return the codes of the city's wards."""
    return {ward.code for ward in places.list_wards()}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), current().profile.zone)


def _today(now: datetime) -> date:
    return now.astimezone(current().profile.zone).date()
