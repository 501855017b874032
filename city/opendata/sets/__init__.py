"""The data sets there are, in the order of the catalogue."""

from collections.abc import Mapping

from city.kernel import Actor, Missing
from city.opendata.model import DataSet
from city.opendata.sets import figures, reference, reports

DATA_SETS: Mapping[str, DataSet] = {
    one.code: one for one in (*reports.SETS, *figures.SETS, *reference.SETS)
}


def get_set(actor: Actor, code: str) -> DataSet:
    """Return a data set; raise Missing, or Forbidden when this actor may not have it."""
    found = DATA_SETS.get(code)
    if found is None:
        raise Missing("There is no such data set.")
    if found.permission:
        actor.require(found.permission)
    return found


def list_sets(actor: Actor) -> list[DataSet]:
    """Return the data sets that this actor may have."""
    return [one for one in DATA_SETS.values() if not one.permission or actor.may(one.permission)]


__all__ = ["DATA_SETS", "get_set", "list_sets"]
