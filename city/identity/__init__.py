"""Identity: who people are, how they come in, and what they may do.

People sign in without a password, by a one-time code. What they are to the city is a role, and
roles are what permissions come from; both take effect with the next request. Nobody else's
schema knows a name or a telephone number. An officer who needs to know who reported something
asks here, and the person sees that they asked.

    person = await identity.get_person(work, person_id)          # to write to them
    seen = await identity.see_person(work, person_id, purpose="To ask which lamp", about=ref)
    unit = await identity.find_ward_unit(work, ward.code)
"""

from city.identity.actions import (
    add_person,
    appoint,
    find_actor,
    get_code,
    grant_role,
    raise_assurance,
    revoke_role,
    see_person,
    sign_in_person,
)
from city.identity.model import (
    Access,
    Assurance,
    CodeRequested,
    CodeToSend,
    Contact,
    Hold,
    Kept,
    NewPerson,
    Organisation,
    Person,
    PersonSignedIn,
    Role,
    RoleGranted,
    RoleRevoked,
    SamplePerson,
    SeenPerson,
    Staff,
    local_path,
    permissions_of,
)
from city.identity.pages import open_room, routes
from city.identity.seed import load_profile, seed_sample
from city.identity.store import (
    find_external_id,
    find_person,
    find_unit,
    find_ward_unit,
    get_organisation,
    get_person,
    list_contacts,
    list_sample_people,
    list_staff,
    list_staffed_units,
    list_units,
)

__all__ = [
    "Access",
    "Assurance",
    "CodeRequested",
    "CodeToSend",
    "Contact",
    "Hold",
    "Kept",
    "NewPerson",
    "Organisation",
    "Person",
    "PersonSignedIn",
    "Role",
    "RoleGranted",
    "RoleRevoked",
    "SamplePerson",
    "SeenPerson",
    "Staff",
    "add_person",
    "appoint",
    "find_actor",
    "find_external_id",
    "find_person",
    "find_unit",
    "find_ward_unit",
    "get_code",
    "get_organisation",
    "get_person",
    "grant_role",
    "list_contacts",
    "list_sample_people",
    "list_staff",
    "list_staffed_units",
    "list_units",
    "load_profile",
    "local_path",
    "open_room",
    "permissions_of",
    "raise_assurance",
    "revoke_role",
    "routes",
    "see_person",
    "seed_sample",
    "sign_in_person",
]
