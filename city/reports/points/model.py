"""The words of things in the street: their kinds, what can be wrong with them, their numbers."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from city.kernel import Says, say
from city.reports.model import Latitude, Longitude

LONGEST_NOTE = 500
"""Characters: what is typed travels in an address while somebody signs in."""

# Thirty-one letters, a prime: without I, L, O and U, which are misread, and without Z.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXY"
_MISREAD = str.maketrans("ILOUZ", "110V2", " -–—.·")
_PRIME = len(_LETTERS)
_PLACES = 5
_MOST = _PRIME**_PLACES
# Things next to each other get numbers that look nothing like each other.
_SPREAD = 17_294_351
_GATHER = pow(_SPREAD, -1, _MOST)


class Trouble(Struct, frozen=True):
    """Something that can be wrong with a thing; `category` where it is not that of the thing."""

    words: Says
    category: str = ""


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of thing in the street."""

    name: Says
    icon: str
    category: str
    troubles: dict[str, Trouble]


KINDS: dict[str, Kind] = {
    "lamp": Kind(
        name=say("Street lamp"),
        icon="lightbulb",
        category="street-light",
        troubles={
            "dark": Trouble(say("It does not light up")),
            "flickers": Trouble(say("It flickers")),
            "day": Trouble(say("It is lit by day")),
            "leans": Trouble(say("The pole leans or is damaged")),
            "wires": Trouble(say("Wires hang down"), "power-cable"),
        },
    ),
    "bin": Kind(
        name=say("Rubbish bin"),
        icon="trash-2",
        category="overflowing-bins",
        troubles={
            "full": Trouble(say("It is full")),
            "beside": Trouble(say("Rubbish lies beside it"), "illegal-dumping"),
            "smells": Trouble(say("It smells")),
            "broken": Trouble(say("It is broken or gone")),
        },
    ),
    "bus-stop": Kind(
        name=say("Bus stop"),
        icon="bus",
        category="other",
        troubles={
            "shelter": Trouble(say("The shelter or the bench is broken"), "park-facility"),
            "sign": Trouble(say("The sign or the timetable is missing"), "traffic-sign"),
            "parked": Trouble(say("Vehicles are parked in it"), "illegal-parking"),
            "dirty": Trouble(say("It is dirty"), "overflowing-bins"),
        },
    ),
    "tree": Kind(
        name=say("Tree"),
        icon="trees",
        category="tree-pruning",
        troubles={
            "branch": Trouble(say("A branch has broken"), "fallen-tree"),
            "leans": Trouble(say("It leans and may fall"), "fallen-tree"),
            "cut": Trouble(say("It needs cutting back")),
            "ill": Trouble(say("It looks ill or dead")),
        },
    ),
    "hydrant": Kind(
        name=say("Fire hydrant"),
        icon="fire-extinguisher",
        category="water-supply",
        troubles={
            "leaks": Trouble(say("It leaks")),
            "parts": Trouble(say("A part is missing or broken")),
            "blocked": Trouble(say("It is blocked, nobody could reach it")),
        },
    ),
    "manhole": Kind(
        name=say("Manhole"),
        icon="circle-dot",
        category="manhole-cover",
        troubles={
            "gone": Trouble(say("The cover is gone")),
            "broken": Trouble(say("The cover is broken or loose")),
            "blocked": Trouble(say("It is blocked, water stands"), "blocked-drain"),
            "smells": Trouble(say("It smells"), "pollution"),
        },
    ),
    "traffic-light": Kind(
        name=say("Traffic light"),
        icon="traffic-cone",
        category="traffic-light",
        troubles={
            "dark": Trouble(say("It is dark")),
            "wrong": Trouble(say("It shows the wrong signal")),
            "damaged": Trouble(say("The pole leans or is damaged")),
        },
    ),
    "bench": Kind(
        name=say("Bench or playground"),
        icon="armchair",
        category="park-facility",
        troubles={
            "broken": Trouble(say("It is broken")),
            "danger": Trouble(say("Somebody could get hurt")),
            "dirty": Trouble(say("It is dirty"), "overflowing-bins"),
        },
    ),
    "other": Kind(
        name=say("Something else in the street"),
        icon="map-pin",
        category="other",
        troubles={
            "broken": Trouble(say("It is broken")),
            "dirty": Trouble(say("It is dirty")),
            "danger": Trouble(say("Somebody could get hurt")),
        },
    ),
}
"""The kinds of things that bear a sign, and the words on the buttons of each."""


class NewPoint(Struct, frozen=True, kw_only=True):
    """A thing to be listed. An empty `category` is that of its kind; degrees are WGS84."""

    kind: Annotated[str, Meta(max_length=30)]
    name: Annotated[str, Meta(min_length=3, max_length=120)]
    category: Annotated[str, Meta(max_length=60)] = ""
    latitude: Latitude
    longitude: Longitude
    address: Annotated[str, Meta(max_length=200)] = ""
    unit: Annotated[str, Meta(max_length=60)] = ""
    own_number: Annotated[str, Meta(max_length=60)] = ""


class Point(Struct, frozen=True, kw_only=True):
    """A thing in the street that bears a sign."""

    number: int
    kind: str
    name: str
    category: str
    latitude: float
    longitude: float
    address: str
    ward: str | None
    unit: str
    own_number: str
    added_at: datetime
    retired_at: datetime | None
    open_reports: int = 0

    @property
    def code(self) -> str:
        """What stands on its sign."""
        return code_of(self.number)


def code_of(number: int) -> str:
    """Return what the sign of this number says: six letters and digits, the last a check."""
    value = number * _SPREAD % _MOST
    digits = [value // _PRIME**place % _PRIME for place in reversed(range(_PLACES))]
    return "".join(_LETTERS[digit] for digit in [*digits, _check(digits)])


def read_code(written: str) -> int | None:
    """Return the number that somebody read off a sign; None if they misread it.

    Case, spaces and O for 0 are forgiven. One wrong letter, or two that changed places, is found
    out: the check letter is a sum modulo a prime with a different weight for each place.
    """
    letters = written.strip().upper().translate(_MISREAD)
    if len(letters) != _PLACES + 1 or any(letter not in _LETTERS for letter in letters):
        return None
    *digits, check = [_LETTERS.index(letter) for letter in letters]
    if check != _check(digits):
        return None
    value = 0
    for digit in digits:
        value = value * _PRIME + digit
    return value * _GATHER % _MOST or None


def _check(digits: list[int]) -> int:
    return sum(weight * digit for weight, digit in enumerate(digits, 2)) % _PRIME
