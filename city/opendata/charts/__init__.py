"""Charts people look at: how much comes in, where, and how the city answers; to be taken along."""

from city.opendata.charts.pages import routes

__all__ = ["routes"]
