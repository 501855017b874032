"""What can be done with programs: registering them, their keys, and deciding about them."""

import hmac
import re
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from city import messages
from city.kernel import Conflict, Invalid, Missing, Says, Work, job, new_id, say
from city.partners.model import OAuthError, Tokens
from city.partners.programs import store
from city.partners.programs.door import House
from city.partners.programs.keys import hash_of, is_whole, new_key, new_token, prefix_of
from city.partners.programs.model import (
    A_DAY,
    A_MINUTE,
    DATA,
    KEYS_EACH,
    PROGRAM_SCOPES,
    PROGRAMS_EACH,
    TOKEN_LASTS,
    USAGE_KEPT,
    WRITES_A_DAY,
    Grant,
    Key,
    MoreScopes,
    NewKey,
    NewProgram,
    Program,
    ProgramResumed,
    ProgramSuspended,
    Quota,
    is_open,
)
from city.partners.programs.tally import midnight_of

_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_DATA_CODE = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*")
_CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_MOST_DATA = 10


async def register_program(work: Work, new: NewProgram, *, sample: bool = False) -> Program:
    """Register a program of the actor's, with what a developer gets without being asked.

    Raises Invalid with a sentence for every field that is wrong.
    """
    work.actor.require("me")
    checked = _checked(new)
    program = Program(
        id=new_id(),
        owner_id=work.actor.id,
        state="active",
        asked=[],
        asked_why="",
        a_minute=A_MINUTE,
        a_day=A_DAY,
        writes_a_day=WRITES_A_DAY,
        sample=sample,
        made_at=work.now,
        changed_at=work.now,
        **msgspec.structs.asdict(checked),
    )
    if not await store.add_program(work, program, PROGRAMS_EACH):
        taken = say("This short name is taken, or you have {n} programs.", n=PROGRAMS_EACH)
        raise Invalid({"code": taken})
    await _note(work, program, "registered")
    return program


async def change_program(work: Work, code: str, new: NewProgram) -> Program:
    """Change the registration of one's own program; what the city granted stays. Raises Invalid."""
    program = await own_program(work, code)
    checked = _checked(msgspec.structs.replace(new, code=code))
    granted = [scope for scope in program.scopes if not is_open(scope)]
    fields = msgspec.structs.asdict(checked)
    changed = msgspec.structs.replace(program, **{**fields, "scopes": [*checked.scopes, *granted]})
    if not await store.set_registration(work, changed):
        raise Conflict("The city has suspended this program. Please write to the city.")
    House.door.forget(program.id)
    await _note(work, program, "changed")
    return changed


async def make_key(work: Work, code: str, new: NewKey) -> tuple[Key, str]:
    """Make a key for one's own program; return it with the secret itself, told this once.

    To rotate keys: make one, use it everywhere, revoke the former. Both work meanwhile. Raises
    Conflict when the program has as many as it may.
    """
    program = await own_program(work, code)
    if program.state != "active":
        raise Conflict("The city has suspended this program. Please write to the city.")
    return await add_key(work, program, new.name, int(new.days) if new.days else None)


async def add_key(work: Work, program: Program, name: str, days: int | None) -> tuple[Key, str]:
    """Make a key that lasts so many days, or until it is revoked; as `make_key` otherwise."""
    secret = new_key()
    key = Key(
        id=new_id(),
        prefix=prefix_of(secret),
        name=name,
        made_at=work.now,
        expires_at=work.now + timedelta(days=days) if days else None,
        last_used_at=None,
        revoked_at=None,
    )
    if not await store.add_key(work, program.id, key, hash_of(secret), KEYS_EACH):
        raise Conflict("A program has at most {n} keys. Please revoke one first.", n=KEYS_EACH)
    await _note(work, program, "key", key.prefix)
    return key, secret


async def revoke_key(work: Work, code: str, key_id: UUID) -> None:
    """Revoke a key of one's own program, or as an administrator anybody's; its tokens die too."""
    if work.actor.may("partners.manage"):
        program = await get_program(work, code)
    else:
        program = await own_program(work, code)
    prefix = await store.revoke_key(work, program.id, key_id)
    if prefix is None:
        raise Conflict("This key was revoked already.")
    House.door.forget(program.id)
    await _note(work, program, "revoked", prefix)


