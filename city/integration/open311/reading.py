"""Reading what programs send: the arguments of an address, and forms with or without files."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import HTTPException, RequestEntityTooLarge

from city import cases, places
from city.integration.open311.listing import read_number
from city.integration.open311.model import (
    ADDED_BY_FIXMYSTREET,
    LONGEST,
    MOST_MEDIA,
    Fault,
    Faulty,
    Sender,
)
from city.kernel import Missing, Says, say
from city.web import PLAIN_BYTES, Request, UploadFile

_MOST_FIELDS = 1000
_NOT_UTF8 = say("The text has to be UTF-8.")
_TOO_MANY = say("These are more arguments than one request has.")
_BROKEN = say("The body could not be read.")
_ONLY_FORMS = say("Please send application/x-www-form-urlencoded or multipart/form-data, in UTF-8.")
_NEEDED = say("Please give this argument.")
_TOO_LONG = say("Please write at most {most} characters; this has {n}.")
_NO_NUMBER = say("Please give a number.")
_BOTH = say("Please give both lat and long.")
_NO_FILE = say("Please send media as files in multipart/form-data, or as media_url.")
_NO_PLACE = say("Please give lat and long, or an address that names a ward.")
_NO_WARD_NAMED = say(
    "No ward of the city is named in this address. Please name one, or give lat and long."
)
_NO_WARD = say("There is no ward of this code. GET /api/v1/wards lists them.")
_NO_EMAIL = say("This is no e-mail address.")
_NO_URL = say("Please give an http or https address.")
_TOO_MANY_MEDIA = say("At most {most} files can go with a request.", most=MOST_MEDIA)

_EMAIL = re.compile(r"[^@\s]{1,100}@[^@\s]{1,100}")
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,60})\](?:\[\d{0,4}\])?")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Posted:
    """What was sent: fields, and the files that came along."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}
        self.files: list[UploadFile] = []

    def one(self, name: str) -> str:
        """Return the last value of a field that is not empty, or an empty string."""
        return next((value for value in reversed(self.fields.get(name, [])) if value), "")

    def every(self, name: str) -> list[str]:
        """Return the values of a field that are not empty, each once."""
        return list(dict.fromkeys(value for value in self.fields.get(name, []) if value))

    def add(self, name: str, value: str) -> None:
        """Take a field, without spaces around it and without what no text has in it."""
        clean = _CONTROLS.sub("", value).replace("\r\n", "\n").replace("\r", "\n").strip()
        self.fields.setdefault(name, []).append(clean)


def read_arguments(query: bytes) -> dict[str, list[str]]:
    """Return the arguments of an address; empty ones are left out, as the standard says."""
    posted = Posted()
    _parse(query, posted)
    filled = {name: [v for v in values if v] for name, values in posted.fields.items()}
    return {name: values for name, values in filled.items() if values}


async def read_posted(request: Request[Any, Any, Any]) -> Posted:
    """Return the arguments of the address and the fields and files of the body.

    Raises Faulty when it is not UTF-8 or not a form, RequestEntityTooLarge when it is too much.
    """
    posted = Posted()
    _parse(request.scope["query_string"], posted)
    kind = request.content_type[0].lower()
    if kind == "multipart/form-data":
        await _read_parts(request, posted)
    elif kind in ("application/x-www-form-urlencoded", ""):
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > PLAIN_BYTES:
                raise RequestEntityTooLarge
        _parse(bytes(body), posted)
    else:
        raise Faulty(Fault(415, "", _ONLY_FORMS))
    return posted


async def _read_parts(request: Request[Any, Any, Any], posted: Posted) -> None:
    try:
        parts = (await request.form()).multi_items()
    except RequestEntityTooLarge:
        raise
    except UnicodeDecodeError:
        raise Faulty(Fault(400, "", _NOT_UTF8)) from None
    except (ClientException, HTTPException, ValueError):
        raise Faulty(Fault(400, "", _BROKEN)) from None
    length = 0
    for name, value in parts:
        if isinstance(value, UploadFile):
            if value.filename:  # Whatever the field is called: `media`, `photo1` or `file`.
                posted.files.append(value)
            continue
        length += len(str(value))
        if length > PLAIN_BYTES:
            raise RequestEntityTooLarge
        posted.add(name, str(value))


def _parse(form: bytes, posted: Posted) -> None:
    try:
        text = form.decode("utf-8")
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except UnicodeDecodeError:
        raise Faulty(Fault(400, "", _NOT_UTF8)) from None
    except ValueError:
        raise Faulty(Fault(400, "", _TOO_MANY)) from None
    for name, value in pairs:
        posted.add(name, value)


