"""Places: where things are. Points as cells, the wards of the city, and what they were before.

    places.require_ward(16.4685, 107.5890)      the ward that holds a point, or a refusal; 10 µs
    places.list_wards()                         the wards there are, in the order of the alphabet
    places.cell_of(16.4685, 107.5890)           one number for a place, which a btree can search
    places.find_old_units("Phường Đúc", places.list_old_units())     what people still call it
    await places.import_boundaries(work, Path("wards.geojson"))

Wards are kept in the database and known by heart: once the room is open, none of these questions
costs a statement. Until a city imports boundaries its areas are derived from the wards' centres,
and `is_approximate()` says so.
"""

from city.places import api as _api
from city.places import pages as _pages
from city.places.actions import import_boundaries, load_profile
from city.places.areas import METRES_PER_DEGREE, Areas, areas_from_centres
from city.places.boundaries import BadBoundaries, Feature, read_geojson, simplify_for_map
from city.places.cells import (
    BITS,
    EARTH_RADIUS_METRES,
    Box,
    cell_of,
    centre_of,
    circle_box,
    cover,
    metres_between,
    parent,
    range_of,
)
from city.places.exporting import list_areas
from city.places.gazetteer import (
    close_room,
    find_named_wards,
    find_ward,
    get_ward,
    is_approximate,
    list_old_units,
    list_wards,
    open_room,
    require_ward,
)
from city.places.model import (
    BadProfile,
    BoundariesImported,
    Kind,
    OldUnit,
    OutsideCity,
    Ward,
)
from city.places.old_units import convert_old, find_old_units
from city.places.profile import Wards, read_wards
from city.web import Card

routes = [*_pages.routes, *_api.routes]

search_parts = (Card("/places/found", rank=20),)
"""What the search page of the app asks this room for, as `?q=`."""

__all__ = [
    "BITS",
    "EARTH_RADIUS_METRES",
    "METRES_PER_DEGREE",
    "Areas",
    "BadBoundaries",
    "BadProfile",
    "BoundariesImported",
    "Box",
    "Feature",
    "Kind",
    "OldUnit",
    "OutsideCity",
    "Ward",
    "Wards",
    "areas_from_centres",
    "cell_of",
    "centre_of",
    "circle_box",
    "close_room",
    "convert_old",
    "cover",
    "find_named_wards",
    "find_old_units",
    "find_ward",
    "get_ward",
    "import_boundaries",
    "is_approximate",
    "list_areas",
    "list_old_units",
    "list_wards",
    "load_profile",
    "metres_between",
    "open_room",
    "parent",
    "range_of",
    "read_geojson",
    "read_wards",
    "require_ward",
    "routes",
    "search_parts",
    "simplify_for_map",
]
