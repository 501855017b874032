"""Open311: what programs read and send, with a key of a program that may send without end."""

from collections.abc import Callable
from urllib.parse import urlencode

from bench.city import CENTRE
from bench.driver import Request
from city.kernel import Database
from city.partners.tests.given_programs import program_with_key
from tests.harness import EVERYBODY

AIMS = {"open311_list": {"cpu_ms": 2.0}, "open311_post": {"cpu_ms": 2.5}}
_BOUNDLESS = {"a_minute": 100_000, "a_day": 100_000_000, "writes_a_day": 10_000_000}


async def open311_key(database: Database) -> str:
    """Return the key of a new program that may send reports."""
    async with database.work(EVERYBODY) as work:
        _, key = await program_with_key(work, "reports:submit", **_BOUNDLESS)
    return key


def open311_scenarios(
    key: str, category: str, requests: int
) -> list[tuple[str, Callable[[int], Request], int]]:
    """Return the scenarios: lists of 50 by what they are narrowed to, and a request sent."""
    bearer = (("X-API-Key", key),)
    form = (("Content-Type", "application/x-www-form-urlencoded"), *bearer)
    south, west = CENTRE

    def get(path: str) -> Callable[[int], Request]:
        return lambda number: Request("GET", f"/open311/v2/{path}", headers=bearer)

    def send(number: int) -> Request:
        said = {
            "service_code": "street-light",
            "lat": str(south),
            "long": str(west),
            "address_string": "Trước số 5 Lê Lợi",
            "description": "Cột đèn trước trường học tắt ba đêm nay, trẻ em đi học về rất tối.",
            "first_name": "Lan",
            "email": "lan@example.org",
        }
        return Request("POST", "/open311/v2/requests.json", urlencode(said).encode(), form)

    page = "requests.json?page_size=50"
    box = f"{west - 0.02},{south - 0.02},{west + 0.02},{south + 0.02}"
    return [
        ("open311_list", get(page), requests),
        ("open311_list_xml", get(page.replace("json", "xml")), requests),
        ("open311_list_category", get(f"{page}&service_code={category}&status=open"), requests),
        ("open311_list_box", get(f"{page}&bbox={box}"), requests),
        ("open311_list_words", get(f"{page}&q=den+duong"), requests // 2),
        ("open311_list_changes", get(f"{page}&sort=updated_datetime"), requests),
        ("open311_list_1000", get("requests.json"), requests // 20),
        ("open311_services", get("services.json"), requests),
        ("open311_post", send, requests),
    ]
