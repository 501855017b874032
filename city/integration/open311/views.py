"""The standard's resources as plain values, in a reader's language, fields in its order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from city import cases, media, places, settings
from city.integration.open311.model import CHANGED_AT, SPECIFICATION
from city.kernel import Missing, say
from city.reports import PublicReport, public_attributes
from city.web import in_language, render_words

_JOINED = say("Joined with report {ref}, which is about the same thing.")
_JOINED_SOMEWHERE = say("Joined with another report about the same thing.")
_CONTACT = say("{city}. Call {hotline}, or read {url}/developers/open311.")
_KEY_SERVICE = say("Register your program at {url}/developers/programs; a key is made at once.")
_PROMISE = say("The city promises to deal with it by {time}.")

Categories = Mapping[str, cases.Category]


def discovery(language: str, categories: Categories) -> dict[str, Any]:
    """Return where the interfaces of this city are, in which forms, and since when as they are."""
    changed_at = max((one.changed_at for one in categories.values()), default=CHANGED_AT)
    changeset = _seconds(max(changed_at, CHANGED_AT))
    here = settings.current()
    city = {"city": in_language(here.profile.name, language), "hotline": here.profile.hotline}
    kind = "test" if here.sample else "production"
    return {
        "changeset": changeset,
        "contact": render_words(language, _CONTACT, url=here.url, **city),
        "key_service": render_words(language, _KEY_SERVICE, url=here.url),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{here.url}/open311/v2",
                "changeset": changeset,
                "type": kind,
                "formats": ["text/xml", "application/json"],
            },
            {
                "specification": f"{here.url}/openapi.json",
                "url": f"{here.url}/api/v1",
                "changeset": changeset,
                "type": kind,
                "formats": ["application/json"],
            },
        ],
    }


def service_list(categories: Categories, language: str) -> list[dict[str, Any]]:
    """Return what can be reported, in the city's order."""
    return [
        {
            "service_code": one.code,
            "service_name": in_language(one.name, language),
            "description": in_language(one.hint, language) or in_language(one.name, language),
            "metadata": bool(one.attributes),
            "type": "realtime",
            "keywords": ", ".join(word.replace(",", " ") for word in one.keywords),
            "group": in_language(one.grp_name, language),
        }
        for one in categories.values()
        if one.is_reported
    ]


def service_definition(category: cases.Category, language: str) -> dict[str, Any]:
    """Return what is asked besides about a service."""
    return {
        "service_code": category.code,
        "attributes": [
            {
                "variable": one.variable,
                "code": one.code,
                "datatype": one.datatype,
                "required": one.required,
                "datatype_description": in_language(one.hint, language) or None,
                "order": order,
                "description": in_language(one.question, language),
                "values": [
                    {"key": value.key, "name": in_language(value.name, language)}
                    for value in one.values
                ],
            }
            for order, one in enumerate(category.attributes, 1)
        ],
    }


def service_notice(category: cases.Category, sent_at: datetime, language: str) -> str:
    """Return what the city promises to a request of a service that is sent at that moment."""
    due_at = cases.deadline_for(category, sent_at).astimezone(settings.current().profile.zone)
    return render_words(language, _PROMISE, time=f"{due_at:%H:%M, %d/%m/%Y}")


class Requests:
    """Writes reports as service requests for one reader; names are looked up once."""

    def __init__(self, categories: Categories, language: str, *, extended: bool) -> None:
        """Write in this language, with our own fields if `extended`."""
        self.language = language
        self.extended = extended
        self.url = settings.current().url
        self.city = in_language(settings.current().profile.name, language)
        self._categories = categories
        self._services: dict[str, str] = {}
        self._wards: dict[str, str] = {}
        self._units: dict[UUID | None, str | None] = {}

    def write(self, reports: Sequence[PublicReport]) -> list[dict[str, Any]]:
        """Return the service requests of these reports."""
        return [self._request(report) for report in reports]

    def _request(self, report: PublicReport) -> dict[str, Any]:
        known = report.place_precision != "unknown"
        ward = self._ward(report.ward) if report.ward else ""
        request: dict[str, Any] = {
            "service_request_id": report.ref,
            "status": "open" if report.open else "closed",
            "status_notes": self._notes(report),
            "service_name": self._service(report.category),
            "service_code": report.category,
            "description": report.description,
            "agency_responsible": self._unit(report),
            "service_notice": None,
            "requested_datetime": _seconds(report.sent_at),
            "updated_datetime": _seconds(report.closed_at or report.updated_at),
            "expected_datetime": _seconds(report.due_at) if report.due_at else None,
            "address": ", ".join(part for part in (report.address, ward, self.city) if part),
            "address_id": report.ward,
            "zipcode": None,
            "lat": report.latitude if known else None,
            "long": report.longitude if known else None,
            "media_url": self._picture(report.photos[0]) if report.photos else None,
        }
        if self.extended:
            request["extended_attributes"] = self._extension(report, ward)
        return request

    def _extension(self, report: PublicReport, ward: str) -> dict[str, Any]:
        reason = render_words(self.language, report.reason) if report.reason else None
        return {
            "url": f"{self.url}/reports/{report.ref}",
            "state": report.status,
            "state_name": render_words(self.language, cases.STATUS_WORDS[report.status]),
            "ward": report.ward,
            "ward_name": ward or None,
            "place_precision": report.place_precision,
            "unit": str(report.unit_id) if report.unit_id else None,
            "due_datetime": _seconds(report.due_at) if report.due_at else None,
            "closed_datetime": _seconds(report.closed_at) if report.closed_at else None,
            "changed_datetime": _seconds(report.updated_at),
            "closed_reason": reason,
            "merged_into": report.merged_ref,
            "rating": report.rating,
            "voices": report.voices,
            "photos": [self._picture(photo) for photo in report.photos],
            "attributes": [
                {"code": code, "values": [{"key": value} for value in values]}
                for code, values in public_attributes(report.attributes).items()
            ],
        }

    def _notes(self, report: PublicReport) -> str | None:
        if report.open:
            return None
        if report.status is cases.Status.MERGED:
            if report.merged_ref is None:
                return render_words(self.language, _JOINED_SOMEWHERE)
            return render_words(self.language, _JOINED, ref=report.merged_ref)
        if report.reason:
            return f"{render_words(self.language, report.reason)} {report.answer}".strip()
        return report.answer or None

    def _service(self, code: str) -> str:
        name = self._services.get(code)
        if name is None:
            category = self._categories.get(code)
            name = in_language(category.name, self.language) if category else code
            self._services[code] = name
        return name

    def _ward(self, code: str) -> str:
        name = self._wards.get(code)
        if name is None:
            try:
                name = in_language(places.get_ward(code).name, self.language)
            except Missing:
                name = ""
            self._wards[code] = name
        return name

    def _unit(self, report: PublicReport) -> str | None:
        if report.unit_id not in self._units:
            name = report.unit_name
            self._units[report.unit_id] = in_language(name, self.language) if name else None
        return self._units[report.unit_id]

    def _picture(self, photo: UUID) -> str:
        return f"{self.url}{media.large_url(photo)}"


def _seconds(moment: datetime) -> datetime:
    """Return a moment as it is shown: in whole seconds. The forms write it, JSON far faster."""
    return moment.replace(microsecond=0)
