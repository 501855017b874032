"""What a person's QR code says, and reading it.

A code is `<address of the city>/qr#<token>`, so that a stranger's camera finds a page that explains
it, and the token never reaches a server's log. The token is a JWS (RFC 7515, Ed25519 of RFC 9864)
by a key of this installation kept beside its data and used for nothing else. What it signs is
short, so that the code has few squares: a letter (`p` a person for now, `c` a card), until when in
seconds of Unix time (4 bytes), and whom. What is on a telephone lasts two minutes and
says who it is sealed anew each time (AES-256-GCM), so that two readings cannot be told to be the
same person's by anybody but the city. A card bears a random id, which can be revoked.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from city import settings
from city.identity.model import QR_LASTS
from city.kernel import Problem

_ALGORITHM = "Ed25519"
_FILE = "personal-codes.jwk"


class Pointed(msgspec.Struct, frozen=True):
    """To whom or to which card a code points."""

    kind: Literal["person", "card"]
    id: UUID


class Keys:
    """The keys of this process, read once."""

    signing: OKPKey
    sealing: AESGCM


def open_keys(data: Path) -> None:
    """Read the key beside the city's data."""

    def make() -> bytes:
        return msgspec.json.encode(OKPKey.generate_key("Ed25519").as_dict(private=True))

    key = OKPKey.import_key(msgspec.json.decode(settings.kept_in(data / _FILE, make)))
    Keys.signing = key
    secret = str(key.as_dict(private=True)["d"]).encode()
    Keys.sealing = AESGCM(HKDF(SHA256(), 32, None, b"who a personal code names").derive(secret))


def code_of(person_id: UUID, now: datetime) -> tuple[str, datetime]:
    """Return the text of a person's code for now, and until when it is good."""
    nonce = os.urandom(12)
    sealed = nonce + Keys.sealing.encrypt(nonce, person_id.bytes, None)
    until = (now + QR_LASTS).replace(microsecond=0)
    return _text(b"p", until, sealed), until


def code_of_card(card_id: UUID, until: datetime) -> str:
    """Return the text of a printed card, which is the same each time it is printed."""
    return _text(b"c", until, card_id.bytes)


def read_code(text: str, now: datetime) -> Pointed:
    """Return to whom or what a code points; whether a card still counts is not known here.

    Raises Problem for what is no personal code of this city, and for one that is over.
    """
    try:
        token = jws.deserialize_compact(
            text.strip().rpartition("#")[2], Keys.signing, algorithms=[_ALGORITHM]
        )
        said = token.payload
        is_card = said[:1] == b"c"
        raw = said[5:] if is_card else Keys.sealing.decrypt(said[5:17], said[17:], None)
        pointed = Pointed("card" if is_card else "person", UUID(bytes=raw))
    except (JoseError, InvalidTag, ValueError) as error:
        raise Problem("This is not a personal code of this city.") from error
    if int.from_bytes(said[1:5]) <= now.timestamp():
        if is_card:
            raise Problem("This card is too old. The desk or a helper can issue a new one.")
        raise Problem("This code is over: it lasts two minutes. Please let them show a new one.")
    return pointed


def _text(kind: bytes, until: datetime, whom: bytes) -> str:
    said = kind + int(until.timestamp()).to_bytes(4) + whom
    token = jws.serialize_compact({"alg": _ALGORITHM}, said, Keys.signing, algorithms=[_ALGORITHM])
    return f"{settings.current().url}/qr#{token}"
