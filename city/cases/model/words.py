"""The words of cases, and who may act as whom."""

from enum import StrEnum
from uuid import UUID

from city.kernel import Actor, Says, say
from city.processes import Status, Who

MOST_LETTERS = 4000
"""The longest summary, answer or reason."""

LEAST_LETTERS = 80
"""An answer without a photo usually must say at least this much; its process decides."""

QUESTIONS = "questions"
"""The group of categories that are topics of questions to the city; nobody reports them."""

MERGED = "merged"
"""The state that every process has without writing it down."""

DOUBTFUL = 0.6
"""From this score on a case is told to be perhaps no report, and stands further down."""

CLAIM_MINUTES = 30
"""For so long a case is somebody's who has taken it in hand and does nothing."""

STATUS_WORDS: dict[Status, Says] = {
    Status.NEW: say("Received"),
    Status.ACCEPTED: say("Accepted"),
    Status.ROUTED: say("With the unit"),
    Status.DOING: say("Being handled"),
    Status.WAITING: say("Waiting"),
    Status.ANSWERED: say("Being checked"),
    Status.DONE: say("Done"),
    Status.REJECTED: say("Not taken on"),
    Status.MERGED: say("Joined with another"),
}
"""What people call each status."""

STATUS_TONES: dict[Status, str] = {
    Status.NEW: "new",
    Status.ACCEPTED: "check",
    Status.ROUTED: "doing",
    Status.DOING: "doing",
    Status.WAITING: "idle",
    Status.ANSWERED: "check",
    Status.DONE: "done",
    Status.REJECTED: "idle",
    Status.MERGED: "idle",
}
"""The `data-tone` each status is shown in."""


class Source(StrEnum):
    """How the city came to know of a case."""

    REPORT = "report"
    QUESTION = "question"
    CALL = "call"
    DETECTION = "detection"
    OFFICER = "officer"
    IMPORT = "import"


class Rating(StrEnum):
    """What the reporter thinks of the answer."""

    SATISFIED = "satisfied"
    ACCEPTABLE = "acceptable"
    UNSATISFIED = "unsatisfied"


PERMISSIONS: dict[Who, str] = {
    Who.DESK: "cases.triage",
    Who.UNIT: "cases.answer",
    Who.LEADER: "cases.lead",
    Who.COMMANDER: "cases.lead",
    Who.REPORTER: "me",
    Who.CITY: "city.react",
}
"""What somebody must be permitted to act as each of those whom a process names."""


def may_act(actor: Actor, who: Who, unit_id: UUID | None) -> bool:
    """Return whether this actor may act as `who` on a case of this unit.

    Nobody acts as the reporter here: only the room that knows who reported can tell.
    """
    if who is Who.REPORTER or not actor.may(PERMISSIONS[who]):
        return False
    return who is not Who.UNIT or actor.unit_id is None or actor.unit_id == unit_id


def is_unit_officer(actor: Actor) -> bool:
    """Return whether this actor answers cases and does no more: such see only their own unit's."""
    return actor.may("cases.answer") and not actor.may("cases.triage")


REASONS: dict[str, Says] = {
    "unclear": say("It is not clear what or where it is; please report again with more detail."),
    "not_found": say("We looked and could not find what was described."),
    "not_ours": say("This is not something the city can act on."),
    "elsewhere": say("This has to go through another procedure."),
    "settled": say("This had already been put right."),
    "unfit": say("The report breaks the rules of use."),
}
"""Usual reasons for not taking a case on. A case keeps the English sentence: its key as well."""
