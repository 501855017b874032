"""The sample partner application, registered and published."""

from pathlib import Path
from uuid import UUID

from city import identity, settings
from city.kernel import THE_CITY, Database, new_id
from city.partners import store
from city.partners.actions.applications import hash_of
from city.partners.model import Application
from city.partners.sample_app import CODE, SCOPES, secret_of, url_of
from city.settings import Settings


async def seed_sample(database: Database, folder: Path) -> None:
    """Register the sample application in the name of a sample business. Twice is once."""
    here = settings.current()
    home = url_of(here)
    async with database.work(THE_CITY) as work:
        people = await identity.list_sample_people(work)
        owner: UUID | None = next((p.id for p in people if p.role == "business"), None)
        await store.add_application(
            work,
            Application(
                id=new_id(),
                code=CODE,
                name={"vi": "Vé thuyền sông Hương (mẫu)", "en": "Perfume River boats (sample)"},
                summary={
                    "vi": "Ứng dụng mẫu của đối tác: đặt vé thuyền rồng. Không có thuyền thật.",
                    "en": "A partner's sample application: boat tickets. There is no real boat.",
                },
                run_by="Quán trà Bến Xuân (mẫu)",
                contact="partner@example.org",
                owner_id=owner,
                state="published",
                mode="frame",
                home_url=f"{home}/",
                redirect_uris=[f"{home}/back"],
                scopes=SCOPES,
                public=False,
                secret_hash=hash_of(secret_of(here)),
                sector=CODE,
                alg="ES256",
                sample=True,
                made_at=work.now,
                changed_at=work.now,
            ),
            10,
        )


async def place_sample(here: Settings, database: Database) -> None:
    """Bring the sample application's addresses up to the port that the city has today."""
    home = url_of(here)
    async with database.work(THE_CITY) as work:
        await store.set_sample(work, CODE, f"{home}/", [f"{home}/back"], hash_of(secret_of(here)))
