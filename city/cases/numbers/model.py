"""What each figure means, and the rules that need nothing but a case's row."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from city.cases.model import Process, Status
from city.kernel import Says, say

SECONDS_OF_AN_HOUR = 3600
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2999, 11, 30)
FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
"""No case was due before: a period since then is of everything."""


class By(StrEnum):
    """What the cases of a table are put together by. Months and weeks are those they fell due in.

    Weeks begin on Monday; both are of the city's time zone.
    """

    ALL = "all"
    UNIT = "unit"
    CATEGORY = "category"
    WARD = "ward"
    MONTH = "month"
    WEEK = "week"
    PROCESS = "process"


class Period(Struct, frozen=True):
    """From `since` (included) to `until` (left out), which is never later than now."""

    since: datetime
    until: datetime


class Narrowed(Struct, frozen=True, kw_only=True):
    """Which cases are counted; None leaves that open. `public`: private ones are not."""

    unit: UUID | None = None
    category: str | None = None
    ward: str | None = None
    public: bool = False


class Figures(Struct, frozen=True, kw_only=True):
    """The figures of one row of a table, each defined here and nowhere else.

    Cases that were not taken on or were joined with another are in none of them. Imported cases
    count like any other.

    Of the cases that **fell due in the period** (their `due_at` lies in it and has passed; a
    case that was promised nothing never falls due, nor does one whose clock stood at the time):

    `due`        how many they are
    `on_time`    closed at or before `due_at`: the answer was published by then. One that is still
                 open is not on time, nor is one that was closed in time and is open again
    `processed`  closed by now, in time or not
    `returned`   closed by now or at least once before: what could have been re-opened
    `reopened`   were taken up again, at least once
    `rated`      rated by their reporter; `content` of these satisfied or acceptable, `satisfied`
                 of these satisfied
    `spans`      seconds of the clock from opening to the last closing, of those processed: the
                 median and the 90th percentile, interpolated; None when none was processed

    Of the cases that are **open now**, whenever they are due:

    `open`       how many they are
    `waiting`    of these, those whose clock stands still: for the resident, for a budget
    `late`       past `due_at`, and their clock ran then
    `oldest_due_at`  when the first of the late was due

    Rates are parts of one, None where there is nothing to be a part of.
    """

    key: str | None
    whole: bool
    due: int
    on_time: int
    processed: int
    returned: int
    reopened: int
    rated: int
    content: int
    satisfied: int
    spans: list[float] | None
    open: int
    waiting: int
    late: int
    oldest_due_at: datetime | None

    @property
    def on_time_rate(self) -> float | None:
        """Part of what fell due that was answered by its time."""
        return _part(self.on_time, self.due)

    @property
    def processed_rate(self) -> float | None:
        """Part of what fell due that was answered by now. Shown only beside `on_time_rate`."""
        return _part(self.processed, self.due)

    @property
    def reopened_rate(self) -> float | None:
        """Part of what was answered that had to be taken up again."""
        return _part(self.reopened, self.returned)

    @property
    def satisfaction(self) -> float | None:
        """Part of those who rated that found the answer acceptable or better."""
        return _part(self.content, self.rated)

    @property
    def median_hours(self) -> float | None:
        """Hours of the clock within which half were answered."""
        return self.spans[0] / SECONDS_OF_AN_HOUR if self.spans else None

    @property
    def p90_hours(self) -> float | None:
        """Hours of the clock within which nine of ten were answered."""
        return self.spans[1] / SECONDS_OF_AN_HOUR if self.spans else None


class Flow(Struct, frozen=True, kw_only=True):
    """How much came in and how much was answered in a period, of one row.

    `received`  cases that were opened in the period, whatever became of them
    `answered`  cases that were closed in the period with an answer
    """

    key: str | None
    received: int
    answered: int


class Table(Struct, frozen=True):
    """The rows of a table, and what they come to together."""

    rows: list[Figures]
    total: Figures


class Why(StrEnum):
    """Where a case is held up: the step it has not got past."""

    UNVERIFIED = "unverified"
    UNROUTED = "unrouted"
    UNBEGUN = "unbegun"
    UNFINISHED = "unfinished"
    UNCHECKED = "unchecked"
    WAITING_RESIDENT = "waiting_resident"
    WAITING_BUDGET = "waiting_budget"


WHY_WORDS: dict[Why, Says] = {
    Why.UNVERIFIED: say("Not verified"),
    Why.UNROUTED: say("Not given to a unit"),
    Why.UNBEGUN: say("Unit has not begun"),
    Why.UNFINISHED: say("Unit is at work"),
    Why.UNCHECKED: say("Answer not checked"),
    Why.WAITING_RESIDENT: say("Waiting for the resident"),
    Why.WAITING_BUDGET: say("Waiting for budget"),
}

_BY_STATUS: dict[str, Why] = {
    "new": Why.UNVERIFIED,
    "accepted": Why.UNROUTED,
    "routed": Why.UNBEGUN,
    "doing": Why.UNFINISHED,
    "answered": Why.UNCHECKED,
}


def why_late(status: str, state: str = "") -> Why:
    """Return which step holds an open case up, from where it stands.

    `state` is the id of its definition's state: it tells what a case that waits is waiting for.
    """
    if status == "waiting":
        return Why.WAITING_BUDGET if "budget" in state else Why.WAITING_RESIDENT
    return _BY_STATUS[status]


class LateGroup(Struct, frozen=True, kw_only=True):
    """How many late cases of a unit stand at the same step. `unit_id` None: no unit has them."""

    unit_id: UUID | None
    status: Status
    state: str = ""
    late: int
    reopened: int
    escalated: int
    oldest_due_at: datetime

    @property
    def why(self) -> Why:
        """Where they are held up."""
        return why_late(self.status, self.state)


class LateCase(Struct, frozen=True, kw_only=True):
    """An open case that is late or about to be. `summary` holds its first 200 letters.

    `entered_at` says since when it stands at its step, `escalated` how far up it has been told.
    """

    id: UUID
    ref: str
    category: str
    process: Process
    status: Status
    state: str = ""
    summary: str
    ward: str | None
    address: str
    private: bool
    unit_id: UUID | None
    opened_at: datetime
    due_at: datetime
    entered_at: datetime | None = None
    step_due_at: datetime | None = None
    revisit_on: date | None = None
    reopened: int
    escalated: int = 0

    @property
    def why(self) -> Why:
        """Where it is held up."""
        return why_late(self.status, self.state)

    def step_is_late(self, now: datetime) -> bool:
        """Return whether the present step, and not only the whole, should be over."""
        return self.step_due_at is not None and self.step_due_at < now


def period_of(
    now: datetime,
    zone: ZoneInfo,
    *,
    days: int = 30,
    since: date | None = None,
    until: date | None = None,
) -> Period:
    """Return the period from one day to another, both included, or of the last `days` days.

    Days are those of the city. Nothing reaches beyond now; what would end before it begins is
    empty.
    """
    end = min(_midnight(_near(until) + timedelta(days=1), zone), now) if until else now
    begin = _near(since) if since else end.astimezone(zone).date() - timedelta(days=days)
    return Period(min(_midnight(begin, zone), end), end)


def month_period(now: datetime, zone: ZoneInfo, month: str) -> Period:
    """Return a month given as `2026-11`, as far as it has passed.

    Raises ValueError when it is no month.
    """
    first = _near(date.fromisoformat(f"{month}-01")).replace(day=1)
    return period_of(now, zone, since=first, until=next_month(first) - timedelta(days=1))


def next_month(first: date) -> date:
    """Return the first day of the month after that of `first`, which is a first day."""
    return (first + timedelta(days=31)).replace(day=1)


def percent(part: int, whole: int) -> float | None:
    """Return a percentage to one place, rounded down: all but one is never 100."""
    return (1000 * part // whole) / 10 if whole else None


def _near(day: date) -> date:
    """Return the day, or the nearest to it with which can be reckoned in any time zone."""
    return min(max(day, FIRST_DAY), LAST_DAY)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _part(some: int, whole: int) -> float | None:
    return some / whole if whole else None
