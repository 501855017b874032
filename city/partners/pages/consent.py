"""What a person is shown before they agree: each scope in plain words, with its value."""

from typing import Any

from city import places
from city.kernel import Invalid, Work
from city.partners import actions
from city.partners.model import Application, Consent, explain
from city.partners.pages.parts import AnyRequest, language_of, shown
from city.web import in_language


async def consent_context(
    request: AnyRequest,
    work: Work,
    application: Application,
    scopes: tuple[str, ...] | list[str],
    consent: Consent | None,
    wrong: Invalid | None = None,
) -> dict[str, Any]:
    """Return what the consent page and the sheet in the shell show: each scope with its value."""
    language = language_of(request)
    ward = consent.ward if consent else ""
    claims = await actions.claims_of(work, work.actor.person_id, scopes, ward)
    new = actions.lacking(consent, scopes)
    values = {
        "profile": claims.get("name", ""),
        "phone": claims.get("phone_number", ""),
        "email": claims.get("email", ""),
        "ward": in_language(claims["ward"]["name"], language) if "ward" in claims else "",
    }
    wards = [(w.code, in_language(w.name, language)) for w in places.list_wards()]
    return {
        "app": shown(application, language),
        "scopes": [
            {**scope, "value": values.get(scope["code"], ""), "is_new": scope["code"] in new}
            for scope in explain(scopes)
        ],
        "again": consent is not None,
        "ward": ward,
        "wards": [{"value": code, "label": name} for code, name in wards],
        "errors": wrong.errors if wrong else {},
    }
