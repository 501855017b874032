"""The standard's resources and arguments as shapes, for the description of the API.

An empty argument is none, says the standard, and so it is said here. Arguments that only make
sense together (dates, boxes, circles) cannot be told so: they stand in the operations' words. XML
has the same as JSON, named as the standard names it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from city.integration.open311.model import LONGEST, MOST_REQUESTS

Code = Annotated[str, Meta(description="Codes or ids, with commas between them.")]
Count = Annotated[int, Meta(ge=1, le=MOST_REQUESTS)] | Literal[""]
Order = Literal[
    "-requested_datetime", "requested_datetime", "-updated_datetime", "updated_datetime", ""
]
Jurisdiction = Annotated[
    str, Meta(description="The code of the city or the name of its host; may be left out.")
]


class Where(Struct, frozen=True, kw_only=True):
    """What any address takes."""

    jurisdiction_id: Jurisdiction | None = None


class OneWanted(Where, frozen=True, kw_only=True):
    """What the address of one request takes."""

    extensions: Annotated[str, Meta(description="`true`: with our own fields.")] = "false"


class ListWanted(OneWanted, frozen=True, kw_only=True):
    """What a list of requests takes."""

    service_request_id: Code | None = None
    service_code: Code | None = None
    status: Literal["open", "closed", ""] = ""
    q: Annotated[str, Meta(description="Words, with or without diacritics.")] | None = None
    sort: Order = "-requested_datetime"
    page: Count = ""
    page_size: Count = MOST_REQUESTS


Words = Annotated[str, Meta(max_length=LONGEST["description"])]
Address = Annotated[str, Meta(max_length=LONGEST["address_string"])]
ServiceCode = Annotated[str, Meta(max_length=LONGEST["service_code"])]
WardCode = Annotated[str, Meta(max_length=LONGEST["address_id"], description="A ward's code.")]
Name = Annotated[str, Meta(max_length=LONGEST["first_name"])]
# What some languages take for spaces is named; something is left when controls are taken out.
_LETTER = r"[^@\s\x1c-\x1f\x85]"
_SIDE = rf"{_LETTER}{{0,50}}[^@\s\x00-\x1f\x7f\x85]{_LETTER}{{0,48}}"
Email = Annotated[str, Meta(pattern=f"^({_SIDE}@{_SIDE})?$")]
Phone = Annotated[str, Meta(max_length=LONGEST["phone"])]
ForeignId = Annotated[str, Meta(max_length=LONGEST["device_id"])]
Picture = Annotated[str, Meta(max_length=LONGEST["media_url"], pattern="^(https?://[!-~]+)?$")]


class NewRequest(Struct, frozen=True, kw_only=True):
    """A service request. The place is `lat` and `long`, an address that names a ward, or its code.

    Answers to the questions of a service come as `attribute[code]`, several as `attribute[code][]`.
    """

    one_of: ClassVar[Sequence[Sequence[str]]] = (
        ("lat", "long"),
        ("address_string",),
        ("address_id",),
    )

    service_code: ServiceCode
    api_key: str | None = None
    jurisdiction_id: Jurisdiction | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | Literal[""] = ""
    long: Annotated[float, Meta(ge=-180, le=180)] | Literal[""] = ""
    address_string: Address | None = None
    address_id: WardCode | None = None
    description: Words | None = None
    email: Email | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    phone: Phone | None = None
    device_id: ForeignId | None = None
    account_id: ForeignId | None = None
    media_url: Picture | None = None
    media: Annotated[list[bytes], Meta(max_length=6, description="Pictures.")] = []


class Endpoint(Struct, frozen=True, kw_only=True):
    """An interface of this city."""

    specification: str
    url: str
    changeset: str
    type: Literal["production", "test"]
    formats: list[str]


class Discovery(Struct, frozen=True, kw_only=True):
    """Where the interfaces of this city are."""

    changeset: str
    contact: str
    key_service: str
    endpoints: list[Endpoint]


class Service(Struct, frozen=True, kw_only=True):
    """Something that can be reported. With `metadata` there are questions about it."""

    service_code: str
    service_name: str
    description: str
    metadata: bool
    type: Literal["realtime", "batch", "blackbox"]
    keywords: str
    group: str


class Choice(Struct, frozen=True):
    """A possible answer."""

    key: str
    name: str


class Question(Struct, frozen=True, kw_only=True):
    """A question of a service; one that is not `variable` is only to be read."""

    variable: bool
    code: str
    datatype: str
    required: bool
    datatype_description: str | None
    order: int
    description: str
    values: list[Choice]


class Definition(Struct, frozen=True, kw_only=True):
    """What is asked besides about a service."""

    service_code: str
    attributes: list[Question]


class ServiceRequest(Struct, frozen=True, kw_only=True):
    """A public report. With `extensions` it has `extended_attributes` too."""

    service_request_id: str
    status: Literal["open", "closed"]
    status_notes: str | None
    service_name: str
    service_code: str
    description: str
    agency_responsible: str | None
    service_notice: str | None
    requested_datetime: datetime
    updated_datetime: datetime
    expected_datetime: datetime | None
    address: str
    address_id: str | None
    zipcode: str | None
    lat: float | None
    long: float | None
    media_url: str | None
    extended_attributes: dict[str, Any] | None = None


class RequestTaken(Struct, frozen=True, kw_only=True):
    """What became of a request that was sent."""

    service_request_id: str
    service_notice: str
    account_id: str | None


class RequestToken(Struct, frozen=True):
    """The id that belongs to a token."""

    service_request_id: str
    token: str


class RequestFault(Struct, frozen=True):
    """What is wrong: the standard's code, and a sentence that begins with the argument."""

    code: int
    description: str


def both(shape: Any) -> Mapping[str, Any]:
    """Return what `gives` and `refuses` say of an answer in the standard's two forms."""
    return {"application/json": shape, "text/xml": None}
