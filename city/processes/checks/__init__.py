"""Whether a process makes sense as a whole, so that no case can be trapped in it."""

from collections.abc import Sequence

from city import settings
from city.processes.checks.graph import check_ways
from city.processes.checks.promises import check_promises
from city.processes.checks.steps import check_steps
from city.processes.checks.wording import check_wording
from city.processes.model import Definition, Fault


def check(definition: Definition, languages: Sequence[str] | None = None) -> list[Fault]:
    """Return everything that is wrong with a definition; nothing if it may be published.

    Its names must be there in these `languages`, by default those of the city.
    """
    spoken = settings.current().profile.languages if languages is None else languages
    return [
        *check_ways(definition),
        *check_steps(definition),
        *check_promises(definition),
        *check_wording(definition, spoken),
    ]
