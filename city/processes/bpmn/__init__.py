"""Processes as BPMN 2.0 (OMG formal/2013-12-09), for programs that draw them.

    bpmn.write(definition, "vi")    the XML, with places for every shape
    bpmn.read(content).definition   and `left_out`, what of it has no equivalent here

States are tasks, ends are end events, steps are sequence flows behind exclusive gateways, rungs of
a ladder are timers on a task. What BPMN does not have stands beside it in a namespace of our own,
so that a definition that was written comes back as it was.
"""

from city.processes.bpmn.reading import Taken, read
from city.processes.bpmn.writing import write

__all__ = ["Taken", "read", "write"]
