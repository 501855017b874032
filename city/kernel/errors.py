"""Refusals that are expected, in words that can be translated where they are shown."""

from collections.abc import Mapping
from typing import Any

import msgspec


class Says(msgspec.Struct, frozen=True):
    """A sentence in English that is also its own translation key, and what fills its braces."""

    text: str
    params: Mapping[str, Any] = {}

    def __str__(self) -> str:
        """Return the sentence in English."""
        return self.text.format_map(dict(self.params)) if self.params else self.text


def say(text: str, /, **params: Any) -> Says:
    """Return a translatable sentence."""
    return Says(text, params)


class Problem(Exception):
    """The request could not be met. A refusal to be shown, not a bug (RFC 9457)."""

    status = 400
    title = "This did not work"

    def __init__(self, text: str, /, **params: Any) -> None:
        """Refuse with a translatable sentence that says what to do."""
        self.says = Says(text, params)
        super().__init__(str(self.says))


class SignInNeeded(Problem):
    """Nobody is signed in, and somebody must be."""

    status = 401
    title = "Please sign in"


class Forbidden(Problem):
    """The actor may not do this."""

    status = 403
    title = "Not allowed"


class Missing(Problem):
    """There is no such thing."""

    status = 404
    title = "Not found"


class Conflict(Problem):
    """The thing has changed, or is not in a state that allows this."""

    status = 409
    title = "It has changed meanwhile"


class Invalid(Problem):
    """Some fields are wrong; `errors` has one sentence for each."""

    status = 422
    title = "Something needs correcting"

    def __init__(self, errors: Mapping[str, Says]) -> None:
        """Refuse with one sentence for each wrong field, named by its path."""
        super().__init__("Please look again at what is marked below.")
        self.errors = dict(errors)


class TooMany(Problem):
    """Asked too often; try again after `seconds`."""

    status = 429
    title = "Too often"

    def __init__(self, text: str, /, seconds: int, **params: Any) -> None:
        """Refuse, and say in how many seconds it may work again."""
        super().__init__(text, **params)
        self.seconds = seconds


class Unavailable(Problem):
    """Something the city needs is not working just now. Trying again later is safe."""

    status = 503
    title = "Not available just now"
