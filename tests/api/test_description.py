"""What /openapi.json says is valid, complete, the same each time, and its examples are true."""

import json
from typing import Any

import httpx2
import jsonschema
import pytest
from openapi_spec_validator import validate

from city.app.describing import read_examples
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
    """Each is asked as it says; where it names a thing, with one that this city has (`take`)."""
    async with httpx2.AsyncClient(base_url=served.url, timeout=60) as client:
        document = (await client.get("/openapi.json")).json()
        known = {o["operationId"]: (path, method, o) for path, method, o in operations(document)}
        for name, example in sorted(read_examples().items(), key=_in_turn):
            path, method, operation = known[name]
            client.cookies.set("session", getattr(served, example.get("who", "resident")))
            given = dict(example.get("path", {}))
            for part, (where, at) in example.get("take", {}).items():
                given[part] = _at((await client.get(where.format(**given))).json(), at)
            sent = {"json": example["body"]} if "body" in example else {}
            answer = await client.request(
                method, path.format(**given), params=example.get("query", {}), **sent
            )
            wanted = str(example.get("status", 200))
            assert str(answer.status_code) == wanted, (name, answer.text)
            if wanted != "204":
                schema = operation["responses"][wanted]["content"]["application/json"]["schema"]
                whole = {**schema, "components": document["components"]}
                for shown in (answer.json(), example["answer"]):
                    jsonschema.validate(shown, whole)


def _in_turn(named: tuple[str, Any]) -> tuple[bool, str]:
    """A task is moved after one has been added."""
    return named[0] == "move_task", named[0]


def _at(value: Any, way: str) -> Any:
    """Follow a way such as `cases.0.ref`; `?open` takes the first thing that is open."""
    for part in way.split("."):
        if part.startswith("?"):
            value = next(one for one in value if one[part[1:]])
        else:
            value = value[int(part)] if isinstance(value, list) else value[part]
    return value


@pytest.mark.parametrize(
    "room",
    [
        "calendar",
        "cases",
        "dialogue",
        "messages",
        "places",
        "processes",
        "reports",
        "services",
    ],
)
async def test_what_people_ask_for_most_has_an_example(browser: Browser, room: str) -> None:
    document = await described(browser)
    examples = read_examples()
    for path, method, operation in operations(document):
        if operation["tags"] == [room] and "/cases/{ref}/" not in path:
            assert operation["operationId"] in examples, f"{method} {path} has no example"
