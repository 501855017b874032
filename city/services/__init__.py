"""Services: what the app can do for whom, as data, and what is not there yet."""

routes: list[object] = []
"""What the city serves for this room."""

__all__ = ["routes"]
