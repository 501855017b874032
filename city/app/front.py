"""The first page and the one search field: composed of what each room brings by its address."""

from typing import Any

from litestar import Request, Response

from city import services
from city.kernel import Actor, Work
from city.web import PUBLIC, Card, cookie, get, keep_offline, page, wants_fragment

WARNINGS_BELOW = 10
WAITING_BELOW = 40
_MOST_LETTERS = 200


@get("/", allow=PUBLIC)
async def home(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show the first page: warnings, what waits for me, search, services, and the rooms' cards."""
    language = request.scope["state"]["language"]
    front = await services.home_of(work, cookie(request, services.FACE_COOKIE), language)
    cards = cards_for(request.app.state.home_cards, request.user, front.face.value)
    # Nothing waits for a stranger: what comes with those cards stands below the services.
    waiting_below = WAITING_BELOW if request.user.is_signed_in else WARNINGS_BELOW
    answer = page(
        request,
        "app/home.html",
        front=front,
        faces=services.faces(),
        warnings=[card.href for card in cards if card.rank < WARNINGS_BELOW],
        waiting=[card.href for card in cards if WARNINGS_BELOW <= card.rank < waiting_below],
        others=[card.href for card in cards if card.rank >= waiting_below],
    )
    return keep_offline(answer, "person" if request.user.is_signed_in else "all")


@get("/search", allow=PUBLIC)
async def search(request: Request[Any, Any, Any], work: Work, q: str = "") -> Response[Any]:
    """Show services and help for these words; reports, places and the rest come by themselves.

    While somebody types, only the part with what was found is asked for.
    """
    found = await services.find_for(request, work, q)
    template = "app/found.html" if wants_fragment(request) else "app/search.html"
    parts = [part.href for part in request.app.state.search_parts]
    answer = page(request, template, most_letters=_MOST_LETTERS, parts=parts, **found)
    answer.headers["vary"] = "hx-request"
    return answer


def cards_for(cards: list[Card], actor: Actor, face: str) -> list[Card]:
    """Return the cards that somebody with this face gets."""
    return [
        card
        for card in cards
        if (actor.may("me") or not card.signed_in) and (not card.faces or face in card.faces)
    ]


def gathered(rooms: tuple[Any, ...], name: str) -> list[Card]:
    """Return the cards that the rooms bring under this name, in the order of their rank."""
    cards = [card for room in rooms for card in getattr(room, name, ())]
    return sorted(cards, key=lambda card: card.rank)


def problem_answers_of(rooms: tuple[Any, ...]) -> dict[str, Any]:
    """Return how rooms answer refusals in a form of their own, by how the addresses begin."""
    own = (getattr(room, "problem_answers", {}) for room in rooms)
    return {prefix: answer for answers in own for prefix, answer in answers.items()}


routes = [home, search]
