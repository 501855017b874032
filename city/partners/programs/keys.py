"""Keys and tokens of programs: how they are made, and how one is told from a typing error.

`tt_` (a key) or `tta_` (an access token), 32 letters of 190 random bits, and 6 letters of CRC-32
over all that stands before them, in base 62. So a secret scanner knows one wherever it lies, and a
made-up one is refused without asking the database.
"""

import hashlib
import re
import secrets
import string
import zlib

_LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SHAPE = re.compile(r"(tta?)_[0-9A-Za-z]{38}", re.ASCII)
_SHOWN = 10


def new_key() -> str:
    """Return a new key of a program."""
    return _made("tt_")


def new_token() -> str:
    """Return a new access token of a program."""
    return _made("tta_")


def prefix_of(key: str) -> str:
    """Return as much of a key as may be shown, to tell it from others."""
    return key[:_SHOWN]


def is_ours(borne: str) -> bool:
    """Return whether this looks like a key or token of a program, right or wrong."""
    return borne.startswith(("tt_", "tta_"))


def is_whole(borne: str) -> bool:
    """Return whether this is written as our keys and tokens are, with the right check letters."""
    return bool(_SHAPE.fullmatch(borne)) and _check(borne[:-6]) == borne[-6:]


def hash_of(secret: str) -> bytes:
    """Return what is kept of a key or token: it is random enough for plain SHA-256."""
    return hashlib.sha256(secret.encode()).digest()


def _made(prefix: str) -> str:
    body = prefix + "".join(secrets.choice(_LETTERS) for _ in range(32))
    return body + _check(body)


def _check(body: str) -> str:
    rest, letters = zlib.crc32(body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        letters = _LETTERS[digit] + letters
    return letters
