"""The YAML that definitions are written in: read safely, with the line of everything in it.

YAML 1.2's core schema: `no` and `on` are words, not truth. Tags and several documents are refused,
and so are texts that are longer, deeper or, with their aliases, larger than any process is.
"""

import re
from typing import Any

import msgspec
import yaml
from yaml import events

from city.kernel import Invalid, Says, say
from city.processes.model import Definition
from city.processes.shape import faults_of_shape

MOST_BYTES = 100_000
_MOST_DEPTH = 20
_MOST_VALUES = 20_000

_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Lines = dict[str, int]
"""The line, from 1, on which what a path leads to begins."""


class Unreadable(Exception):
    """The text cannot be read; `says` says why, and `line` where (0: as a whole)."""

    def __init__(self, line: int, text: str, /, **params: Any) -> None:
        """Refuse the text."""
        self.line = line
        self.says = Says(text, params)
        super().__init__(f"{line}: {self.says}")


def parse(source: str) -> Definition:
    """Return the definition that this YAML writes down.

    Raises Invalid with everything whose shape is wrong, by path; each sentence names its line.
    Whether the process makes sense is for `check`.
    """
    try:
        content, lines = read_yaml(source)
    except Unreadable as wrong:
        raise Invalid({"source": at_line(wrong.line, wrong.says)}) from wrong
    faults = faults_of_shape(content)
    if faults:
        raise Invalid({f.path or "source": at_line(line_of(lines, f.path), f.says) for f in faults})
    return msgspec.convert(content, Definition)


def write_yaml(definition: Definition) -> str:
    """Return the YAML that `parse` reads as this definition."""
    content = msgspec.to_builtins(definition)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=98)


def at_line(line: int, says: Says) -> Says:
    """Return a sentence with the line it is about, if there is one."""
    return say("Line {line}: {says}", line=line, says=says) if line else says


def line_of(lines: Lines, path: str) -> int:
    """Return the line of a path, or of the nearest thing around it that is there; 0 if none."""
    while path and path not in lines:
        path = path.rpartition(".")[0]
    return lines.get(path, 0)


def read_yaml(source: str) -> tuple[Any, Lines]:
    """Return what a YAML text says, as dicts, lists, texts and numbers, and where each thing is.

    Steps are found by their `id` as well (`transitions.route.to`). Raises Unreadable.
    """
    if len(source.encode()) > MOST_BYTES:
        raise Unreadable(0, "The text is longer than {most} kB.", most=MOST_BYTES // 1000)
    reader = _Reader()
    try:
        for event in yaml.parse(source, Loader=_LOADER):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = error.problem or error.context or ""
        raise Unreadable(
            mark.line + 1 if mark else 0, "This is not YAML: {reason}.", reason=reason
        ) from error
    except yaml.YAMLError as error:
        raise Unreadable(
            0, "This is not YAML: {reason}.", reason=str(error).splitlines()[0]
        ) from error
    return reader.value, _with_ids(reader)


def _with_ids(reader: "_Reader") -> Lines:
    lines = reader.lines
    steps = reader.value.get("transitions") if isinstance(reader.value, dict) else None
    names = {
        f"transitions.{at}": f"transitions.{step['id']}"
        for at, step in enumerate(steps if isinstance(steps, list) else [])
        if isinstance(step, dict) and isinstance(step.get("id"), str)
    }
    for path, line in list(lines.items()):
        stem = ".".join(path.split(".", 2)[:2])
        if stem in names:
            lines.setdefault(names[stem] + path[len(stem) :], line)
    return lines


class _Open:
    """A mapping or list that has begun: its value, where it is, and the key that waits."""

    def __init__(self, value: Any, path: str, anchor: str | None, size: int) -> None:
        self.value, self.path, self.anchor, self.size = value, path, anchor, size
        self.key: str | None = None


class _Reader:
    """Builds the value of one document from the events of its text, without recursion."""

    def __init__(self) -> None:
        self.value: Any = None
        self.lines: Lines = {}
        self.size = 0
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._documents = 0

    def take(self, event: Any) -> None:
        """Take the next event."""
        line = event.start_mark.line + 1 if event.start_mark else 0
        match event:
            case events.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise Unreadable(line, "Please write one document, without another “---”.")
            case events.AliasEvent():
                self._alias(event.anchor, line)
            case events.ScalarEvent():
                self._scalar(event, line)
            case events.MappingStartEvent():
                self._begin({}, event, line)
            case events.SequenceStartEvent():
                self._begin([], event, line)
            case events.CollectionEndEvent():
                done = self._open.pop()
                if done.anchor:
                    self._anchors[done.anchor] = (done.value, self.size - done.size + 1)
            case _:
                pass

    def _begin(self, value: Any, event: Any, line: int) -> None:
        if event.tag:
            raise Unreadable(line, "Tags such as {tag} are not possible here.", tag=event.tag)
        if len(self._open) >= _MOST_DEPTH:
            raise Unreadable(line, "This is nested too deeply.")
        path = self._put(value, line)
        self._open.append(_Open(value, path, event.anchor, self.size))

    def _scalar(self, event: Any, line: int) -> None:
        if event.tag not in (None, "!"):
            raise Unreadable(line, "Tags such as {tag} are not possible here.", tag=event.tag)
        # A key is a word as it stands; so is whatever is in quotation marks.
        is_key = bool(self._open) and self._open[-1].key is None
        plain = event.implicit[0] and not (is_key and isinstance(self._open[-1].value, dict))
        value = _resolved(event.value) if plain else event.value
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._put(value, line)

    def _alias(self, anchor: str, line: int) -> None:
        if anchor not in self._anchors:
            raise Unreadable(line, "There is no “&{anchor}” before this.", anchor=anchor)
        value, size = self._anchors[anchor]
        self.size += size
        self._put(value, line)

    def _put(self, value: Any, line: int) -> str:
        """Put a value where it belongs and return its path."""
        self.size += 1
        if self.size > _MOST_VALUES:
            raise Unreadable(line, "This says more than {most} things.", most=_MOST_VALUES)
        if not self._open:
            self.value, path = value, ""
        elif isinstance((parent := self._open[-1]).value, list):
            path = _join(parent.path, str(len(parent.value)))
            parent.value.append(value)
        elif parent.key is None:
            if not isinstance(value, str):
                raise Unreadable(line, "Only a word can stand before a colon.")
            if value in parent.value:
                raise Unreadable(line, "“{key}” is there twice.", key=value)
            parent.key, path = value, _join(parent.path, value)
        else:
            path, parent.value[parent.key] = _join(parent.path, parent.key), value
            parent.key = None
        if path:
            self.lines.setdefault(path, line)
        return path


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _resolved(text: str) -> Any:
    """Return what an unquoted word means."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text
