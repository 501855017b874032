"""Which events other programs are told of, as data: names, what they mean, what they carry.

Webhooks, the change feed, the AsyncAPI document and its page are all made from `PUBLISHED`. The
envelope is CloudEvents 1.0. Nothing here says who a person is.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from city.cases import Process, Rating, Source, Status
from city.kernel import Says, say

PREFIX = "vn.trangtien."

Shape = type[Struct]
"""What an event carries."""


class PublicReport(Struct, frozen=True, kw_only=True):
    """How a report stands for anybody, when this was written. Places are WGS84 degrees.

    `unit` is the code of the unit that leads, `merged_into` the reference of the report it goes on
    in, `voices` how many others see it too, `summary` the first 200 letters.
    """

    ref: str
    url: str
    category: str
    status: Status
    ward: str | None
    latitude: float
    longitude: float
    sent_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime
    unit: str | None
    unit_name: dict[str, str] | None
    rating: Rating | None
    voices: int
    merged_into: str | None
    answer: str
    summary: str


class CaseState(Struct, frozen=True, kw_only=True):
    """How a case stands, when this was written: no words, and nobody's name."""

    ref: str
    category: str
    process: Process
    source: Source
    status: Status
    state: str
    private: bool
    ward: str | None
    latitude: float
    longitude: float
    unit: str | None
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    rating: Rating | None
    reopened: int
    merged_into: str | None
    version: int


class BoundariesState(Struct, frozen=True, kw_only=True):
    """The version of the wards' boundaries, and where they come from."""

    version: str
    source: str


class ImportState(Struct, frozen=True, kw_only=True):
    """How many reports that anybody may read came in."""

    count: int


class CalendarState(Struct, frozen=True, kw_only=True):
    """The first and the last day that are not as they were."""

    first: date
    last: date


class ProcessState(Struct, frozen=True, kw_only=True):
    """The code of a process, and its new version."""

    code: str
    version: int


class ApplicationState(Struct, frozen=True, kw_only=True):
    """The application of a partner."""

    application_id: UUID


class SurveyState(Struct, frozen=True, kw_only=True):
    """A survey."""

    survey_id: UUID


class Greeting(Struct, frozen=True, kw_only=True):
    """Nothing but a greeting."""

    message: str


class CloudEvent(Struct, frozen=True, kw_only=True):
    """Something that happened, in the envelope of CloudEvents 1.0 (structured JSON).

    `subject` is the reference it is about. `position` is where to go on in the log of changes.
    With `gone` there is no data: what it is about is not public any more.
    """

    id: UUID
    source: str
    type: str
    time: datetime
    subject: str
    position: str
    data: Any
    specversion: Literal["1.0"] = "1.0"
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    gone: Literal[True] | UnsetType = UNSET


class Published(Struct, frozen=True, kw_only=True):
    """A kind of event that others are told of.

    `about` says what its data is made of: the public state of a report, the state of a case, or
    what the event itself carries. Those about cases are for programs with the scope `cases:read`.
    """

    type: str
    events: tuple[str, ...]
    about: Literal["report", "case", "city"]
    title: Says
    means: Says
    shape: Shape
    verbs: frozenset[str] = frozenset()

    @property
    def scope(self) -> str:
        """The scope a program needs to be told, or empty."""
        return "cases:read" if self.about == "case" else ""

    @property
    def schema_name(self) -> str:
        """What its schema is called in addresses."""
        return self.type.removeprefix(PREFIX)


def _report(name: str, title: Says, means: Says, *events: str, verbs: str = "") -> Published:
    return Published(
        type=f"{PREFIX}report.{name}.v1",
        events=events or ("reports.ReportChanged",),
        about="report",
        title=title,
        means=means,
        shape=PublicReport,
        verbs=frozenset(verbs.split()),
    )


def _case(name: str, title: Says, means: Says, event: str) -> Published:
    return Published(
        type=f"{PREFIX}case.{name}.v1",
        events=(event,),
        about="case",
        title=title,
        means=means,
        shape=CaseState,
    )


def _city(name: str, title: Says, means: Says, event: str, shape: type[Struct]) -> Published:
    return Published(
        type=f"{PREFIX}{name}.v1",
        events=(event,),
        about="city",
        title=title,
        means=means,
        shape=shape,
    )


