"""Partners: other people's applications inside the city's app, and what they may know."""

routes: list[object] = []
"""What the city serves for this room."""

__all__ = ["routes"]
