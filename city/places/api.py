"""Places for programs: the wards, the ward of a point, and the wards drawn for maps."""

from typing import Annotated

from litestar.params import Parameter
from msgspec import Struct

from city.kernel import Missing
from city.places import gazetteer
from city.places.model import Kind, name_in
from city.web import PUBLIC, Request, Response, get

Latitude = Annotated[float, Parameter(ge=-90, le=90, description="Degrees, WGS 84")]
Longitude = Annotated[float, Parameter(ge=-180, le=180, description="Degrees, WGS 84")]


class WardHere(Struct, frozen=True):
    """The ward of a place; `name` is in the reader's language.

    `approximate` says that the city has no exact boundaries yet, so that near a border it may be
    the neighbouring ward.
    """

    code: str
    name: str
    approximate: bool


class ListedWard(Struct, frozen=True):
    """A ward; `name` is in the reader's language, `names` are by language.

    `latitude` and `longitude` (degrees, WGS 84) are its middle; the area is in square kilometres.
    """

    code: str
    kind: Kind
    name: str
    names: dict[str, str]
    latitude: float
    longitude: float
    area_km2: float | None


class WardList(Struct, frozen=True):
    """The wards in the order of the Vietnamese alphabet; `approximate` is as in `WardHere`."""

    approximate: bool
    wards: list[ListedWard]


@get("/api/v1/wards", allow=PUBLIC)
async def list_wards(request: Request) -> WardList:
    """List the wards there are now."""
    language = language_of(request)
    wards = [
        ListedWard(
            code=ward.code,
            kind=ward.kind,
            name=name_in(ward, language),
            names=ward.name,
            latitude=ward.latitude,
            longitude=ward.longitude,
            area_km2=ward.area_km2,
        )
        for ward in gazetteer.list_wards()
    ]
    return WardList(gazetteer.is_approximate(), wards)


@get("/api/v1/ward", allow=PUBLIC, may=(404,))
async def find_ward(request: Request, latitude: Latitude, longitude: Longitude) -> WardHere:
    """Say which ward a place lies in.

    Outside the city there is none (404).
    """
    ward = gazetteer.find_ward(latitude, longitude)
    if ward is None:
        raise Missing("This place is outside the city. Please choose a place within it.")
    return WardHere(ward.code, name_in(ward, language_of(request)), gazetteer.is_approximate())


@get("/places/wards.geojson", allow=PUBLIC)
async def show_base_map(request: Request) -> Response[bytes]:
    """Serve the wards drawn for maps: GeoJSON of at most 60 kB, kept by browsers."""
    drawn = gazetteer.base_map()
    tag = f'W/"{drawn.version}"'
    headers = {
        "etag": tag,
        "vary": "accept-encoding",
        # A map opened twice in five minutes asks once, and after an import nobody waits longer.
        "cache-control": "public, max-age=300" if drawn.version else "no-store",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    return Response(drawn.geojson, media_type="application/geo+json", headers=headers)


def language_of(request: Request) -> str:
    """Return the language of whoever asks."""
    return request.scope["state"]["language"]


routes = [list_wards, find_ward, show_base_map]
