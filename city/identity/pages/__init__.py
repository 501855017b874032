"""Identity's pages: signing in, one's own account, helping, codes, and the offices that look."""

from city.identity import personal_codes
from city.identity.pages import helping, me, office, personal_code, proving, seen, sign_in, vneid
from city.identity.pages.proving import ask_for_proof
from city.kernel import Database
from city.settings import Settings

__all__ = ["ask_for_proof", "open_room", "routes"]

routes = [
    *sign_in.routes,
    *me.routes,
    *proving.routes,
    *seen.routes,
    *helping.routes,
    *personal_code.routes,
    *office.routes,
    *vneid.routes,
]


async def open_room(here: Settings, database: Database) -> None:
    """Read the keys of this installation, and find the identity provider."""
    personal_codes.open_keys(here.data)
    await vneid.open_room(here, database)
