"""The categories of the city's profile: reading them in, and knowing them by heart.

Opening a case takes one statement, so what its category promises is kept in this process. That
statement itself checks that the category is still as it was remembered (`Category.revision`).
"""

import hashlib
import time
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from city.cases import store
from city.cases.model import Category, Process
from city.kernel import Work

_FRESH_SECONDS = 60.0


class _Minutes(msgspec.Struct):
    acknowledge: int = 5
    dispatch: int = 10
    close: int = 240


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
    verify_working_days: int = 1
    working_days: int = 7
    minutes: _Minutes = msgspec.field(default_factory=_Minutes)
    private: bool = False
    unit: str | None = None


class _File(msgspec.Struct):
    group: list[_Group]
    category: list[_Category]


class _Memory:
    """What this process remembers of the categories."""

    def __init__(self) -> None:
        self.by_code: dict[str, Category] = {}
        self.read_at = 0.0


_memory = _Memory()


async def known_categories(work: Work) -> dict[str, Category]:
    """Return every category by its code, the retired ones too, as this process remembers them.

    Read again once a minute: for showing names, not for deciding.
    """
    if not _memory.by_code or time.monotonic() - _memory.read_at > _FRESH_SECONDS:
        await read_again(work)
    return _memory.by_code


async def remembered(work: Work, code: str) -> Category | None:
    """Return a category in use without a statement if it is remembered; None if there is none."""
    category = _memory.by_code.get(code)
    if category is None or category.retired_at is not None:
        category = (await read_again(work)).get(code)
    return category if category is not None and category.retired_at is None else None


async def read_again(work: Work) -> dict[str, Category]:
    """Read every category from the database and remember them."""
    _memory.by_code = {c.code: c for c in await store.list_all_categories(work)}
    _memory.read_at = time.monotonic()
    return _memory.by_code


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
        rows[category.code] = _row(rank, category, groups[category.group])
    await store.set_categories(work, list(rows.values()))
    await read_again(work)


def _row(rank: int, category: _Category, group: _Group) -> dict[str, Any]:
    row = msgspec.to_builtins(category)
    del row["group"], row["minutes"]
    row |= {
        "rank": rank,
        "grp": group.code,
        "grp_name": group.name,
        "grp_icon": group.icon,
        "acknowledge_minutes": category.minutes.acknowledge,
        "dispatch_minutes": category.minutes.dispatch,
        "close_minutes": category.minutes.close,
    }
    said = msgspec.json.encode(row, order="deterministic")
    return {**row, "revision": hashlib.sha256(said).hexdigest()[:16]}
