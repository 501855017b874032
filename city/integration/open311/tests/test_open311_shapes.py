"""Both forms are the standard's to the letter: names, order, types, empty values, dates."""

import html
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree

from city import cases, settings
from city.integration.open311.formats import format_of, w3c, write
from city.integration.open311.tests.given_open311 import (
    DEFINITION,
    DISCOVERY,
    DONE,
    EXTENDED,
    REQUESTS,
    SERVICES,
    close,
    fits,
    key_for,
    send,
    xml_of,
)
from city.kernel import THE_CITY
from tests.harness import Browser

REQUEST = {
    "service_request_id": "7K3M-Q9TD",
    "status": "closed",
    "status_notes": "Joined with another one.",
    "service_name": "Paving & kerbs",
    "service_code": "006",
    "description": None,
    "agency_responsible": None,
    "service_notice": None,
    "requested_datetime": "2026-04-14T06:37:38Z",
    "updated_datetime": "2026-04-14T06:37:38Z",
    "expected_datetime": "2026-04-15T06:37:38Z",
    "address": "Lê Lợi <corner>",
    "address_id": "545483",
    "zipcode": None,
    "lat": 16.4685,
    "long": 107.589,
    "media_url": "http://city/files/1/large",
}

# Written from the examples of the standard, with every field and our own words.
GOLDEN: list[tuple[str, Any, str, str]] = [
    (
        "services",
        [
            {
                "service_code": "001",
                "service_name": "Bins",
                "description": "Bins left out",
                "metadata": True,
                "type": "realtime",
                "keywords": "bin, rubbish",
                "group": "cleaning",
            }
        ],
        '[{"service_code":"001","service_name":"Bins","description":"Bins left out",'
        '"metadata":true,"type":"realtime","keywords":"bin, rubbish","group":"cleaning"}]',
        "<services><service><service_code>001</service_code><service_name>Bins</service_name>"
        "<description>Bins left out</description><metadata>true</metadata>"
        "<type>realtime</type><keywords>bin, rubbish</keywords><group>cleaning</group>"
        "</service></services>",
    ),
    (
        "service_definition",
        {
            "service_code": "DMV66",
            "attributes": [
                {
                    "variable": True,
                    "code": "MAKE",
                    "datatype": "singlevaluelist",
                    "required": False,
                    "datatype_description": None,
                    "order": 1,
                    "description": "Which make?",
                    "values": [{"key": "123", "name": "Ford"}, {"key": "124", "name": "Fiat"}],
                }
            ],
        },
        '{"service_code":"DMV66","attributes":[{"variable":true,"code":"MAKE",'
        '"datatype":"singlevaluelist","required":false,"datatype_description":null,"order":1,'
        '"description":"Which make?","values":[{"key":"123","name":"Ford"},'
        '{"key":"124","name":"Fiat"}]}]}',
        "<service_definition><service_code>DMV66</service_code><attributes><attribute>"
        "<variable>true</variable><code>MAKE</code><datatype>singlevaluelist</datatype>"
        "<required>false</required><datatype_description></datatype_description>"
        "<order>1</order><description>Which make?</description><values>"
        "<value><key>123</key><name>Ford</name></value>"
        "<value><key>124</key><name>Fiat</name></value></values></attribute></attributes>"
        "</service_definition>",
    ),
    (
        "service_requests",
        [REQUEST],
        json.dumps([REQUEST], ensure_ascii=False, separators=(",", ":")),
        "<service_requests><request><service_request_id>7K3M-Q9TD</service_request_id>"
        "<status>closed</status><status_notes>Joined with another one.</status_notes>"
        "<service_name>Paving &amp; kerbs</service_name><service_code>006</service_code>"
        "<description></description><agency_responsible></agency_responsible>"
        "<service_notice></service_notice>"
        "<requested_datetime>2026-04-14T06:37:38Z</requested_datetime>"
        "<updated_datetime>2026-04-14T06:37:38Z</updated_datetime>"
        "<expected_datetime>2026-04-15T06:37:38Z</expected_datetime>"
        "<address>Lê Lợi &lt;corner&gt;</address><address_id>545483</address_id>"
        "<zipcode></zipcode><lat>16.4685</lat><long>107.589</long>"
        "<media_url>http://city/files/1/large</media_url></request></service_requests>",
    ),
    (
        "service_requests",
        [{"service_request_id": "7K3M-Q9TD", "service_notice": "Soon.", "account_id": None}],
        '[{"service_request_id":"7K3M-Q9TD","service_notice":"Soon.","account_id":null}]',
        "<service_requests><request><service_request_id>7K3M-Q9TD</service_request_id>"
        "<service_notice>Soon.</service_notice><account_id></account_id></request>"
        "</service_requests>",
    ),
    (
        "service_requests",
        [{"service_request_id": "7K3M-Q9TD", "token": "12345"}],
        '[{"service_request_id":"7K3M-Q9TD","token":"12345"}]',
        "<service_requests><request><service_request_id>7K3M-Q9TD</service_request_id>"
        "<token>12345</token></request></service_requests>",
    ),
    (
        "errors",
        [{"code": 403, "description": "No such key."}],
        '[{"code":403,"description":"No such key."}]',
        "<errors><error><code>403</code><description>No such key.</description></error></errors>",
    ),
    ("service_requests", [], "[]", "<service_requests></service_requests>"),
]


