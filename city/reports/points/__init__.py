"""Things in the street that bear a sign: who scans it reports about this one thing in two taps.

`/p/{code}` is what a sign leads to (signs.py), `/desk/points` where staff list things, bring them
in from a file (tables.py) and print signs (desk.py).
"""

from typing import Any

from city.reports.points.desk import routes as _desk
from city.reports.points.signs import routes as _signs

routes: list[Any] = [*_signs, *_desk]
"""What the city serves for things in the street."""

__all__ = ["routes"]
