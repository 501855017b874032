"""Updates of service requests, as FixMyStreet has added them to Open311.

What the city did is read from the history of public cases; what other systems say of a case goes
into its history, and does what its process lets the unit do. docs/reference/open311.md.
"""

from city.integration.open311.updates.actions import apply_update
from city.integration.open311.updates.api import routes
from city.integration.open311.updates.model import ENDED, STATUSES, Received, Said, plain_status

__all__ = ["ENDED", "STATUSES", "Received", "Said", "apply_update", "plain_status", "routes"]