def test_both_forms_are_those_of_the_standard() -> None:
    for root, value, as_json, as_xml in GOLDEN:
        assert write("json", root, value).decode() == as_json
        declared = f'<?xml version="1.0" encoding="utf-8"?>\n{as_xml}'
        assert write("xml", root, value).decode() == declared


def test_what_no_xml_can_have_in_it_is_left_out() -> None:
    said = "a\x00b\x0bc\ufffe\x1f\ud800 ]]> & <b> \r\n\U0001f6b2"
    found = etree.fromstring(write("xml", "errors", [{"code": 1, "description": said}]))
    assert found.findtext("error/description") == "abc ]]> & <b> \n\U0001f6b2"


def test_the_form_is_that_of_the_address_or_else_what_is_accepted() -> None:
    assert format_of("/a/b.xml", "application/json") == "xml"
    assert format_of("/a/b.json", "text/xml") == "json"
    assert format_of("/a/b", "text/xml") == "xml"
    assert format_of("/a/b", "application/json, text/xml;q=0.5") == "json"
    assert format_of("/a/b", "*/*") == format_of("/a/b", "") == "json"


def test_a_date_has_whole_seconds_and_its_zone() -> None:
    assert w3c(datetime(2026, 2, 3, 4, 5, 6, 789, UTC)) == "2026-02-03T04:05:06Z"


async def test_discovery_leads_to_the_endpoint(browser: Browser) -> None:
    found = fits(await browser.get("/open311/discovery.json"), DISCOVERY)
    geo = found["endpoints"][0]
    assert geo["url"] == "http://city/open311/v2" and "text/xml" in geo["formats"]
    tree = xml_of(await browser.get("/open311/discovery.xml"), "discovery")
    assert [one.text for one in tree.iterfind("endpoints/endpoint/url")] == [
        one["url"] for one in found["endpoints"]
    ]
    assert tree.findtext("changeset") == found["changeset"]


async def test_the_changeset_moves_with_the_categories(browser: Browser) -> None:
    async def changeset() -> str:
        return fits(await browser.get("/open311/discovery.json"), DISCOVERY)["changeset"]

    before = await changeset()
    folder = settings.current().folder
    browser.inside.now += timedelta(days=30)
    async with browser.inside.work(THE_CITY) as work:
        await cases.load_profile(work, folder)
        assert await changeset() == before
        lamps = (await cases.known_categories(work))["street-light"]
        await work.run(
            "update cases.category set revision = '' where code = :code", code=lamps.code
        )
        await cases.load_profile(work, folder)
    assert await changeset() == w3c(browser.inside.now)


