"""Signing people in to applications: codes, tokens, and what tokens open."""

import base64
import hmac
import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from city import identity, settings
from city.kernel import Actor, Database, Work, job, new_id
from city.partners import store
from city.partners.actions.applications import hash_of, new_secret
from city.partners.actions.consents import claims_of
from city.partners.keys import Keys, half_hash
from city.partners.model import (
    ACCESS_LASTS,
    ACR,
    ID_TOKEN_LASTS,
    REFRESH_LASTS,
    SCOPES,
    SIGN_IN_MOST,
    Application,
    Asked,
    Bearer,
    OAuthError,
    SignIn,
    Tokens,
    time_of,
)
from city.web import render_words

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_NO_GRANT = "This is not good for a token any more."

OPEN_TO_PROGRAMS = {("POST", "/api/v1/reports"): "reports:submit"}
"""What of the city's API an access token opens, and the scope that is needed for it."""


async def issue_code(work: Work, asked: Asked) -> str:
    """Return a code for what was asked; the actor has agreed to it. It works once, for a minute."""
    work.actor.require("me")
    code = new_secret()
    sign_in = SignIn(
        id=new_id(),
        application_id=asked.application.id,
        person_id=work.actor.person_id,
        scopes=list(asked.scopes),
        redirect_uri=asked.redirect_uri,
        challenge=asked.challenge,
        nonce=asked.nonce,
        acr=ACR[work.actor.assurance],
        signed_in_at=signed_in_at(work.actor, work.now),
        begun_at=work.now,
    )
    await store.add_sign_in(work, sign_in, hash_of(code))
    return code


def signed_in_at(actor: Actor, now: datetime) -> datetime:
    """Return when the actor last signed in to the city: when the session began."""
    return min(time_of(actor.session_id), now) if actor.session_id else now


def proof_of(authorization: str, form: dict[str, str]) -> tuple[str, str]:
    """Return name and secret of the client that asks (RFC 6749 §2.3), either of them may be empty.

    It proves itself by Basic or in the form, one way only; else OAuthError is raised.
    """
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    if not authorization:
        return client_id, secret
    named, proof = _basic(authorization)
    if secret or (client_id and client_id != named):
        raise OAuthError("invalid_request", "Prove who you are in one way only.")
    return named, proof


async def authenticate(work: Work, client_id: str, secret: str) -> Application:
    """Return the application that asks; raise OAuthError `invalid_client`.

    A confidential one proves itself by its secret; a public one names itself and proves itself by
    PKCE.
    """
    application = await store.find_application(work, client_id)
    if application is None or application.state == "suspended":
        raise OAuthError("invalid_client", "There is no such application.", 401)
    if application.public:
        if secret:
            raise OAuthError("invalid_client", "A public application has no secret.", 401)
    elif not hmac.compare_digest(hash_of(secret), application.secret_hash or b""):
        raise OAuthError("invalid_client", "The secret is wrong.", 401)
    return application


async def exchange_code(
    work: Work, keys: Keys, application: Application, form: dict[str, str]
) -> Tokens:
    """Return tokens for a code (RFC 6749 §4.1.3, RFC 7636 §4.6); raise OAuthError.

    The code is used up whatever comes of it. Presented again, it ends what it had brought
    (RFC 6749 §4.1.2): somebody has it who should not.
    """
    used = await store.use_code(work, hash_of(form.get("code", "")))
    if used is None:
        raise OAuthError("invalid_grant", _NO_GRANT)
    verifier = form.get("code_verifier", "")
    fits = (
        used.application_id == application.id
        and used.redirect_uri == form.get("redirect_uri")
        and _VERIFIER.fullmatch(verifier)
        and hmac.compare_digest(create_s256_code_challenge(verifier), used.challenge)
    )
    if used.uses > 1 or used.is_over or used.is_late or not fits:
        await store.end_sign_in(work, used.id)
        raise OAuthError("invalid_grant", _NO_GRANT)
    language = settings.current().profile.language
    opened = [render_words(language, SCOPES[code].title) for code in used.scopes if code in SCOPES]
    name = application.called(language)
    await identity.note_partner(work, used.person_id, partner=name, purpose=", ".join(opened))
    return await _give_tokens(work, keys, application, used, used.scopes)


async def refresh_tokens(
    work: Work, keys: Keys, application: Application, form: dict[str, str]
) -> Tokens:
    """Return new tokens for a refresh token, which is used up (RFC 9700 §4.14.2).

    One that was used before ends the sign-in: of two who have it, one stole it. A `scope` may ask
    for less than was granted.
    """
    held = await store.use_refresh(work, hash_of(form.get("refresh_token", "")))
    if held is None or held.application_id != application.id:
        raise OAuthError("invalid_grant", _NO_GRANT)
    if held.was_used:
        await store.end_sign_in(work, held.id)
        raise OAuthError("invalid_grant", _NO_GRANT)
    if held.is_over or held.is_late:
        raise OAuthError("invalid_grant", _NO_GRANT)
    scopes = list(dict.fromkeys(form.get("scope", "").split())) or held.scopes
    if [scope for scope in scopes if scope not in held.scopes]:
        await store.end_sign_in(work, held.id)
        raise OAuthError("invalid_scope", "This asks for more than was granted.")
    return await _give_tokens(work, keys, application, held, scopes)


