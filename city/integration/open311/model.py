"""The words of Open311: what is sent, what may be wrong with it, and what is kept of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from city.kernel import Problem, Says

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
"""How the standard names itself in discovery documents."""

CHANGED_AT = datetime(2026, 11, 23, tzinfo=UTC)
"""Since when the interface has been as it is."""

WINDOW = timedelta(days=90)
MOST_REQUESTS = 1000
"""The standard's limits of a list: 90 days, and a thousand where nothing smaller is asked for."""

MOST_METRES = 20_000
SENDER_KEPT = timedelta(days=365)
"""How long it is known who sent a report through a program."""

MOST_MEDIA = 6
MEDIA_BYTES = 10_000_000
MEDIA_SECONDS = 10

LONGEST: Mapping[str, int] = {
    "description": 4000,
    "address_string": 300,
    "address_id": 20,
    "service_code": 60,
    "first_name": 100,
    "last_name": 100,
    "email": 200,
    "phone": 40,
    "device_id": 200,
    "account_id": 200,
    "media_url": 2000,
    "client_key": 80,
}
"""The most characters of each argument of a POST."""

ADDED_BY_FIXMYSTREET = frozenset(
    {
        *("category", "closest_address", "description", "detail", "easting", "email"),
        *("email_alerts_requested", "external_id", "feature_id", "first_name", "fixmystreet_id"),
        *("group", "last_name", "name", "northing", "phone", "prow_reference"),
        *("public_anonymity_required", "report_title", "report_url", "requested_datetime"),
        *("service_request_id_ext", "title"),
    }
)
"""What FixMyStreet sends as answers to questions, whether a service asks them or not.

Left out where it does not. Any other answer that nobody asked for is more likely a slip.
"""


class Fault(Struct, frozen=True):
    """One thing that is wrong: the standard's code, the argument if it is about one, and why."""

    code: int
    argument: str
    says: Says


class Faulty(Problem):
    """A request that cannot be met, with everything that is wrong with it."""

    status = 400

    def __init__(self, *faults: Fault) -> None:
        """Refuse: 400 if a fault is one of writing, or else as the first of them by number."""
        codes = {fault.code for fault in faults}
        super().__init__(faults[0].says.text, **faults[0].says.params)
        self.faults = faults
        self.status = min(codes)


class Sender(Struct, frozen=True, kw_only=True):
    """Who sent a report, as they told a program. Personal data; every field may be empty."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    device_id: str = ""
    account_id: str = ""

    @property
    def is_anybody(self) -> bool:
        """Whether anything at all is known."""
        return any(getattr(self, name) for name in self.__struct_fields__)


class Sent(Struct, frozen=True, kw_only=True):
    """That a program sent a report.

    `media_url` has the addresses of its pictures with spaces between them; `media_fault` is why
    one of them could not be fetched.
    """

    report_ref: str
    program_id: UUID | None
    program_name: str
    sent_at: datetime
    media_url: str = ""
    media_fault: Says | None = None
    has_sender: bool = False


class Look(Struct, frozen=True, kw_only=True):
    """That somebody looked at who sent a report, and why."""

    actor_name: str
    purpose: str
    at: datetime
