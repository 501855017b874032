"""What /openapi.json says is valid, complete, the same each time, and its examples are true."""

import json
import re
from typing import Any
from xml.etree import ElementTree

import httpx2
import jsonschema
import pytest
from openapi_spec_validator import validate

from city.app.describing import read_examples
from city.web.openapi import shown_answer
from tests.api.asking import Asking
from tests.api.conftest import Served
from tests.harness import Browser

METHODS = ("get", "post", "put", "patch", "delete")


async def described(browser: Browser) -> dict[str, Any]:
    return (await browser.get("/openapi.json")).json()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


async def test_the_description_is_valid_openapi(browser: Browser) -> None:
    document = await described(browser)
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert document["info"]["license"]["identifier"] == "Apache-2.0"
    assert document["servers"][0]["url"].startswith("http")


async def test_the_description_is_the_same_each_time(browser: Browser, city: Any) -> None:
    first = await described(browser)
    city.app.state.described = None
    assert json.dumps(await described(browser)) == json.dumps(first)


async def test_every_operation_says_what_it_is(browser: Browser) -> None:
    document = await described(browser)
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    assert all(tags.values())
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert sorted(ids) == sorted(set(ids))
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"] and operation["description"], where
        assert len(operation["summary"]) < 120 and set(operation["tags"]) <= tags.keys(), where
        assert "security" in operation, where
        statuses = operation["responses"].keys()
        assert any(status.startswith("2") for status in statuses), where
        assert {"400", "401", "429", "503"} <= statuses, where


async def test_every_shape_says_what_it_is(browser: Browser) -> None:
    document = await described(browser)
    for name, schema in document["components"]["schemas"].items():
        if "enum" not in schema:
            assert schema.get("description"), name


@pytest.mark.slow
@pytest.mark.timeout(900)  # The first one waits for a city to be sown.
@pytest.mark.xdist_group("api")
async def test_every_example_is_what_the_sample_city_answers(served: Served) -> None:
    """Each is asked as it says, at each of its addresses, and what comes is as it is described."""
    examples = read_examples()
    async with httpx2.AsyncClient(base_url=served.url, timeout=60) as client:
        asking = Asking(client, served, examples)
        document = await asking.read()
        for path, method, operation in operations(document):
            id = operation["operationId"]
            name = example_of(id)
            wanted = str(examples[name].get("status", 200))
            answer = await asking.ask(name, at=id)
            assert str(answer.status_code) == wanted, (id, method, path, answer.text)
            media = answer.headers.get("content-type", "").partition(";")[0]
            shown = shown_answer(examples[name], media)
            content = operation["responses"][wanted].get("content", {})
            if wanted != "204":
                check_answer(document, content[media], answer, shown)


def check_answer(
    document: dict[str, Any], described: dict[str, Any], answer: httpx2.Response, shown: Any
) -> None:
    """Check what came and what is shown: by the schema, in XML by the names of the elements."""
    assert described["example"] == shown is not None
    if "xml" in answer.headers["content-type"]:
        came, written = (ElementTree.fromstring(one) for one in (answer.content, shown))
        assert shape_of(came) == shape_of(written)
        return
    whole = {**described["schema"], "components": document["components"]}
    for one in (answer.json(), shown):
        jsonschema.validate(one, whole, format_checker=jsonschema.FormatChecker())


def shape_of(element: Any) -> Any:
    """Return the name of an element, and those of its first child's and so on."""
    names = list(dict.fromkeys(child.tag for child in element))
    return element.tag, names, [shape_of(one) for one in element[:1]]


async def test_every_operation_has_an_example(browser: Browser) -> None:
    document, examples = await described(browser), read_examples()
    used = set()
    for path, method, operation in operations(document):
        name = example_of(operation["operationId"])
        assert name in examples, f"{method} {path} has no example"
        used.add(name)
    assert examples.keys() == used


async def test_every_example_is_sent_as_it_is_described(browser: Browser) -> None:
    document, examples = await described(browser), read_examples()
    for _, _, operation in operations(document):
        example = examples[example_of(operation["operationId"])]
        content = operation.get("requestBody", {}).get("content", {})
        assert bool(content) == ("body" in example), operation["operationId"]
        if content:
            media = example.get("media", "application/json")
            assert content[media]["example"] == example["body"]
            if schema := content[media].get("schema"):
                whole = {**schema, "components": document["components"]}
                jsonschema.validate(example["body"], whole)


def example_of(id: str) -> str:
    """Return the name of an operation's example: several addresses of one operation share it."""
    return id if id in read_examples() else re.sub("_(json|xml)$", "", id)


async def test_lists_and_what_is_made_lead_on(browser: Browser) -> None:
    document = await described(browser)
    found = {
        operation["operationId"]: answer["links"]
        for _, _, operation in operations(document)
        for answer in operation["responses"].values()
        if "links" in answer
    }
    ids = {operation["operationId"] for _, _, operation in operations(document)}
    assert all(link["operationId"] in ids for links in found.values() for link in links.values())
    assert found["create_report"]["get_report"]["parameters"] == {"ref": "$response.body#/ref"}
    assert found["list_cases"]["show_case"]["parameters"] == {"ref": "$response.body#/cases/0/ref"}
    made = found["create_webhook"]
    assert {"get_webhook", "list_webhook_deliveries", "remove_webhook"} <= made.keys()
    assert made["get_webhook"]["parameters"] == {"webhook_id": "$response.body#/id"}
    assert found["list_webhook_deliveries"]["get_webhook_delivery"]["parameters"] == {
        "webhook_id": "$request.path.webhook_id",
        "delivery_id": "$response.body#/deliveries/0/id",
    }
