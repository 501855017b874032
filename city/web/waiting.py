"""How long another server wants to be left alone."""

import email.utils
from datetime import datetime, timedelta


def retry_after(given: str, now: datetime, most: timedelta) -> timedelta | None:
    """Return what a Retry-After header says (RFC 9110 §10.2.3), `most` at most; None if nothing."""
    given = given.strip()
    if given.isascii() and given.isdecimal():
        return min(timedelta(seconds=int(given[:9])), most)
    try:
        until = email.utils.parsedate_to_datetime(given)
    except (ValueError, OverflowError, TypeError):
        return None
    if until.tzinfo is None:
        return None
    return max(timedelta(0), min(until - now, most))
