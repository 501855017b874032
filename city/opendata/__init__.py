"""What the city knows and gives away: data sets, their catalogue, standards, charts and feeds."""

routes = []
"""What the city serves for this room."""

__all__ = ["routes"]
