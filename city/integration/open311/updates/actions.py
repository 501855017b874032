"""What is made of what another system says of a case: a note, or what its unit would do."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from city import cases, settings
from city.integration.open311.updates import store
from city.integration.open311.updates.model import ASKS, Asks, Received, Said
from city.kernel import Actor, Conflict, Forbidden, Invalid, Missing, Says, Work, say
from city.web import render_words

_WORDS: Mapping[str, Says] = {
    "": say("There is news."),
    "open": say("It is open there."),
    "reopen": say("It was taken up again there."),
    "for_triage": say("It is being looked at there."),
    "investigating": say("It is being looked into there."),
    "in_progress": say("Work on it has begun there."),
    "planned": say("It is planned there."),
    "action_scheduled": say("It has been given a date there."),
    "closed": say("It was closed there."),
    "fixed": say("It was put right there."),
    "duplicate": say("It is known there already from another report."),
    "no_further_action": say("Nothing more will be done there."),
    "not_councils_responsibility": say("They say that it is not theirs to do."),
    "internal_referral": say("It was passed on to others there."),
}

_PICTURE = say("Picture: {url}")
_REFUSALS = (Invalid, Conflict, Forbidden, Missing)


async def apply_update(work: Work, case_id: UUID, said: Said, *, trusted: bool = False) -> Received:
    """Do once what an update means for a case, and return what it was.

    What it says is in the case's history in any case. Where the process lets the unit do what the
    status asks for, that is done in its name: an answer then waits for the desk like any answer,
    unless the source is trusted. A status that a later one has overtaken is only noted.
    """
    if not await store.add_received(work, said, case_id):
        known = await store.find_received(work, said.source, said.update_id)
        return known or Received(ours="", outcome="")
    case = await cases.get_case(work, case_id)
    asks: Asks = ASKS.get(said.status, "")
    if asks and await store.is_overtaken(work, case_id, said.source, said.at):
        asks = ""
    hands = _hands(work, said, case.unit_id)
    outcome = ""
    if asks and case.is_open and case.unit_id is not None:
        outcome = await _as_the_unit(hands, case, said, asks)
    if not outcome:
        await cases.note_case(hands, case_id, words_of(said), source=said.name)
        outcome = "noted"
    if outcome == "answer" and trusted:
        outcome = await _as_the_desk(work, case_id, said) or outcome
    case = await cases.get_case(work, case_id)
    received = Received(ours=f"{case.ref}.{case.head_seq}", outcome=outcome)
    await store.set_received(work, said, received)
    return received


def words_of(said: Said) -> str:
    """Return what an update says, in the language of the city; never empty."""
    language = settings.current().profile.language
    parts = [render_words(language, _WORDS[said.status]) if said.status else "", said.text.strip()]
    if said.media_url:
        parts.append(render_words(language, _PICTURE, url=said.media_url))
    text = "\n".join(part for part in parts if part) or render_words(language, _WORDS[""])
    return text[: cases.MOST_LETTERS]


def _hands(work: Work, said: Said, unit_id: UUID | None) -> Work:
    """Return this work in the hands of the other system, which may do what the unit may."""
    return work.at(
        work.now,
        Actor(
            name=said.name,
            program_id=work.actor.program_id,
            permissions=frozenset({"cases.answer"}),
            unit_id=unit_id,
        ),
    )


async def _take(work: Work, id: UUID, text: str) -> cases.Case:
    return await cases.take_case(work, id, note=text)


_VERBS: Mapping[Asks, Callable[[Work, UUID, str], Awaitable[cases.Case]]] = {
    "take": _take,
    "answer": cases.answer_case,
    "hand_back": cases.hand_back,
}


async def _as_the_unit(work: Work, case: cases.Case, said: Said, asks: Asks) -> str:
    """Do what the unit would; return the verb, or nothing if the process does not let it."""
    definition = await cases.definition_of(work, case)
    ways = {str(way.verb) for way in cases.moves_for(definition, case, work.actor)}
    if asks not in ways:
        return ""
    # What is public is what they wrote; a bare status is no answer, and stays a note for the desk.
    text = words_of(said) if asks == "take" else said.text
    try:
        await _VERBS[asks](work, case.id, text)
    except _REFUSALS:
        return ""  # It was refused before anything was written.
    return asks


async def _as_the_desk(work: Work, case_id: UUID, said: Said) -> str:
    desk = Actor(
        name=said.name,
        program_id=work.actor.program_id,
        permissions=frozenset({"cases.triage"}),
    )
    try:
        await cases.publish_answer(work.at(work.now, desk), case_id)
    except _REFUSALS:
        return ""
    return "publish"
