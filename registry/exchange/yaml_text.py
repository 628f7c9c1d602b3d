"""YAML that strangers wrote, read as the Hub reads it, and written so that every reader agrees.

The rule: text is read event by event within limits, so that no alias, depth
or size costs more than a moment, and nothing but text, numbers, truth values,
lists and mappings ever comes out. Plain scalars follow the core schema of
YAML 1.2, where ``no`` is Norwegian; scalars that YAML 1.1 would read as
something else are written back exactly as they stood.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from registry.exchange.imported import ExchangeError, RefusedYamlError

MOST_LETTERS: Final = 500_000
MOST_DEPTH: Final = 50
# Nodes and letters, counted as if every alias were written out.
MOST_EXPANDED: Final = 1_000_000
MOST_EVENTS: Final = 60_000
MOST_DIGITS: Final = 300
PREFIX: Final = "tag:yaml.org,2002:"
PLAIN_TAGS: Final = {PREFIX + name for name in ("str", "int", "float", "bool", "null", "seq", "map")}
NULL: Final = {"", "~", "null", "Null", "NULL"}
TRUTH: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
WHOLE: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
DECIMAL: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
ODD: Final = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
# How everything begins that either version reads as a number or a date.
NUMBERS_BEGIN: Final = frozenset("-+.0123456789")
OLD_KINDS: Final = {PREFIX + name for name in ("int", "float", "timestamp")}
Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Path = tuple[str | int, ...]


class BrokenYamlError(Exception):
    """The text is not YAML.

    Attributes:
        line: 1-based line in the text.
        cause: what is wrong, without a full stop.
    """

    def __init__(self, line: int, cause: str) -> None:
        super().__init__(cause)
        self.line, self.cause = line, cause


class Plain(str):
    """A scalar that YAML 1.1 and 1.2 read differently, to be written as it stood."""

    __slots__ = ()


@dataclass
class _Open:
    """A list or mapping that is being read."""

    value: list[Any] | dict[Any, Any]
    path: Path
    anchor: str | None
    size: int = 1
    key: Any = None
    has_key: bool = False
    merged: list[Any] = field(default_factory=list)


@dataclass
class Yaml:
    """What was read, and on which line (1-based) each path begins."""

    value: Any
    lines: dict[Path, int]


def read(text: str) -> Yaml:
    """Read one document.

    Raises:
        BrokenYamlError: it is not YAML, or a key occurs twice.
        ExchangeError: it is refused: too large, too deep, tags, or aliases that explode.
    """
    if len(text) > MOST_LETTERS:
        message = f"The YAML has {len(text):,} characters; {MOST_LETTERS:,} are allowed."
        raise ExchangeError(message)
    reader = _Reader()
    try:
        for number, event in enumerate(yaml.parse(text, Loader=Loader)):
            if number > MOST_EVENTS:
                message = (
                    f"The YAML has more than {MOST_EVENTS:,} keys and values, which no card needs. Put tables into the text or into a file."
                )
                raise ExchangeError(message)
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenYamlError(mark.line + 1 if mark else 1, str(error.problem or error.context)) from error
    except yaml.reader.ReaderError as error:
        raise BrokenYamlError(text.count("\n", 0, error.position) + 1, error.reason) from error
    return Yaml(reader.result, reader.lines)


class _Reader:
    """Builds values from events, counting as it goes."""

    def __init__(self) -> None:
        self.result: Any = None
        self.lines: dict[Path, int] = {}
        self._open: list[_Open] = []
        self._named: dict[str, tuple[Any, int]] = {}
        self._documents = 0
        self._resolver = yaml.resolver.Resolver()
        self._total = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event."""
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.ScalarEvent):
            _check_tag(event.tag, line)
            size = 1 + len(event.value)
            value = self._scalar(event)
            if event.anchor:
                self._named[event.anchor] = (value, size)
            self._add(value, size, line, is_merge=event.value == "<<" and event.implicit[0])
        elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            self._start(event, line)
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            self._end(line)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event, line)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise BrokenYamlError(line, "a second document begins")

    def _start(self, event: yaml.CollectionStartEvent, line: int) -> None:
        _check_tag(event.tag, line)
        if len(self._open) >= MOST_DEPTH:
            raise RefusedYamlError(line, f"the YAML is nested deeper than {MOST_DEPTH} levels, which no card needs.")
        value: list[Any] | dict[Any, Any] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        path = self._path()
        self.lines.setdefault(path, line)
        self._open.append(_Open(value, path, event.anchor))

    def _end(self, line: int) -> None:
        done = self._open.pop()
        if isinstance(done.value, dict):
            _merge(done, line)
        if done.anchor:
            self._named[done.anchor] = (done.value, done.size)
        self._add(done.value, done.size, line, is_new=False)

    def _alias(self, event: yaml.AliasEvent, line: int) -> None:
        if event.anchor not in self._named:
            cause = f"the alias “*{event.anchor}” names nothing, or itself"
            raise BrokenYamlError(line, cause)
        value, size = self._named[event.anchor]
        self._total += size
        self._add(value, size, line)

    def _add(self, value: Any, size: int, line: int, *, is_merge: bool = False, is_new: bool = True) -> None:
        self._total += 1 if not is_new else size
        if self._total > MOST_EXPANDED:
            raise RefusedYamlError(line, "written out in full, the aliases of this YAML would be too large. Write the values themselves.")
        if not self._open:
            self.result = value
            self.lines.setdefault((), line)
            return
        place = self._open[-1]
        place.size += size
        if isinstance(place.value, list):
            self.lines.setdefault((*place.path, len(place.value)), line)
            place.value.append(value)
        elif place.has_key:
            self._set(place, value)
        else:
            _take_key(place, value, line, is_merge=is_merge)
            self.lines[*place.path, str(value)] = line

    def _set(self, place: _Open, value: Any) -> None:
        place.has_key = False
        if place.key is _MERGE:
            place.merged.append(value)
        elif isinstance(place.value, dict):
            place.value[place.key] = value

    def _path(self) -> Path:
        if not self._open:
            return ()
        place = self._open[-1]
        return (*place.path, len(place.value) if isinstance(place.value, list) else str(place.key))

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        if event.tag == PREFIX + "str" or (event.tag is None and not event.implicit[0]):
            return event.value
        value = _core(event.value)
        if isinstance(value, str) and value[0] in NUMBERS_BEGIN:
            old = self._resolver.resolve(yaml.ScalarNode, event.value, (True, False))  # type: ignore[no-untyped-call]
            return Plain(value) if old in OLD_KINDS else value
        return value


