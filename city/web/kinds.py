"""The kinds of refusals: what `type` of a problem+json leads to (RFC 9457), as /problems/{slug}."""

from msgspec import Struct

from city.kernel import (
    Conflict,
    Invalid,
    Problem,
    Says,
    SignInNeeded,
    TooMany,
    Unavailable,
    say,
)


class Kind(Struct, frozen=True):
    """A kind of refusal: what it means, and what whoever wrote the program does about it."""

    slug: str
    status: int
    title: str
    means: Says
    todo: Says


UNFIT = "not-so"
"""The kind of a body that is as it is described, and cannot be all the same."""

KINDS = [
    Kind(
        "not-understood",
        400,
        Problem.title,
        say(
            "The request could not be read: its body is not JSON, or a parameter is not of its"
            " kind."
        ),
        say(
            "Compare it with the description of the operation, and send it corrected. Sending the"
            " same again does not help."
        ),
    ),
    Kind(
        "sign-in-needed",
        401,
        SignInNeeded.title,
        say(
            "The operation is not for everybody, and no valid key, token or session came with the"
            " request."
        ),
        say(
            "Send a key as “Authorization: Bearer …” or “X-API-Key: …”. One that has expired or was"
            " revoked does not count."
        ),
    ),
    Kind(
        "not-allowed",
        403,
        "Not allowed",
        say(
            "It is known who asks, and they may not do this: a scope or a role is missing, the"
            " program is suspended, or a browser sent it from another site."
        ),
        say("Ask for the scope on the page of your program. Sending the same again does not help."),
    ),
    Kind(
        "not-found",
        404,
        "Not found",
        say("There is nothing at this address, or nothing that whoever asks may know of."),
        say("Check the address and the reference in it."),
    ),
    Kind(
        "not-possible-here",
        405,
        "Not possible here",
        say("The address is right, and does not do what the method asks for."),
        say("Use one of the methods that the header “Allow” names."),
    ),
    Kind(
        "not-given-so",
        406,
        "Not a kind we can give",
        say("“Accept” names kinds of answers, and the operation gives none of them."),
        say(
            "Leave “Accept” out, or have “application/json” in it, or what the description of the"
            " operation names."
        ),
    ),
    Kind(
        "changed-meanwhile",
        409,
        Conflict.title,
        say(
            "The thing has changed since it was read, is not in a state that allows this, or the"
            " idempotency key was used for something else."
        ),
        say("Read the thing again, decide anew, and send it with the present version."),
    ),
    Kind(
        UNFIT,
        409,
        Invalid.title,
        say(
            "The body is as it is described, and yet it cannot be: a place outside the city, a"
            " category that is not used any more, a time that has not come."
        ),
        say(
            "“errors” has a sentence for every field. Correct them, or let a person do it, and send"
            " it again."
        ),
    ),
    Kind(
        "outdated",
        412,
        Conflict.title,
        say("The thing does not have the version any more that “If-Match” names."),
        say("Read it again, and send the tag that comes with it."),
    ),
    Kind(
        "too-large",
        413,
        "Too large",
        say("The body, or a field of a form, is longer than what is read here."),
        say("Send less. Photos and films go to the upload of files, up to 80 MB."),
    ),
    Kind(
        "not-readable",
        415,
        "Not a kind we can read",
        say("The content type of the body is not one that the operation takes."),
        say(
            "Send “Content-Type: application/json”, or what the description of the operation names."
        ),
    ),
    Kind(
        "something-wrong",
        422,
        Invalid.title,
        say(
            "The body or a parameter is not as it is described: something is missing, too long, of"
            " another kind, unknown, or there twice."
        ),
        say(
            "“errors” has a sentence for every field, with a pointer to it. Correct them and send"
            " it again."
        ),
    ),
    Kind(
        "too-often",
        429,
        TooMany.title,
        say(
            "So many requests, or so many of this kind, are allowed in a while, and that is used"
            " up."
        ),
        say(
            "Wait for as many seconds as “Retry-After” says. “RateLimit” tells beforehand how many"
            " are left."
        ),
    ),
    Kind(
        "our-mistake",
        500,
        "Something broke on our side",
        say("This is a mistake of the city's software. Nothing was done by halves."),
        say("Try again later. If you write to us, give us the number in “instance”."),
    ),
    Kind(
        "unavailable",
        503,
        Unavailable.title,
        say("Something that the city needs is not working just now."),
        say(
            "Send the same again after as many seconds as “Retry-After” says: with an idempotency"
            " key it is done once, however often it arrives."
        ),
    ),
]

_BY_STATUS = {kind.status: kind for kind in reversed(KINDS)}


def kind_of_status(status: int) -> Kind:
    """Return the usual kind of refusal of a status; an unknown one is like 400."""
    return _BY_STATUS.get(status, _BY_STATUS[400])
