import json
import os
from pathlib import Path

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from city.messages.push.seal import (
    CURVE,
    MOST_BYTES,
    MOST_PLAIN_BYTES,
    BadKeys,
    TooLong,
    prepare,
    public_bytes,
    seal,
    seal_prepared,
    unseal,
)
from city.messages.push.twin import is_signed
from city.messages.push.vapid import Vapid, base64url, from_base64url, open_vapid
from city.settings import Settings

DEVICE = ec.generate_private_key(CURVE)
PUBLIC = public_bytes(DEVICE)
AUTH = os.urandom(16)
SERVER = ec.generate_private_key(CURVE)
IKM = prepare(SERVER, PUBLIC, AUTH)

lengths = st.integers(0, MOST_PLAIN_BYTES)


def opened(body: bytes) -> bytes:
    """What the reference implementation reads in it."""
    return http_ece.decrypt(body, private_key=DEVICE, auth_secret=AUTH, version="aes128gcm")


def key_of(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(from_base64url(text), "big"), CURVE)


@given(lengths)
@settings(max_examples=60)
def test_another_implementation_opens_what_is_sealed_with_a_key_of_its_own(length: int) -> None:
    plain = os.urandom(length)
    body = seal(plain, PUBLIC, AUTH)
    assert opened(body) == plain == unseal(body, DEVICE, AUTH)


@given(lengths)
@settings(max_examples=60)
def test_another_implementation_opens_what_is_sealed_for_a_broadcast(length: int) -> None:
    plain = os.urandom(length)
    body = seal_prepared(plain, IKM, public_bytes(SERVER))
    assert opened(body) == plain == unseal(body, DEVICE, AUTH)


@given(st.binary(min_size=1, max_size=MOST_PLAIN_BYTES))
@settings(max_examples=20)
def test_what_another_implementation_seals_is_opened(plain: bytes) -> None:
    body = http_ece.encrypt(
        plain, private_key=SERVER, dh=PUBLIC, auth_secret=AUTH, version="aes128gcm"
    )
    assert unseal(body, DEVICE, AUTH) == plain


def test_it_is_byte_for_byte_the_example_of_the_standard() -> None:
    """RFC 8291, Appendix A."""
    server = key_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    device = from_base64url(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )
    auth = from_base64url("BTBZMqHH6r4Tts7J_aSIgg")
    salt = from_base64url("DGv6ra1nlYgDCS1FRnbzlw")
    ikm = prepare(server, device, auth)
    assert base64url(ikm) == "S4lYMb_L0FxCeq0WhDx813KgSYqU26kOyzWUdsXYyrg"
    body = seal_prepared(
        b"When I grow up, I want to be a watermelon", ikm, public_bytes(server), salt
    )
    assert base64url(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYW"
        "AmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgS"
        "xsj_Qulcy4a-fN"
    )


def test_the_longest_push_fits_the_record_and_a_longer_one_is_refused_in_words() -> None:
    assert len(seal(bytes(MOST_PLAIN_BYTES), PUBLIC, AUTH)) == MOST_BYTES
    for too_long in (
        lambda: seal(bytes(MOST_PLAIN_BYTES + 1), PUBLIC, AUTH),
        lambda: seal_prepared(bytes(MOST_PLAIN_BYTES + 1), IKM, public_bytes(SERVER)),
    ):
        with pytest.raises(TooLong, match="3993"):
            too_long()


def test_no_two_messages_are_alike_though_their_words_are() -> None:
    bodies = {seal_prepared(b"the same", IKM, public_bytes(SERVER)) for _ in range(200)}
    assert len({body[:16] for body in bodies}) == len({body[86:] for body in bodies}) == 200


@pytest.mark.parametrize(
    ("public", "auth"),
    [
        (b"", AUTH),
        (PUBLIC[:-1], AUTH),
        (b"\x04" + bytes(64), AUTH),  # Not on the curve.
        (b"\x02" + PUBLIC[1:33], AUTH),  # Compressed: the device would seal with other bytes.
        (PUBLIC, AUTH[:-1]),
    ],
    ids=["nothing", "short", "off the curve", "compressed", "short secret"],
)
def test_keys_that_are_none_are_refused(public: bytes, auth: bytes) -> None:
    with pytest.raises(BadKeys):
        prepare(SERVER, public, auth)


def test_a_changed_byte_is_noticed() -> None:
    body = bytearray(seal(b"Nuoc dang len", PUBLIC, AUTH))
    body[-1] ^= 1
    with pytest.raises(Exception):  # noqa: B017
        unseal(bytes(body), DEVICE, AUTH)


VAPID = Vapid(ec.generate_private_key(CURVE), "https://hue.example")
NOON = 1_795_000_000.0


def test_a_push_service_can_tell_who_sends() -> None:
    header = VAPID.header("https://push.example", NOON)
    assert is_signed(header, "https://push.example", NOON)
    assert not is_signed(header, "https://other.example", NOON), "for another service"
    assert not is_signed(header, "https://push.example", NOON + 12 * 3600 + 1), "too late"
    other = Vapid(ec.generate_private_key(CURVE), "https://hue.example")
    forged = header.split("k=")[0] + f"k={other.public}"
    assert not is_signed(forged, "https://push.example", NOON), "signed by another key"
    for nonsense in ("", "vapid", "vapid t=a.b.c, k=AA", "Bearer x", header.replace("t=", "q=")):
        assert not is_signed(nonsense, "https://push.example", NOON)


def test_what_is_signed_is_what_the_standard_asks_for() -> None:
    token = VAPID.header("https://push.example", NOON).split("t=")[1].split(",")[0]
    head, claims = (json.loads(from_base64url(part)) for part in token.split(".")[:2])
    assert head == {"typ": "JWT", "alg": "ES256"}
    assert claims == {
        "aud": "https://push.example",
        "exp": NOON + 12 * 3600,
        "sub": "https://hue.example",
    }


def test_a_signature_is_kept_for_its_service_and_made_anew_before_it_ends() -> None:
    first = VAPID.header("https://a.example", NOON)
    assert VAPID.header("https://a.example", NOON + 10 * 3600) == first
    assert VAPID.header("https://b.example", NOON) != first
    renewed = VAPID.header("https://a.example", NOON + 11.5 * 3600)
    assert renewed != first
    assert is_signed(renewed, "https://a.example", NOON + 20 * 3600)


def test_the_key_is_made_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    here = Settings(data=tmp_path, secret="x", base_url="https://hue.example")
    first = open_vapid(here)
    assert open_vapid(here).public == first.public
    assert (tmp_path / "vapid.key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["vapid.key"]
    assert first.contact == "https://hue.example"
    given = replace(here, vapid_key=(tmp_path / "vapid.key").read_text(), push_contact="mailto:a@b")
    assert (open_vapid(given).public, open_vapid(given).contact) == (first.public, "mailto:a@b")
    with pytest.raises(SystemExit, match="VAPID_KEY"):
        open_vapid(replace(here, vapid_key="not a key!"))


def test_the_key_of_broadcasts_is_another_in_each_generation_and_the_same_after_a_restart() -> None:
    again = Vapid(VAPID.key, "https://hue.example")
    _, public = VAPID.broadcast_key(24_323)
    assert again.broadcast_key(24_323)[1] == public
    assert VAPID.broadcast_key(24_324)[1] != public != from_base64url(VAPID.public)
