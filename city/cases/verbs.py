"""The verbs as forms and programs ask for them: what each needs, and the action that does it."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from city.cases import actions, store
from city.cases.actions import Brought
from city.cases.model import MOST_LETTERS, Case, Part
from city.kernel import Invalid, Missing, Work, read_ref, say

Text = Annotated[str, Meta(max_length=MOST_LETTERS)]
Version = Annotated[int, Meta(ge=0, le=2**31 - 1)]


MOST_PHOTOS = 6
"""How many photos an answer can have."""


class Plain(Struct, frozen=True, kw_only=True):
    """What comes with any verb. `version`: of the case as the person saw it.

    `id` names the way if the process has several of the kind; `photos` and `documents` are uploaded
    files, `given` the answers to the way's form.
    """

    version: Version | None = None
    note: Text = ""
    id: Annotated[str, Meta(max_length=80)] = ""
    photos: Annotated[list[UUID], Meta(max_length=MOST_PHOTOS)] = []
    documents: Annotated[list[UUID], Meta(max_length=MOST_PHOTOS)] = []
    given: dict[str, Any] = {}

    @property
    def brought(self) -> Brought:
        """What is brought as evidence."""
        return Brought(photos=self.photos, documents=self.documents, given=self.given)


class Route(Plain, frozen=True, kw_only=True):
    """Which unit leads, which help, a word for them, and the rule that led there."""

    unit_id: UUID
    coop: Annotated[list[UUID], Meta(max_length=10)] | None = None
    why: Annotated[str, Meta(max_length=400)] = ""


class Answer(Plain, frozen=True, kw_only=True):
    """What was done."""

    text: Text


class Because(Plain, frozen=True, kw_only=True):
    """Why. For `reject` a key of the usual reasons or words of one's own, and more in `note`."""

    reason: Text


class Ask(Plain, frozen=True, kw_only=True):
    """A question to the reporter."""

    question: Text


class Pause(Plain, frozen=True, kw_only=True):
    """What a case waits for (`note`), and on which day it is looked at again."""

    revisit_on: date | None = None


class Merge(Struct, frozen=True, kw_only=True):
    """The reference of the case that goes on."""

    into: str
    version: Version | None = None


class Split(Struct, frozen=True, kw_only=True):
    """The parts that a case is split into."""

    parts: Annotated[list[Part], Meta(max_length=20)]
    version: Version | None = None


class Sort(Struct, frozen=True, kw_only=True):
    """The code of the category that a case belongs to."""

    category: str
    version: Version | None = None
    note: Text = ""


class Link(Struct, frozen=True, kw_only=True):
    """The reference of a case that has to do with this one, and how."""

    other: str
    note: Text = ""


class HandOver(Struct, frozen=True, kw_only=True):
    """To whom."""

    person_id: UUID
    note: Text = ""


class Nothing(Struct, frozen=True, kw_only=True):
    """A verb that needs nothing."""


class Verb(Struct, frozen=True):
    """What a verb needs and does."""

    shape: type[Any]
    do: Callable[[Work, UUID, Any], Awaitable[Case]]


async def _accept(work: Work, id: UUID, given: Plain) -> Case:
    return await actions.accept_case(
        work, id, version=given.version, note=given.note, brought=given.brought
    )


async def _route(work: Work, id: UUID, given: Route) -> Case:
    return await actions.route_case(
        work,
        id,
        given.unit_id,
        given.note,
        coop=given.coop,
        why=given.why,
        version=given.version,
        brought=given.brought,
    )


async def _take(work: Work, id: UUID, given: Plain) -> Case:
    return await actions.take_case(
        work, id, note=given.note, version=given.version, brought=given.brought
    )


async def _step(work: Work, id: UUID, given: Plain) -> Case:
    return await actions.step_case(
        work, id, given.id, note=given.note, version=given.version, brought=given.brought
    )


async def _answer(work: Work, id: UUID, given: Answer) -> Case:
    return await actions.answer_case(
        work, id, given.text, version=given.version, brought=given.brought
    )


async def _contribute(work: Work, id: UUID, given: Answer) -> Case:
    return await actions.contribute(work, id, given.text, given.photos, version=given.version)


async def _hand_back(work: Work, id: UUID, given: Because) -> Case:
    return await actions.hand_back(
        work, id, given.reason, version=given.version, brought=given.brought
    )


async def _ask(work: Work, id: UUID, given: Ask) -> Case:
    return await actions.ask_reporter(work, id, given.question, version=given.version)


async def _reply(work: Work, id: UUID, given: Answer) -> Case:
    return await actions.reply(
        work, id, given.text, given.photos, reporter=False, version=given.version
    )


async def _pause(work: Work, id: UUID, given: Pause) -> Case:
    return await actions.pause_case(
        work,
        id,
        given.id,
        revisit_on=given.revisit_on,
        note=given.note,
        version=given.version,
        brought=given.brought,
    )


