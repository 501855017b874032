"""The pages of services: all of them, one, help, and the registry's own administration."""

from typing import Any

from city.services.pages.desk import routes as _desk
from city.services.pages.help import routes as _help
from city.services.pages.public import routes as _public

routes: list[Any] = [*_public, *_help, *_desk]

__all__ = ["routes"]
