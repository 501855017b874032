"""Whatever is sent: the answer is never a failure of ours, and always in the form asked for."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from city.integration.open311.listing import Listing, read_listing, read_moment, read_number
from city.integration.open311.model import Faulty
from city.integration.open311.reading import Draft, Posted, read_arguments
from city.integration.open311.tests.given_open311 import ERRORS, fits, key_for, lamp, xml_of
from tests.harness import NOON, Browser

ODD = st.sampled_from(
    ["\x00", "1e309", "-0", "١٢", "9" * 400, "2026-02-30", "%", "🚲", "'; --", "a,b,,c", "NaN", "]"]
)
VALUES = st.one_of(st.text(max_size=40), ODD, st.floats().map(str), st.integers().map(str))
NAMES = st.sampled_from(
    [
        "service_request_id", "service_code", "start_date", "end_date", "status", "bbox", "lat",
        "long", "radius", "q", "page", "page_size", "cursor", "sort", "updated_after",
        "updated_before", "extensions", "jurisdiction_id", "lang", "api_key",
    ]
)  # fmt: skip
FIELDS = st.sampled_from(
    [
        "service_code", "lat", "long", "address_string", "address_id", "description", "email",
        "phone", "media_url", "attribute[lamps-out]", "attribute[lamps-out][]", "attribute[]",
        "attribute", "client_key", "account_id", "jurisdiction_id", "api_key",
    ]
)  # fmt: skip


@given(st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=3)))
def test_any_arguments_are_a_list_or_faults(asked: dict[str, list[str]]) -> None:
    try:
        found = read_listing(read_arguments(urlencode(asked, doseq=True).encode()), NOON)
    except Faulty as faulty:
        assert faulty.faults and 400 <= faulty.status < 500
    else:
        assert isinstance(found, Listing) and found.filters.since <= found.filters.until


@given(st.dictionaries(FIELDS, st.lists(VALUES, min_size=1, max_size=3)))
def test_any_form_is_a_draft(form: dict[str, list[str]]) -> None:
    posted = Posted()
    for name, values in form.items():
        for value in values:
            posted.add(name, value)
    draft = Draft(posted)
    for value in draft.given.values():
        assert isinstance(value, str | float | dict)
        assert not isinstance(value, str) or "\x00" not in value


@given(st.text(max_size=60))
def test_any_text_is_a_date_a_number_or_none(text: str) -> None:
    assert read_moment(text) is None or read_moment(text).tzinfo is not None  # type: ignore[union-attr]
    number = read_number(text)
    assert number is None or abs(number) < float("inf")


@pytest.mark.parametrize("ending", ["json", "xml"])
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(asked=st.dictionaries(NAMES, VALUES), tail=VALUES)
async def test_no_list_fails(
    browser: Browser, ending: str, asked: dict[str, str], tail: str
) -> None:
    for path in (f"requests.{ending}", f"services/{quote(tail, safe='')}.{ending}"):
        answer = await browser.get(f"/open311/v2/{path}?{urlencode(asked, errors='replace')}")
        assert answer.status_code < 500, answer.text
        assert_in_form(answer, ending)


@pytest.mark.parametrize("ending", ["json", "xml"])
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(asked=st.dictionaries(FIELDS, VALUES))
async def test_no_form_fails(browser: Browser, ending: str, asked: dict[str, str]) -> None:
    key = await key_for(browser)
    body = urlencode(lamp() | asked | {"api_key": key}, errors="replace")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await browser.post(
        f"/open311/v2/requests.{ending}", content=body.encode(), headers=headers
    )
    assert answer.status_code < 500, answer.text
    assert_in_form(answer, ending)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(body=st.binary(max_size=300), kind=st.sampled_from(["a", "multipart/form-data", "m; b=x"]))
async def test_no_bytes_fail(browser: Browser, body: bytes, kind: str) -> None:
    kinds = {"a": "application/x-www-form-urlencoded", "m; b=x": "multipart/form-data; boundary=x"}
    headers = {"content-type": kinds.get(kind, kind)}
    answer = await browser.post("/open311/v2/requests.json", content=body, headers=headers)
    fits(answer, ERRORS, answer.status_code)
    assert 400 <= answer.status_code < 500


def assert_in_form(answer: Any, ending: str) -> None:
    if ending == "json":
        assert answer.json() is not None
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
    elif answer.status_code >= 400:
        xml_of(answer, "errors", answer.status_code)
    else:
        assert answer.text.startswith("<?xml")
