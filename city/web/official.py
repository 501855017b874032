"""What the city says officially, and how anybody can check that it did say it."""

import hashlib
from datetime import datetime
from typing import Literal

from msgspec import Struct

from city.kernel import Says

State = Literal["valid", "replaced", "withdrawn"]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILOU", "110V", " -–—.·")
_LETTERS = 4


class Official(Struct, frozen=True, kw_only=True):
    """Something official that was found by its code, as its page says it to anybody.

    `kind` and `title` are sentences to be translated, `issued_by` is a name in each language.
    `state`: it stands, something later stands in its place, or it was taken back. `link` is where
    the whole of it is (empty: nowhere for this reader), `fingerprint` is SHA-256, as hex, of what
    was said. Nothing here may tell a stranger what is not public.
    """

    code: str
    kind: Says
    title: Says
    issued_by: dict[str, str]
    issued_at: datetime
    state: State
    link: str = ""
    fingerprint: str = ""


def read_official(written: str) -> str | None:
    """Return the code that somebody typed, forgiving case, spaces and O for 0; None if none."""
    letters = written.strip().upper().translate(_MISREAD)
    if len(letters) != 8 + _LETTERS or any(letter not in _ALPHABET for letter in letters):
        return None
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def official_code(ref: str, sealed: str) -> str:
    """Return the code under which something official about `ref` is checked: `7K3M-Q9TD-W4XZ`.

    The last four letters come from `sealed`, a digest of what was said that is not public: a code
    that nobody was given is guessed once in a million times.
    """
    number = int.from_bytes(hashlib.sha256(f"official {ref} {sealed}".encode()).digest()[:4])
    letters = "".join(_ALPHABET[number >> 5 * n & 31] for n in range(_LETTERS))
    return f"{ref}-{letters}"
