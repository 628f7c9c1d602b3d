"""A framework as somebody uploads it: YAML of ours or an OSCAL catalog in JSON, with what is wrong by line and path.

The rule: read within limits; what comes out is sound, or there are faults.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from registry.catalog.editions import Path, Problem
from registry.catalog.frameworkshape import problems
from registry.exchange import oscal
from registry.exchange.imported import ExchangeError
from registry.exchange.json_lines import lines_of
from registry.exchange.yaml_text import BrokenYamlError, read

MOST_LETTERS: Final = 5_000_000
MOST_TOLD: Final = 50
# The lines of paths, and of those above them, where they are in the text.
Lines = Callable[[Iterable[Path]], Mapping[Path, int]]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where.

    Attributes:
        line: from 1; 0 when it is not known.
        place: the path, such as ``groups[0].categories[1].items[2].slug``.
    """

    line: int
    place: str
    text: str


@dataclass(frozen=True)
class Reading:
    """What came of a text: the content of a framework, or faults."""

    content: dict[str, Any] | None
    faults: tuple[Fault, ...] = ()


def read_framework(text: str, key: str = "") -> Reading:
    """Read a framework.

    Args:
        text: YAML, or the JSON of an OSCAL catalog.
        key: of the framework, in place of the one in the text.
    """
    if len(text) > MOST_LETTERS:
        return _refused(1, f"The file has {len(text):,} characters; {MOST_LETTERS:,} are allowed.")
    if text.lstrip().startswith("{"):
        return _json(text, key)
    try:
        found = read(text)
    except BrokenYamlError as error:
        return _refused(error.line, f"This is not YAML: {error.cause}.")
    except ExchangeError as error:
        return _refused(1, error.message)
    return _checked(_plain(found.value), key, lambda _: found.lines)


def write(content: Any) -> str:
    """Return the content of a framework as YAML."""
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)


def _json(text: str, key: str) -> Reading:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        return _refused(error.lineno, f"This is not JSON: {error.msg}.")
    except RecursionError:
        return _refused(1, "This is nested too deeply.")
    if not oscal.is_catalog(value):
        return _checked(value, key, lambda paths: lines_of(text, paths))
    try:
        made = oscal.convert(value, key)
    except oscal.OscalError as error:
        return _told([error.problem], lambda paths: lines_of(text, paths))
    wrong = [Problem(made.origin_of(one.path), one.sentence) for one in problems(made.content)]
    return _told(wrong, lambda paths: lines_of(text, paths)) if wrong else Reading(made.content)


def _checked(value: Any, key: str, lines: Lines) -> Reading:
    if key and isinstance(value, dict):
        value = {**value, "key": key}
    wrong = problems(value)
    return _told(wrong, lines) if wrong else Reading(value)


def _told(wrong: list[Problem], lines: Lines) -> Reading:
    found = lines([one.path for one in wrong])
    faults = sorted((_fault(one, found) for one in wrong), key=lambda one: one.line)
    return Reading(None, tuple(faults[:MOST_TOLD]))


def _fault(problem: Problem, lines: Mapping[Path, int]) -> Fault:
    path = problem.path
    line = next((lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines), 0)
    return Fault(line, problem.place, problem.sentence)


def _refused(line: int, text: str) -> Reading:
    return Reading(None, (Fault(line, "", text),))


def _plain(value: Any) -> Any:
    """Return values of which the digest can be made: text stays text, also where YAML 1.1 would read a number."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, str) else value
