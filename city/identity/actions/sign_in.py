"""Coming in and going out: one-time codes, sessions, and how surely somebody is known."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from city import settings
from city.identity import codes, store
from city.identity.addresses import read_address
from city.identity.model import (
    ACTING,
    CODE_LASTS,
    CODE_TRIES,
    Assurance,
    CodePurpose,
    CodeRequested,
    CodeToSend,
    Entered,
    PersonSignedIn,
    permissions_of,
    waiting,
)
from city.kernel import (
    NOBODY,
    Actor,
    Conflict,
    Database,
    Forbidden,
    Invalid,
    Missing,
    Says,
    TooMany,
    Work,
    job,
    new_id,
    say,
)
from city.web import render_words

# How often a session's last use is written: often enough for people to know it again in a list.
_SEEN_EVERY = timedelta(hours=1)

# Codes for one address, and codes asked for from one place (families and offices share one).
_ADDRESS_PACE = ((1, 30), (5, 3600))
_ORIGIN_PACE = (30, 3600)


async def find_actor(database: Database, token: str) -> Actor | None:
    """Return who this session's token is, in one statement; None if it has ended or expired.

    Once an hour it also notes that the session is in use. A helper who acts for somebody is that
    person, with `helper_id`, and may do no more than helpers may.
    """
    async with database.work(NOBODY, reading=True) as work:
        sample = settings.current().sample
        visitor = await store.find_visitor(work, codes.hash_token(token), sample=sample)
        now = work.now
    if visitor is None:
        return None
    if now - visitor.seen_at >= _SEEN_EVERY:
        async with database.work(NOBODY) as work:
            await store.set_seen(work, visitor.session_id)
    permissions = permissions_of(visitor.roles)
    if visitor.for_id is not None and "identity.help" in permissions:
        return Actor(
            id=visitor.for_id,
            name=visitor.for_name or "",
            permissions=ACTING,
            language=visitor.language,
            session_id=visitor.session_id,
            assurance=visitor.for_assurance or 0,
            helper_id=visitor.person_id,
            helper_name=visitor.name,
        )
    return Actor(
        id=visitor.person_id,
        name=visitor.name,
        permissions=permissions,
        unit_id=visitor.unit_id,
        language=visitor.language,
        session_id=visitor.session_id,
        assurance=visitor.assurance,
    )


async def ask_for_code(
    work: Work,
    written: str,
    *,
    origin: str,
    language: str,
    purpose: CodePurpose = "sign-in",
    about: dict[str, Any] | None = None,
) -> UUID:
    """Have a one-time code sent to the telephone number or e-mail address; return its id.

    Whether the address is known makes no difference, to what happens or how long it takes.
    `origin` is where the request came from, kept only as a keyed hash. The code is good for its
    `purpose` only; `about` is what else its message says. Raises Invalid, or TooMany with how
    long to wait.
    """
    here = settings.current()
    read = read_address(written, here.profile.country, sample=here.sample)
    if read is None:
        raise Invalid(
            {"address": say("Please write a phone number, such as 0912 345 678, or an e-mail.")}
        )
    asked_from = codes.keyed_hash(origin)
    paces = [(codes.keyed_hash(f"{read.address} {n}"), n, s) for n, s in _ADDRESS_PACE]
    paces.append((asked_from, *_ORIGIN_PACE))
    until = await store.count_request(work, *(list(column) for column in zip(*paces, strict=True)))
    if until is not None:
        seconds = max(1, round((until - work.now).total_seconds()))
        raise TooMany(
            "Please wait {time} before you ask for another code.",
            seconds,
            time=waiting(seconds),
        )
    code_id = new_id()
    counter = codes.new_counter()
    await store.add_code(
        work,
        code_id,
        read.channel,
        read.address,
        language,
        counter,
        asked_from,
        purpose,
        about or {},
    )
    work.announce(CodeRequested(code_id=code_id))
    return code_id


async def get_code(work: Work, code_id: UUID) -> CodeToSend:
    """Return where a code is to be sent and what to say, for the room that sends it.

    Raises Missing if there is no such code. Its digits are derived anew; they are stored nowhere.
    """
    code = await store.find_code(work, code_id)
    if code is None:
        raise Missing("We could not find what you asked for.")
    digits = codes.digits_of(code.counter)
    text = render_words(code.language, _said_with(code, digits))
    if code.channel == "sms" and code.purpose != "help":
        # Lets a phone offer the code on this site only (WICG, origin-bound one-time codes).
        text += f"\n@{urlsplit(settings.current().url).netloc} #{digits}"
    return CodeToSend(
        channel=code.channel,
        address=code.address,
        language=code.language,
        digits=digits,
        text=text,
    )


def _said_with(code: store.Code, digits: str) -> Says:
    """Return the message a code is sent with. What it lets happen stands in it, in full."""
    minutes = CODE_LASTS.seconds // 60
    if code.purpose == "help":
        return say(
            "{code}: with this code you let {helper} act for you for {n} minutes. What for: "
            "{purpose}. Tell it to nobody else, and not at all if you do not want this.",
            code=digits,
            helper=code.about.get("helper", ""),
            purpose=say(str(code.about.get("purpose", ""))),
            n=code.about.get("minutes", 0),
        )
    if code.purpose == "again":
        return say(
            "{code} confirms to {city} that it is you. It works for {n} minutes. Never give it to "
            "anybody: the city will not ask you for it.",
            code=digits,
            city="Tràng Tiền",
            n=minutes,
        )
    return say(
        "{code} is your code for {city}. It works for {n} minutes. Never give it to anybody: "
        "the city will not ask you for it.",
        code=digits,
        city="Tràng Tiền",
        n=minutes,
    )


async def check_code(
    work: Work, code_id: UUID, digits: str, purpose: CodePurpose
) -> store.Code | Says:
    """Return the code if these are its digits and it was asked for this, or in words why not.

    A wrong code is an answer, not an exception: the try must be kept.
    """
    code = await store.find_code(work, code_id)
    if code is None or code.purpose != purpose:
        return say("This code no longer works. Please ask for a new one.")
    given = "".join(c for c in digits if not c.isspace())
    right = codes.same(given, codes.digits_of(code.counter))
    tried = await store.set_tried(work, code_id, right=right)
    if tried is None or (tried.used_at is None and tried.attempts >= CODE_TRIES):
        return say("This code no longer works. Please ask for a new one.")
    if tried.used_at is None:
        left = CODE_TRIES - tried.attempts
        if left == 1:
            return say("That is not the code we sent. You can try once more.")
        return say("That is not the code we sent. You can try {n} more times.", n=left)
    return code


async def enter_code(work: Work, code_id: UUID, digits: str, *, device: str) -> Entered | Says:
    """Sign in whoever the code was sent to, or return in words why not.

    Somebody unknown becomes a new resident.
    """
    code = await check_code(work, code_id, digits, "sign-in")
    if isinstance(code, Says):
        return code
    entrant = await store.enter(work, new_id(), code.channel, code.address, code.language)
    if entrant is None:
        raise Conflict("Somebody is signing in with this address just now. Please try again.")
    token = await sign_in_person(work, entrant.person_id, device=device, proven=True)
    return Entered(person_id=entrant.person_id, is_new=entrant.is_new, token=token)


async def sign_in_person(
    work: Work, person_id: UUID, *, device: str = "", proven: bool = False
) -> str:
    """Begin a session for somebody whose identity is known, and return its token.

    `proven` says that they have just shown it is them, by a code or VNeID. The session the actor
    came with, if any, ends: a token is never carried over a sign-in.
    """
    session_id, token = new_id(), codes.new_token()
    await store.add_session(
        work, session_id, person_id, codes.hash_token(token), device, proven=proven
    )
    work.announce(PersonSignedIn(person_id=person_id, session_id=session_id))
    return token


async def sign_in_sample(work: Work, person_id: UUID, *, device: str) -> str:
    """Sign in as a sample person of a sample city, and return the session's token."""
    if not settings.current().sample:
        raise Missing("We could not find what you asked for.")
    person = await store.get_person(work, person_id)
    if not person.sample:
        raise Forbidden("You are not allowed to do this.")
    return await sign_in_person(work, person_id, device=device)


