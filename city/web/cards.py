"""What rooms bring to the home page: cards, each by its own address."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A card of the home page, fetched from `href` when the page stands.

    Cards stand in the order of `rank` (warnings below 10, what waits for me 10–39, the rest above).
    With `signed_in` only people who are signed in get it. `faces` narrows it to some of resident,
    visitor, business and helper; empty means all. A card that has nothing to say answers with
    nothing, and takes no room.
    """

    href: str
    rank: int
    signed_in: bool = False
    faces: tuple[str, ...] = ()
