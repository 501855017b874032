"""The words of reports."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from city.cases import Rating, Status
from city.kernel import Event

State = Literal["", "open", "closed"]
"""The two groups of states that the public list and the map tell apart; empty for both."""

STATE_GROUPS: dict[State, list[bool]] = {"": [True, False], "open": [True], "closed": [False]}
"""What those words mean for the column `open`."""

MOST_PHOTOS = 6
LONGEST_REPLY = 2000
LONGEST_RADIUS_METRES = 5000

Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class NewReport(Struct, frozen=True, kw_only=True):
    """What somebody tells the city.

    The place is `latitude` and `longitude` (WGS84 degrees), or a `ward` with an `address` for
    those without a map. `attributes` answers what its category asks, by the code of the question
    (see `attributes.py`). `client_key` is chosen by the sender: the same key sent again by the same
    person is the same report.
    """

    category: Annotated[str, Meta(max_length=60)]
    description: Annotated[str, Meta(min_length=10, max_length=4000)]
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    ward: Annotated[str, Meta(max_length=20)] | None = None
    address: Annotated[str, Meta(max_length=300)] = ""
    seen_at: datetime | None = None
    private: bool = False
    photos: Annotated[list[UUID], Meta(max_length=MOST_PHOTOS)] = []
    attributes: dict[str, list[str]] = {}
    client_key: Annotated[str, Meta(min_length=8, max_length=80)] | None = None


class Pace(Struct, frozen=True):
    """How many reports one person may send within an hour, and within a day."""

    an_hour: int
    a_day: int


class Report(Struct, frozen=True, kw_only=True):
    """A report, with what is known of its case. Not for the public as it is: see `pages`.

    `voiced` and `follows` are about the person who looks at it, where the store was told who.
    """

    id: UUID
    ref: str
    case_id: UUID
    reporter_id: UUID | None
    category: str
    description: str
    photos: list[UUID]
    address: str
    ward: str | None
    latitude: float
    longitude: float
    place_precision: Literal["point", "ward", "unknown"]
    private: bool
    sample: bool
    seen_at: datetime | None
    sent_at: datetime
    status: Status
    unit_id: UUID | None
    unit_name: dict[str, str] | None
    due_at: datetime | None
    closed_at: datetime | None
    rating: Rating | None
    merged_into: UUID | None
    attributes: dict[str, list[str]] = {}
    voices: int = 0
    voiced: bool = False
    follows: bool = False

    @property
    def waits_for_rating(self) -> bool:
        """Whether its reporter may now say what they think of the answer."""
        return self.status is Status.DONE and self.rating is None


class Card(Struct, frozen=True, kw_only=True):
    """A report in a list: nothing about who sent it."""

    id: UUID
    ref: str
    category: str
    summary: str
    photo: UUID | None
    address: str
    ward: str | None
    latitude: float
    longitude: float
    private: bool
    sent_at: datetime
    status: Status
    unit_name: dict[str, str] | None
    due_at: datetime | None
    closed_at: datetime | None
    rating: Rating | None
    voices: int = 0
    question: str = ""


class Progress(Struct, frozen=True, kw_only=True):
    """What a report shows of its case at one moment.

    `answer` and `reason` are public: what was done, or why it was not taken on.
    """

    category: str
    private: bool
    status: Status
    unit_id: UUID | None
    unit_name: dict[str, str] | None
    due_at: datetime | None
    closed_at: datetime | None
    rating: Rating | None
    merged_into: UUID | None
    question: str = ""
    answer: str = ""
    reason: str = ""


class Voice(Struct, frozen=True, kw_only=True):
    """Somebody else who sees it too, as the desk and units are shown them: never who."""

    at: datetime
    comment: str
    photos: list[UUID]


class ReportSubmitted(Event, frozen=True, kw_only=True):
    """Somebody has told the city something."""

    report_id: UUID
    case_id: UUID


class ReportChanged(Event, frozen=True, kw_only=True):
    """What is shown of a report is another now, by these verbs on its case.

    `was_public`: whether anybody could read it before.
    """

    report_id: UUID
    case_id: UUID
    verbs: list[str]
    was_public: bool


class VoiceAdded(Event, frozen=True, kw_only=True):
    """Somebody else sees it too."""

    report_id: UUID
    case_id: UUID


class VoiceWithdrawn(Event, frozen=True, kw_only=True):
    """Somebody has taken back that they see it too."""

    report_id: UUID
    case_id: UUID


class ReportsImported(Event, frozen=True, kw_only=True):
    """Reports of another system were brought in, `count` of them for anybody to read.

    It stands for all of them: none is announced by itself.
    """

    count: int


class SubmittedBefore(Exception):
    """This person has sent this report before, under the same client key."""

    def __init__(self, client_key: str) -> None:
        """Undo the second one; the first stands."""
        super().__init__("This report has been submitted before.")
        self.client_key = client_key


def ref_word(ref: str) -> str:
    """Return the one word a reference is found by; with letters first it is never a number."""
    return "ref" + ref.replace("-", "").lower()
