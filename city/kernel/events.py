"""Events: what a room announces to the rooms above it.

Whoever reacts does so later, in a work of its own, at least once. The event and one job for each
reaction are written in the announcing transaction: both are there, or neither.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

from city.kernel.jobs import Job, job, room_of
from city.kernel.work import Work


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that has happened, named by a noun and a past participle."""


SomeEvent = TypeVar("SomeEvent", bound=Event)
Reaction = Callable[[Work, SomeEvent], Awaitable[None]]

_reactions: dict[type[Event], list[Job]] = {}


def reacts_to(
    *kinds: type[SomeEvent],
) -> Callable[[Reaction[SomeEvent]], Reaction[SomeEvent]]:
    """Have the function called as `(work, event)` after such an event has been committed."""

    def register(reaction: Reaction[SomeEvent]) -> Reaction[SomeEvent]:
        registered = job(reaction)
        for kind in kinds:
            _reactions.setdefault(kind, []).append(registered.job)  # type: ignore[attr-defined]
        return reaction

    return register


def reactions_to(event: Event) -> list[Job]:
    """Return the jobs that react to this event."""
    return _reactions.get(type(event), [])


def kind_of(event: type[Event]) -> str:
    """Return the name of this kind of event, such as `cases.CaseOpened`."""
    return f"{room_of(event.__module__)}.{event.__name__}"


def body_of(event: Event) -> dict[str, Any]:
    """Return the event as JSON-ready values."""
    return msgspec.to_builtins(event)
