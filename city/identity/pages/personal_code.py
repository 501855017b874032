"""The code and the card that show who somebody is, and reading them."""

from typing import Annotated, Any

import msgspec

from city.identity import actions, personal_codes, store
from city.identity.model import (
    ASSURANCE_NAMES,
    PROOF_WORDS,
    PURPOSES,
    QR_LASTS,
    Assurance,
    IdCard,
    ReadCode,
)
from city.identity.pages.proving import ask_for_proof
from city.kernel import Forbidden, Invalid, Missing, Problem, Says, Work, say
from city.web import (
    PUBLIC,
    Form,
    Request,
    Response,
    get,
    page,
    post,
    read_form,
    redirect,
)

_READING = [
    say("To help at the counter"),
    say("To help somebody with the app"),
    say("To check who is here for an appointment"),
]

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


class ReadForm(msgspec.Struct):
    """What a scanner read, or somebody typed, and why it is read."""

    text: Annotated[str, msgspec.Meta(max_length=1000)]
    purpose: Annotated[str, msgspec.Meta(max_length=300)] = ""


class TextForm(msgspec.Struct):
    """What a scanner read."""

    text: Annotated[str, msgspec.Meta(max_length=1000)]


class NumberForm(msgspec.Struct):
    """The number on a card."""

    number: Annotated[str, msgspec.Meta(max_length=20)] = ""


class NameForm(msgspec.Struct):
    """Who gets a card, and that it was seen who they are."""

    name: Annotated[str, msgspec.Meta(max_length=80)] = ""
    seen: bool = False


@get("/qr", allow=PUBLIC)
async def explain_code(request: AnyRequest) -> Answer:
    """Say what a personal code is to whoever met one with an ordinary camera."""
    return page(request, "identity/qr_about.html")


@get("/me/qr", allow="me")
async def show_code(request: AnyRequest, work: Work) -> Answer:
    """Show one's own code, and one's card."""
    person = await store.get_person(work, work.actor.person_id)
    cards = await store.list_cards(work, work.actor.person_id)
    card = next((c for c in cards if _counts(c, work)), None)
    return page(request, "identity/qr.html", person=person, card=card, **_picture(work))


@get("/me/qr/picture", allow="me")
async def show_picture(request: AnyRequest, work: Work) -> Answer:
    """Show the code anew: a part of the page, which asks for it before the old one is over."""
    answer = page(request, "identity/qr_picture.html", **_picture(work))
    answer.headers["cache-control"] = "no-store"
    return answer


@get("/me/qr/card", allow="me")
async def show_card(request: AnyRequest, work: Work) -> Answer:
    """Show one's printed card, for printing."""
    cards = await store.list_cards(work, work.actor.person_id)
    card = next((c for c in cards if _counts(c, work)), None)
    if card is None:
        return redirect("/me/qr")
    return _card_page(request, card, back="/me/qr")


@post("/me/qr/card", allow="me")
async def issue_own_card(request: AnyRequest, work: Work) -> Answer:
    """Issue a card to oneself; the one before ends."""
    if ask := await ask_for_proof(work, "/me/qr"):
        return ask
    await actions.issue_card(work)
    return redirect("/me/qr/card", flash=say("Here is your card. Print it and cut it out."))


@post("/me/qr/card/revoke", allow="me")
async def revoke_own_card(request: AnyRequest, work: Work) -> Answer:
    """Revoke one's own card, which may be lost."""
    given, _ = await read_form(request, NumberForm)
    await actions.revoke_card(work, given.number if given else "")
    return redirect("/me/qr", flash=say("The card no longer counts."))


@get("/qr/read", allow="identity.read_code")
async def ask_for_code(request: AnyRequest) -> Answer:
    """Offer to scan or to paste a code."""
    return _read_page(request, Form())


@post("/qr/read", allow="identity.read_code")
async def read_code(request: AnyRequest, work: Work) -> Answer:
    """Say who showed a code and what may be done; without a purpose, ask for it first."""
    given, form = await read_form(request, ReadForm)
    programs = "json" in request.headers.get("accept", "")
    if given is None:
        if programs:
            raise Invalid(form.errors)
        return _read_page(request, form, 422)
    if not given.purpose and not programs:
        personal_codes.read_code(given.text, work.now)  # What is no code asks for no purpose.
        return _read_page(request, form)
    try:
        read = await actions.read_qr(work, given.text, given.purpose)
    except Invalid as wrong:
        if programs:
            raise
        form.errors |= wrong.errors
        return _read_page(request, form, 422)
    if programs:
        return Response(_as_json(read, work))
    return page(
        request,
        "identity/read_code.html",
        read=read,
        text=given.text,
        purpose=given.purpose,
        purposes=[purpose.text for purpose in PURPOSES],
        assurance=ASSURANCE_NAMES[Assurance(read.assurance)].text,
        shown=_SHOWN[read.proof].text,
    )


