"""Standards for machines: SKOS, CSV on the Web, Table Schema and JSON Schema.

SKOS: https://www.w3.org/TR/skos-reference/; CSVW: https://www.w3.org/TR/tabular-metadata/;
Table Schema: https://datapackage.org/standard/table-schema/; JSON Schema 2020-12.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from city.kernel import Says
from city.opendata.catalogue import in_languages
from city.opendata.model import LICENCE, Column, Kind
from city.opendata.standards.files import LIST_OF
from city.opendata.standards.lists import LISTS
from city.opendata.standards.model import CodeList, Item, ListVersion, Shape, Standard
from city.settings import current
from city.web import render_words

Codes = Mapping[str, list[Item]]

_CONTEXT = {
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "adms": "http://www.w3.org/ns/adms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_CSVW_TYPES: dict[Kind, Any] = {
    Kind.TEXT: "string",
    Kind.WHOLE: "integer",
    Kind.NUMBER: "number",
    Kind.TRUTH: {"base": "boolean", "format": "true|false"},
    Kind.DAY: {"base": "date", "format": "yyyy-MM-dd"},
    # Fractions of a second and any zone: a format would fix one way of writing them.
    Kind.MOMENT: "datetime",
    Kind.SHAPE: "string",
}
_JSON_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.WHOLE: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.TRUTH: {"type": "boolean"},
    Kind.DAY: {"type": "string", "format": "date"},
    Kind.MOMENT: {"type": "string", "format": "date-time"},
    Kind.SHAPE: {"type": "string"},
}


def address_of(code: str, item: str = "") -> str:
    """Return the URI of a list or of a code in it."""
    scheme = f"{current().url}/standards/{code}"
    return f"{scheme}/codes/{quote(item, safe='')}" if item else scheme


def as_skos(version: ListVersion, item: str = "") -> dict[str, Any]:
    """Return a version of a list as a SKOS concept scheme (JSON-LD), or one code of it."""
    kind = LISTS[version.code]
    wanted = [one for one in version.items if item in ("", one.code)]
    concepts = [_concept(kind, one) for one in wanted]
    return {"@context": _CONTEXT, "@graph": [_scheme(kind, version), *concepts]}


def _scheme(kind: CodeList, version: ListVersion) -> dict[str, Any]:
    base = current().url
    page = address_of(kind.code)
    return {
        "@id": page,
        "@type": "skos:ConceptScheme",
        "dct:identifier": kind.code,
        "dct:title": in_languages(kind.title),
        "dct:description": in_languages(kind.about),
        "dct:publisher": {"@id": f"{base}/#city"},
        "dct:license": {"@id": LICENCE},
        "dct:issued": {"@type": "xsd:dateTime", "@value": version.published_at.isoformat()},
        "owl:versionInfo": str(version.number),
        "owl:versionIRI": {"@id": f"{page}/{version.number}"},
        "skos:hasTopConcept": [
            {"@id": address_of(kind.code, one.code)} for one in version.items if not one.within
        ],
    }


def _concept(kind: CodeList, item: Item) -> dict[str, Any]:
    scheme = {"@id": address_of(kind.code)}
    found: dict[str, Any] = {
        "@id": address_of(kind.code, item.code),
        "@type": "skos:Concept",
        "skos:notation": item.code,
        "skos:inScheme": scheme,
        "skos:prefLabel": [{"@language": code, "@value": name} for code, name in item.name.items()],
    }
    if item.within:
        found["skos:broader"] = {"@id": address_of(kind.code, item.within)}
    else:
        found["skos:topConceptOf"] = scheme
    if item.also:
        found["skos:hiddenLabel"] = item.also
    if item.becomes:
        found["dct:isReplacedBy"] = [
            {"@id": address_of(kind.becomes_list, code)} for code in item.becomes
        ]
    return found


def as_csvw(standard: Standard) -> dict[str, Any]:
    """Return the metadata of a table as CSV on the Web has it."""
    base, spoken = current().url, current().profile.language
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": spoken}],
        "url": f"{base}/opendata/{standard.dataset}.csv"
        if standard.is_given
        else f"{standard.code}.csv",
        "dc:title": _words(standard.title),
        "dc:description": _words(standard.about),
        "dc:license": {"@id": LICENCE},
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True},
        "tableSchema": {
            "columns": [_csvw_column(column) for column in standard.columns],
            **({"primaryKey": standard.key} if standard.key else {}),
        },
    }


def _csvw_column(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "dc:description": _words(column.about),
        "datatype": _CSVW_TYPES[column.kind],
        "required": not column.optional,
    }
    if column.codes:
        values = "|".join(_escaped(code.value) for code in column.codes)
        found["datatype"] = {"base": "string", "format": f"^({values})$"}
    if code := LIST_OF.get(column.refers):
        found["valueUrl"] = f"{address_of(code)}/codes/{{{column.name}}}"
    return found


def _escaped(value: str) -> str:
    """Return a text as a pattern that XML Schema, JSON Schema and CSVW understand alike."""
    return "".join(f"\\{letter}" if letter in r"\.+*?()[]{}|^$" else letter for letter in value)


def as_table_schema(standard: Standard, codes: Codes) -> dict[str, Any]:
    """Return the schema of a table as Data Package has it (Table Schema 2.0)."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "title": _english(standard.title),
        "description": _english(standard.about),
        "fields": [_table_field(column, codes) for column in standard.columns],
        # Nothing but these columns; those that need not be there may be left out.
        "fieldsMatch": "superset",
        "missingValues": [""],
        **({"primaryKey": [standard.key]} if standard.key else {}),
    }


