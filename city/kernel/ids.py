"""Identifiers: UUIDv7 for machines, short references for people."""

import os
import secrets
import time
from uuid import UUID

# Crockford's base 32: no I, L, O or U, so that what is read out loud is what was written.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILOU", "110V", " -–—.·")


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562): later ids sort after earlier ones, to the millisecond."""
    value = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def new_ref() -> str:
    """Return a reference that a person can read out, such as `7K3M-Q9TD` (40 random bits)."""
    return number_ref(secrets.randbits(40))


def read_ref(written: str) -> str | None:
    """Return the reference a person meant, forgiving case, spaces, and O for 0; None if none."""
    letters = written.strip().upper().translate(_MISREAD)
    if len(letters) != 8 or any(letter not in _ALPHABET for letter in letters):
        return None
    return f"{letters[:4]}-{letters[4:]}"


def ref_number(ref: str) -> int:
    """Return the 40-bit number a reference writes."""
    number = 0
    for letter in ref.replace("-", ""):
        number = number << 5 | _ALPHABET.index(letter)
    return number


def number_ref(number: int) -> str:
    """Return the reference that writes this 40-bit number."""
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"
