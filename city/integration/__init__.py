"""The open door for programs: Open311, webhooks, and the hub that other systems are joined by.

What programs may do, they do by the standards that cities already use; who they are, and what
they may do, is in `city.partners.programs`.
"""

routes = []
"""What the city serves for this room."""

__all__ = ["routes"]