def _table_field(column: Column, codes: Codes) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "title": _english(column.about),
        "type": "string" if column.kind is Kind.SHAPE else str(column.kind),
        "constraints": {"required": not column.optional},
    }
    if column.kind is Kind.MOMENT:
        found["format"] = "any"
    if values := _values(column, codes):
        found["constraints"]["enum"] = values
    return found


def as_json_schema(standard: Standard, codes: Codes) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a file: a list of objects, or of areas a collection."""
    ending = "schema.json"
    about = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{current().url}/standards/files/{standard.code}.{ending}",
        "title": _english(standard.title),
        "description": _english(standard.about),
    }
    row = {
        "type": "object",
        "properties": {
            column.name: _json_value(column, standard, codes) for column in standard.columns
        },
        "required": [column.name for column in standard.columns if not column.optional],
        "additionalProperties": False,
    }
    if standard.shape is Shape.TABLE:
        return {**about, "type": "array", "items": row}
    return {**about, **_collection(row)}


def _collection(row: dict[str, Any]) -> dict[str, Any]:
    geometry = {
        "type": "object",
        "properties": {
            "type": {"enum": ["Polygon", "MultiPolygon"]},
            "coordinates": {"type": "array"},
        },
        "required": ["type", "coordinates"],
    }
    feature = {
        "type": "object",
        "properties": {"type": {"const": "Feature"}, "properties": row, "geometry": geometry},
        "required": ["type", "properties", "geometry"],
    }
    return {
        "type": "object",
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {"type": "array", "items": feature},
        },
        "required": ["type", "features"],
    }


def _json_value(column: Column, standard: Standard, codes: Codes) -> dict[str, Any]:
    found = {"description": _english(column.about), **_JSON_TYPES[column.kind]}
    if values := _values(column, codes):
        found["enum"] = [*values, None] if column.optional else values
    if (most := standard.most_letters.get(column.name)) is not None:
        found["maxLength"] = most
    if column.optional:
        found["type"] = [found["type"], "null"]
    elif found["type"] == "string":
        found["minLength"] = 1
    return found


def _values(column: Column, codes: Codes) -> list[str]:
    if column.codes:
        return [code.value for code in column.codes]
    return [item.code for item in codes.get(LIST_OF.get(column.refers, ""), [])]


def _words(says: Says) -> list[dict[str, str]]:
    return [{"@value": one["@value"], "@language": one["@language"]} for one in in_languages(says)]


def _english(says: Says) -> str:
    return render_words("en", says)