async def _resume(work: Work, id: UUID, given: Plain) -> Case:
    return await actions.resume_case(
        work, id, id=given.id, note=given.note, version=given.version, brought=given.brought
    )


async def _send_back(work: Work, id: UUID, given: Because) -> Case:
    return await actions.send_back(
        work, id, given.reason, version=given.version, brought=given.brought
    )


async def _publish(work: Work, id: UUID, given: Plain) -> Case:
    return await actions.publish_answer(
        work, id, version=given.version, note=given.note, brought=given.brought
    )


async def _reject(work: Work, id: UUID, given: Because) -> Case:
    return await actions.reject_case(
        work, id, given.reason, note=given.note, version=given.version, brought=given.brought
    )


async def _reopen(work: Work, id: UUID, given: Because) -> Case:
    return await actions.reopen_case(
        work, id, given.reason, version=given.version, brought=given.brought
    )


async def _merge(work: Work, id: UUID, given: Merge) -> Case:
    other = await _meant(work, given.into, "into")
    return await actions.merge_case(work, id, other.id, version=given.version)


async def _sort(work: Work, id: UUID, given: Sort) -> Case:
    return await actions.sort_case(work, id, given.category, note=given.note, version=given.version)


async def _split(work: Work, id: UUID, given: Split) -> Case:
    await actions.split_case(work, id, given.parts, version=given.version)
    return await store.see_case(work, id)


async def _link(work: Work, id: UUID, given: Link) -> Case:
    other = await _meant(work, given.other, "other")
    await actions.link_cases(work, id, other.id, given.note)
    return await store.see_case(work, id)


async def _unlink(work: Work, id: UUID, given: Link) -> Case:
    other = await _meant(work, given.other, "other")
    await actions.unlink_cases(work, id, other.id)
    return await store.see_case(work, id)


async def _claim(work: Work, id: UUID, given: Nothing) -> Case:
    return await actions.claim_case(work, id)


async def _release(work: Work, id: UUID, given: Nothing) -> Case:
    return await actions.release_case(work, id)


async def _hand_over(work: Work, id: UUID, given: HandOver) -> Case:
    return await actions.hand_over(work, id, given.person_id, given.note)


async def _meant(work: Work, written: str, field: str) -> Case:
    unknown = Invalid({field: say("There is no case with this reference.")})
    ref = read_ref(written)
    if ref is None:
        raise unknown
    try:
        return await store.see_case_by_ref(work, ref)
    except Missing:
        raise unknown from None


VERBS: dict[str, Verb] = {
    "accept": Verb(Plain, _accept),
    "route": Verb(Route, _route),
    "take": Verb(Plain, _take),
    "step": Verb(Plain, _step),
    "answer": Verb(Answer, _answer),
    "contribute": Verb(Answer, _contribute),
    "hand_back": Verb(Because, _hand_back),
    "ask": Verb(Ask, _ask),
    "reply": Verb(Answer, _reply),
    "pause": Verb(Pause, _pause),
    "resume": Verb(Plain, _resume),
    "send_back": Verb(Because, _send_back),
    "publish": Verb(Plain, _publish),
    "reject": Verb(Because, _reject),
    "reopen": Verb(Because, _reopen),
    "merge": Verb(Merge, _merge),
    "sort": Verb(Sort, _sort),
    "split": Verb(Split, _split),
    "link": Verb(Link, _link),
    "unlink": Verb(Link, _unlink),
    "claim": Verb(Nothing, _claim),
    "release": Verb(Nothing, _release),
    "hand_over": Verb(HandOver, _hand_over),
}
"""What staff can ask for. `rate` is missing: only the reporter's own room knows who reported.
`reply` is the desk's, for what it was told by telephone."""

SUMMARIES = {
    "accept": "Accept a case",
    "route": "Give a case to a unit",
    "take": "Take a case on",
    "step": "Make a step of a case's process",
    "answer": "Answer a case",
    "contribute": "Add a helping unit's part to a case",
    "hand_back": "Hand a case back",
    "ask": "Ask the reporter of a case",
    "reply": "Note the reporter's reply to a case",
    "pause": "Pause a case",
    "resume": "Go on with a paused case",
    "send_back": "Send an answer back",
    "publish": "Publish the answer of a case",
    "reject": "Reject a case",
    "reopen": "Open a case again",
    "merge": "Merge a case into another",
    "sort": "Sort a case into another category",
    "split": "Split a case",
    "link": "Link a case with another",
    "unlink": "Undo a link between cases",
    "claim": "Take a case in hand",
    "release": "Leave a case to others",
    "hand_over": "Hand a case over to a colleague",
}
"""What each does, in words for the description of the API."""

SHAPES = list(dict.fromkeys(verb.shape for verb in VERBS.values()))
"""What comes with them."""


def verb_called(name: str) -> Verb:
    """Return the verb of this name, written with `_` or `-`; raise Missing if there is none."""
    found = VERBS.get(name.replace("-", "_"))
    if found is None:
        raise Missing("There is no such thing to do with a case.")
    return found
