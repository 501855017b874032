"""Acting for somebody with their consent, the codes that show who they are, and their cards."""

from uuid import UUID

from city import settings
from city.identity import personal_codes, store
from city.identity.actions.people import add_person
from city.identity.actions.sign_in import ask_for_code, check_code
from city.identity.addresses import read_address
from city.identity.model import (
    CARD_LASTS,
    HELP_MOST,
    Acting,
    HelpBegun,
    IdCard,
    NewHelp,
    NewPerson,
    Proof,
    ReadCode,
)
from city.kernel import (
    Actor,
    Conflict,
    Forbidden,
    Invalid,
    Missing,
    Says,
    SignInNeeded,
    Work,
    new_id,
    new_ref,
    read_ref,
    say,
)
from city.web import folded


async def ask_to_help(work: Work, new: NewHelp, *, origin: str) -> UUID:
    """Have a code sent to the person a helper would act for; return the id of what was asked.

    Needs `identity.help`. Whether the city knows the person makes no difference yet.
    """
    work.actor.require("identity.help")
    helper_id, session_id = _helper(work)
    here = settings.current()
    read = read_address(new.address, here.profile.country, sample=here.sample)
    known = await store.find_person(work, read.channel, read.address) if read else None
    own = {c.address for c in await store.list_contacts(work, helper_id)}
    if read is not None and read.address in own:
        raise Invalid({"address": say("This is your own. You need no helper for yourself.")})
    code_id = await ask_for_code(
        work,
        new.address,
        origin=origin,
        language=(known.language if known else "") or here.profile.language,
        purpose="help",
        about={
            "helper": work.actor.helper_name or work.actor.name,
            "purpose": new.purpose,
            "minutes": new.minutes,
        },
    )
    acting_id = new_id()
    await store.add_acting(
        work,
        acting_id,
        helper_id,
        session_id,
        code_id,
        " ".join(new.name.split()),
        new.purpose,
        new.minutes,
    )
    return acting_id


async def get_asked(work: Work, acting_id: UUID) -> Acting:
    """Return what the actor asked for as a helper and has not begun."""
    work.actor.require("identity.help")
    acting = await store.find_acting(work, acting_id, _helper(work)[0])
    if acting is None or acting.code_id is None or acting.begun_at is not None:
        raise Missing("We could not find what you asked for.")
    return acting


async def begin_by_code(work: Work, acting_id: UUID, digits: str) -> Says | None:
    """Begin to act for whoever told the helper their code, or return in words why not.

    Somebody unknown becomes a new resident of the name the helper wrote.
    """
    acting = await get_asked(work, acting_id)
    code = await check_code(work, acting.code_id or acting_id, digits, "help")
    if isinstance(code, Says):
        return code
    entrant = await store.enter(work, new_id(), code.channel, code.address, code.language)
    if entrant is None:
        raise Conflict("Somebody is signing in with this address just now. Please try again.")
    if entrant.is_new and acting.person_name:
        name = acting.person_name
        await store.set_name(work, entrant.person_id, name, folded(name))
    await _begin(work, acting_id, entrant.person_id, "code", acting.purpose, acting.minutes)
    return None


async def begin_by_qr(work: Work, text: str, purpose: str, minutes: int) -> None:
    """Begin to act for whoever shows their code or card. Needs `identity.help`."""
    work.actor.require("identity.help")
    purpose = _purpose(purpose)
    minutes = min(max(minutes, 5), HELP_MOST)
    pointed, person_id, _ = await _find_shown(work, text)
    helper_id, session_id = _helper(work)
    acting_id = new_id()
    await store.add_acting(work, acting_id, helper_id, session_id, None, "", purpose, minutes)
    await _begin(work, acting_id, person_id, pointed, purpose, minutes)


async def stop_helping(work: Work) -> bool:
    """Be oneself again; return whether one was somebody else."""
    work.actor.require("identity.help")
    helper_id, session_id = _helper(work)
    return await store.set_acting_ended(work, helper_id, session_id) > 0


async def end_help(work: Work, acting_id: UUID) -> bool:
    """End what a helper does for the actor, at once; return whether they still did."""
    work.actor.require("me")
    return await store.set_helpers_ended(work, work.actor.person_id, acting_id) > 0


async def refuse_helpers(work: Work, *, refused: bool) -> None:
    """Let nobody act for the actor from now on, or let them again (each time with consent)."""
    work.actor.require("me")
    await store.set_helpers_refused(work, work.actor.person_id, refused=refused)
    if refused:
        await store.set_helpers_ended(work, work.actor.person_id, None)


async def note_help(work: Work, what: Says, about: str) -> None:
    """Write down for the person what a helper has done in their stead; nothing if none has.

    `what` is a sentence without blanks, shown in the person's language.
    """
    actor = work.actor
    if actor.id is None or actor.helper_id is None:
        return
    await store.add_access(
        work, actor.id, "help", actor.helper_id, actor.helper_name, what.text, about[:100]
    )


async def note_partner(
    work: Work, person_id: UUID, *, partner: str, purpose: str, about: str = ""
) -> None:
    """Write down for the person that a partner's application was told something about them."""
    await store.add_access(work, person_id, "partner", None, partner, purpose[:300], about[:100])


