"""A process as a drawing: SVG that needs no script and takes its colours from the page."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from city.processes.layout import Box, Layout, Line, Point, lay_out
from city.processes.model import ENDS, Definition, State, Status, Verb
from city.processes.plain import Words

_BACK = frozenset({Verb.HAND_BACK, Verb.SEND_BACK, Verb.REOPEN})
_LINE_LETTERS = 20
_MOST_LABEL = 30

_ARROW = (
    '<defs><marker id="process-arrow" viewBox="0 0 8 8" refX="7" refY="4" '
    'markerUnits="userSpaceOnUse" markerWidth="9" markerHeight="9" orient="auto-start-reverse">'
    '<path d="M0 0 8 4 0 8z"/></marker></defs>'
)

TONES = {
    Status.NEW: "new",
    Status.ACCEPTED: "check",
    Status.ROUTED: "doing",
    Status.DOING: "doing",
    Status.WAITING: "accent",
    Status.ANSWERED: "check",
    Status.DONE: "done",
    Status.REJECTED: "idle",
    Status.MERGED: "idle",
}
"""The `data-tone` of each status."""


def draw(definition: Definition, words: Words, title: str) -> Markup:
    """Return the drawing of a definition, right or wrong, in a reader's language.

    Whoever cannot see it is told `title`; the table of steps says the same in words.
    """
    layout = lay_out(definition, words.step)
    parts = [
        f'<svg class="process" role="img" viewBox="0 0 {_n(layout.width)} {_n(layout.height)}"'
        f' width="{_n(layout.width)}" height="{_n(layout.height)}">',
        f"<title>{escape(title)}</title>",
        _ARROW,
        *_lines(layout, words),
        *(_box(definition, name, box, words) for name, box in layout.boxes.items()),
        *(_label(line, words, layout) for line in layout.lines),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704 (every word in it is escaped)


def _lines(layout: Layout, words: Words) -> Iterator[str]:
    for line in layout.lines:
        kind = _kind(line)
        drawn = "".join(
            f'<path d="{_path(points)}"'
            f"{' marker-end=' + chr(34) + 'url(#process-arrow)' + chr(34) if not at else ''}/>"
            for at, points in enumerate(line.paths.values())
        )
        dots = "".join(
            f'<circle cx="{_n(points[1][0])}" cy="{_n(points[1][1])}" r="2.5"/>'
            for points in list(line.paths.values())[1:]
            if len(points) > 2
        )
        title = escape(words.step_in_full(line.way))
        yield f'<g class="way" data-kind="{kind}"><title>{title}</title>{drawn}{dots}</g>'


def _kind(line: Line) -> str:
    if line.main:
        return "main"
    if line.way.verb in (Verb.PAUSE, Verb.RESUME):
        return "pause"
    return "back" if line.way.verb in _BACK else "other"


def _path(points: Sequence[Point]) -> str:
    """Return the path through these points, its corners rounded."""
    if len(points) == 2:
        (x, y), (to_x, to_y) = points
        return f"M{_n(x)} {_n(y)}L{_n(to_x)} {_n(to_y)}"
    (x, y), (lane, _), (_, to_y), (to_x, _) = points
    down = 1 if to_y > y else -1
    turn = min(6.0, abs(to_y - y) / 2)
    out = 1 if lane > x else -1
    back = 1 if to_x > lane else -1
    return (
        f"M{_n(x)} {_n(y)}H{_n(lane - out * turn)}Q{_n(lane)} {_n(y)} {_n(lane)} "
        f"{_n(y + down * turn)}V{_n(to_y - down * turn)}Q{_n(lane)} {_n(to_y)} "
        f"{_n(lane + back * turn)} {_n(to_y)}H{_n(to_x)}"
    )


def _box(definition: Definition, name: str, box: Box, words: Words) -> str:
    state = definition.states[name]
    shape = "end" if state.status in ENDS else "stopped" if state.stopped else "state"
    x, y = box.middle
    radius = 22 if shape == "end" else 10
    inner = ""
    if shape == "end":
        inner = (
            f'<rect x="{_n(box.x + 4)}" y="{_n(box.y + 4)}" width="{_n(box.width - 8)}"'
            f' height="{_n(box.height - 8)}" rx="18"/>'
        )
    lines = _folded(words.name(state.name) or name)
    promise = words.due(definition, state)
    tall = len(lines) * 16 + (14 if promise else 0)
    top = y - tall / 2 + 12
    texts = [
        f'<text x="{_n(x)}" y="{_n(top + at * 16)}">{escape(line)}</text>'
        for at, line in enumerate(lines)
    ]
    if promise:
        below = _n(top + len(lines) * 16 - 1)
        said = escape(_short(promise, 27))
        texts.append(f'<text class="due" x="{_n(x)}" y="{below}">{said}</text>')
    start = ' data-start=""' if name == definition.start else ""
    return (
        f'<g class="box" data-shape="{shape}" data-tone="{_tone(state)}"{start}>'
        f'<rect x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"'
        f' rx="{radius}"/>{inner}{"".join(texts)}</g>'
    )


def _tone(state: State) -> str:
    return TONES[state.status]


def _label(line: Line, words: Words, layout: Layout) -> str:
    x, y = line.label
    to = layout.boxes[line.way.to]
    anchor = "start" if line.main or to.main else "end"
    text = escape(_short(words.step(line.way), _MOST_LABEL))
    return (
        f'<text class="step" data-kind="{_kind(line)}" text-anchor="{anchor}" x="{_n(x)}"'
        f' y="{_n(y + (4 if line.main else 0))}">{text}</text>'
    )


def _folded(text: str) -> list[str]:
    """Return a name in at most two lines that fit into a box."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _LINE_LETTERS:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > 2:
        lines = [lines[0], " ".join(lines[1:])]
    return [_short(line, _LINE_LETTERS) for line in lines]


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
