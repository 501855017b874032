"""What is done with processes: draft them, and publish them once they are right."""

import hashlib
from typing import Any

import msgspec

from city.kernel import Conflict, Invalid, Work, say
from city.processes import memory, store
from city.processes.checks import check
from city.processes.model import Definition, Draft, ProcessPublished, Version
from city.processes.source import MOST_BYTES, parse

_MOST_NOTE = 500


async def save_draft(work: Work, code: str, source: str, *, version: int, note: str = "") -> Draft:
    """Keep a text that somebody works on, right or wrong, and what they say is new in it.

    Needs `cases.manage`. `version` is that of the draft they began with, 0 if there was none.
    Raises Conflict when somebody else has saved meanwhile; every text that was ever saved stays.
    """
    work.actor.require("cases.manage")
    if len(source.encode()) > MOST_BYTES:
        too_long = say("The text is longer than {most} kB.", most=MOST_BYTES // 1000)
        raise Invalid({"source": too_long})
    latest = await store.find_draft(work, code)
    if latest is not None and (latest.source, latest.note) == (source, note):
        return latest
    draft = Draft(
        code=code,
        source=source,
        edited_at=work.now,
        edited_by=work.actor.name,
        person_id=work.actor.id,
        version=version + 1,
        note=note,
    )
    if (latest.version if latest else 0) != version or not await store.add_draft(work, draft):
        raise Conflict("Somebody else has saved this draft meanwhile. Compare, then save again.")
    return draft


async def publish(work: Work, source: str, *, code: str = "", note: str = "") -> Version:
    """Make this the latest version of its process; announce ProcessPublished.

    Needs `cases.manage`. Cases that are running keep their version. Raises Invalid with every
    reason why it cannot take effect, by path. The same again publishes nothing.
    """
    work.actor.require("cases.manage")
    definition = parse(source)
    if code and definition.code != code:
        raise Invalid({"code": say("This is the process “{code}”.", code=code)})
    faults = check(definition)
    if faults:
        raise Invalid({fault.path: fault.says for fault in reversed(faults)})
    published = await store.list_versions(work, definition.code)
    before = published[0].version if published else 0
    if before:
        latest = await store.get_version(work, definition.code, before)
        if latest.source == source:
            return latest
    return await add_version(
        work, definition, source, after=before, origin="city", note=note.strip()[:_MOST_NOTE]
    )


async def add_version(
    work: Work, definition: Definition, source: str, *, after: int, origin: str, note: str = ""
) -> Version:
    """Add the version that follows `after`; raise Conflict if somebody else just did."""
    version = Version(
        code=definition.code,
        version=after + 1,
        definition=definition,
        source=source,
        published_at=work.now,
        published_by=work.actor.name,
        note=note,
        digest=digest_of(definition),
        origin=origin,
    )
    content: dict[str, Any] = msgspec.to_builtins(definition)
    if not await store.add_version(work, version, content):
        raise Conflict("Somebody else has just published this process. Compare, then try again.")
    memory.forget()
    work.announce(ProcessPublished(code=version.code, version=version.version))
    return version


def digest_of(definition: Definition) -> str:
    """Return a digest (SHA-256, hex) of what a definition says, however its YAML is written."""
    said = msgspec.json.encode(definition, order="deterministic")
    return hashlib.sha256(said).hexdigest()