# Of a change by several verbs the first of these that fits is told.
PUBLISHED: tuple[Published, ...] = (
    _report(
        "submitted",
        say("A report was sent"),
        say("Somebody told the city something, and it is public."),
        "reports.ReportSubmitted",
    ),
    _report(
        "merged",
        say("A report was joined with another"),
        say("It is about the same thing and goes on there: see merged_into."),
        verbs="merge",
    ),
    _report(
        "answered",
        say("A report was answered"),
        say("The answer is public now."),
        verbs="publish",
    ),
    _report(
        "rejected",
        say("A report was not taken on"),
        say("The answer says why."),
        verbs="reject",
    ),
    _report(
        "reopened",
        say("A report is open again"),
        say("The answer did not hold, or its reporter was not satisfied."),
        verbs="reopen",
    ),
    _report(
        "rated",
        say("An answer was rated"),
        say("The reporter said what they think of it."),
        verbs="rate",
    ),
    _report(
        "voiced",
        say("Somebody else sees it too"),
        say("The count of voices is another one."),
        "reports.VoiceAdded",
        "reports.VoiceWithdrawn",
        "reports.ReportChanged",
        verbs="join",
    ),
    _report(
        "moved",
        say("A report moved on"),
        say("Its state, unit, category or date is another one."),
    ),
    _case(
        "opened",
        say("A case was opened"),
        say("The city owes somebody something new, whatever the channel."),
        "cases.CaseOpened",
    ),
    _case(
        "moved",
        say("Something was done on a case"),
        say("Also what the public does not see."),
        "cases.CaseMoved",
    ),
    _case(
        "merged",
        say("A case was joined with another"),
        say("It goes on there: see merged_into."),
        "cases.CaseMerged",
    ),
    _case(
        "rated",
        say("The answer to a case was rated"),
        say("By whoever reported it."),
        "cases.CaseRated",
    ),
    _case(
        "escalated",
        say("A case is late"),
        say("Others than those who owe the step were told."),
        "cases.CaseEscalated",
    ),
    _case(
        "command.begun",
        say("A command began"),
        say("For a storm, a flood, a festival or an epidemic."),
        "cases.CommandBegun",
    ),
    _case("command.ended", say("A command is over"), say("It is closed."), "cases.CommandEnded"),
    _city(
        "reports.imported",
        say("Reports of another system were brought in"),
        say("They are not told one by one: take the bulk export again."),
        "reports.ReportsImported",
        ImportState,
    ),
    _city(
        "boundaries.imported",
        say("The wards have other boundaries"),
        say("Fetch the wards again."),
        "places.BoundariesImported",
        BoundariesState,
    ),
    _city(
        "calendar.changed",
        say("Working time is another one"),
        say("Days off or working days were declared; due dates may move."),
        "calendar.CalendarChanged",
        CalendarState,
    ),
    _city(
        "process.published",
        say("A process has a new version"),
        say("Reports sent from now on go by it."),
        "processes.ProcessPublished",
        ProcessState,
    ),
    _city(
        "application.published",
        say("A partner's application was opened to everybody"),
        say("After a review by the city."),
        "partners.ApplicationPublished",
        ApplicationState,
    ),
    _city(
        "application.suspended",
        say("A partner's application was stopped"),
        say("By the city."),
        "partners.ApplicationSuspended",
        ApplicationState,
    ),
    _city(
        "survey.answered",
        say("The city says what became of a survey"),
        say("What was done with the answers stands on its page."),
        "dialogue.SurveyFollowedUp",
        SurveyState,
    ),
)

TESTED = Published(
    type=f"{PREFIX}webhook.tested.v1",
    events=(),
    about="city",
    title=say("A test"),
    means=say("Somebody asked for it. It comes whatever a webhook wants to be told."),
    shape=Greeting,
)

TOLD: tuple[Published, ...] = (*PUBLISHED, TESTED)
"""Everything that a webhook can be sent."""

TYPES: dict[str, Published] = {one.type: one for one in PUBLISHED}

KINDS: frozenset[str] = frozenset(event for one in PUBLISHED for event in one.events)
"""The events of the log that matter here."""

PUBLIC_KINDS: frozenset[str] = frozenset(
    event for one in PUBLISHED if one.about != "case" for event in one.events
)

_BY_EVENT: dict[str, list[Published]] = {
    kind: [one for one in PUBLISHED if kind in one.events] for kind in KINDS
}


def published_as(kind: str, body: Mapping[str, Any]) -> Published:
    """Return as what an event of the log is told: by the verbs it names, if it names any."""
    found = _BY_EVENT[kind]
    verbs = set(body.get("verbs", ()))
    return next((one for one in found if one.verbs & verbs), found[-1])
