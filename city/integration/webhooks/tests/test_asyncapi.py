"""The description of events says what is sent: each example fits its schema."""

import html
import json
from typing import Any

import jsonschema
import pytest

from city.integration.webhooks.described import asyncapi, example_of, schema_of
from city.integration.webhooks.published import PUBLISHED, TOLD
from city.settings import Settings
from tests.harness import Browser


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_example_fits_its_schema(here: Settings, language: str) -> None:
    document = asyncapi(language)
    for kind in TOLD:
        example = example_of(kind, language)
        jsonschema.Draft202012Validator.check_schema(schema_of(kind))
        jsonschema.validate(example["data"], schema_of(kind))
        whole = {**document["components"]["schemas"][kind.schema_name], **_with(document)}
        jsonschema.validate(example, whole)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**example, "type": "vn.trangtien.other"}, whole)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**example, "data": {}}, whole)


def _with(document: dict[str, Any]) -> dict[str, Any]:
    return {"components": document["components"]}


def test_every_reference_leads_somewhere(here: Settings) -> None:
    document = asyncapi("en")
    assert document["asyncapi"] == "3.0.0"

    def look(part: Any) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                found: Any = document
                for step in part["$ref"].removeprefix("#/").split("/"):
                    found = found[step]
            for inner in part.values():
                look(inner)
        elif isinstance(part, list):
            for inner in part:
                look(inner)

    look(document)
    assert len(document["components"]["messages"]) == len(PUBLISHED) + 1


async def test_the_document_the_page_and_the_schemas_are_served(browser: Browser) -> None:
    answer = await browser.get("/asyncapi.json?lang=vi")
    told = json.dumps(answer.json(), ensure_ascii=False)
    assert "Một phản ánh vừa được gửi" in told
    for kind in TOLD:
        answer = await browser.get(f"/api/v1/events/{kind.schema_name}")
        assert answer.headers["content-type"].startswith("application/schema+json")
        assert answer.json()["$id"] == f"http://city/api/v1/events/{kind.schema_name}"
    assert (await browser.get("/api/v1/events/none")).status_code == 404
    for language in ("vi", "en"):
        answer = await browser.get(f"/developers/events?lang={language}")
        assert answer.status_code == 200 and "report.submitted.v1" in answer.text


async def test_the_guide_leads_from_a_key_to_a_copy_without_signing_in(browser: Browser) -> None:
    for language, says in (("vi", "bản sao"), ("en", "Change-Position")):
        answer = await browser.get(f"/developers/guide?lang={language}")
        told = html.unescape(answer.text)
        assert answer.status_code == 200 and says in told
        for path in ("/opendata/reports.csv", "/api/v1/changes?after=", "/api/v1/webhooks"):
            assert f"http://city{path}" in told
    developers = await browser.get("/developers")
    assert "/developers/guide" in html.unescape(developers.text)
