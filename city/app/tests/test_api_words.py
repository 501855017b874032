"""The API's own pages: whatever they say of an operation is there in Vietnamese."""

from typing import Any

from city.web.words import read_catalogue
from tests.harness import Browser


def said_of(document: dict[str, Any]) -> set[str]:
    """Return every sentence about an operation, its parameters and its fields."""
    found: set[str] = set()
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                found.add(operation["summary"])
                found.update(operation["description"].split("\n\n")[1:])
                found.update(one.get("description", "") for one in operation.get("parameters", []))
    for schema in document["components"]["schemas"].values():
        found.update(one.get("description", "") for one in schema.get("properties", {}).values())
    return found - {""}


async def test_every_sentence_about_an_operation_is_there_in_vietnamese(browser: Browser) -> None:
    document = (await browser.get("/openapi.json")).json()
    lacking = said_of(document) - read_catalogue("vi").keys()
    assert not lacking, "\n".join(sorted(lacking))


async def test_a_page_of_an_operation_is_in_the_readers_language(browser: Browser) -> None:
    for language, words in {"vi": "tìm quanh một điểm", "en": "what lies around a point"}.items():
        page = await browser.get(f"/developers/api/list_reports?lang={language}")
        assert words in page.text and "<code>radius</code>" in page.text