@get("/help/cards", allow="identity.issue_cards")
async def show_cards(request: AnyRequest) -> Answer:
    """Offer to issue a card to somebody without a phone, and to revoke one."""
    return _cards_page(request, Form())


@post("/help/cards", allow="identity.issue_cards")
async def issue_first_card(request: AnyRequest, work: Work) -> Answer:
    """Add somebody who has no phone and issue their card."""
    given, form = await read_form(request, NameForm)
    if given is not None and not given.seen:
        form.refuse("seen", "Please look at their identity document first.")
    if given is None or form.errors:
        return _cards_page(request, form, 422)
    try:
        card = await actions.welcome_with_card(work, given.name)
    except Invalid as wrong:
        form.errors |= wrong.errors
        return _cards_page(request, form, 422)
    return _card_page(request, card, back="/help/cards")


@post("/help/cards/acting", allow="identity.issue_cards")
async def issue_card_while_acting(request: AnyRequest, work: Work) -> Answer:
    """Issue a card to the person a helper acts for."""
    if work.actor.helper_id is None:
        raise Forbidden("You are not allowed to do this.")
    return _card_page(request, await actions.issue_card(work), back="/help/cards")


@post("/help/cards/shown", allow="identity.issue_cards")
async def issue_card_for(request: AnyRequest, work: Work) -> Answer:
    """Issue a card to whoever shows their code."""
    given, _ = await read_form(request, TextForm)
    if given is None:
        raise Problem("The request could not be understood.")
    return _card_page(request, await actions.issue_card_for(work, given.text), back="/help/cards")


@post("/help/cards/revoke", allow="identity.issue_cards")
async def revoke_card(request: AnyRequest, work: Work) -> Answer:
    """Revoke a card by the number on it."""
    given, form = await read_form(request, NumberForm)
    try:
        await actions.revoke_card(work, given.number if given else "")
    except Missing as none:
        form.errors["number"] = none.says
        return _cards_page(request, form, 422)
    return redirect("/help/cards", flash=say("The card no longer counts."))


_SHOWN: dict[str, Says] = {
    "qr": say("Showed the code in the app just now"),
    "card": say("Showed a printed card. Look whether it can be theirs."),
    "code": PROOF_WORDS["code"],
}


def _picture(work: Work) -> dict[str, Any]:
    text, until = personal_codes.code_of(work.actor.person_id, work.now)
    return {"code": text, "until": until, "seconds": int(QR_LASTS.total_seconds())}


def _counts(card: IdCard, work: Work) -> bool:
    return card.revoked_at is None and card.until_at > work.now


def _card_page(request: AnyRequest, card: IdCard, back: str) -> Answer:
    code = personal_codes.code_of_card(card.id, card.until_at)
    return page(request, "identity/card.html", card=card, code=code, back=back)


def _cards_page(request: AnyRequest, form: Form, status: int = 200) -> Answer:
    return page(request, "identity/cards.html", status, form=form)


def _read_page(request: AnyRequest, form: Form, status: int = 200) -> Answer:
    return page(
        request,
        "identity/read_purpose.html",
        status,
        form=form,
        purposes=[purpose.text for purpose in _READING],
    )


def _as_json(read: ReadCode, work: Work) -> dict[str, Any]:
    acts = []
    if work.actor.may("identity.help"):
        acts.append({"do": "act-for", "href": "/help/act-for/shown"})
    if work.actor.may("identity.issue_cards"):
        acts.append({"do": "issue-card", "href": "/help/cards/shown"})
    return {
        "kind": "person",
        "name": read.name,
        "assurance": read.assurance,
        "proof": read.proof,
        "card_number": read.card_number,
        "acts": acts,
    }


routes = [
    explain_code,
    show_code,
    show_picture,
    show_card,
    issue_own_card,
    revoke_own_card,
    ask_for_code,
    read_code,
    show_cards,
    issue_first_card,
    issue_card_while_acting,
    issue_card_for,
    revoke_card,
]
