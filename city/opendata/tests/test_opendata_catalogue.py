"""The catalogue: for people in two languages, for programs as JSON, for catalogues as DCAT-AP."""

import re
from datetime import timedelta

import rdflib
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF

from city.kernel import Database
from city.opendata import schemas, store
from city.opendata.model import SchemaVersion, changes_of
from city.opendata.sets import DATA_SETS
from city.settings import current
from tests.harness import EVERYBODY, Browser

EU = "http://publications.europa.eu/resource/authority/"


async def test_the_catalogue_has_what_dcat_ap_demands(reader: Browser) -> None:
    """DCAT-AP 3: what is mandatory, and codes of the EU's vocabularies where it wants them."""
    seen = await reader.get("/opendata/catalog.jsonld")
    assert seen.headers["content-type"] == "application/ld+json"
    graph = rdflib.Graph().parse(data=seen.text, format="json-ld")
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    for name in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher):
        assert list(graph.objects(catalogue, name)), name
    (publisher,) = graph.objects(catalogue, DCTERMS.publisher)
    assert (publisher, RDF.type, FOAF.Agent) in graph and graph.value(publisher, FOAF.name)
    datasets = set(graph.objects(catalogue, DCAT.dataset))
    assert datasets == set(graph.subjects(RDF.type, DCAT.Dataset))
    assert len(datasets) == len(DATA_SETS)
    for dataset in datasets:
        for name in (DCTERMS.title, DCTERMS.description):
            assert {word.language for word in graph.objects(dataset, name)} == {"vi", "en"}
        for name, table in [
            (DCAT.theme, "data-theme/"),
            (DCTERMS.accrualPeriodicity, "frequency/"),
            (DCTERMS.accessRights, "access-right/"),
        ]:
            (code,) = graph.objects(dataset, name)
            assert str(code).startswith(EU + table)
        distributions = set(graph.objects(dataset, DCAT.distribution))
        assert len(distributions) >= 3
        for one in distributions:
            assert (one, RDF.type, DCAT.Distribution) in graph
            assert str(graph.value(one, DCAT.accessURL)).startswith("http://city/opendata/")
            assert str(graph.value(one, DCTERMS.license)) == f"{EU}licence/CC_BY_4_0"
            assert str(graph.value(one, DCTERMS.format)).startswith(f"{EU}file-type/")
            assert str(graph.value(one, DCAT.mediaType)).startswith("https://www.iana.org/")
    (service,) = graph.subjects(RDF.type, DCAT.DataService)
    assert graph.value(service, DCTERMS.title) and graph.value(service, DCAT.endpointURL)


async def test_every_address_in_the_catalogue_leads_somewhere(reader: Browser) -> None:
    listed = (await reader.get("/api/v1/datasets")).json()["datasets"]
    assert [one["code"] for one in listed] == list(DATA_SETS)
    for one in listed:
        assert (await reader.get(one["url"])).status_code == 200
        for file in one["files"]:
            assert (await reader.get(file["url"])).status_code == 200, file["url"]
    for one in (await reader.get("/api/v1/datasets")).json()["datasets"]:
        assert all(file["bytes"] for file in one["files"])


async def test_pages_are_there_in_both_languages(reader: Browser) -> None:
    for language, title in (("vi", "Dữ liệu mở"), ("en", "Open data")):
        page = (await reader.get(f"/opendata?lang={language}")).text
        assert f"<h1>{title}</h1>" in page and 'href="/opendata/reports.parquet"' in page
    page = (await reader.get("/opendata/wards?lang=en")).text
    assert "name_vi" in page and "CC BY 4.0" in page and "curl --compressed" in page
    assert len(re.findall(r"<tr>", page)) == 11
    assert "Thuận Hóa" in page or "Phường" in page


async def test_rows_can_be_read_page_by_page(reader: Browser) -> None:
    path = "/api/v1/datasets/categories/rows?limit=7"
    rows, cursor, pages = [], "", 0
    while True:
        seen = (await reader.get(f"{path}&cursor={cursor}" if cursor else path)).json()
        rows += seen["rows"]
        pages += 1
        assert len(seen["rows"]) <= 7
        if not (cursor := seen["next"]):
            break
    whole = (await reader.get("/opendata/categories.json")).json()
    assert rows == whole and pages == -(-len(whole) // 7)


async def test_a_cursor_that_is_none_is_refused(reader: Browser) -> None:
    path = "/api/v1/datasets/categories/rows"
    real = (await reader.get(f"{path}?limit=2")).json()["next"]
    digest = real.partition(".")[0]
    for cursor in ("x", "x.1", f"{digest}.", f"{digest}.-1", f"{digest}.٣"):
        seen = await reader.get(path, params={"cursor": cursor})
        assert seen.status_code == 400, cursor
    inside = await reader.get(path, params={"cursor": f"{digest}.3"})
    assert inside.status_code == 422
    beyond = await reader.get(path, params={"cursor": f"{digest}.{10**17}"})
    assert beyond.status_code == 400
    other = await reader.get(path, params={"cursor": f"{'0' * 16}.3"})
    assert other.status_code == 409
    assert (await reader.get("/api/v1/datasets/nothing/rows")).status_code == 404


async def test_a_new_column_is_a_new_version(database: Database) -> None:
    dataset = DATA_SETS["units"]
    async with database.work(EVERYBODY) as work:
        (first,) = await store.list_versions(work, "units")
        assert first.columns == dataset.schema and first.version == 1
        columns = {k: v for k, v in dataset.schema.items() if k != "phone"} | {"fax": "string"}
        older = SchemaVersion(code="units", version=2, since=work.now, columns=columns)
        assert await store.add_version(work, older)
        assert not await store.add_version(work, older)
    async with database.work(EVERYBODY) as work:
        for _ in range(2):
            await schemas.load_profile(work.at(work.now + timedelta(days=1)), current().folder)
        versions = await store.list_versions(work, "units")
    newest, middle, oldest = changes_of(versions)
    assert (newest.added, newest.removed, newest.version) == (["phone"], ["fax"], 3)
    assert (middle.added, middle.removed) == (["fax"], ["phone"])
    assert not oldest.added and not oldest.removed and not oldest.changed


async def test_all_of_it_is_told_in_the_description_of_the_api(reader: Browser) -> None:
    paths = (await reader.get("/openapi.json")).json()["paths"]
    assert "/api/v1/datasets/{code}/rows" in paths
