"""Where the states of a process stand in its drawing, and where the lines between them run.

The way a case usually goes is a straight column, from the start at the top to the end. What it may
come to besides stands in a second column. Between the two run the lanes of all other steps: one
lane for each, with a stub from every state it begins in and an arrow into the one it leads to.
(Sugiyama's method, tried with PyPI `fast-sugiyama`, takes three times the width for our
processes and bends the main way.)
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from math import ceil

from msgspec import Struct

from city.processes.model import ENDS, Definition, Status, Transition, Verb

BOX_WIDTH = 172
LETTER = 6.2
"""About how wide a letter of a step's name is, in pixels."""

_PORT = 18
_LANE = 14
_GAP = 46
_SIDE_GAP = 26
_LEAST_BOX = 60
_MARGIN = 12
_LEAST_STRIP, _MOST_STRIP = 60, 200

_ONWARDS = frozenset({Verb.ACCEPT, Verb.ROUTE, Verb.TAKE, Verb.STEP, Verb.ANSWER, Verb.PUBLISH})

Point = tuple[float, float]
Port = tuple[int, bool]
Naming = Callable[[Transition], str]


class Box(Struct):
    """A state's box: its top left corner, size, and which side its lanes leave from."""

    x: float
    y: float
    height: float
    main: bool
    width: float = BOX_WIDTH

    @property
    def middle(self) -> Point:
        """The middle of the box."""
        return self.x + self.width / 2, self.y + self.height / 2


class Line(Struct):
    """A step drawn: the paths that lead to its arrow, each from one state, and its name's place."""

    way: Transition
    paths: dict[str, list[Point]]
    label: Point
    main: bool


class Layout(Struct):
    """A whole drawing, in pixels from its top left corner."""

    width: float
    height: float
    boxes: dict[str, Box]
    lines: list[Line]


class _Lane(Struct):
    """A step that is no straight way down, and the ports it uses on each state's side."""

    way: Transition
    starts: list[str]
    top: float = 0
    bottom: float = 0
    at: int = 0

    @property
    def states(self) -> list[str]:
        return list(dict.fromkeys([*self.starts, self.way.to]))


def lay_out(definition: Definition, name: Naming = lambda way: way.id) -> Layout:
    """Return the places of everything in the drawing of a definition, right or wrong."""
    spine = main_way(definition)
    down = _straight(definition, spine)
    lanes = list(_lanes(definition, down))
    ports = {state: _ports(state, lanes) for state in definition.states}
    boxes = _column(spine, ports)
    _second_column(definition, boxes, lanes, ports)
    strips = _strips(lanes, boxes, name)
    count = _assign(lanes, boxes, ports)
    left = _MARGIN + BOX_WIDTH + strips[0]
    second = left + count * _LANE + strips[1]
    for box in boxes.values():
        box.x = _MARGIN if box.main else second
    lines = [_straight_line(boxes, pair, way) for pair, way in down.items()]
    lines += [_lane_line(n, lane, boxes, ports, left) for n, lane in enumerate(lanes)]
    wide = max((box.x + box.width for box in boxes.values()), default=0)
    # The names of the straight steps and the lanes need their room even without a second column.
    wide = max(wide, left + count * _LANE, _MARGIN + BOX_WIDTH / 2 + 160)
    high = max((box.y + box.height for box in boxes.values()), default=0)
    return Layout(wide + _MARGIN, high + _MARGIN, boxes, lines)


def main_way(definition: Definition) -> list[str]:
    """Return the states a case usually goes through: by the first way that leads to done."""
    states = definition.states
    if not states:
        return []
    start = definition.start if definition.start in states else next(iter(states))
    seen, path = {start}, [start]
    waiting = [_onwards(definition, start)]
    while waiting:
        state = next((s for s in waiting[-1] if s not in seen), None)
        if state is None:
            waiting.pop()
            if len(path) > 1:
                path.pop()
            continue
        seen.add(state)
        path.append(state)
        if states[state].status is Status.DONE:
            return path
        waiting.append(_onwards(definition, state))
    return path


def _onwards(definition: Definition, state: str) -> Iterator[str]:
    for way in definition.ways_from(state):
        to = definition.states.get(way.to)
        if to and way.verb in _ONWARDS and not to.stopped:
            yield way.to


def _straight(definition: Definition, spine: list[str]) -> dict[tuple[str, str], Transition]:
    """Return the step that leads straight down from each state of the main way."""
    found = {}
    for start, to in pairwise(spine):
        ways = definition.ways_from(start)
        found[start, to] = next(w for w in ways if w.to == to and w.verb in _ONWARDS)
    return found


def _lanes(definition: Definition, down: dict[tuple[str, str], Transition]) -> Iterator[_Lane]:
    for way in definition.transitions:
        starts = [
            start
            for start in dict.fromkeys(way.start)
            if start in definition.states and down.get((start, way.to)) is not way
        ]
        if starts and way.to in definition.states:
            yield _Lane(way, starts)


