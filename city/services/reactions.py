"""What services do when something happened below."""

from city import identity
from city.kernel import Work, reacts_to
from city.services import store
from city.services.model import Face


@reacts_to(identity.RoleGranted)
async def show_the_face(work: Work, event: identity.RoleGranted) -> None:
    """Let somebody with a new role meet the first page as that, unless they chose otherwise."""
    if event.role.value in (Face.VISITOR, Face.BUSINESS, Face.HELPER):
        await store.set_face(work, event.person_id, Face(event.role.value), chosen=False)
