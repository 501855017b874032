"""What people are told of a report: its history in public, and the news its reporter gets."""

from typing import Any

from city import cases
from city.cases import Entry, Rating, Status
from city.kernel import Says, say
from city.settings import current
from city.web import render_words

RATINGS: dict[Rating, Says] = {
    Rating.SATISFIED: say("satisfied"),
    Rating.ACCEPTABLE: say("acceptable"),
    Rating.UNSATISFIED: say("not satisfied"),
}

_HAPPENED: dict[str, Says] = {
    "open": say("A resident sent the report"),
    "import": say("Taken over from an earlier system"),
    "accept": say("Checked and taken on"),
    "take": say("Work has begun"),
    "answer": say("The unit has answered; the city is checking the answer"),
    "send_back": say("The city asked the unit to do more"),
    "publish": say("The answer was checked and published"),
    "join": say("Another report about the same thing was joined with this one"),
    "reopen": say("Taken up again"),
}

_NEWS: dict[str, Says] = {
    "accept": say("Your report {ref} has been checked and taken on."),
    "route": say("Your report {ref} has been given to {unit}."),
    "take": say("{unit} has begun to work on your report {ref}."),
    "answer": say("{unit} has answered your report {ref}. The city is checking the answer."),
    "send_back": say("The city has asked {unit} to do more about your report {ref}."),
    "publish": say("Your report {ref} has been answered. Please tell us what you think of it."),
    "reject": say("Your report {ref} was not taken on: {reason}"),
    "merge": say("Your report {ref} was joined with another one about the same thing: {into}."),
    "join": say("Somebody else has reported the same thing as your report {ref}."),
    "reopen": say("Your report {ref} has been taken up again."),
}

NEXT_STEPS: dict[Status, Says] = {
    Status.NEW: say("Next: the city checks the report"),
    Status.ACCEPTED: say("Next: a unit is given the work"),
    Status.ROUTED: say("Next: the unit begins to work"),
    Status.DOING: say("Next: the unit answers with what it did"),
    Status.ANSWERED: say("Next: the city publishes the answer"),
}

JOINED_DONE = say("What you reported in {ref} has been answered.")
THE_UNIT = say("The unit in charge")


def happened(entry: Entry, unit: str) -> Says:
    """Return an entry of the history as the public reads it; `unit` is the name of its unit.

    Notes between desk and unit, a reporter's words and others' references stay out.
    """
    if entry.verb == "route":
        return say("Given to {unit}", unit=unit) if unit else say("Given to a unit")
    if entry.verb == "reject":
        return say("Not taken on: {reason}", reason=_reason(entry))
    if entry.verb == "merge":
        return say("Joined with another report about the same thing")
    if entry.verb == "rate":
        return say("The reporter's word on the answer: {rating}", rating=_rating(entry))
    return _HAPPENED.get(entry.verb, cases.STATUS_WORDS[entry.now])


def news(entry: Entry, ref: str, unit: dict[str, str] | None, language: str) -> Says | None:
    """Return what the reporter is told of an entry; None if there is nothing to tell.

    What fills the sentence is already in the reporter's language: a message keeps plain words.
    """
    text = _NEWS.get(entry.verb)
    if text is None:
        return None
    params: dict[str, Any] = {
        "ref": ref,
        "unit": in_language(unit, language) or render_words(language, THE_UNIT),
        "reason": render_words(language, _reason(entry)),
        "into": str(entry.facts.get("into", "")),
    }
    return Says(text.text, {k: v for k, v in params.items() if "{" + k + "}" in text.text})


def in_language(name: dict[str, str] | None, language: str) -> str:
    """Return a name in this language, or else in the city's own."""
    if not name:
        return ""
    if said := name.get(language):
        return said
    return name.get(current().profile.language) or next(iter(name.values()))


def _reason(entry: Entry) -> Says:
    return Says(str(entry.facts.get("reason", "")))


def _rating(entry: Entry) -> Says:
    try:
        return RATINGS[Rating(str(entry.facts.get("rating", "")))]
    except ValueError:
        return say("rated")
