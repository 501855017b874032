"""What must come with a step: photos, documents, words, and the answers to a form."""

from typing import Any
from uuid import UUID

import jsonschema
import msgspec
from msgspec import Struct

from city import media
from city.cases.model import MOST_LETTERS
from city.kernel import Invalid, Says, Work, say
from city.processes import Transition


class Brought(Struct, frozen=True, kw_only=True):
    """What somebody brings to a step besides words: uploaded files, and answers to its form."""

    photos: list[UUID] = []
    documents: list[UUID] = []
    given: dict[str, Any] = {}


NOTHING = Brought()

MOST_BYTES = 20_000
"""So much the answers to a step's form can be, as JSON: the history keeps them for ever."""


async def prove(
    work: Work, way: Transition, text: str, brought: Brought, field: str = "note"
) -> dict[str, Any]:
    """Check what a way needs, claim the files, and return what the history keeps of it.

    `files` are the photos, `documents` the other files, `given` the answers to the form. Raises
    Invalid by field; `field` is the one in which the words were written.
    """
    needs, text, photos = way.needs, text.strip(), list(dict.fromkeys(brought.photos))
    errors: dict[str, Says] = {}
    if len(text) > MOST_LETTERS:
        errors[field] = too_long(text)
    elif len(text) < needs.text:
        errors[field] = say("Please write at least {least} characters.", least=needs.text)
    if len(photos) < needs.photos and not (needs.or_text and len(text) >= needs.or_text):
        errors[field if needs.or_text else "photos"] = _proof(needs.photos, needs.or_text)
    if len(brought.documents) < needs.documents:
        errors["documents"] = say("Please add the record or document that belongs to it.")
    errors |= form_faults(way.form, brought.given)
    if errors:
        raise Invalid(errors)
    facts: dict[str, Any] = {}
    for name, ids in (("files", photos), ("documents", brought.documents)):
        if ids:
            claimed = await media.claim_files(work, ids)
            facts[name] = [str(file.id) for file in claimed]
    if brought.given:
        facts["given"] = brought.given
    return facts


def form_faults(form: dict[str, Any], given: dict[str, Any]) -> dict[str, Says]:
    """Return what is wrong with the answers to a way's form, by field."""
    if given and len(msgspec.json.encode(given)) > MOST_BYTES:
        return {"given": say("This is longer than what can be kept here.")}
    if not form:
        return {"given": say("This step asks for nothing more.")} if given else {}
    errors: dict[str, Says] = {}
    for error in jsonschema.Draft202012Validator(form).iter_errors(given):
        path = ".".join(str(part) for part in error.absolute_path)
        if error.validator == "required" and not path:
            missing = [name for name in form.get("required", []) if name not in given]
            errors |= {f"given.{name}": say("Please fill this in.") for name in missing}
        else:
            field = f"given.{path}" if path else "given"
            errors[field] = say("This does not fit what is asked for.")
    return errors


def words(field: str, text: str, missing: Says) -> str:
    """Return the text without blanks around it; raise Invalid if there is none or too much."""
    text = text.strip()
    if not text:
        raise Invalid({field: missing})
    if len(text) > MOST_LETTERS:
        raise Invalid({field: too_long(text)})
    return text


def too_long(text: str) -> Says:
    """Return what is said about a text that is too long."""
    return say(
        "Please write at most {most} characters; this has {n}.", most=MOST_LETTERS, n=len(text)
    )


def _proof(photos: int, letters: int) -> Says:
    if letters:
        return say(
            "Please add a photo, or say in at least {least} characters what was done.",
            least=letters,
        )
    return say("Please add {n} photos.", n=photos) if photos > 1 else say("Please add a photo.")
