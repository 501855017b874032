"""Code lists: a version is made when, and only when, something is another."""

import csv
import html
import io
import re
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import SKOS, Graph, Literal, URIRef

from city import places
from city.kernel import Work
from city.opendata.standards import publish_lists
from city.opendata.standards.actions import publish_changes
from city.opendata.standards.lists import LISTS
from city.opendata.standards.model import Change, Item, change_between, digest_of
from city.places import Ward
from tests.harness import EVERYBODY, Browser, Inside


async def published(work: Work, wards: Sequence[Ward]) -> dict[str, Any]:
    made = await publish_lists(work, wards, places.list_old_units())
    return {version.code: version for version in made}


async def test_the_profile_publishes_every_list_once(work: Work) -> None:
    found = await work.all(
        dict[str, Any],
        "select code, number, jsonb_array_length(items) as n from opendata.list_version",
    )
    assert {one["code"] for one in found} == set(LISTS)
    assert all(one["number"] == 1 for one in found)
    assert {one["code"]: one["n"] for one in found}["wards"] == len(places.list_wards())


async def test_publishing_again_makes_no_version_and_costs_one_statement(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        await publish_changes(work)
        before = len(inside.statements)
        await publish_changes(work)
        own = [sql for sql in inside.statements[before:] if "opendata." in sql]
        assert len(own) == 1
        assert await work.value(int, "select max(number) from opendata.list_version") == 1


async def test_a_new_name_is_a_new_version_that_says_so(work: Work) -> None:
    first, *rest = places.list_wards()
    other = msgspec.structs.replace(first, name={"vi": "Phường Mới", "en": "New Ward"})
    made = await published(work, [other, *rest])
    assert list(made) == ["wards"]
    assert made["wards"].number == 2
    assert made["wards"].change == Change(renamed=[first.code])
    assert await published(work, [other, *rest]) == {}


async def test_added_and_removed_codes_are_told_apart(work: Work) -> None:
    first, *rest = places.list_wards()
    new = msgspec.structs.replace(first, code="99999")
    made = await published(work, [new, *rest])
    assert made["wards"].change == Change(added=["99999"], removed=[first.code])


async def test_lists_of_wards_wait_until_wards_are_known(work: Work) -> None:
    assert await published(work, []) == {}


items = st.lists(
    st.builds(
        Item,
        code=st.sampled_from("abcde"),
        name=st.fixed_dictionaries({"vi": st.sampled_from(["một", "hai"])}),
        facts=st.dictionaries(st.just("group"), st.sampled_from(["x", "y"])),
    ),
    unique_by=lambda item: item.code,
)


@given(before=items, after=items)
def test_a_change_is_said_exactly_when_codes_differ(before: list[Item], after: list[Item]) -> None:
    change = change_between(before, after)
    same = {one.code: one for one in before} == {one.code: one for one in after}
    assert bool(change) != same
    said = [*change.added, *change.removed, *change.renamed, *change.changed]
    assert len(said) == len(set(said))
    assert (digest_of(before) == digest_of(after)) == (before == after)


async def test_versions_stay_readable_and_can_be_compared(browser: Browser, work: Work) -> None:
    first, *rest = places.list_wards()
    await published(work, [msgspec.structs.replace(first, code="99999"), *rest])
    old = await browser.get("/api/v1/standards/lists/wards/1")
    new = await browser.get("/api/v1/standards/lists/wards")
    assert first.code in {one["code"] for one in old.json()["items"]}
    assert new.json()["version"] == 2
    assert [one["version"] for one in new.json()["versions"]] == [2, 1]
    shown = (await browser.get("/standards/wards/2?since=1", headers={"accept": "text/html"})).text
    assert "99999" in shown and first.code in shown
    gone = await browser.get(f"/standards/wards/codes/{first.code}")
    assert gone.status_code == 200 and first.name["vi"] in gone.text
    assert "immutable" in (await browser.get("/standards/wards/1.csv")).headers["cache-control"]


@pytest.mark.parametrize("code", LISTS)
async def test_a_list_is_a_page_a_table_and_a_concept_scheme(browser: Browser, code: str) -> None:
    page = await browser.get(f"/standards/{code}")
    assert page.status_code == 200
    rows = list(csv.DictReader(io.StringIO((await browser.get(f"/standards/{code}.csv")).text)))
    told = (await browser.get(f"/standards/{code}.json")).json()
    assert [row["code"] for row in rows] == [item["code"] for item in told["items"]]
    graph = Graph().parse(
        data=(await browser.get(f"/standards/{code}.jsonld")).text, format="json-ld"
    )
    notations = {str(one) for one in graph.objects(predicate=SKOS.notation)}
    assert notations == {row["code"] for row in rows}


async def test_the_uri_of_a_concept_leads_to_what_it_means(browser: Browser) -> None:
    scheme = (await browser.get("/standards/old-wards.jsonld")).text
    graph = Graph().parse(data=scheme, format="json-ld")
    concept = next(graph.subjects(SKOS.notation, Literal("19750")))
    assert isinstance(concept, URIRef)
    headers = {"accept": "application/ld+json"}
    one = Graph().parse(
        data=(await browser.get(str(concept), headers=headers)).text, format="json-ld"
    )
    assert (concept, SKOS.prefLabel, Literal("Phường Tây Lộc", lang="vi")) in one
    replaced = URIRef("http://purl.org/dc/terms/isReplacedBy")
    new = str(one.value(concept, replaced))
    assert new.endswith("/standards/wards/codes/19753")
    assert "Phường Phú Xuân" in (await browser.get(new)).text


async def test_every_concept_leads_somewhere(browser: Browser) -> None:
    for code in LISTS:
        told = (await browser.get(f"/standards/{code}.jsonld")).json()
        for one in told["@graph"][1:3]:
            assert (await browser.get(one["@id"])).status_code == 200


async def test_searching_a_list_takes_words_without_marks(browser: Browser) -> None:
    found = html.unescape((await browser.get("/standards/old-wards?q=tay+loc")).text)
    assert re.findall(r'href="/standards/old-wards/codes/(\d+)"', found) == ["19750"]


async def test_what_is_not_there_is_missing(browser: Browser) -> None:
    for path in (
        "/standards/nothing",
        "/standards/wards/7",
        "/standards/wards/seven",
        "/standards/wards.xml",
        "/standards/wards/codes/0",
        "/standards/files/nothing",
        "/standards/files/reports-import.xml",
        "/standards/files/ward-boundaries.csvw.json",
        "/api/v1/standards/lists/nothing",
        "/api/v1/standards/lists/wards/7",
        "/api/v1/standards/files/nothing",
    ):
        assert (await browser.get(path)).status_code == 404, path


async def test_facts_that_are_codes_lead_to_their_lists(browser: Browser) -> None:
    for code in (await browser.get("/standards/categories.json")).json()["items"][::6]:
        page = html.unescape(
            (await browser.get(f"/standards/categories/codes/{code['code']}")).text
        )
        links = re.findall(r'href="(/standards/[^"]+/codes/[^"]+)"', page)
        assert f"/standards/groups/codes/{code['facts']['group']}" in links
        for link in links:
            assert (await browser.get(link)).status_code == 200, link
