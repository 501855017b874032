"""What people are told of their questions and surveys."""

from collections.abc import Mapping, Sequence

from city.cases import Entry, Rating, Status
from city.dialogue.model import in_language
from city.kernel import Says, say
from city.web import render_words

_NEWS: dict[str, Says] = {
    "accept": say("Your question {ref} has been read and taken on."),
    "route": say("Your question {ref} has been passed to {unit}."),
    "take": say("{unit} is writing an answer to your question {ref}."),
    "answer": say("{unit} has answered your question {ref}. The answer is being checked."),
    "publish": say("Your question {ref} has been answered. Was it what you needed?"),
    "reject": say("The city does not answer your question {ref}: {reason}"),
    "merge": say("Your question {ref} was joined with one that asks the same: {into}."),
    "reopen": say("Your question {ref} has been taken up again."),
    "ask": say("The city has to ask you something about your question {ref}: {question}"),
    "resume": say("The city goes on with your question {ref}."),
}

STILL_ASKED = say("The city still waits for your word on your question {ref}: {question}")
ANSWERED_TOO = say("What you asked in {ref} has been answered.")
FOLLOWED_UP = say("You told us, and this is what was done: {title}")
THOSE_WHO_KNOW = say("Those who know")

STANDS: dict[Status, Says] = {
    Status.NEW: say("Received"),
    Status.ACCEPTED: say("Accepted"),
    Status.ROUTED: say("With those who know"),
    Status.DOING: say("Being answered"),
    Status.WAITING: say("Waiting for you"),
    Status.ANSWERED: say("Being checked"),
    Status.DONE: say("Answered"),
    Status.REJECTED: say("Not answered"),
    Status.MERGED: say("Asked before"),
}
"""How a question stands, as its asker reads it."""

RATINGS: dict[Rating, Says] = {
    Rating.SATISFIED: say("Satisfied"),
    Rating.ACCEPTABLE: say("Acceptable"),
    Rating.UNSATISFIED: say("Not satisfied"),
}


def news(entry: Entry, ref: str, unit: Mapping[str, str] | None, language: str) -> Says | None:
    """Return what the asker is told of an entry of the history; None if nothing.

    What fills the sentence is in the asker's language already: a message keeps plain words.
    """
    text = _NEWS.get(entry.verb)
    if text is None:
        return None
    params = {
        "ref": ref,
        "unit": in_language(unit, language) or render_words(language, THOSE_WHO_KNOW),
        "reason": render_words(language, Says(str(entry.facts.get("reason", "")))),
        "into": str(entry.facts.get("into", "")),
        "question": entry.note,
    }
    return Says(text.text, {k: v for k, v in params.items() if "{" + k + "}" in text.text})


def asked_back(history: Sequence[Entry]) -> str:
    """Return what the city waits to hear from the asker; empty if it waits for nothing."""
    asked = ""
    for entry in history:
        if entry.verb == "ask":
            asked = entry.note
        elif entry.now is not Status.WAITING or entry.verb in ("reply", "resume", "pause"):
            asked = ""
    return asked
