"""Ready-made texts: kept in every language of the city, with blanks that a case fills."""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from city.cases import store
from city.cases.store.desk import Template
from city.kernel import Conflict, Invalid, Says, Work, say

Kind = Literal["answer", "reject", "send_back", "question"]

KINDS: dict[str, Says] = {
    "answer": say("Answer of a unit"),
    "reject": say("Why it is not taken on"),
    "send_back": say("What is missing in an answer"),
    "question": say("Question to the reporter"),
}

BLANKS: dict[str, Says] = {
    "ref": say("the reference"),
    "title": say("the first line of the report"),
    "category": say("the category"),
    "place": say("where it is"),
    "unit": say("the unit that has it"),
    "due": say("the day it is due"),
    "today": say("today's date"),
    "city": say("the city's name"),
    "hotline": say("the city's telephone number"),
    "reporter_word": say("how the city addresses the reporter"),
}
"""What may stand in braces, and what it becomes."""

REPORTER_WORDS = {"vi": "quý ông/bà", "en": "you"}
"""The desk does not know who reported, so everybody is addressed alike."""

_BLANK = re.compile(r"\{([^{}]*)\}")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

Words = Annotated[str, Meta(max_length=4000)]


class NewTemplate(Struct, frozen=True, kw_only=True):
    """A ready-made text as it is written on its page; `version` 0 is a new one."""

    code: Annotated[str, Meta(max_length=40)]
    kind: Kind
    name: dict[str, str]
    text: dict[str, str]
    version: int = 0


async def save_template(work: Work, new: NewTemplate, languages: list[str]) -> None:
    """Keep a ready-made text. Needs `cases.manage`.

    Raises Invalid if a language is missing or a blank is unknown, Conflict if somebody else has
    changed it since this version.
    """
    work.actor.require("cases.manage")
    if errors := faults(new, languages):
        raise Invalid(errors)
    template = Template(
        code=new.code,
        kind=new.kind,
        name=new.name,
        text=new.text,
        version=new.version,
        changed_by=work.actor.name,
        changed_at=work.now,
    )
    if new.version:
        if not await store.set_template(work, template):
            raise Conflict("Somebody else has changed this text meanwhile. Please look again.")
    elif not await store.add_template(work, template):
        raise Invalid({"code": say("There is a text of this code already.")})


async def remove_template(work: Work, code: str, version: int) -> None:
    """Remove a ready-made text. Needs `cases.manage`."""
    work.actor.require("cases.manage")
    if not await store.drop_template(work, code, version):
        raise Conflict("Somebody else has changed this text meanwhile. Please look again.")


def faults(new: NewTemplate, languages: list[str]) -> dict[str, Says]:
    """Return what is wrong with a text, by field."""
    errors: dict[str, Says] = {}
    if not _CODE.fullmatch(new.code):
        errors["code"] = say("Please use small letters, digits and hyphens.")
    for language in languages:
        if not new.name.get(language, "").strip():
            errors[f"name_{language}"] = say("Please fill this in.")
        text = new.text.get(language, "")
        unknown = [name for name in _BLANK.findall(text) if name not in BLANKS]
        if not text.strip():
            errors[f"text_{language}"] = say("Please fill this in.")
        elif unknown:
            errors[f"text_{language}"] = say("There is no blank {name}.", name=f"[{unknown[0]}]")
        elif "{" in _BLANK.sub("", text) or "}" in _BLANK.sub("", text):
            errors[f"text_{language}"] = say("A brace is open or closed that has no partner.")
    return errors


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its blanks filled; what is not known stays in braces, to be seen."""
    return _BLANK.sub(lambda blank: values.get(blank[1]) or blank[0], text)


SAMPLE_VALUES: dict[str, dict[str, str]] = {
    "vi": {
        "ref": "7K3M-Q9TD",
        "title": "Cột đèn số 14 bị tắt",
        "category": "Đèn đường",
        "place": "12 Lê Lợi, Phường Thuận Hóa",
        "unit": "HEPCO",
        "due": "thứ Sáu 27/11/2026",
        "today": "thứ Hai 23/11/2026",
        "city": "Huế",
        "hotline": "1900 1075",
        "reporter_word": REPORTER_WORDS["vi"],
    },
    "en": {
        "ref": "7K3M-Q9TD",
        "title": "Lamp post 14 is out",
        "category": "Street light",
        "place": "12 Lê Lợi, Thuận Hóa",
        "unit": "HEPCO",
        "due": "Friday 27 Nov 2026",
        "today": "Monday 23 Nov 2026",
        "city": "Huế",
        "hotline": "1900 1075",
        "reporter_word": REPORTER_WORDS["en"],
    },
}
"""What the preview fills in."""


async def load_templates(work: Work, folder: Path) -> int:
    """Add the texts of the profile's `templates.toml` that are not there yet; return how many."""
    file = folder / "templates.toml"
    if not file.is_file():
        return 0
    added = 0
    for given in tomllib.loads(file.read_text()).get("template", []):
        template = _from_profile(given, work.now)
        added += await store.add_template(work, template)
    return added


def _from_profile(given: Mapping[str, Any], now: datetime) -> Template:
    new = NewTemplate(
        code=given["code"], kind=given["kind"], name=given["name"], text=given["text"]
    )
    if errors := faults(new, list(new.text)):
        raise SystemExit(f"templates.toml, {new.code}: {next(iter(errors.values()))}")
    return Template(
        code=new.code,
        kind=new.kind,
        name=new.name,
        text=new.text,
        version=1,
        changed_by="",
        changed_at=now,
    )