async def test_services_and_their_definitions_fit_in_both_forms(browser: Browser) -> None:
    services = fits(await browser.get("/open311/v2/services.json"), SERVICES)
    tree = xml_of(await browser.get("/open311/v2/services.xml"), "services")
    assert _plain(tree) == [{k: _text(v) for k, v in one.items()} for one in services]
    assert len({one["service_code"] for one in services}) == len(services)
    kinds = set()
    for one in services:
        path = f"/open311/v2/services/{one['service_code']}"
        definition = fits(await browser.get(f"{path}.json"), DEFINITION)
        assert bool(definition["attributes"]) is one["metadata"]
        kinds |= {asked["datatype"] for asked in definition["attributes"]}
        for asked in definition["attributes"]:
            assert bool(asked["values"]) is asked["datatype"].endswith("list")
        found = xml_of(await browser.get(f"{path}.xml"), "service_definition")
        assert found.findtext("service_code") == one["service_code"]
        assert len(found.findall("attributes/attribute")) == len(definition["attributes"])
    assert {"string", "number", "singlevaluelist"} <= kinds


async def test_words_come_in_the_language_asked_for(browser: Browser) -> None:
    english = {"accept-language": "en-GB,en;q=0.8"}
    one = await browser.get("/open311/v2/services.json", headers=english)
    other = await browser.get("/open311/v2/services.json", headers={"accept-language": "vi"})
    assert one.json()[0]["service_name"] != other.json()[0]["service_name"]
    assert one.headers["content-language"] == "en" and "Accept-Language" in one.headers["vary"]
    wrong = await browser.get("/open311/v2/requests.json?status=lost", headers=english)
    assert wrong.json()[0]["description"] == "status: A status is open or closed."


async def test_a_request_is_the_same_in_both_forms(browser: Browser) -> None:
    ref = await send(browser, await key_for(browser), address_string="5 Lê Lợi")
    await close(browser, ref)
    path = f"/open311/v2/requests/{ref}"
    one = fits(await browser.get(f"{path}.json"), REQUESTS)[0]
    assert (one["status"], one["status_notes"]) == ("closed", DONE.strip())
    assert one["address"].startswith("5 Lê Lợi, ") and one["agency_responsible"]
    assert one["service_code"] == "street-light" and one["lat"] == 16.4685
    tree = xml_of(await browser.get(f"{path}.xml"), "service_requests")
    assert _plain(tree) == [{k: _text(v) for k, v in one.items()}]
    more = fits(await browser.get(f"{path}.json?extensions=true"), EXTENDED)[0]
    assert more["extended_attributes"]["state"] == "done"
    assert more["extended_attributes"]["attributes"] == [
        {"code": "lamps-out", "values": [{"key": "2"}]}
    ]
    tree = xml_of(await browser.get(f"{path}.xml?extensions=true"), "service_requests")
    assert len(tree) == 1


async def test_without_an_ending_accept_decides_and_a_head_has_no_body(browser: Browser) -> None:
    address = "/open311/v2/services"
    xml_of(await browser.get(address, headers={"accept": "text/xml"}), "services")
    fits(await browser.get(address), SERVICES)
    head = await browser.head("/open311/v2/services.xml")
    assert head.status_code == 200 and not head.content
    assert head.headers["content-type"] == "text/xml; charset=utf-8"


async def test_pages_of_other_sites_may_read(browser: Browser) -> None:
    answer = await browser.get("/open311/v2/services.json", headers={"origin": "https://a.example"})
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_the_guide_is_there_in_both_languages(browser: Browser) -> None:
    for language, words in (("en", "Sending a request"), ("vi", "Gửi phản ánh")):
        page = await browser.get(f"/developers/open311?lang={language}")
        assert page.status_code == 200 and words in page.text
        assert "http://city/open311/v2/requests.json" in html.unescape(page.text)


def _plain(tree: Any) -> list[dict[str, str]]:
    return [{field.tag: field.text or "" for field in one} for one in tree]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
