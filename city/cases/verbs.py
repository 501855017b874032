"""The verbs as forms and programs ask for them: what each needs, and the action that does it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from city.cases import actions, store
from city.cases.model import MOST_LETTERS, Case
from city.kernel import Invalid, Missing, Work, read_ref, say

Text = Annotated[str, Meta(max_length=MOST_LETTERS)]


MOST_PHOTOS = 6
"""How many photos an answer can have."""


class Plain(Struct, frozen=True, kw_only=True):
    """A verb that needs nothing more. `version`: of the case as the person saw it."""

    version: int | None = None
    note: Text = ""


class Route(Struct, frozen=True, kw_only=True):
    """Which unit, and a word for it."""

    unit_id: UUID
    version: int | None = None
    note: Text = ""


class Answer(Struct, frozen=True, kw_only=True):
    """What was done, and the uploaded files that show it."""

    text: Text
    version: int | None = None
    photos: Annotated[list[UUID], Meta(max_length=MOST_PHOTOS)] = []


class Because(Struct, frozen=True, kw_only=True):
    """Why. For `reject` a key of the usual reasons or words of one's own, and more in `note`."""

    reason: Text
    version: int | None = None
    note: Text = ""


class Merge(Struct, frozen=True, kw_only=True):
    """The reference of the case that goes on."""

    into: str
    version: int | None = None


class Verb(Struct, frozen=True):
    """What a verb needs and does."""

    shape: type[Any]
    do: Callable[[Work, UUID, Any], Awaitable[Case]]


async def _accept(work: Work, id: UUID, given: Plain) -> Case:
    return await actions.accept_case(work, id, version=given.version, note=given.note)


async def _route(work: Work, id: UUID, given: Route) -> Case:
    return await actions.route_case(work, id, given.unit_id, given.note, version=given.version)


async def _take(work: Work, id: UUID, given: Plain) -> Case:
    return await actions.take_case(work, id, version=given.version)


async def _answer(work: Work, id: UUID, given: Answer) -> Case:
    return await actions.answer_case(work, id, given.text, given.photos, version=given.version)


async def _send_back(work: Work, id: UUID, given: Because) -> Case:
    return await actions.send_back(work, id, given.reason, version=given.version)


async def _publish(work: Work, id: UUID, given: Plain) -> Case:
    return await actions.publish_answer(work, id, version=given.version, note=given.note)


async def _reject(work: Work, id: UUID, given: Because) -> Case:
    return await actions.reject_case(work, id, given.reason, note=given.note, version=given.version)


async def _merge(work: Work, id: UUID, given: Merge) -> Case:
    unknown = Invalid({"into": say("There is no case with this reference.")})
    ref = read_ref(given.into)
    if ref is None:
        raise unknown
    try:
        other = await store.see_case_by_ref(work, ref)
    except Missing:
        raise unknown from None
    return await actions.merge_case(work, id, other.id, version=given.version)


async def _reopen(work: Work, id: UUID, given: Because) -> Case:
    return await actions.reopen_case(work, id, given.reason, version=given.version)


VERBS: dict[str, Verb] = {
    "accept": Verb(Plain, _accept),
    "route": Verb(Route, _route),
    "take": Verb(Plain, _take),
    "answer": Verb(Answer, _answer),
    "send_back": Verb(Because, _send_back),
    "publish": Verb(Plain, _publish),
    "reject": Verb(Because, _reject),
    "merge": Verb(Merge, _merge),
    "reopen": Verb(Because, _reopen),
}
"""What staff can ask for. `rate` is missing: only the reporter's own room knows who reported."""

SHAPES = list(dict.fromkeys(verb.shape for verb in VERBS.values()))
"""What comes with them."""


def verb_called(name: str) -> Verb:
    """Return the verb of this name, written with `_` or `-`; raise Missing if there is none."""
    found = VERBS.get(name.replace("-", "_"))
    if found is None:
        raise Missing("There is no such thing to do with a case.")
    return found
