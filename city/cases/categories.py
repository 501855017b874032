"""The categories of the city's profile: reading them in, and knowing them by heart.

Opening a case takes one statement, so what its category promises is kept in this process. That
statement itself checks that the category is still as it was remembered (`Category.revision`).
"""

import hashlib
import re
import time
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from city import processes
from city.cases import store
from city.cases.deadlines import promise_for, spans_for
from city.cases.learning import teach_words
from city.cases.model import Attribute, Category, Process
from city.kernel import Work
from city.processes import Span, Version

_FRESH_SECONDS = 60.0
_CODE = re.compile("[a-z0-9]+(-[a-z0-9]+)*")

_USUAL = {
    Process.INSTANT: "urgent",
    Process.TIME_BOUND: "ordinary",
    Process.COMMAND: "command",
}
"""How a category's cases go when it does not name a process."""


class _Minutes(msgspec.Struct):
    acknowledge: int | None = None
    dispatch: int | None = None
    close: int | None = None


class _Group(msgspec.Struct):
    code: str
    icon: str
    name: dict[str, str]


class _Category(msgspec.Struct):
    code: str
    group: str
    icon: str
    name: dict[str, str]
    process: Process
    hint: dict[str, str] = {}
    keywords: list[str] = []
    definition: str = ""
    verify_working_days: int | None = None
    working_days: int | None = None
    minutes: _Minutes = msgspec.field(default_factory=_Minutes)
    private: bool = False
    unit: str | None = None
    attribute: list[Attribute] = []


class _File(msgspec.Struct):
    group: list[_Group]
    category: list[_Category]


class _Memory:
    """What this process remembers of the categories."""

    def __init__(self) -> None:
        self.by_code: dict[str, Category] = {}
        self.versions: dict[str, Version] = {}
        self.read_at = 0.0

    @property
    def stale(self) -> bool:
        return time.monotonic() - self.read_at > _FRESH_SECONDS


_memory = _Memory()


async def known_categories(work: Work) -> dict[str, Category]:
    """Return every category by its code, the retired ones too, as this process remembers them.

    Read again once a minute: for showing names, not for deciding.
    """
    if not _memory.by_code or _memory.stale:
        await read_again(work)
    return _memory.by_code


async def remembered(work: Work, code: str) -> Category | None:
    """Return a category in use without a statement if it is remembered; None if there is none."""
    category = _memory.by_code.get(code)
    if category is None or category.retired_at is not None or _memory.stale:
        category = (await read_again(work)).get(code)
    return category if category is not None and category.retired_at is None else None


async def read_again(work: Work) -> dict[str, Category]:
    """Read every category from the database and remember them."""
    by_code = {c.code: c for c in await store.list_all_categories(work)}
    used = {category.definition for category in by_code.values()}
    _memory.versions = {code: await processes.current(work, code) for code in sorted(used)}
    _memory.by_code = by_code
    _memory.read_at = time.monotonic()
    teach_words(by_code.values())
    return by_code


def process_of(category: Category) -> Version:
    """Return the process that new cases of this category go by."""
    return _memory.versions[category.definition]


def deadline_for(category: Category, opened_at: datetime) -> datetime:
    """Return by when a case of this category opened then must be done."""
    return promise_for(promised(category), opened_at).due_at or opened_at


def promised(category: Category) -> dict[str, Span]:
    """Return what is promised to a new case of this category, by the name of the deadline."""
    return spans_for(process_of(category).definition, category)


async def load_profile(work: Work, folder: Path) -> None:
    """Bring the categories to what the profile's `categories.toml` says; the same again changes
    nothing. One that is gone from the file is retired.

    Raises ValueError with the reason when the file is not as it should be.
    """
    try:
        content = tomllib.loads((folder / "categories.toml").read_text(encoding="utf-8"))
        file = msgspec.convert(content, _File)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{folder.name}/categories.toml cannot be used: {error}") from error
    groups = {group.code: group for group in file.group}
    rows: dict[str, dict[str, Any]] = {}
    for rank, category in enumerate(file.category, 1):
        if category.group not in groups:
            raise ValueError(f"{category.code}: there is no group {category.group}.")
        if category.code in rows:
            raise ValueError(f"{category.code} is there twice.")
        code = category.definition or _USUAL[category.process]
        version = await processes.current(work, code)
        if version.definition.process is not category.process:
            raise ValueError(f"{category.code}: {code} is not a process of this group.")
        _check_attributes(category)
        rows[category.code] = _row(rank, category, groups[category.group])
    await store.set_categories(work, list(rows.values()))
    await read_again(work)


def _check_attributes(category: _Category) -> None:
    """Raise ValueError unless every question can be asked and answered."""
    codes = [attribute.code for attribute in category.attribute]
    if len(set(codes)) < len(codes):
        raise ValueError(f"{category.code}: an attribute is there twice.")
    for one in category.attribute:
        name = f"{category.code}, attribute {one.code}"
        keys = [value.key for value in one.values]
        if not _CODE.fullmatch(one.code):
            raise ValueError(f"{name}: a code has small letters, digits and hyphens.")
        if one.is_list != bool(keys) or len(set(keys)) < len(keys) or not all(keys):
            raise ValueError(f"{name}: a list, and only a list, has values with keys of their own.")
        if not one.question or (one.required and not one.variable):
            raise ValueError(f"{name}: it must ask something, and a notice cannot be required.")


def _row(rank: int, category: _Category, group: _Group) -> dict[str, Any]:
    row = msgspec.to_builtins(category)
    del row["group"], row["minutes"], row["attribute"]
    row |= {
        "attributes": msgspec.to_builtins(category.attribute),
        "rank": rank,
        "definition": category.definition or _USUAL[category.process],
        "grp": group.code,
        "grp_name": group.name,
        "grp_icon": group.icon,
        "acknowledge_minutes": category.minutes.acknowledge,
        "dispatch_minutes": category.minutes.dispatch,
        "close_minutes": category.minutes.close,
    }
    said = msgspec.json.encode(row, order="deterministic")
    return {**row, "revision": hashlib.sha256(said).hexdigest()[:16]}
