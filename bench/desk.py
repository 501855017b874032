"""What the desk asks of the city: its lists, the page of a case, and moving cases."""

import json
import urllib.request
from collections.abc import Callable

from bench.driver import Request
from city import identity
from city.kernel import Actor, Database

OWNER = Actor(name="bench", permissions=frozenset({"identity.manage", "me"}))


async def desk_token(database: Database) -> str:
    """Return the session of somebody at the desk."""
    async with database.work(OWNER) as work:
        person = await identity.add_person(work, identity.NewPerson(name="Bàn điều phối"))
        await identity.grant_role(work, person.id, identity.Role.DESK)
        return await identity.sign_in_person(work, person.id)


def desk_scenarios(
    port: int, token: str, requests: int
) -> list[tuple[str, Callable[[int], Request], int]]:
    """Return what is measured, by name, with how often."""
    signed_in = (("Cookie", f"session={token}"),)
    new = _refs(port, token, requests + requests // 10 + 40)
    # Those that are moved are taken from the end of the queue, so that lists stay as they were.
    waiting = list(new)

    def get(path: str) -> Callable[[int], Request]:
        return lambda number: Request("GET", path, b"", signed_in)

    def move(number: int) -> Request:
        ref = waiting.pop()
        headers = (*signed_in, ("Content-Type", "application/json"))
        return Request("POST", f"/api/v1/cases/{ref}/accept", b"{}", headers, (200, 201))

    return [
        ("desk_list", get("/api/v1/cases?limit=20&status=new"), requests),
        ("desk_list_late", get("/api/v1/cases?limit=20&late=true"), requests),
        ("desk_list_category", get("/api/v1/cases?limit=20&category=street-light"), requests),
        ("desk_list_word", get("/api/v1/cases?limit=20&q=den"), requests),
        ("desk_list_words", get("/api/v1/cases?limit=20&q=den+duong+tat"), requests),
        ("desk_list_many", get("/api/v1/cases?limit=20&q=rac+cau&status=new&late=true"), requests),
        ("desk_page", get("/desk"), requests // 4),
        ("case_view", get(f"/desk/cases/{new[0]}"), requests // 2),
        ("transition", move, requests),
    ]


def _refs(port: int, token: str, count: int) -> list[str]:
    refs: list[str] = []
    after = ""
    while len(refs) < count:
        path = f"http://127.0.0.1:{port}/api/v1/cases?status=new&limit=200&cursor={after}"
        asked = urllib.request.Request(path, headers={"Cookie": f"session={token}"})
        with urllib.request.urlopen(asked) as answer:
            page = json.load(answer)
        refs += [case["ref"] for case in page["cases"]]
        after = page["next"]
        if not after:
            break
    return refs
