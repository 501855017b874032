"""Reading the telephone numbers and e-mail addresses that people type."""

import re
from email.errors import MessageError
from email.headerregistry import Address as MailAddress
from functools import lru_cache

import phonenumbers
from msgspec import Struct

from city.identity.model import Channel

HIDDEN = "•••"

_MAYBE_NUMBER = re.compile(r"\d(?:[^\w\n]{0,2}\d){7}")
_MAIL = re.compile(r"[^\s<>()\[\]\"',;:@]+@[^\s<>()\[\]\"',;:@]+\.\w+")
_IDENTITY_NUMBER = re.compile(r"(?<!\w)\d{12}(?!\w)")
"""A citizen's number in Vietnam (decree 137/2015/NĐ-CP, article 13)."""


class Address(Struct, frozen=True):
    """Where a code can be sent: E.164 for `sms`, small letters for `email`."""

    channel: Channel
    address: str


def read_address(written: str, country: str, *, sample: bool = False) -> Address | None:
    """Return the number or e-mail address a person meant, or None if it is neither.

    A number without a country code belongs to `country` (ISO 3166-1 alpha-2). In a sample city,
    numbers that nobody can have are numbers too: its people use them, so that no message can
    reach anybody.
    """
    written = written.strip()
    return _mail(written) if "@" in written else _phone(written, country, sample=sample)


def _phone(written: str, country: str, *, sample: bool) -> Address | None:
    if len(written) > 30 or any(c.isalpha() for c in written):
        return None
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    accept = phonenumbers.is_possible_number if sample else phonenumbers.is_valid_number
    if not accept(number):
        return None
    return Address("sms", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _mail(written: str) -> Address | None:
    if len(written) > 254:
        return None
    try:
        mail = MailAddress(addr_spec=written)
    except (ValueError, IndexError, MessageError):
        return None
    plain = f"{mail.username}@{mail.domain}".lower()
    if "." not in mail.domain or not mail.username or not plain.isascii() or " " in plain:
        return None
    if '"' in mail.addr_spec:
        return None  # Without its quotes, `"a@b.example,c"@d.example` is two people's addresses.
    return Address("email", plain)


def hide_addresses(text: str, country: str) -> str:
    """Return words in which `•••` stands for what leads to somebody.

    That is a telephone number that can exist (as dialled in `country` or with a country code), an
    e-mail address, and the twelve digits of a citizen's number.
    """
    if "@" in text:
        text = _MAIL.sub(HIDDEN, text)
    return _hide_numbers(text, country) if _MAYBE_NUMBER.search(text) else text


@lru_cache(maxsize=2048)
def _hide_numbers(text: str, country: str) -> str:
    """Do it once for a text: to find a number takes milliseconds, and lists are read often."""
    text = _IDENTITY_NUMBER.sub(HIDDEN, text)
    kept, end = [], 0
    for found in phonenumbers.PhoneNumberMatcher(text, country):
        kept += [text[end : found.start], HIDDEN]
        end = found.end
    return "".join([*kept, text[end:]])


def shown(channel: Channel, address: str) -> str:
    """Return an address as people write it, for its owner to see."""
    if channel == "email":
        return address
    number = phonenumbers.parse(address)
    style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def masked(channel: Channel, address: str) -> str:
    """Return an address that its owner knows again and nobody else can use."""
    if channel == "email":
        user, _, domain = address.partition("@")
        return f"{user[0]}•••@{domain}"
    return f"{address[:3]} ••• ••• {address[-3:]}"
