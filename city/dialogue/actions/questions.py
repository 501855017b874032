"""Questions to the city: asking, replying, rating, saying what helped, putting answers right."""

from uuid import UUID

from msgspec import Struct

from city import cases, places, textai
from city.cases import Category, NewCase, Rating, Source
from city.dialogue.model import NewQuestion, Question, QuestionAsked, Seen, words_in
from city.dialogue.store import questions as store
from city.dialogue.store.questions import Found
from city.kernel import (
    Actor,
    Conflict,
    Database,
    Forbidden,
    Invalid,
    Missing,
    TooMany,
    Work,
    new_id,
    read_ref,
    say,
)
from city.settings import current

MOST_A_DAY = 10
"""How many questions one person can ask within 24 hours."""

GONE = "There is no question with this reference."
_LIKE, _VERY_LIKE = 0.2, 0.45
_LOOKED_AT, _MOST = 20, 3


class AskedBefore(Exception):
    """The same form has been sent before."""


class Alike(Struct, frozen=True):
    """A public answer to a question like this one; `worth_asking`: so like that one should look."""

    question: Found
    worth_asking: bool


async def topics(work: Work) -> list[Category]:
    """Return what can be asked about, in the city's order; empty where nothing can be asked."""
    known = sorted((await cases.known_categories(work)).values(), key=lambda c: c.rank)
    return [c for c in known if c.grp == cases.QUESTIONS and c.retired_at is None]


async def ask_question(work: Work, new: NewQuestion, *, sample: bool = False) -> Question:
    """Ask the city something: open its case, due as the topic promises, and keep the question.

    Needs `reports.submit`. Raises Invalid by field, TooMany after MOST_A_DAY, and AskedBefore if
    this person has sent this `client_key` before; all leave nothing behind.
    """
    work.actor.require("reports.submit")
    known = await topics(work)
    if not known:
        raise Missing("Questions cannot be asked here yet.")
    codes = [topic.code for topic in known]
    if new.topic and new.topic not in codes:
        raise Invalid({"topic": say("Please choose one of the list.")})
    centre = current().profile.centre
    place = (centre.latitude, centre.longitude)
    if new.ward:
        try:
            ward = places.get_ward(new.ward)
        except Missing:
            raise Invalid({"ward": say("Please choose a ward of the list.")}) from None
        place = (ward.latitude, ward.longitude)
    case = await cases.open_case(
        work,
        NewCase(
            category=new.topic or codes[-1],
            source=Source.QUESTION,
            summary=new.words,
            place=place,
            ward=new.ward or None,
            private=new.private,
        ),
    )
    question = _question(work, new, case, sample)
    if not await store.add_question(work, question, new.client_key, MOST_A_DAY):
        if new.client_key and await store.find_by_key(work, work.actor.person_id, new.client_key):
            raise AskedBefore
        raise TooMany(
            "Those are many questions for one day. Please ask the next one tomorrow.",
            seconds=3600,
        )
    work.announce(QuestionAsked(question_id=question.id, case_id=case.id))
    return question


async def ask_once(database: Database, actor: Actor, new: NewQuestion) -> tuple[str, bool]:
    """Ask in a work of its own; return the reference, and whether it is new.

    The same `client_key` from the same person gives the question that was asked the first time.
    """
    try:
        async with database.work(actor) as work:
            return (await ask_question(work, new)).ref, True
    except AskedBefore:
        async with database.work(actor, reading=True) as work:
            ref = await store.find_by_key(work, actor.person_id, new.client_key or "")
            return ref or "", False


async def find_alike(work: Work, words: str, topic: str = "") -> list[Alike]:
    """Return up to three public answers to questions like this one, the likest first.

    One statement; words are found with or without diacritics.
    """
    telling = words_in(words, telling=True)
    if not telling:
        return []
    found = await store.list_found(work, _any_of(telling), "", _LOOKED_AT)
    like = textai.similar_to(words, [one.words for one in found]) if found else []
    ranked = sorted(zip(like, found, strict=True), key=lambda pair: -pair[0])
    return [Alike(one, near >= _VERY_LIKE) for near, one in ranked[:_MOST] if near >= _LIKE]


