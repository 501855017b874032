"""Messages: telling one person something, in the inbox, on their devices, by e-mail and by SMS.

    await messages.send_message(work, person_id, say("Your report {ref} was answered.", ref=ref),
                                link=f"/reports/{ref}")

The words are kept as a sentence with blanks and said in the reader's language when they are read.
What goes out is delivered by a job, at least once; a delivery bears its id, so that a provider can
drop a repetition. Without a provider's address simulated twins take everything, and the page
/simulated/outbox shows what they got.

Everybody in an audience, who wants such notices, is told on their devices by

    await messages.broadcast(work, Notice(topic=Topic.WARNINGS, severity=Severity.EXTREME,
                                          words={"vi": Wording(title, body)}),
                             Audience(wards=["19753"]))
"""

from city.messages import reactions as _reactions  # noqa: F401  (registers itself)
from city.messages.actions import USUAL, close_room, open_room, read_all, send_message
from city.messages.keeping import forget_person, list_kept
from city.messages.model import Channel, Message
from city.messages.pages import routes as _routes
from city.messages.push import (
    Audience,
    Notice,
    Offered,
    Severity,
    Topic,
    Wording,
    broadcast,
    offers_categories,
)
from city.messages.push import routes as _push_routes
from city.messages.push.service import BadEndpoint, PublicNetwork
from city.messages.store import count_unread
from city.web import Card

routes = [*_routes, *_push_routes]

home_cards = (Card("/inbox/card", rank=12, signed_in=True),)

__all__ = [
    "USUAL",
    "Audience",
    "BadEndpoint",
    "Channel",
    "Message",
    "Notice",
    "Offered",
    "PublicNetwork",
    "Severity",
    "Topic",
    "Wording",
    "broadcast",
    "close_room",
    "count_unread",
    "forget_person",
    "home_cards",
    "list_kept",
    "offers_categories",
    "open_room",
    "read_all",
    "routes",
    "send_message",
]
