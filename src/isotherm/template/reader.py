"""Text -> tree. YAML through libyaml's events, JSON through the standard library."""

import codecs
import json
import re
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.nodes import ScalarNode

from isotherm.model.errors import Invalid
from isotherm.model.problem import Place, Problem
from isotherm.template.limits import Limits
from isotherm.template.tree import Map, Path, Position, Seq, key_text

STRING, BINARY = "tag:yaml.org,2002:str", "tag:yaml.org,2002:binary"
MERGE, DEFAULT = "tag:yaml.org,2002:merge", "tag:yaml.org,2002:value"
SET, PAIRS = "tag:yaml.org,2002:set", ("tag:yaml.org,2002:omap", "tag:yaml.org,2002:pairs")
MAP_TAGS, SEQ_TAGS = {None, "!", "tag:yaml.org,2002:map", SET}, {None, "!", "tag:yaml.org,2002:seq", *PAIRS}
# What libyaml does not read and Heat does, which tries the slower parser after it.
READ_ELSEWHERE = ("found invalid Unicode character escape code", "found unknown directive name", "found incompatible YAML document",
                  "found unexpected ':'", "found a tab character where an indentation space is expected")
# Dates stay text: a template's `2013-05-23` is a version, not a day.
RESOLVERS = {
    first: [(tag, regexp) for tag, regexp in rows if tag != "tag:yaml.org,2002:timestamp"]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
LONGEST_NUMBER = 3500       # characters: whatever its base is, Python can write it as decimal digits
CONSTRUCTORS = {tag: make for tag, make in yaml.SafeLoader.yaml_constructors.items() if isinstance(tag, str)}
MARKS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")        # what YAML takes as the end of a line
SURROGATE = re.compile("[\ud800-\udfff]")


class Merge:
    """The key `<<`, before it is merged."""


class Default(str):
    """The key `=`, which can be no value."""


def read(text: str | bytes, name: str, limits: Limits) -> Any:
    """The tree of a YAML or JSON text. Raises Invalid: not readable, too large, too deep, or an alias bomb."""
    size = len(text) if isinstance(text, bytes) or text.isascii() else len(text.encode("utf-8", "replace"))
    if size > limits.text:
        raise _refused("template-too-large", f"The text has {size} bytes; at most {limits.text} are read.",
                       Place(name), wire="RequestLimitExceeded")
    if isinstance(text, bytes):
        text = _decoded(text, name)
    half = SURROGATE.search(text)
    if half is not None:
        said = "The text is not UTF-8." if half[0] >= "\udc80" else "The text holds half of a surrogate pair, which is no character."
        raise _refused("not-unicode", said, _at_byte(text.encode("utf-8", "surrogatepass"), len(text[:half.start()].encode()), name))
    if text.lstrip()[:1] == "{":
        return _read_json(text, name, limits)
    return _read_yaml(text, name, limits)


def _decoded(text: bytes, name: str) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as exc:
        other = next((f" It looks like {coding}: save it as UTF-8." for mark, coding in MARKS.items() if text.startswith(mark)), "")
        raise _refused("not-unicode", f"The text is not UTF-8: byte {exc.start} cannot be read.{other}",
                       _at_byte(text, exc.start, name)) from None


def _at_byte(text: bytes, position: int, name: str) -> Place:
    before = BREAK.split(text[:position].decode("utf-8", "ignore"))
    return Place(name, len(before), len(before[-1]) + 1)


def _refused(code: str, message: str, place: Place, wire: str = "BadRequest") -> Invalid:
    return Invalid(Problem(code, message, place), wire=wire)


def _read_json(text: str, name: str, limits: Limits) -> Any:
    """Flow YAML begins with a brace too, so what is not JSON is read as YAML. libyaml also tells JSON's positions."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return _read_yaml(text, name, limits)
    try:
        marked = _read_yaml(text, name, limits)
    except Invalid:
        marked = None
    return _frozen(data, marked, name, limits, 0)


def _frozen(data: Any, marked: Any, name: str, limits: Limits, depth: int) -> Any:
    if depth > limits.depth:
        raise _too_deep(limits, Place(name))
    if isinstance(data, dict):
        marks = marked if isinstance(marked, Map) else Map()
        return Map(((key, _frozen(value, marks.get(key), name, limits, depth + 1)) for key, value in data.items()), marks.at, marks.repeated)
    if isinstance(data, list):
        items = marked if isinstance(marked, Seq) and len(marked) == len(data) else Seq([None] * len(data))
        return Seq((_frozen(a, b, name, limits, depth + 1) for a, b in zip(data, items, strict=True)), items.at)
    return data


def _too_deep(limits: Limits, place: Place) -> Invalid:
    return _refused("too-deep", f"Nested more than {limits.depth} levels deep, which is the limit.", place, wire="StackValidationFailed")


def _read_yaml(text: str, name: str, limits: Limits) -> Any:
    try:
        return _Builder(CParser(text), name, limits).document()
    except yaml.MarkedYAMLError as exc:
        if exc.problem in READ_ELSEWHERE:
            return _read_elsewhere(text, name, limits, exc)
        raise _unreadable(text, name, exc) from None
    except yaml.reader.ReaderError as exc:
        said = f"This is neither YAML nor JSON: the character with the code {exc.character} (0x{exc.character:x}) cannot stand in a text."
        raise _refused("not-yaml", said, _at_byte(text.encode(), exc.position, name)) from None
    except yaml.YAMLError as exc:
        raise _refused("not-yaml", f"This is neither YAML nor JSON: {exc}.", Place(name)) from None


def _read_elsewhere(text: str, name: str, limits: Limits, before: yaml.MarkedYAMLError) -> Any:
    try:
        return _Builder(yaml.SafeLoader(text), name, limits).document()
    except yaml.YAMLError:
        raise _unreadable(text, name, before) from None


def _unreadable(text: str, name: str, exc: yaml.MarkedYAMLError) -> Invalid:
    mark = _mark_of(exc, text)
    where = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
    said = ", ".join(part for part in (exc.context, exc.problem) if part)
    line = text.splitlines()[mark.line] if mark and mark.line < len(text.splitlines()) else ""
    tab = " YAML is indented with spaces, and this line begins with a tab." if line.lstrip(" ").startswith("\t") else ""
    return _refused("not-yaml", f"This is neither YAML nor JSON: {said}.{tab}", where)


def _keyed(frame: "_Frame") -> Map:
    """A map with its keys as JSON says them: that is how a template gets to Heat's engine."""
    if all(isinstance(key, str) for key in frame.items):
        return Map(frame.items, frame.at)
    return Map({key_text(key): value for key, value in frame.items.items()}, {key_text(key): at for key, at in frame.at.items()})


def _mark_of(exc: yaml.MarkedYAMLError, text: str) -> yaml.Mark | None:
    """Where to look for a mistake. What is never closed, or is no key after all, is found out further down than it stands."""
    lines = BREAK.split(text.rstrip())
    first, second = exc.problem_mark or exc.context_mark, exc.context_mark or exc.problem_mark
    if first is None or second is None:
        return None
    if exc.problem == "could not find expected ':'" or _ended(first, lines) or _left_open(second, first, lines):
        first = second
    return first if not _ended(first, lines) else yaml.Mark(first.name, first.index, len(lines) - 1, max(len(lines[-1]) - 1, 0), None, 0)


def _left_open(start: yaml.Mark, found: yaml.Mark, lines: list[str]) -> bool:
    """Whether a brace or bracket was not closed before a line that belongs to what is around it."""
    if found.line <= start.line or lines[start.line][start.column:start.column + 1] not in ("[", "{"):
        return False
    outer, inner = lines[start.line], lines[found.line]
    return len(inner) - len(inner.lstrip(" ")) <= len(outer) - len(outer.lstrip(" -")) and start.column > 0


def _ended(mark: yaml.Mark, lines: list[str]) -> bool:
    """Whether there is nothing more from there on."""
    last = len(lines) - 1
    return mark.line > last or (mark.line == last and mark.column >= len(lines[last]))


class _Frame:
    """A container that is being read."""

    __slots__ = ("anchor", "at", "expecting", "items", "key", "kind", "merged", "start", "tag", "weight")

    def __init__(self, kind: type, anchor: str | None, start: Position, tag: str | None):
        self.kind, self.anchor, self.start, self.tag = kind, anchor, start, tag
        self.items: Any = {} if kind is Map else []
        self.at: Any = {} if kind is Map else []
        self.key: Any = None
        self.expecting = False
        self.merged: list[Map] = []
        self.weight = 1


class _Builder:
    """Builds a tree from events in one loop; nothing here recurses, so no text can exhaust the stack."""

    def __init__(self, parser: Any, name: str, limits: Limits):
        self.parser = parser
        self.name, self.limits = name, limits
        self.frames: list[_Frame] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.scalars: dict[str, Any] = {}
        self.total = 0
        self.result: Any = None
        self.filled = False
        self.repeated: list[tuple[Path, Position]] = []

    def document(self) -> Any:
        next_event = self.parser.get_event
        while True:
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                self.scalar(event)
            elif kind is MappingStartEvent:
                self.open(event, Map)
            elif kind is SequenceStartEvent:
                self.open(event, Seq)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self.close()
            elif kind is AliasEvent:
                self.alias(event)
            elif kind is StreamEndEvent:
                if self.repeated and isinstance(self.result, Map):
                    self.result.repeated = tuple(self.repeated)
                return self.result

    def scalar(self, event: Any) -> None:
        value = event.value
        if event.tag in (None, "!") and event.implicit[0]:
            try:
                found = self.scalars[value]
            except KeyError:
                found = self.scalars[value] = self.resolved(value, event)
        elif event.tag in (None, "!", STRING):
            found = self.text(value, event) if SURROGATE.search(value) else value
        else:
            found = self.tagged(event.tag, value, event)
        weight = 1 + len(value) // 64
        mark = event.start_mark
        if event.anchor:
            self.anchored(event)
            self.anchors[event.anchor] = (found, weight)
        self.add(found, (mark.line + 1, mark.column + 1), weight)

    def text(self, value: str, event: Any) -> str:
        """A text with pairs of surrogates, as the characters that they stand for."""
        try:
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            raise _refused("not-unicode", "The text holds half of a surrogate pair, which is no character.", self.where(event)) from None

    def where(self, event: Any) -> Place:
        return Place(self.name, event.start_mark.line + 1, event.start_mark.column + 1)

    def anchored(self, event: Any) -> None:
        """Anchors name one element each."""
        if event.anchor in self.anchors or any(frame.anchor == event.anchor for frame in self.frames):
            raise _refused("bad-alias", f"The anchor &{event.anchor} stands here a second time.", self.where(event))

    def resolved(self, value: str, event: Any) -> Any:
        for tag, regexp in RESOLVERS.get(value[:1], ()):
            if regexp.match(value):
                return self.tagged(tag, value, event)
        return value

    def tagged(self, tag: str, value: str, event: Any) -> Any:
        if tag in (MERGE, DEFAULT):
            return Merge if tag == MERGE else Default(value)
        if tag == "tag:yaml.org,2002:timestamp":
            return value
        make = CONSTRUCTORS.get(tag)
        if make is None:
            raise _refused("unknown-tag", f"The tag {tag!r} is not allowed in a template.", self.where(event))
        try:
            if tag in NUMBERS and len(value) > LONGEST_NUMBER:
                raise ValueError(tag)
            made = make(yaml.constructor.SafeConstructor(), ScalarNode(tag, value))
            if tag == BINARY:
                return made.decode()
            if hasattr(made, "__next__"):  # of a map or list, which this is not
                raise ValueError(tag)
        except (ValueError, LookupError, ArithmeticError, yaml.YAMLError):
            said = f"{value[:80]!r}{'...' if len(value) > 80 else ''}"
            raise _refused("not-yaml", f"{said} cannot be read as {tag.rpartition(':')[2]}.", self.where(event)) from None
        return made

    def open(self, event: Any, kind: type) -> None:
        mark = event.start_mark
        at = (mark.line + 1, mark.column + 1)
        if len(self.frames) >= self.limits.depth:
            raise _too_deep(self.limits, Place(self.name, *at))
        if event.tag not in (MAP_TAGS if kind is Map else SEQ_TAGS):
            said = f"cannot stand at a {'map' if kind is Map else 'list'}" if event.tag in MAP_TAGS | SEQ_TAGS else "is not allowed in a template"
            raise _refused("unknown-tag", f"The tag {event.tag!r} {said}.", Place(self.name, *at))
        if event.anchor:
            self.anchored(event)
        self.frames.append(_Frame(kind, event.anchor, at, event.tag))

    def close(self) -> None:
        frame = self.frames.pop()
        if frame.kind is Map:
            for source in frame.merged:
                for key, value in source.items():
                    if key not in frame.items:
                        frame.items[key] = value
                        frame.at[key] = source.at.get(key, frame.start)
            made: Any = Seq(frame.items) if frame.tag == SET else _keyed(frame)
        elif frame.tag in PAIRS:
            if not all(isinstance(item, Map) and len(item) == 1 for item in frame.items):
                raise _refused("not-yaml", "Each item of a list of pairs is a map with one key.", Place(self.name, *frame.start))
            made = Seq(Seq(pair) for item in frame.items for pair in item.items())
        else:
            made = Seq(frame.items, tuple(frame.at))
        if frame.anchor:
            self.anchors[frame.anchor] = (made, frame.weight)
        self.add(made, frame.start, frame.weight, counted=True)

    def alias(self, event: Any) -> None:
        mark = event.start_mark
        at = (mark.line + 1, mark.column + 1)
        if event.anchor not in self.anchors:
            inside = any(frame.anchor == event.anchor for frame in self.frames)
            said = "refers to an element that holds it" if inside else "names no anchor before it"
            raise _refused("bad-alias", f"The alias *{event.anchor} {said}.", Place(self.name, *at))
        found, weight = self.anchors[event.anchor]
        self.add(found, at, weight)

    def add(self, value: Any, at: Position, weight: int, counted: bool = False) -> None:
        """Put a finished element where it belongs. Containers were counted as they grew."""
        if not counted:
            self.total += weight
            if self.total > self.limits.nodes:
                raise _refused("too-many-elements", f"More than {self.limits.nodes} elements after aliases are expanded, "
                               "which is the limit.", Place(self.name, *at), wire="RequestLimitExceeded")
        if not self.frames:
            if self.filled:
                raise _refused("several-documents", "Only one YAML document is allowed.", Place(self.name, *at))
            self.result, self.filled = value, True
            return
        frame = self.frames[-1]
        frame.weight += weight
        if (value is Merge or isinstance(value, Default)) and (frame.kind is Seq or frame.expecting):
            raise _refused("not-yaml", f"{'<<' if value is Merge else value} has a meaning of its own in YAML: as a value it stands in quotes.",
                           Place(self.name, *at))
        if frame.kind is Seq:
            frame.items.append(value)
            frame.at.append(at)
        elif not frame.expecting:
            self.begin_entry(frame, value, at)
        else:
            self.end_entry(frame, value, at)

    def begin_entry(self, frame: _Frame, key: Any, at: Position) -> None:
        if isinstance(key, Map | Seq):
            raise _refused("bad-key", "A map or list cannot be the key of a map.", Place(self.name, *at))
        frame.key, frame.expecting = str(key) if isinstance(key, Default) else key, True
        if key is Merge:
            return
        if key in frame.items:
            path = tuple(key_text(one.key) if one.kind is Map else len(one.items) for one in self.frames)
            line, column = frame.at[key][:2]
            self.repeated.append((path, (line, column)))
        frame.at[key] = at

    def end_entry(self, frame: _Frame, value: Any, at: Position) -> None:
        frame.expecting = False
        if frame.key is not Merge:
            frame.items[frame.key] = value
            if value is not None:               # which may stand nowhere
                frame.at[frame.key] += at
            return
        sources = list(value) if isinstance(value, Seq) else [value]
        if not all(isinstance(source, Map) for source in sources):
            raise _refused("bad-merge", "`<<` merges a map, or a list of maps.", Place(self.name, *at))
        frame.merged.extend(sources)
