"""The words of data standards: code lists and their versions, kinds of files, faults. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

import msgspec
from msgspec import Struct

from city.kernel import Says, say
from city.opendata.model import Column


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A code and what it means, by language.

    `within` is the code of what it is a part of, in the same list. `becomes` are the codes of the
    list `becomes_list` that took its place. `also` are other names people use for it. `facts` are
    what else belongs to it, mostly codes of other lists.
    """

    code: str
    name: dict[str, str]
    within: str = ""
    becomes: list[str] = []
    also: list[str] = []
    facts: dict[str, str] = {}


class Change(Struct, frozen=True, kw_only=True):
    """The codes that are different from one version to the next.

    `renamed` mean the same by another name; `changed` have other facts and the same name.
    """

    added: list[str] = []
    removed: list[str] = []
    renamed: list[str] = []
    changed: list[str] = []

    def __bool__(self) -> bool:
        """Return whether anything is different."""
        return bool(self.added or self.removed or self.renamed or self.changed)


class Published(Struct, frozen=True, kw_only=True):
    """That a version of a list was published, when, and what it changed. The first adds nothing."""

    code: str
    number: int
    published_at: datetime
    digest: str
    codes: int
    change: Change


class ListVersion(Struct, frozen=True, kw_only=True):
    """A version of a code list as it was published."""

    code: str
    number: int
    published_at: datetime
    digest: str
    items: list[Item]
    change: Change


class CodeList(Struct, frozen=True, kw_only=True):
    """A list of codes that the city publishes. `becomes_list`: where its old codes lead to."""

    code: str
    title: Says
    about: Says
    icon: str
    becomes_list: str = ""


def change_between(before: Sequence[Item], after: Sequence[Item]) -> Change:
    """Return what is different, each in the order of its list."""
    old = {item.code: item for item in before}
    new = {item.code: item for item in after}
    both = [item for item in after if item.code in old]
    return Change(
        added=[item.code for item in after if item.code not in old],
        removed=[item.code for item in before if item.code not in new],
        renamed=[item.code for item in both if item.name != old[item.code].name],
        changed=[
            item.code
            for item in both
            if item != old[item.code] and item.name == old[item.code].name
        ],
    )


def digest_of(items: Sequence[Item]) -> str:
    """Return what tells one state of a list from any other: SHA-256 of its canonical JSON."""
    return sha256(msgspec.json.encode(items, order="deterministic")).hexdigest()


class Shape(StrEnum):
    """What a file of a standard is."""

    TABLE = "table"
    """CSV; or JSON, a list of objects with the columns as names."""
    AREAS = "areas"
    """GeoJSON: the columns are properties, and every feature has an area."""


class Standard(Struct, frozen=True, kw_only=True):
    """A kind of file that the city takes or gives, column by column.

    An optional column may be empty or left out; there are no columns but these. What stands in
    the column `key` stands there once. `within_city`: its places lie in the city. `ordered` are
    columns of moments, none of which comes before the one before it. `examples` are by column.
    """

    code: str
    title: Says
    about: Says
    columns: tuple[Column, ...]
    shape: Shape = Shape.TABLE
    key: str = ""
    within_city: bool = False
    ordered: tuple[str, ...] = ()
    most_letters: Mapping[str, int] = {}
    examples: Mapping[str, str] = {}
    dataset: str = ""
    filled_when: Mapping[str, tuple[str, str]] = {}
    """Columns that are filled exactly when another one has this value."""
    complete: bool = False
    """Every code of the list of its key has to be there."""

    @property
    def is_given(self) -> bool:
        """Whether it is what the city gives away, rather than what it takes."""
        return bool(self.dataset)


class Fault(Struct, frozen=True, kw_only=True):
    """What does not fit: where, what is there, what is wanted, and what may have been meant.

    `line` counts from 1 as editors do; in JSON it is the number of the entry. 0 is the whole file.
    """

    line: int
    column: str
    given: str
    says: Says
    suggestion: str = ""
    means: str = ""


class Encoding(StrEnum):
    """How the letters of a file are written."""

    UTF8 = "UTF-8"
    UTF8_BOM = "UTF-8 (BOM)"
    UTF16 = "UTF-16"
    WINDOWS = "Windows-1258"


class Looked(Struct, frozen=True, kw_only=True):
    """What a file is, as far as it can be sensed. `separator` is "" where there are no columns."""

    kind: str
    encoding: Encoding
    separator: str = ""


SEPARATORS: dict[str, Says] = {
    ",": say("comma"),
    ";": say("semicolon"),
    "\t": say("tab"),
    "|": say("bar"),
}


class Checked(Struct, frozen=True, kw_only=True):
    """What a file is like. `faults` are the first of `count`, in `lines` of its `rows`."""

    standard: str
    looked: Looked
    rows: int
    count: int
    lines: int
    faults: list[Fault]
    remarks: list[Says]

    @property
    def fits(self) -> bool:
        """Whether it fits."""
        return self.count == 0
