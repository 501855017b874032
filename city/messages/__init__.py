"""Messages: telling one person something, in the inbox, by e-mail and by SMS.

    await messages.send_message(work, person_id, say("Your report {ref} was answered.", ref=ref),
                                link=f"/reports/{ref}")

The words are kept as a sentence with blanks and said in the reader's language when they are read.
What goes out is delivered by a job, at least once; a delivery bears its id, so that a provider can
drop a repetition. Without a provider's address simulated twins take everything, and the page
/simulated/outbox shows what they got.
"""

from city.messages import reactions as _reactions  # noqa: F401  (registers itself)
from city.messages.actions import USUAL, close_room, open_room, read_all, send_message
from city.messages.model import Channel, Message
from city.messages.pages import routes
from city.messages.store import count_unread

__all__ = [
    "USUAL",
    "Channel",
    "Message",
    "close_room",
    "count_unread",
    "open_room",
    "read_all",
    "routes",
    "send_message",
]
