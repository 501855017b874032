"""The hub for people: `/desk/hub` and what lies below it."""

from typing import Any

from city.integration.hub.pages.contracts import routes as _contracts
from city.integration.hub.pages.letters import routes as _letters
from city.integration.hub.pages.mappings import routes as _mappings
from city.integration.hub.pages.systems import routes as _systems

routes: list[Any] = [*_systems, *_contracts, *_mappings, *_letters]
