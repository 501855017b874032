"""What cases announce."""

from uuid import UUID

from city.cases.model.words import Rating
from city.kernel import Event
from city.processes import Status


class CaseOpened(Event, frozen=True, kw_only=True):
    """A case has been opened."""

    case_id: UUID


class CaseMoved(Event, frozen=True, kw_only=True):
    """A verb has been done on a case. `was` and `now` may be the same."""

    case_id: UUID
    verb: str
    was: Status
    now: Status


class CaseReminded(Event, frozen=True, kw_only=True):
    """A step of a case is soon due, and those who owe it (`Who`) are reminded."""

    case_id: UUID
    tell: list[str]


class CaseEscalated(Event, frozen=True, kw_only=True):
    """Nobody has done what is due, or a case was re-opened too often: others (`Who`) are told."""

    case_id: UUID
    rung: int
    tell: list[str]


class CaseMerged(Event, frozen=True, kw_only=True):
    """A case turned out to be about the same thing as another, where it goes on."""

    case_id: UUID
    into_id: UUID


class CaseRated(Event, frozen=True, kw_only=True):
    """The reporter has said what they think of the answer."""

    case_id: UUID
    rating: Rating


class CaseLinked(Event, frozen=True, kw_only=True):
    """Somebody at the desk has said that two cases have to do with each other."""

    case_id: UUID
    other_id: UUID
