"""What is sent of a case: only what everybody may read of it, in the other city's codes."""

import re

from city import settings
from city.integration.federation.model import CannotSend, Destination, Sending
from city.kernel import say
from city.media import large_url
from city.reports import PublicReport

EDITABLE = ("service_code", "description", "lat", "long", "address_string")
"""The arguments that a person can change of what could not be sent."""

_LONGEST = 4000
_MARKED = re.compile(r"\[[a-z0-9-]{1,40} [0-9A-Z]{4}-[0-9A-Z]{4}\]\s*\Z")


def marker_of(sending: Sending) -> str:
    """Return what a description ends with, by which a request is found again at its receiver."""
    return f"[{settings.current().profile.code} {sending.ref}]"


def draft(
    destination: Destination, sending: Sending, report: PublicReport | None
) -> dict[str, str]:
    """Return the form of the request; raise CannotSend with the sentence why there is none."""
    if report is None:
        raise CannotSend(say("It has no public report, so that nothing of it may be sent."))
    if _MARKED.search(report.description) and not sending.edits:
        # Else two cities that hand over the same would send it to and fro for ever.
        raise CannotSend(
            say("Another city has handed it over to us, so it is not handed on by itself.")
        )
    service = destination.categories.get(report.category, "")
    form = {
        "service_code": service,
        "description": report.description,
        "address_string": report.address,
        "account_id": sending.ref,
    }
    if report.place_precision != "unknown":
        form |= {"lat": f"{report.latitude:.6f}", "long": f"{report.longitude:.6f}"}
    if report.photos:
        form["media_url"] = f"{settings.current().url}{large_url(report.photos[0])}"
    form |= _attributes(destination, report)
    form |= {name: value for name, value in sending.edits.items() if name in EDITABLE}
    if not form["service_code"]:
        raise CannotSend(
            say(
                "Which of their services “{category}” is has not been said.",
                category=report.category,
            )
        )
    if not form.get("address_string") and not (form.get("lat") and form.get("long")):
        raise CannotSend(say("It has neither a place nor an address."))
    marker = marker_of(sending)
    form["description"] = f"{form['description'][: _LONGEST - len(marker) - 1]}\n{marker}"
    return {name: value for name, value in form.items() if value}


def _attributes(destination: Destination, report: PublicReport) -> dict[str, str]:
    """Return their attributes: words of ours, or what the reporter answered."""
    found: dict[str, str] = {}
    for theirs, ours in destination.attributes.items():
        if ours.startswith("="):
            found[f"attribute[{theirs}]"] = ours[1:].strip()
        elif values := report.attributes.get(ours):
            found[f"attribute[{theirs}]"] = ",".join(values)
    return found
