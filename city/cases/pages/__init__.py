"""Pages for staff: the coordination desk, a unit's work; and the numbers."""

from city.cases.numbers import api as numbers_api
from city.cases.numbers import pages as numbers
from city.cases.pages import acts, board, desk, unit, words

routes = [
    *board.routes,
    *desk.routes,
    *acts.routes,
    *words.routes,
    *unit.routes,
    *numbers.routes,
    *numbers_api.routes,
]

__all__ = ["routes"]
