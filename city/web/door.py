"""What the gate asks about a request that comes without a session: may it go on, and as whom."""

from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct

from city.kernel import NOBODY, Actor, Database, Problem

MACHINE_PATHS = ("/api/", "/open311/")
"""Where programs are served: what they bring is looked at, counted, and refused if it is wrong."""

Header = tuple[bytes, bytes]


class Knock(Struct, frozen=True):
    """A request as it arrives. `headers` have small letters; of several the last counts."""

    method: str
    path: str
    address: str
    headers: Mapping[bytes, bytes]


class Visit:
    """How one request goes on: as whom, or why not, and what its answer says besides.

    `refusal` is raised where the route is found, so that each route refuses in its own format.
    """

    def __init__(self, actor: Actor = NOBODY, refusal: Problem | None = None) -> None:
        """Let this actor in, or refuse."""
        self.actor: Actor = actor
        self.refusal: Problem | None = refusal

    def headers(self, status: int) -> list[Header]:
        """Return what an answer of this status bears besides."""
        return []

    def done(self, status: int, size: int) -> None:
        """Note how it was answered, with so many bytes."""


Admit = Callable[[Database, Knock], Awaitable[Visit]]