async def ask_scopes(work: Work, code: str, more: MoreScopes) -> None:
    """Ask the city to let one's own program do more. Raises Invalid if it asks for nothing new."""
    program = await own_program(work, code)
    data = more.data.replace(",", " ").split()
    errors: dict[str, Says] = {}
    if len(data) > _MOST_DATA or not all(_DATA_CODE.fullmatch(d.lower()) for d in data):
        errors["data"] = say("Please give at most {n} codes, such as noise-levels.", n=_MOST_DATA)
    if unknown := [scope for scope in more.scopes if scope not in PROGRAM_SCOPES]:
        errors["scopes"] = say("There is no scope “{scope}”.", scope=unknown[0])
    wanted = [*more.scopes, *(DATA + code.lower() for code in data)]
    asked = [scope for scope in dict.fromkeys(wanted) if scope not in program.scopes]
    if not errors and not asked:
        errors["scopes"] = say("Please choose something that the program may not do yet.")
    if errors:
        raise Invalid(errors)
    if not await store.set_asked(work, program.id, asked, more.why.strip()):
        raise Conflict("The city has suspended this program. Please write to the city.")
    await _note(work, program, "asked", " ".join(asked))


async def decide_scopes(work: Work, code: str, granted: list[str], reason: str) -> None:
    """Answer what a program asked for: grant some of it, or nothing. Needs `partners.manage`.

    Whoever gets less than was asked for is told why. Raises Invalid without a reason then.
    """
    program = await get_program(work, code)
    given = [scope for scope in program.asked if scope in granted]
    if not program.asked:
        raise Conflict("Somebody else has decided about this program meanwhile.")
    if len(given) < len(program.asked) and not reason.strip():
        raise Invalid({"reason": say("Please say why.")})
    scopes = [*program.scopes, *given]
    if not await store.set_scopes(work, program.id, scopes, program.asked):
        raise Conflict("Somebody else has decided about this program meanwhile.")
    House.door.forget(program.id)
    note = " · ".join(part for part in (" ".join(given), reason.strip()) if part)
    await _note(work, program, "granted" if given else "refused", note)
    if given:
        said = say("“{name}” may do more now: {what}", name=program.name, what=", ".join(given))
    else:
        said = say("“{name}” was not allowed more: {reason}", name=program.name, reason=reason)
    await _tell_owner(work, program, said)


async def set_quota(work: Work, code: str, quota: Quota) -> None:
    """Set how much a program may do. Needs `partners.manage`."""
    program = await get_program(work, code)
    if not await store.set_quota(work, program.id, quota):
        return
    House.door.forget(program.id)
    note = f"{quota.a_minute}/min · {quota.a_day}/d · {quota.writes_a_day} w/d"
    await _note(work, program, "quota", note)


async def suspend_program(work: Work, code: str, reason: str) -> None:
    """Stop a program at once: its keys open nothing, and stay. Needs `partners.manage`."""
    program = await get_program(work, code)
    if not reason.strip():
        raise Invalid({"reason": say("Please say why.")})
    if not await store.set_state(work, program.id, "suspended"):
        raise Conflict("Somebody else has decided about this program meanwhile.")
    House.door.forget(program.id)
    await _note(work, program, "suspended", reason.strip())
    work.announce(ProgramSuspended(program_id=program.id))
    said = say("“{name}” was suspended: {reason}", name=program.name, reason=reason)
    await _tell_owner(work, program, said)


async def resume_program(work: Work, code: str) -> None:
    """Let a suspended program go on, with the keys it has. Needs `partners.manage`."""
    program = await get_program(work, code)
    if program.owner_id is None:
        raise Conflict("Nobody answers for this program any more, so it stays stopped.")
    if not await store.set_state(work, program.id, "active"):
        raise Conflict("Somebody else has decided about this program meanwhile.")
    House.door.forget(program.id)
    await _note(work, program, "resumed")
    work.announce(ProgramResumed(program_id=program.id))
    await _tell_owner(work, program, say("“{name}” may go on.", name=program.name))


async def own_program(work: Work, code: str) -> Program:
    """Return a program that the actor has registered; raise Missing if it is not theirs."""
    work.actor.require("me")
    program = await store.find_program(work, code)
    if program is None or program.owner_id != work.actor.id:
        raise Missing("We could not find what you asked for.")
    return program


async def list_own_programs(work: Work) -> list[Program]:
    """Return the programs that the actor has registered; of a program, itself."""
    if work.actor.program_id is not None:
        program = await store.find_program_by_id(work, work.actor.program_id)
        return [program] if program else []
    return await store.list_mine(work, work.actor.id) if work.actor.id else []


