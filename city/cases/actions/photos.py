"""Photos that come after a case was opened, for those who do the work."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from city.cases import store
from city.cases.actions.moving import put
from city.cases.model import Case
from city.kernel import Work


async def add_photos(work: Work, case_id: UUID, photos: Sequence[UUID]) -> Case:
    """Add photos to a case, with an entry that says which; nothing else about it changes.

    Needs to be the city itself. The files have been claimed already.
    """
    work.actor.require("city.react")
    case = await store.get_case(work, case_id)
    richer = msgspec.structs.replace(case, more_photos=[*case.more_photos, *photos])
    facts = {"files": [str(id) for id in photos]}
    return await put(work, case, richer, "photos", facts=facts, named=False, announce=False)
