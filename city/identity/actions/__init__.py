"""What identity does: lets people in, and keeps who they are."""

from city.identity.actions.people import (
    add_person,
    appoint,
    grant_role,
    keep_name,
    keep_profile,
    revoke_role,
    search_people,
    see_person,
    welcome_person,
)
from city.identity.actions.sign_in import (
    ask_for_code,
    end_other_sessions,
    end_session,
    enter_code,
    find_actor,
    get_code,
    raise_assurance,
    sign_in_person,
    sign_in_sample,
    sign_out,
)

__all__ = [
    "add_person",
    "appoint",
    "ask_for_code",
    "end_other_sessions",
    "end_session",
    "enter_code",
    "find_actor",
    "get_code",
    "grant_role",
    "keep_name",
    "keep_profile",
    "raise_assurance",
    "revoke_role",
    "search_people",
    "see_person",
    "sign_in_person",
    "sign_in_sample",
    "sign_out",
    "welcome_person",
]
