"""Dialogue: what the city asks its people, and what they ask the city."""

routes: list[object] = []
"""What the city serves for this room."""

__all__ = ["routes"]
