"""A neighbouring city that does not exist: a small Open311 server on a port of this machine.

It takes requests, by a number or by a token, works on them by itself, tells updates, and fails as
it is told to. Every page that names it says that it is simulated.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import parse_qsl

import msgspec

from city.kernel import Says, say
from city.web import Asked, Reply

Mood = Literal["well", "tokens", "broken", "forgetful", "silent", "refusing"]

MOODS: Mapping[Mood, Says] = {
    "well": say("Answers as it should"),
    "tokens": say("Gives a token first, and a number a minute later"),
    "broken": say("Fails with an error before it takes anything"),
    "forgetful": say("Takes the request, and then answers with an error"),
    "silent": say("Takes the request, and hangs up without an answer"),
    "refusing": say("Refuses every request"),
}

_LIFE: tuple[tuple[timedelta, str, str], ...] = (
    (timedelta(minutes=1), "investigating", "Đã giao tổ kiểm tra hiện trường."),
    (timedelta(minutes=3), "in_progress", "Tổ thi công đang ở hiện trường."),
    (
        timedelta(minutes=6),
        "fixed",
        "Đã sửa xong tại hiện trường, kiểm tra lại lúc trời tối và mọi thứ đã hoạt động bình "
        "thường. Cảm ơn thành phố bạn đã chuyển tin.",
    ),
)
"""What becomes of a request there, by itself."""


class Taken(msgspec.Struct):
    """A request that the twin has taken."""

    id: str
    form: dict[str, str]
    at: datetime


class Neighbour:
    """The neighbouring city's server. `taken` are its requests in the order they came."""

    name = "neighbour"

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Begin without any request, and well."""
        self.clock = clock
        self.mood: Mood = "well"
        self.taken: list[Taken] = []
        self.posts = 0
        self.has_updates = True
        self.works = True

    async def answer(self, asked: Asked) -> Reply:
        """Answer as an Open311 server does that speaks JSON."""
        path = asked.path.removesuffix(".json").strip("/").split("/")
        if asked.method == "POST" and path == ["requests"]:
            return self._take(dict(parse_qsl(asked.body.decode("utf-8", "replace"))))
        if asked.method != "GET":
            return _error(404, "There is no such thing here.")
        match path:
            case ["requests"]:
                return _json([self._shown(one) for one in self._asked_for(asked.query)])
            case ["requests", id]:
                return _json([self._shown(one) for one in self.taken if one.id == id])
            case ["tokens", token]:
                return _json([self._numbered(one) for one in self.taken if f"t-{one.id}" == token])
            case ["servicerequestupdates"] if self.has_updates:
                return _json(self._updates(asked.query))
        return _error(404, "There is no such thing here.")

    def _take(self, form: dict[str, str]) -> Reply:
        self.posts += 1
        if self.mood == "refusing" or not form.get("service_code"):
            return _error(400, "service_code: this service is closed.")
        if self.mood == "broken":
            return _error(503, "The system is being looked after.")
        taken = Taken(f"QT-{len(self.taken) + 1:05}", form, self.clock())
        self.taken.append(taken)
        if self.mood == "forgetful":
            return _error(500, "Something went wrong.")
        if self.mood == "silent":
            raise ConnectionResetError
        if self.mood == "tokens":
            return _json([{"token": f"t-{taken.id}"}])
        return _json([{"service_request_id": taken.id}])

    def _numbered(self, taken: Taken) -> dict[str, str]:
        row = {"token": f"t-{taken.id}"}
        if self.clock() - taken.at >= timedelta(minutes=1):
            row["service_request_id"] = taken.id
        return row

    def _asked_for(self, query: Mapping[str, str]) -> list[Taken]:
        service = query.get("service_code", "")
        since = _moment(query.get("start_date", ""))
        return [
            one
            for one in self.taken
            if service in ("", one.form["service_code"]) and (since is None or one.at >= since)
        ]

    def _life(self, taken: Taken) -> list[tuple[datetime, str, str]]:
        now = self.clock()
        steps = _LIFE if self.works else ()
        return [(taken.at + after, *rest) for after, *rest in steps if taken.at + after <= now]  # type: ignore[misc]

    def _shown(self, taken: Taken) -> dict[str, Any]:
        life = self._life(taken)
        at, status, words = life[-1] if life else (taken.at, "open", "")
        return {
            "service_request_id": taken.id,
            "status": "closed" if status == "fixed" else "open",
            "status_notes": words,
            "service_code": taken.form["service_code"],
            "description": taken.form.get("description", ""),
            "requested_datetime": _w3c(taken.at),
            "updated_datetime": _w3c(at),
        }

    def _updates(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        since = _moment(query.get("start_date", ""))
        return [
            {
                "update_id": f"{taken.id}-{n}",
                "service_request_id": taken.id,
                "status": status.upper(),
                "updated_datetime": _w3c(at),
                "description": words,
                "media_url": "",
            }
            for taken in self.taken
            for n, (at, status, words) in enumerate(self._life(taken), 1)
            if since is None or at >= since
        ]


def _json(rows: list[Any]) -> Reply:
    return Reply(200, msgspec.json.encode(rows))


def _error(status: int, words: str) -> Reply:
    return Reply(status, msgspec.json.encode([{"code": status, "description": words}]))


def _w3c(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def _moment(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written) if written else None
    except ValueError:
        return None
