"""Webhooks and the feed of changes: telling other programs what happens in the city.

`published.py` says which events are told and what they carry; `fanout.py` hands the log of events
out to the addresses that want them, `sending.py` sends, `feed.py` lets programs read at their own
pace. How it is used: docs/reference/webhooks.md.
"""

from typing import Any

from city.integration.webhooks.api import routes as _api
from city.integration.webhooks.described import routes as _described
from city.integration.webhooks.feed import routes as _feed
from city.integration.webhooks.keeping import forget_person, list_kept
from city.integration.webhooks.pages import routes as _pages
from city.integration.webhooks.sending import close_room, open_room

routes: list[Any] = [*_feed, *_api, *_described, *_pages]
"""What the city serves for webhooks."""

__all__ = ["close_room", "forget_person", "list_kept", "open_room", "routes"]
