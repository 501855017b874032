"""What the tests of the hub begin with: systems, contracts by two people, and programs' keys."""

from datetime import date
from typing import Any

import msgspec

from city import identity
from city.integration import hub
from city.integration.hub import inbound, journal, office, twins
from city.integration.hub.model import Allowed, Direction, NewContract, Rule, State, System
from city.integration.hub.store import mappings, systems
from city.kernel import Actor, Work, new_id
from city.partners.tests.given_programs import program_with_key

HERE = {"vd": "16,4685", "kd": "107.5890"}
CALL = {
    "soPhieu": "T-17",
    "loai": "DEN",
    "noiDung": "Đèn đường trước số 12 không sáng.",
    "viTri": HERE,
    "diaChi": "12 Lê Lợi",
    "luc": "23/11/2026 08:30",
}
CALL_FIELDS = ["soPhieu", "loai", "noiDung", "viTri", "diaChi", "luc"]
CALL_RULES = [
    Rule(to="external_id", source="soPhieu", required=True),
    Rule(to="category", source="loai", how="codes", detail="DEN = street-light\nO = pothole"),
    Rule(to="summary", source="noiDung", required=True),
    Rule(to="latitude", source="viTri.vd", how="number", required=True),
    Rule(to="longitude", source="viTri.kd", how="number", required=True),
    Rule(to="address", source="diaChi"),
    Rule(to="opened_at", source="luc", how="date", detail="dd/mm/yyyy hh:mm -> iso"),
    Rule(to="source", how="constant", detail="call"),
]
CALL_RULES = msgspec.convert(msgspec.to_builtins(CALL_RULES), list[Rule])


def as_admin(work: Work) -> Work:
    return _as(work, identity.Role.ADMIN, "Cao Thảo Vy")


def as_leader(work: Work) -> Work:
    return _as(work, identity.Role.LEADER, "Đỗ Trường Sơn")


def _as(work: Work, role: identity.Role, name: str) -> Work:
    permissions = identity.permissions_of([role])
    return work.at(work.now, Actor(id=new_id(), name=name, permissions=permissions))


async def contract(
    work: Work, system: str, kind: str, direction: str, fields: list[str], **about: Any
) -> int:
    """Put a contract in force and return its number."""
    given: dict[str, Any] = {
        "system": system,
        "kind": kind,
        "direction": Direction(direction),
        "fields": [Allowed(name, "to test") for name in fields],
        "purpose": "To test",
        "legal_basis": "01/QĐ-TEST",
        "valid_from": date(2020, 1, 1),
        "valid_to": date(2099, 12, 31),
    }
    number = await office.draft_contract(as_admin(work), NewContract(**{**given, **about}))
    await office.approve_contract(as_leader(work), number)
    return number


async def hotline(work: Work, **about: Any) -> tuple[Actor, str]:
    """Let a program speak for the hotline, which may open cases; return it, and its key."""
    program, key = await program_with_key(work, "hub")
    system = await office.get_system(work, "hotline")
    await office.change_system(
        as_admin(work),
        "hotline",
        system.version,
        state=State.TEST,
        address="",
        contact="",
        program_id=program.id,
    )
    await contract(work, "hotline", "case", "in", CALL_FIELDS, **about)
    await mappings.add_mapping(as_admin(work), "hotline", "case", 0, CALL_RULES, "")
    actor = Actor(name=program.name, program_id=program.id, permissions=frozenset({"hub.use"}))
    return actor, key


async def send(inside: Any, actor: Actor, body: Any, key: str = "", kind: str = "case") -> Any:
    """Send a message as the hotline does."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return await inbound.receive(inside, actor, "hotline", kind, "application/json", content, key)


def twin(name: str) -> Any:
    """Return a simulated system as it stands behind its port."""
    return next(one for one in hub._twins if one.name == name)


def province() -> twins.Province:
    return twin("province")


async def chained(work: Work) -> list[Any]:
    """Put what waits into the chain and return all of it."""
    while await journal.chain_waiting(work):
        pass
    return await journal.store.list_entries(work, 0, 1000)


async def get_system(work: Work, code: str) -> System:
    return next(one for one in await systems.list_systems(work) if one.code == code)