async def raise_assurance(
    work: Work,
    person_id: UUID,
    level: Assurance,
    issuer: str,
    subject: str,
    *,
    device: str = "",
) -> str:
    """Note that an identity provider vouches for a person; return the new session's token.

    Raises Conflict if this identity belongs to another person here, or this person has another
    identity there, and Forbidden when a helper acts for somebody. The level is never lowered.
    """
    if work.actor.helper_id is not None:
        raise Forbidden("You are acting for somebody just now. Please finish that first.")
    if not await store.link_external_id(work, person_id, issuer, subject):
        raise Conflict("This identity is already linked to another account.")
    await store.set_assurance(work, person_id, level)
    return await sign_in_person(work, person_id, device=device, proven=True)


async def sign_out(work: Work) -> None:
    """End the actor's session."""
    owner = work.actor.helper_id or work.actor.id
    if owner is not None and work.actor.session_id is not None:
        await store.set_ended(work, owner, work.actor.session_id)


async def end_session(work: Work, session_id: UUID) -> None:
    """End one of the actor's own sessions, at once."""
    work.actor.require("me")
    if work.actor.id is None or not await store.set_ended(work, work.actor.id, session_id):
        raise Missing("This device is signed out already.")


async def end_other_sessions(work: Work) -> int:
    """End every session of the actor but this one, at once; return how many."""
    work.actor.require("me")
    if work.actor.id is None:
        return 0
    return await store.set_others_ended(work, work.actor.id, work.actor.session_id)


@job(every=timedelta(hours=1))
async def forget_expired(work: Work) -> None:
    """Remove codes, counts and sessions that are over."""
    await store.remove_expired(work)