async def get_program(work: Work, code: str) -> Program:
    """Return any program by its code, or raise Missing. Needs `partners.manage`."""
    work.actor.require("partners.manage")
    program = await store.find_program(work, code)
    if program is None:
        raise Missing("We could not find what you asked for.")
    return program


async def authenticate_program(
    work: Work, code: str, secret: str, fingerprint: str | None
) -> Grant:
    """Return what a key opens, shown as the secret of a client; raise OAuthError.

    `fingerprint` is that of the certificate it came with, or None where none is looked at.
    """
    key = await store.find_grant(work, hash_of(secret), midnight_of(work.now))
    whole = is_whole(secret) and secret.startswith("tt_")
    if key is None or not whole or not hmac.compare_digest(key.code.encode(), code.encode()):
        raise OAuthError("invalid_client", "The key is wrong, or good no more.", 401)
    if key.state == "suspended":
        raise OAuthError("unauthorized_client", "The city has suspended this program.")
    if key.fingerprint and key.fingerprint != fingerprint:
        raise OAuthError("invalid_client", "This key needs its certificate (mTLS).", 401)
    return key


async def give_program_token(work: Work, grant: Grant, form: dict[str, str]) -> Tokens:
    """Return an access token for a program itself (RFC 6749 §4.4); raise OAuthError.

    It lasts ten minutes, or as long as the key. A `scope` may ask for less than the program has.
    """
    scopes = list(dict.fromkeys(form.get("scope", "").split())) or grant.scopes
    if beyond := [scope for scope in scopes if scope not in grant.scopes]:
        raise OAuthError("invalid_scope", f"This program may not do {beyond[0]}.")
    token = new_token()
    until = min(work.now + TOKEN_LASTS, grant.until or work.now + TOKEN_LASTS)
    await store.add_token(work, hash_of(token), grant.key_id, scopes, until)
    return Tokens(
        access_token=token,
        token_type="Bearer",  # noqa: S106 (a kind of token, not one)
        expires_in=int((until - work.now).total_seconds()),
        scope=" ".join(scopes),
    )


async def revoke_program_token(work: Work, grant: Grant, token: str) -> None:
    """Make an access token of this program worthless; one that is none is no mistake (RFC 7009)."""
    if await store.remove_token(work, hash_of(token), grant.program_id):
        House.door.forget(grant.program_id)


@job(every=timedelta(hours=1))
async def tidy_programs(work: Work) -> None:
    """Remove tokens that are over, limits that are full again and usage that is too old."""
    await store.remove_expired_tokens(work)
    await store.remove_full(work, work.now - timedelta(hours=1))
    await store.remove_old_usage(work, work.now - USAGE_KEPT)


def days_of_usage(now: datetime, days: int) -> datetime:
    """Return the midnight in the city's zone from which `days` days end today."""
    return midnight_of(now - timedelta(days=days - 1))


def _checked(new: NewProgram) -> NewProgram:
    errors: dict[str, Says] = {}
    if not _CODE.fullmatch(new.code):
        errors["code"] = say("Please use small letters, digits and hyphens, such as boat-tickets.")
    if not _CONTACT.fullmatch(new.contact):
        errors["contact"] = say("Please give an e-mail address.")
    print_ = new.fingerprint.replace(":", "").replace(" ", "").lower()
    if print_ and not _FINGERPRINT.fullmatch(print_):
        errors["fingerprint"] = say("A SHA-256 fingerprint has 64 hexadecimal digits.")
    if unknown := [scope for scope in new.scopes if scope not in PROGRAM_SCOPES]:
        errors["scopes"] = say("There is no scope “{scope}”.", scope=unknown[0])
    if asked := [s for s in new.scopes if s in PROGRAM_SCOPES and not is_open(s)]:
        errors["scopes"] = say("“{scope}” has to be asked for afterwards.", scope=asked[0])
    if errors:
        raise Invalid(errors)
    scopes = [code for code in PROGRAM_SCOPES if code in new.scopes]
    return msgspec.structs.replace(new, fingerprint=print_, scopes=scopes)


async def _note(work: Work, program: Program, what: str, note: str = "") -> None:
    await store.add_entry(work, new_id(), program.id, what, note)


async def _tell_owner(work: Work, program: Program, said: Says) -> None:
    if program.owner_id is not None:
        link = f"/developers/programs/{program.code}"
        await messages.send_message(work, program.owner_id, said, link=link)
