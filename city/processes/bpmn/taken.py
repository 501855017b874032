"""What came out of a BPMN file."""

from msgspec import Struct

from city.kernel import Says
from city.processes.model import Definition


class Taken(Struct, frozen=True):
    """The definition, and what of the file has no equivalent here or could not be told."""

    definition: Definition
    left_out: list[Says]
