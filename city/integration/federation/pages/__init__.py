"""The pages of handing over: the cities, what is sent to them, and what a report's reader sees."""

from typing import Any

from city.integration.federation.pages.cities import neighbour
from city.integration.federation.pages.cities import routes as _cities
from city.integration.federation.pages.handed import routes as _handed

__all__ = ["neighbour", "routes"]

routes: list[Any] = [*_cities, *_handed]
"""What the city serves for handing over."""