def _ports(state: str, lanes: list[_Lane]) -> list[Port]:
    """Return what is fastened to a state: the number of each lane, and whether it comes in."""
    found = [(n, False) for n, lane in enumerate(lanes) if state in lane.starts]
    found += [(n, True) for n, lane in enumerate(lanes) if state == lane.way.to]
    return sorted(found)


def _height(ports: list[Port]) -> float:
    return max(_LEAST_BOX, len(ports) * _PORT + 12)


def _column(spine: list[str], ports: dict[str, list[Port]]) -> dict[str, Box]:
    boxes, y = {}, float(_MARGIN)
    for state in spine:
        boxes[state] = Box(0, y, _height(ports[state]), main=True)
        y += boxes[state].height + _GAP
    return boxes


def _second_column(
    definition: Definition,
    boxes: dict[str, Box],
    lanes: list[_Lane],
    ports: dict[str, list[Port]],
) -> None:
    """Put the other states beside what they are tied to, ends last, none upon another."""
    wanted = []
    for at, (name, state) in enumerate(definition.states.items()):
        if name in boxes:
            continue
        tied = {s for lane in lanes if name in lane.states for s in lane.states if s in boxes}
        middle = sum(boxes[s].middle[1] for s in tied) / len(tied) if tied else at * 100
        wanted.append((state.status in ENDS, middle, name))
    y = float(_MARGIN)
    for _, middle, name in sorted(wanted):
        height = _height(ports[name])
        y = max(y, middle - height / 2)
        boxes[name] = Box(0, y, height, main=False)
        y += height + _SIDE_GAP


def _strips(lanes: list[_Lane], boxes: dict[str, Box], name: Naming) -> tuple[int, int]:
    """Return how much room the names need beside the first and before the second column."""
    found = [_LEAST_STRIP, _LEAST_STRIP]
    for lane in lanes:
        side = 0 if boxes[lane.way.to].main else 1
        found[side] = max(found[side], ceil(len(name(lane.way)) * LETTER) + 22)
    return min(found[0], _MOST_STRIP), min(found[1], _MOST_STRIP)


def _port_y(box: Box, ports: list[Port], port: Port) -> float:
    free = box.height - len(ports) * _PORT
    return box.y + free / 2 + (ports.index(port) + 0.5) * _PORT


def _assign(lanes: list[_Lane], boxes: dict[str, Box], ports: dict[str, list[Port]]) -> int:
    """Give every step a lane, short ones first; return how many lanes there are."""
    for state, own in ports.items():
        own.sort(key=lambda port, state=state: _towards(lanes[port[0]], boxes, state, port[1]))
    for n, lane in enumerate(lanes):
        ys = [_port_y(boxes[s], ports[s], (n, False)) for s in lane.starts]
        ys.append(_port_y(boxes[lane.way.to], ports[lane.way.to], (n, True)))
        lane.top, lane.bottom = min(ys), max(ys)
    taken: list[list[tuple[float, float]]] = []
    for lane in sorted(lanes, key=lambda lane: lane.bottom - lane.top):
        free = (at for at, others in enumerate(taken) if _fits(lane, others))
        lane.at = next(free, len(taken))
        if lane.at == len(taken):
            taken.append([])
        taken[lane.at].append((lane.top, lane.bottom))
    return len(taken)


def _fits(lane: _Lane, others: list[tuple[float, float]]) -> bool:
    return all(lane.bottom + 8 < top or bottom + 8 < lane.top for top, bottom in others)


def _towards(lane: _Lane, boxes: dict[str, Box], state: str, comes_in: bool) -> tuple[float, bool]:
    """Return the height a port looks to: lines that go up leave above those that go down."""
    others = lane.starts if comes_in else [lane.way.to]
    ys = [boxes[s].middle[1] for s in others if s != state] or [boxes[state].middle[1]]
    return sum(ys) / len(ys), comes_in


def _straight_line(boxes: dict[str, Box], pair: tuple[str, str], way: Transition) -> Line:
    start, to = boxes[pair[0]], boxes[pair[1]]
    x = start.middle[0]
    top, bottom = start.y + start.height, to.y
    return Line(way, {pair[0]: [(x, top), (x, bottom)]}, (x + 8, (top + bottom) / 2), main=True)


def _lane_line(
    n: int, lane: _Lane, boxes: dict[str, Box], ports: dict[str, list[Port]], left: float
) -> Line:
    x = left + (lane.at + 0.5) * _LANE
    to = boxes[lane.way.to]
    end_y = _port_y(to, ports[lane.way.to], (n, True))
    end_x = to.x + to.width if to.main else to.x
    paths: dict[str, list[Point]] = {}
    for state in lane.starts:
        box = boxes[state]
        y = _port_y(box, ports[state], (n, False))
        begin = box.x + box.width if box.main else box.x
        paths[state] = [(begin, y), (x, y), (x, end_y), (end_x, end_y)]
    label = (end_x + 12, end_y - 4) if to.main else (end_x - 12, end_y - 4)
    return Line(lane.way, paths, label, main=False)