class _Merge:
    """Stands for the merge key ``<<``."""


_MERGE: Final = _Merge()


def _take_key(place: _Open, key: Any, line: int, *, is_merge: bool) -> None:
    if not isinstance(key, Hashable):
        raise BrokenYamlError(line, "a key must be a word, not a list or a mapping")
    if is_merge:
        place.key, place.has_key = _MERGE, True
        return
    if isinstance(place.value, dict) and key in place.value:
        cause = f"the key “{key}” occurs twice"
        raise BrokenYamlError(line, cause)
    place.key, place.has_key = key, True


def _merge(done: _Open, line: int) -> None:
    for source in done.merged:
        for part in source if isinstance(source, list) else [source]:
            if not isinstance(part, dict):
                raise BrokenYamlError(line, "“<<” can only take in a mapping")
            for key, value in part.items():
                done.value.setdefault(key, value)  # type: ignore[union-attr]


def _check_tag(tag: str | None, line: int) -> None:
    if tag is not None and tag not in PLAIN_TAGS and tag != "!":
        short = tag.replace(PREFIX, "!!")[:80]
        raise RefusedYamlError(line, f"the tag “{short}” is refused. Front matter holds text, numbers, lists and mappings only.")


def _core(text: str) -> Any:
    """Return a plain scalar by the core schema of YAML 1.2 (section 10.3.2)."""
    if text in NULL:
        return None
    if text in TRUTH:
        return TRUTH[text]
    if text[0] not in NUMBERS_BEGIN or len(text) > MOST_DIGITS:
        return text
    if WHOLE.match(text):
        return int(text, 0)
    if ODD.match(text):
        return float(text.replace(".", "", 1))
    return float(text) if DECIMAL.match(text) and (not text.lstrip("+-")[:2].isdigit() or text.lstrip("+-")[0] != "0") else text


class _Fast(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes without aliases; escapes what lies beyond the basic plane."""

    def ignore_aliases(self, _: Any) -> bool:
        """Write every value out."""
        return True


class _Plainspoken(yaml.SafeDumper):
    """Writes without aliases and leaves every letter as it is; slower."""

    def ignore_aliases(self, _: Any) -> bool:
        """Write every value out."""
        return True


def _plain(writer: Any, value: Plain) -> yaml.Node:
    text = str(value)
    node: yaml.Node = writer.represent_scalar(writer.resolve(yaml.ScalarNode, text, (True, False)), text)
    return node


for _writer in (_Fast, _Plainspoken):
    _writer.add_representer(Plain, _plain)
    _writer.add_implicit_resolver(PREFIX + "float", DECIMAL, list("-+.0123456789"))
    _writer.add_implicit_resolver(PREFIX + "int", WHOLE, list("-+0123456789"))


def write(value: Any) -> str:
    """Return a value as YAML in block style, keys in their order, quoting what either version of YAML would misread."""
    text = _dump(value, _Fast)
    # The slower writer would write the line end U+0085 as it is, and every reader fold it into a blank.
    return _dump(value, _Plainspoken) if "\\U0001" in text and "\\N" not in text else text


def _dump(value: Any, writer: Any) -> str:
    text: str = yaml.dump(value, Dumper=writer, allow_unicode=True, sort_keys=False, width=2**31 - 1, default_flow_style=False)
    return text
