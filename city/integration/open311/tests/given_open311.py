"""What tests of Open311 work with: a key, a lamp that is out, strict schemas of the standard."""

import itertools
from typing import Any

import jsonschema
from lxml import etree

from city import cases, identity, reports
from city.kernel import THE_CITY
from city.partners.tests.given_programs import program_with_key
from tests.harness import EVERYBODY, Browser

BRIDGE = {"lat": "16.4685", "long": "107.5890"}
_numbers = itertools.count(1)

TEXT, MAYBE = {"type": "string", "minLength": 1}, {"type": ["string", "null"]}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}


def _object(fields: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    needed = [name for name in fields if name not in optional]
    return {
        "type": "object",
        "properties": fields,
        "required": needed,
        "additionalProperties": False,
    }


def _list(item: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least}


SERVICES = _list(
    _object(
        {
            "service_code": TEXT,
            "service_name": TEXT,
            "description": MAYBE,
            "metadata": {"type": "boolean"},
            "type": {"enum": ["realtime", "batch", "blackbox"]},
            "keywords": MAYBE,
            "group": MAYBE,
        }
    ),
    1,
)
DEFINITION = _object(
    {
        "service_code": TEXT,
        "attributes": _list(
            _object(
                {
                    "variable": {"type": "boolean"},
                    "code": TEXT,
                    "datatype": {
                        "enum": [
                            "string",
                            "number",
                            "datetime",
                            "text",
                            "singlevaluelist",
                            "multivaluelist",
                        ]
                    },
                    "required": {"type": "boolean"},
                    "datatype_description": MAYBE,
                    "order": {"type": "integer", "minimum": 1},
                    "description": TEXT,
                    "values": _list(_object({"key": TEXT, "name": TEXT})),
                }
            )
        ),
    }
)
_LATITUDE = {"type": ["number", "null"], "minimum": -90, "maximum": 90}
_LONGITUDE = {"type": ["number", "null"], "minimum": -180, "maximum": 180}
_REQUEST = {
    "service_request_id": TEXT,
    "status": {"enum": ["open", "closed"]},
    "status_notes": MAYBE,
    "service_name": TEXT,
    "service_code": TEXT,
    "description": {"type": ["string", "null"], "maxLength": 4000},
    "agency_responsible": MAYBE,
    "service_notice": MAYBE,
    "requested_datetime": MOMENT,
    "updated_datetime": MOMENT,
    "expected_datetime": {"anyOf": [MOMENT, {"type": "null"}]},
    "address": MAYBE,
    "address_id": MAYBE,
    "zipcode": MAYBE,
    "lat": _LATITUDE,
    "long": _LONGITUDE,
    "media_url": {"type": ["string", "null"], "pattern": "^https?://"},
}
REQUESTS = _list(_object(_REQUEST))
EXTENDED = _list(_object({**_REQUEST, "extended_attributes": {"type": "object"}}))
CREATED = _list(
    _object({"service_request_id": TEXT, "service_notice": MAYBE, "account_id": MAYBE}), 1
)
ERRORS = _list(_object({"code": {"type": "integer"}, "description": TEXT}), 1)
DISCOVERY = _object(
    {
        "changeset": MOMENT,
        "contact": TEXT,
        "key_service": TEXT,
        "endpoints": _list(
            _object(
                {
                    "specification": TEXT,
                    "url": TEXT,
                    "changeset": MOMENT,
                    "type": {"enum": ["production", "test", "acceptance", "dev"]},
                    "formats": _list(TEXT, 1),
                }
            ),
            1,
        ),
    }
)


def fits(answer: Any, schema: dict[str, Any], status: int = 200) -> Any:
    """Return the JSON of an answer that has this status and fits the schema."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    jsonschema.validate(answer.json(), schema)
    return answer.json()


def xml_of(answer: Any, root: str, status: int = 200) -> Any:
    """Return the XML of an answer that has this status and this root."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    found = etree.fromstring(answer.content)
    assert found.tag == root
    return found


async def key_for(browser: Browser, *scopes: str) -> str:
    """Return the key of a new program with these scopes, by default one that may send reports."""
    async with browser.inside.work(EVERYBODY) as work:
        wide = {"a_minute": 100_000, "a_day": 1_000_000, "writes_a_day": 100_000}
        _, key = await program_with_key(work, *(scopes or ("reports:submit",)), **wide)
    return key


def lamp(**changed: str) -> dict[str, str]:
    """Return the form of a request about a lamp at the bridge."""
    words = {"description": f"Đèn đường số {next(_numbers)} tắt ba đêm nay"}
    form = {"service_code": "street-light", **BRIDGE, **words, "attribute[lamps-out]": "2"}
    return form | changed


async def send(browser: Browser, key: str, **changed: str) -> str:
    """Send a request and return its id."""
    form = lamp(api_key=key, **changed)
    return fits(await browser.post("/open311/v2/requests.json", data=form), CREATED)[0][
        "service_request_id"
    ]


DONE = "Đã thay bóng đèn mới. " * 8


async def close(browser: Browser, ref: str, answer: str = DONE) -> None:
    """Let the city do what a report asks for, and tell the public."""
    inside = browser.inside
    async with inside.work(EVERYBODY) as work:
        case = await cases.get_case_by_ref(work, ref)
        unit = (await identity.list_units(work))[0]
        await cases.accept_case(work, case.id)
        await cases.route_case(work, case.id, unit.id)
        await cases.take_case(work, case.id)
        await cases.answer_case(work, case.id, answer)
        await cases.publish_answer(work, case.id)
    async with inside.work(THE_CITY) as work:
        await reports.follow_case(work, case.id)
