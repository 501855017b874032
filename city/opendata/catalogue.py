"""The catalogue for machines: DCAT-AP 3 as JSON-LD, with the vocabularies of the EU.

Application profile: https://semiceu.github.io/DCAT-AP/releases/3.0.0/
"""

from collections.abc import Sequence
from typing import Any

from city.kernel import Says, say
from city.opendata.model import LICENCE, MEDIA_TYPES, DataSet, Format
from city.opendata.snapshots import Snapshot
from city.settings import current
from city.web import render_words

_EU = "http://publications.europa.eu/resource/authority/"
_LANGUAGES = {"vi": "VIE", "en": "ENG", "ko": "KOR", "zh": "ZHO", "fr": "FRA", "ja": "JPN"}
_FILE_TYPES = {
    Format.CSV: "CSV",
    Format.GEOJSON: "GEOJSON",
    Format.PARQUET: "PARQUET",
    Format.JSON: "JSON",
}
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "spdx": "http://spdx.org/rdf/terms#",
    "adms": "http://www.w3.org/ns/adms#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "geo": "http://www.opengis.net/ont/geosparql#",
}

TITLE = say("Open data")
ABOUT = say("What the city knows and gives away, free to use, to change and to pass on.")


def catalogue_of(listed: Sequence[tuple[DataSet, Snapshot]]) -> dict[str, Any]:
    """Return the catalogue of these data sets as JSON-LD."""
    base = current().url
    catalogue: dict[str, Any] = {
        "@id": f"{base}/opendata",
        "@type": "dcat:Catalog",
        "dct:title": in_languages(TITLE),
        "dct:description": in_languages(ABOUT),
        "dct:publisher": {"@id": f"{base}/#city"},
        "dct:language": [_eu("language", _LANGUAGES[code]) for code in _spoken()],
        "dct:license": _eu("licence", "CC_BY_4_0"),
        "dct:spatial": {"@id": f"{base}/#area"},
        "dcat:themeTaxonomy": {"@id": f"{_EU}data-theme"},
        "foaf:homepage": {"@id": f"{base}/opendata"},
        "dcat:dataset": [{"@id": f"{base}/opendata/{dataset.code}"} for dataset, _ in listed],
        "dcat:service": {"@id": f"{base}/openapi.json"},
    }
    if listed:
        newest = max(snapshot.since for _, snapshot in listed)
        catalogue["dct:modified"] = _typed("dateTime", newest.isoformat())
    graph = [catalogue, *_city(base), _service(base, listed), *_theme_scheme()]
    for dataset, snapshot in listed:
        graph.append(_dataset(base, dataset, snapshot))
        graph += [_distribution(base, dataset, snapshot, form) for form in dataset.formats]
    return {"@context": _CONTEXT, "@graph": graph}


def _city(base: str) -> list[dict[str, Any]]:
    profile = current().profile
    bounds = profile.bounds
    west, south, east, north = bounds.west, bounds.south, bounds.east, bounds.north
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    box = f"POLYGON(({', '.join(f'{x} {y}' for x, y in corners)}))"
    return [
        {
            "@id": f"{base}/#city",
            "@type": "foaf:Agent",
            "foaf:name": _tagged(profile.name),
            "foaf:homepage": {"@id": f"{base}/"},
            "dct:type": {"@id": "http://purl.org/adms/publishertype/LocalAuthority"},
        },
        {
            "@id": f"{base}/#contact",
            "@type": "vcard:Organization",
            "vcard:fn": profile.name.get("en") or next(iter(profile.name.values())),
            "vcard:hasURL": {"@id": f"{base}/"},
        },
        {
            "@id": f"{base}/#area",
            "@type": "dct:Location",
            "dcat:bbox": {"@type": "geo:wktLiteral", "@value": box},
        },
    ]


def _service(base: str, listed: Sequence[tuple[DataSet, Snapshot]]) -> dict[str, Any]:
    return {
        "@id": f"{base}/openapi.json",
        "@type": "dcat:DataService",
        "dct:title": in_languages(say("The city's data as an API")),
        "dct:license": _eu("licence", "CC_BY_4_0"),
        "dct:accessRights": _eu("access-right", "PUBLIC"),
        "dct:publisher": {"@id": f"{base}/#city"},
        "dcat:endpointURL": {"@id": f"{base}/api/v1"},
        "dcat:endpointDescription": {"@id": f"{base}/openapi.json"},
        "dcat:servesDataset": [{"@id": f"{base}/opendata/{one.code}"} for one, _ in listed],
    }


def _theme_scheme() -> list[dict[str, Any]]:
    return [
        {
            "@id": f"{_EU}data-theme",
            "@type": "skos:ConceptScheme",
            "dct:title": {"@language": "en", "@value": "Data theme"},
        }
    ]


def _dataset(base: str, dataset: DataSet, snapshot: Snapshot) -> dict[str, Any]:
    page = f"{base}/opendata/{dataset.code}"
    return {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.code,
        "dct:title": in_languages(dataset.title),
        "dct:description": in_languages(dataset.about),
        "dct:publisher": {"@id": f"{base}/#city"},
        "dcat:contactPoint": {"@id": f"{base}/#contact"},
        "dcat:theme": _eu("data-theme", dataset.theme),
        "dcat:keyword": list(dataset.words),
        "dct:accrualPeriodicity": _eu("frequency", dataset.rhythm),
        "dct:accessRights": _eu("access-right", "RESTRICTED" if dataset.permission else "PUBLIC"),
        "dct:language": [_eu("language", _LANGUAGES[code]) for code in _spoken()],
        "dct:modified": _typed("dateTime", snapshot.since.isoformat()),
        "dct:spatial": {"@id": f"{base}/#area"},
        "dcat:landingPage": {"@id": page},
        "foaf:page": {"@id": page},
        "dcat:distribution": [{"@id": f"{page}.{form}"} for form in dataset.formats],
    }


def _distribution(base: str, dataset: DataSet, snapshot: Snapshot, form: Format) -> dict[str, Any]:
    address = f"{base}/opendata/{dataset.code}.{form}"
    kind = MEDIA_TYPES[form].partition(";")[0]
    about: dict[str, Any] = {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": f"{dataset.code}.{form}",
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dct:license": _eu("licence", "CC_BY_4_0"),
        "dct:rights": {"@id": LICENCE},
        "dct:format": _eu("file-type", _FILE_TYPES[form]),
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{kind}"},
        "dct:modified": _typed("dateTime", snapshot.since.isoformat()),
        "adms:status": _eu("distribution-status", "COMPLETED"),
    }
    if (size := snapshot.size(form)) is not None:
        about["dcat:byteSize"] = _typed("nonNegativeInteger", str(size))
    if form is Format.CSV:
        about["spdx:checksum"] = {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"},
            "spdx:checksumValue": _typed("hexBinary", snapshot.digest),
        }
    return about


def in_languages(says: Says) -> list[dict[str, str]]:
    """Return a sentence in every language of the city, each with its tag."""
    return _tagged({code: render_words(code, says) for code in current().profile.languages})


def _tagged(words: dict[str, str]) -> list[dict[str, str]]:
    return [{"@language": code, "@value": said} for code, said in words.items()]


def _spoken() -> list[str]:
    return [code for code in current().profile.languages if code in _LANGUAGES]


def _eu(table: str, code: str) -> dict[str, str]:
    return {"@id": f"{_EU}{table}/{code}"}


def _typed(kind: str, value: str) -> dict[str, str]:
    return {"@type": f"xsd:{kind}", "@value": value}
