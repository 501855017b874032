"""Updates as shapes, for the description of the API."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from city.integration.open311.described import Code, Jurisdiction, Picture, Where, Words
from city.integration.open311.updates.model import LONGEST_ID, STATUSES

UpdateId = Annotated[str, Meta(max_length=LONGEST_ID)]
UpdateStatus = Annotated[str, Meta(pattern=f"^({'|'.join(sorted(STATUSES))})?$")]


class UpdatesWanted(Where, frozen=True, kw_only=True):
    """What a list of updates takes."""

    service_request_id: Code | None = None
    extensions: Annotated[str, Meta(description="`false`: only open and closed.")] = "true"


class NewUpdate(Struct, frozen=True, kw_only=True):
    """How a request stands elsewhere. `update_id` is the sender's own."""

    service_request_id: UpdateId
    update_id: UpdateId
    api_key: str | None = None
    jurisdiction_id: Jurisdiction | None = None
    status: UpdateStatus | None = None
    updated_datetime: datetime | None = None
    description: Words | None = None
    media_url: Picture | None = None


class RequestUpdate(Struct, frozen=True, kw_only=True):
    """How a public request changed."""

    update_id: str
    service_request_id: str
    status: str
    updated_datetime: datetime
    description: str | None
    media_url: str | None


class UpdateTaken(Struct, frozen=True):
    """Our id of an update that was sent."""

    update_id: str