class Draft:
    """A service request as it was sent, read into a report's fields as far as it can be.

    `given` has what could be read, by the names of `reports.NewReport`; `unread` names what is
    wrong already; `faults` say so.
    """

    def __init__(self, posted: Posted) -> None:
        """Read it."""
        self.posted = posted
        self.faults: list[Fault] = []
        self.unread: set[str] = set()
        self.given: dict[str, Any] = {
            "category": self._text("service_code", "category"),
            "description": self._text("description", "description"),
            "attributes": self._attributes(),
        }
        if not self.given["category"]:
            self.refuse("service_code", _NEEDED, "category")
        self._read_place()
        self.sender = Sender(**{name: self._text(name) for name in Sender.__struct_fields__})
        if self.sender.email and not _EMAIL.fullmatch(self.sender.email):
            self.refuse("email", _NO_EMAIL)
        self.media_urls = self._media_urls()
        if len(posted.files) > MOST_MEDIA:
            self.refuse("media", _TOO_MANY_MEDIA)
        if posted.one("media"):
            self.refuse("media", _NO_FILE)

    def leave_out_unasked(self, category: cases.Category | None) -> None:
        """Forget what FixMyStreet adds to the answers unless it is a question of this category."""
        asked = {one.code for one in category.attributes} if category else set[str]()
        self.given["attributes"] = {
            code: values
            for code, values in self.given["attributes"].items()
            if code in asked or code not in ADDED_BY_FIXMYSTREET
        }

    def refuse(self, argument: str, says: Says, field: str = "", code: int = 400) -> None:
        """Note that an argument is wrong, and that the report's `field` is therefore not known."""
        self.faults.append(Fault(code, argument, says))
        if field:
            self.unread.add(field)

    def _text(self, name: str, field: str = "") -> str:
        return self._short(name, self.posted.one(name), field)

    def _short(self, name: str, text: str, field: str = "") -> str:
        if len(text) > LONGEST[name]:
            says = Says(_TOO_LONG.text, {"most": LONGEST[name], "n": len(text)})
            self.refuse(name, says, field)
            return ""
        return text

    def _media_urls(self) -> list[str]:
        """Return the addresses of pictures: FixMyStreet repeats the argument."""
        given = (self._short("media_url", url) for url in self.posted.every("media_url"))
        urls = [url for url in given if url]
        if not are_web_addresses(urls):
            self.refuse("media_url", _NO_URL)
        if len(urls) > MOST_MEDIA:
            self.refuse("media_url", _TOO_MANY_MEDIA)
        return urls

    def _attributes(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, values in self.posted.fields.items():
            if match := _ATTRIBUTE.fullmatch(name):
                found.setdefault(match[1], []).extend(value for value in values if value)
        return {code: values for code, values in found.items() if values}

    def _read_place(self) -> None:
        address = self._text("address_string", "address")
        self.given["address"] = address
        latitude, longitude = self._degrees("lat"), self._degrees("long")
        if latitude is not None and longitude is not None:
            self.given |= {"latitude": latitude, "longitude": longitude}
            return
        if self.unread & {"latitude", "longitude"}:
            return
        code = self._text("address_id", "ward")
        if latitude is not None or longitude is not None:
            # Half a point beside an address: which of them is meant, nobody can tell.
            status = 409 if code or address else 400
            self.refuse("long" if longitude is None else "lat", _BOTH, "latitude", status)
            return
        if code:
            self._read_ward(code, address)
        elif address:
            self._find_ward(address)
        else:
            self.refuse("lat", _NO_PLACE, "latitude")

    def _read_ward(self, code: str, address: str) -> None:
        try:
            ward = places.get_ward(code)
        except Missing:
            self.refuse("address_id", _NO_WARD, "ward", 409)
            return
        self.given["ward"] = ward.code
        if not address:
            # Somebody who has only the number of the ward means the ward.
            self.given["address"] = next(iter(ward.name.values()))

    def _find_ward(self, address: str) -> None:
        wards = places.find_named_wards(address)
        codes = [ward.code for ward in wards if ward.retired_at is None]
        codes = codes or places.convert_old(address, places.list_old_units())
        if codes:
            self.given["ward"] = codes[0]
        else:
            self.refuse("address_string", _NO_WARD_NAMED, "ward", 409)

    def _degrees(self, name: str) -> float | None:
        text = self.posted.one(name)
        number = read_number(text) if text else None
        if number is not None and abs(number) > (90 if name == "lat" else 180):
            number = None
        if text and number is None:
            self.refuse(name, _NO_NUMBER, "latitude" if name == "lat" else "longitude")
        return number


def are_web_addresses(urls: list[str]) -> bool:
    """Return whether all of these are addresses by http or https."""
    return all(url.lower().startswith(("http://", "https://")) for url in urls)


def argument_of(field: str) -> str:
    """Return the argument in which a field of a report was sent."""
    code = field.removeprefix("attributes.")
    if code != field:
        return f"attribute[{code}]"
    return _ARGUMENTS.get(field, field)


_ARGUMENTS: Mapping[str, str] = {
    "category": "service_code",
    "latitude": "lat",
    "longitude": "long",
    "ward": "address_id",
    "address": "address_string",
    "photos": "media",
    "attributes": "attribute",
}
