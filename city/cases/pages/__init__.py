"""Pages for staff: the coordination desk, a unit's work, and what a leader asks."""

from city.cases.pages import desk, leader, unit

routes = [*desk.routes, *unit.routes, *leader.routes]

__all__ = ["routes"]