async def revoke(work: Work, application: Application, token: str) -> None:
    """Make a token worthless (RFC 7009): an access token alone, a refresh token with all of it."""
    hash = hash_of(token)
    if await store.remove_token(work, hash, application.id):
        return
    if sign_in_id := await store.find_token_sign_in(work, hash, application.id):
        await store.end_sign_in(work, sign_in_id)


async def get_bearer(work: Work, authorization: str) -> Bearer:
    """Return whom an access token speaks for (RFC 6750 §2.1); raise OAuthError `invalid_token`."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise OAuthError("invalid_token", "An access token is needed.", 401)
    bearer = await store.find_bearer(work, hash_of(token.strip()))
    if bearer is None:
        raise OAuthError("invalid_token", "This token is worth nothing, or nothing any more.", 401)
    return bearer


async def tell_userinfo(work: Work, keys: Keys, bearer: Bearer) -> dict[str, Any]:
    """Return what a token may know of its person (OpenID Connect Core §5.3)."""
    subject = keys.subject(bearer.sector, bearer.person_id)
    return await claims_of(work, bearer.person_id, bearer.scopes, bearer.ward, subject=subject)


async def find_bearer(database: Database, token: str) -> Bearer | None:
    """Return whom an access token speaks for, or None."""
    async with database.work(Actor(), reading=True) as work:
        return await store.find_bearer(work, hash_of(token))


def speak_for(bearer: Bearer, scope: str) -> Actor:
    """Return the person a token speaks for, with this one permission and without their session."""
    return Actor(
        id=bearer.person_id,
        permissions=frozenset({scope.replace(":", ".")}),
        assurance=ACR.index(bearer.acr),
    )


async def sign_out_of(work: Work, application_id: UUID) -> None:
    """End the actor's sign-ins into an application; the consent stays."""
    work.actor.require("me")
    await store.end_own(work, application_id, work.actor.person_id)


@job(every=SIGN_IN_MOST / 90)
async def remove_expired(work: Work) -> None:
    """Remove tokens and sign-ins that no longer matter."""
    await store.remove_expired(work, work.now - SIGN_IN_MOST)


async def _give_tokens(
    work: Work, keys: Keys, application: Application, sign_in: SignIn, scopes: list[str]
) -> Tokens:
    access, refresh = new_secret(), new_secret()
    last = sign_in.begun_at + SIGN_IN_MOST
    given = await store.add_tokens(
        work,
        sign_in,
        scopes,
        hash_of(access),
        work.now + ACCESS_LASTS,
        hash_of(refresh),
        min(work.now + REFRESH_LASTS, last),
    )
    if not given or work.now > last:
        raise OAuthError("invalid_grant", _NO_GRANT)
    id_token = None
    if "openid" in scopes:
        id_token = keys.sign(
            _id_claims(work, keys, application, sign_in, scopes, access), application.alg
        )
    return Tokens(
        access_token=access,
        token_type="Bearer",  # noqa: S106 (a kind of token, not one)
        expires_in=int(ACCESS_LASTS.total_seconds()),
        scope=" ".join(scopes),
        refresh_token=refresh,
        id_token=id_token,
    )


def _id_claims(
    work: Work,
    keys: Keys,
    application: Application,
    sign_in: SignIn,
    scopes: list[str],
    access: str,
) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "iss": settings.current().url,
        "aud": application.code,
        "azp": application.code,
        "sub": keys.subject(application.sector, sign_in.person_id),
        "iat": int(work.now.timestamp()),
        "exp": int((work.now + ID_TOKEN_LASTS).timestamp()),
        "auth_time": int(sign_in.signed_in_at.timestamp()),
        "at_hash": half_hash(access),
    }
    if sign_in.nonce:
        claims["nonce"] = sign_in.nonce
    if "assurance" in scopes:
        claims["acr"] = sign_in.acr
    return claims


def _basic(authorization: str) -> tuple[str, str]:
    """Return name and secret of a Basic header, each of which is form-encoded (RFC 6749 §2.3.1)."""
    scheme, _, sealed = authorization.partition(" ")
    try:
        written = base64.b64decode(sealed, validate=True).decode() if sealed else ""
    except ValueError:
        written = ""
    if scheme.lower() != "basic" or ":" not in written:
        raise OAuthError("invalid_client", "The Authorization header cannot be read.", 401)
    name, _, secret = written.partition(":")
    return unquote_plus(name), unquote_plus(secret)
