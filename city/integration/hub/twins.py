"""Simulated twins of other systems: real HTTP servers on ports of this machine.

`water` is a water company that is asked for the outages it has announced; `province` the system
of a province that is told of answered cases. Both are invented, and every page says so.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from city.web import Asked, Reply

_PAGE = 10


class WaterCompany:
    """Has announced outages, which it gives away page by page."""

    name = "water"

    def __init__(self) -> None:
        """Announce outages for the next days."""
        self.outages = _outages(datetime.now(UTC))
        self.asked = 0

    async def answer(self, asked: Asked) -> Reply:
        """Answer as the water company does."""
        if asked.path == "/health":
            return Reply(200, b'{"status":"ok"}')
        if asked.method != "GET" or asked.path != "/outage":
            return Reply(404)
        self.asked += 1
        whole = msgspec.json.encode(self.outages)
        etag = f'"{hashlib.sha256(whole).hexdigest()[:20]}"'
        if asked.headers.get("if-none-match") == etag:
            return Reply(304, headers={"etag": etag})
        page = int(asked.query.get("page", "1"))
        first = (page - 1) * _PAGE
        more = first + _PAGE < len(self.outages)
        found = {"items": self.outages[first : first + _PAGE], "next": page + 1 if more else None}
        return Reply(200, msgspec.json.encode(found), {"etag": etag})


class Province:
    """Takes messages, each id once; and fails as often as it is told to."""

    name = "province"

    def __init__(self) -> None:
        """Begin without any message."""
        self.taken: dict[str, Any] = {}
        self.came = 0
        self.failing: list[int] = []

    async def answer(self, asked: Asked) -> Reply:
        """Answer as the province's system does."""
        if asked.path == "/health":
            return Reply(200, b'{"status":"ok"}')
        message_id = asked.headers.get("message-id", "")
        if asked.method != "POST" or not message_id:
            return Reply(404)
        self.came += 1
        if self.failing:
            return Reply(self.failing.pop(0), headers={"retry-after": "30"})
        if message_id in self.taken:
            return Reply(200, b'{"taken":"before"}')
        self.taken[message_id] = msgspec.json.decode(asked.body)
        return Reply(201, b'{"taken":"now"}')


_PLACES = ("KL", "VD", "TH", "TX", "AC", "PX", "HA", "TA", "PB", "HT", "HC", "KT")
_WHY = ("Súc xả đường ống", "Thay van D300", "Đấu nối tuyến mới", "Sửa chữa rò rỉ")


def _outages(now: datetime) -> list[dict[str, Any]]:
    """Return outages as this company writes them: its own ward codes, its own dates."""
    day = (now + timedelta(hours=7)).replace(hour=8, minute=0)
    found: list[dict[str, Any]] = []
    for n, place in enumerate(_PLACES * 2):
        start = day + timedelta(days=n // 4 + 1, hours=n % 3)
        found.append(
            {
                "maThongBao": f"CN-{start:%Y%m%d}-{n + 1:02}",
                "khuVuc": place,
                "tuGio": f"{start:%d/%m/%Y %H:%M}",
                "denGio": f"{start + timedelta(hours=3 + n % 4):%d/%m/%Y %H:%M}",
                "lyDo": _WHY[n % len(_WHY)],
                "apLuc": {"giaTri": f"{n % 3 + 1},5", "donVi": "bar"},
                "soHo": 60 + 35 * (n % 7),
                "nguoiTruc": {"ten": "Người trực mẫu", "soDienThoai": "000 0000 000"},
            }
        )
    return found
