"""The same with several cases: one by one, each wholly or not at all, and told for each."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from city.cases import actions, store
from city.cases.desk.attempt import attempt
from city.cases.desk.held import hold
from city.cases.model import Case
from city.cases.verbs import Because, Merge, Route
from city.kernel import Conflict, Invalid, Problem, Says, Work, read_ref, say

MOST_AT_ONCE = 50

BULK_VERBS: dict[str, Says] = {
    "accept": say("Accept"),
    "claim": say("Take in hand"),
    "route": say("Give to a unit"),
    "reject": say("Do not take on"),
    "merge": say("Join with the first"),
}


class Several(Struct, frozen=True, kw_only=True):
    """Which cases (`ref` or `ref.version`), what to do with them, and what that needs."""

    verb: str
    case: Annotated[list[str], Meta(max_length=MOST_AT_ONCE)] = []
    unit_id: UUID | None = None
    reason: Annotated[str, Meta(max_length=4000)] = ""
    note: Annotated[str, Meta(max_length=4000)] = ""
    list: Annotated[str, Meta(max_length=1000)] = ""


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of one case; `refused` says why nothing did."""

    ref: str
    title: str
    refused: Says | None = None


async def do_several(work: Work, several: Several) -> Sequence[Outcome]:
    """Do it with each case in turn. Needs `cases.triage`.

    What one case refuses leaves the others as they are. What is public or hard to undo is held
    back as for a single case.
    """
    work.actor.require("cases.triage")
    outcomes: list[Outcome] = []
    first: Case | None = None
    for written in several.case:
        name, _, version = written.partition(".")
        ref = read_ref(name)
        if ref is None:
            outcomes.append(
                Outcome(
                    ref=name[:20], title="", refused=say("There is no case with this reference.")
                )
            )
            continue
        title = ""
        try:
            case = await store.see_case_by_ref(work, ref)
            title = case.summary.split("\n", 1)[0][:160]
            if several.verb == "merge" and first is None:
                first = case
                continue
            async with attempt(work):
                await _do_one(work, case, several, _number(version), first)
        except Problem as problem:
            says = problem.says
            if isinstance(problem, Invalid):
                says = next(iter(problem.errors.values()), says)
            outcomes.append(Outcome(ref=ref, title=title, refused=says))
        else:
            outcomes.append(Outcome(ref=ref, title=title))
    return outcomes


async def _do_one(
    work: Work, case: Case, several: Several, version: int | None, first: Case | None
) -> None:
    if version is not None and version != case.version:
        raise Conflict("Somebody else has changed this case since you saw it.")
    match several.verb:
        case "accept":
            await actions.accept_case(work, case.id, version=case.version)
        case "claim":
            await actions.claim_case(work, case.id)
        case "route":
            if several.unit_id is None:
                raise Invalid({"unit_id": say("Please choose a unit of the list.")})
            route = Route(unit_id=several.unit_id, note=several.note, version=case.version)
            await hold(work, case, "route", route)
        case "reject":
            because = Because(reason=several.reason, note=several.note, version=case.version)
            await hold(work, case, "reject", because)
        case "merge" if first is not None:
            await hold(work, case, "merge", Merge(into=first.ref, version=case.version))


def _number(written: str) -> int | None:
    return int(written) if written.isdecimal() and len(written) < 10 else None