async def read_qr(work: Work, text: str, purpose: str) -> ReadCode:
    """Return who shows a code or a card, and write down who read it and why.

    Needs `identity.read_code`. Raises Invalid without a purpose, and Problem for a code that is
    over, revoked, or none of this city's.
    """
    work.actor.require("identity.read_code")
    purpose = _purpose(purpose)
    proof, person_id, number = await _find_shown(work, text)
    person = await store.get_person(work, person_id)
    reader_id = work.actor.helper_id or work.actor.person_id
    name = work.actor.helper_name or work.actor.name
    await store.add_access(work, person_id, "code", reader_id, name, purpose, number)
    return ReadCode(
        person_id=person_id,
        name=person.name,
        honorific=person.honorific,
        assurance=person.assurance,
        proof=proof,
        card_number=number,
    )


async def issue_card(work: Work) -> IdCard:
    """Issue a printed card to the actor, or to whom the actor acts for; earlier ones end."""
    if work.actor.helper_id is None:
        work.actor.require("me")
    else:
        work.actor.require("identity.issue_cards")
        await note_help(work, say("Issued a printed card for you"), "")
    return await _issue(work, work.actor.person_id)


async def issue_card_for(work: Work, text: str) -> IdCard:
    """Issue a card to whoever shows their code. Needs `identity.issue_cards`."""
    work.actor.require("identity.issue_cards")
    _, person_id, _ = await _find_shown(work, text)
    reader_id = work.actor.helper_id or work.actor.person_id
    purpose = say("Issued a printed card for you").text
    await store.add_access(work, person_id, "code", reader_id, work.actor.name, purpose, "")
    return await _issue(work, person_id)


async def welcome_with_card(work: Work, name: str) -> IdCard:
    """Add a person who has no phone, and issue their card. Needs `identity.issue_cards`.

    Whoever does it has seen who they are; the person's page says who that was.
    """
    work.actor.require("identity.issue_cards")
    name = " ".join(name.split())[:80]
    if len(name) < 2:
        raise Invalid({"name": say("Please write the person's name.")})
    registrar = Actor(
        id=work.actor.helper_id or work.actor.id,
        name=work.actor.helper_name or work.actor.name,
        permissions=frozenset({"identity.manage"}),
    )
    # Adding people is the administrators'; a card's holder is the one exception.
    person = await add_person(work.at(work.now, registrar), NewPerson(name=name))
    purpose = say("Registered you and issued your card").text
    await store.add_access(work, person.id, "help", registrar.id, registrar.name, purpose, "")
    return await _issue(work, person.id)


async def revoke_card(work: Work, number: str) -> None:
    """Revoke a card by the number on it, at once: one's own, or anybody's who issues cards.

    Raises Missing if there is none that counts.
    """
    anybody = work.actor.may("identity.issue_cards") and work.actor.helper_id is None
    if not anybody:
        work.actor.require("me" if work.actor.helper_id is None else "identity.issue_cards")
    known = read_ref(number) or ""
    only = None if anybody else work.actor.person_id
    if await store.set_card_revoked(work, known, only) is None:
        raise Missing("There is no valid card of this number.")


async def _issue(work: Work, person_id: UUID) -> IdCard:
    person = await store.get_person(work, person_id)
    for _ in range(3):
        card = IdCard(
            id=new_id(),
            number=new_ref(),
            person_id=person_id,
            person_name=person.name,
            issued_at=work.now,
            issued_by=work.actor.helper_name or work.actor.name,
            until_at=work.now + CARD_LASTS,
            revoked_at=None,
        )
        if await store.add_card(work, card):
            return card
    raise Conflict("The card could not be issued just now. Please try again.")


async def _begin(
    work: Work, acting_id: UUID, person_id: UUID, proof: Proof, purpose: str, minutes: int
) -> None:
    helper_id = await store.set_begun(work, acting_id, person_id, proof, minutes)
    if helper_id is None:
        raise Forbidden("This person wants nobody to act for them, or cannot be helped so.")
    name = work.actor.helper_name or work.actor.name
    await store.add_access(work, person_id, "help", helper_id, name, purpose, "")
    work.announce(HelpBegun(acting_id=acting_id, person_id=person_id))


async def _find_shown(work: Work, text: str) -> tuple[Proof, UUID, str]:
    """Return what was shown, whose it is, and the card's number."""
    pointed = personal_codes.read_code(text, work.now)
    if pointed.kind == "person":
        return "qr", pointed.id, ""
    card = await store.find_card(work, pointed.id)
    if card is None or card.revoked_at is not None:
        raise Forbidden("This card was revoked. Do not accept it, and ask for another proof.")
    return "card", card.person_id, card.number


def _helper(work: Work) -> tuple[UUID, UUID]:
    """Return who the helper is, acting or not, and their session."""
    helper_id = work.actor.helper_id or work.actor.id
    if helper_id is None or work.actor.session_id is None:
        raise SignInNeeded("Please sign in to go on.")
    return helper_id, work.actor.session_id


def _purpose(purpose: str) -> str:
    purpose = purpose.strip()
    if not 3 <= len(purpose) <= 300:
        raise Invalid({"purpose": say("Please say in a few words why you need to know.")})
    return purpose