async def search_answers(work: Work, q: str, topic: str, most: int) -> list[Found]:
    """Return public answers that have words of `q`, the fittest first; one statement."""
    telling = words_in(q, telling=True)[:12]
    return await store.list_found(work, _any_of(telling), topic, most) if telling else []


async def find_question(work: Work, ref: str) -> Seen:
    """Return a question that the actor may see; raise Missing, so that a private one is not there.

    Until it is answered in public only its asker, and the staff who may see its case, do.
    """
    question = await store.find_question(work, read_ref(ref) or "", work.actor.id)
    if question is None or not may_see(work, question):
        raise Missing(GONE)
    return question


def may_see(work: Work, question: Question) -> bool:
    """Whether the actor may see a question at all."""
    if question.shown or is_mine(work, question):
        return True
    if not work.actor.may("cases.view"):
        return False
    own_unit_only = work.actor.may("cases.answer") and not work.actor.may("cases.triage")
    return not own_unit_only or (
        work.actor.unit_id is not None and work.actor.unit_id == question.unit_id
    )


def is_mine(work: Work, question: Question) -> bool:
    """Whether the actor has asked this."""
    return question.asker_id is not None and question.asker_id == work.actor.id


def may_edit(work: Work, question: Question) -> bool:
    """Whether the actor may change a published answer: the desk, and the unit that gave it."""
    if not question.answer or not may_see(work, question):
        return False
    return work.actor.may("cases.triage") or (
        work.actor.may("cases.answer") and work.actor.unit_id == question.unit_id
    )


async def reply(work: Work, question: Question, text: str) -> None:
    """Answer what the city asked back; its clock runs again. Only the asker may."""
    _as_asker(work, question)
    text = text.strip()
    if not text:
        raise Invalid({"reply": say("Please write an answer.")})
    await cases.reply(work, question.case_id, text, [])


async def rate(work: Work, question: Question, rating: Rating, comment: str) -> None:
    """Say what one thinks of the answer; who is not satisfied says why. Only the asker may."""
    _as_asker(work, question)
    comment = comment.strip()
    if rating is Rating.UNSATISFIED and len(comment) < 5:
        raise Invalid({"comment": say("Please say what is missing, so that it can be added.")})
    await cases.rate_case(work, question.case_id, rating, comment)


async def vote(work: Work, question: Question, helpful: bool) -> None:
    """Say whether a public answer helped; one word for each person, which they may change."""
    work.actor.require("me")
    if not question.shown:
        raise Conflict("This answer is not public.")
    await store.set_vote(work, question.id, helpful)


async def edit_answer(
    work: Work, question: Question, words: str, answer: str, version: int
) -> None:
    """Put a published question and answer right; how they read before stays in their history.

    The desk may, and the unit that answered. Raises Conflict if somebody else was first.
    """
    if not may_edit(work, question):
        raise Forbidden("You are not allowed to do this.")
    faults = {
        name: say("Please fill this in.")
        for name, text in (("words", words), ("answer", answer))
        if not text.strip()
    }
    if faults:
        raise Invalid(faults)
    if (words, answer) == (question.words, question.answer):
        return
    if not await store.set_words(work, question, words.strip(), answer.strip(), version):
        raise Conflict("Somebody else has just changed this answer.")


def _as_asker(work: Work, question: Question) -> UUID:
    work.actor.require("me")
    if not is_mine(work, question):
        raise Forbidden("Only who asked can do this.")
    return work.actor.person_id


def _any_of(words: list[str]) -> str:
    """Return a tsquery for any of these words; the last is perhaps unfinished."""
    return " | ".join([*dict.fromkeys(words[:40]), f"{words[-1]}:*"])


def _question(work: Work, new: NewQuestion, case: cases.Case, sample: bool) -> Question:
    return Question(
        id=new_id(),
        ref=case.ref,
        case_id=case.id,
        asker_id=work.actor.id,
        topic=case.category,
        ward=case.ward,
        words=case.summary,
        private=case.private,
        sample=sample,
        asked_at=case.opened_at,
        status=case.status,
        unit_id=None,
        unit_name=None,
        due_at=case.due_at,
        asks_back="",
        answer="",
        answered_at=None,
        edited_at=None,
        reason="",
        rating=None,
        merged_into=None,
        told=1,
        version=1,
        shown=False,
    )
