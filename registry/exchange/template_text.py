"""A template as YAML: reading one that somebody wrote, naming line and path of what is wrong, and writing one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from registry.catalog.editions import Path
from registry.catalog.templateshape import FIELD_KEYS, problems
from registry.exchange import yaml_text
from registry.exchange.imported import ExchangeError

ORDER: Final = (
    "key", "version", "id", "number", "title", "kind", "essence", "type", "format", "essential", "hidden", "prompt", "legal_note",
    "prompts", "reviewer_asks", "good_example", "bad_example", "choices", "columns", "units", "refers_to", "live", "condition", "source",
    "maps", "sections", "fields",
)  # fmt: skip
PLACES: Final = {key: place for place, key in enumerate(ORDER)}
assert PLACES.keys() >= FIELD_KEYS  # noqa: S101 - a field's key without a place would be written last


@dataclass(frozen=True)
class Checked:
    """What a text holds, or what is wrong with it."""

    content: dict[str, Any] | None
    sentences: tuple[str, ...]


def read(text: str, earlier: Mapping[str, Any]) -> Checked:
    """Read a template that follows the present edition; sentences name the line and the path."""
    try:
        found = yaml_text.read(text)
    except yaml_text.BrokenYamlError as error:
        return Checked(None, (f"Line {error.line}: the file is not valid YAML ({error.cause}).",))
    except ExchangeError as error:
        return Checked(None, (error.message,))
    wrong = sorted(((_line(found.lines, one.path), one) for one in problems(found.value, earlier)), key=lambda pair: pair[0])
    sentences = tuple(f"Line {line}, {one.place}: {one.sentence}" for line, one in wrong)
    return Checked(None if wrong else found.value, sentences)


def write(content: Mapping[str, Any]) -> str:
    """Return a template's content as YAML, keys in the order in which one reads them."""
    return yaml.safe_dump(_ordered(content), allow_unicode=True, sort_keys=False, width=120)


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda one: (PLACES.get(one, len(PLACES)), one))}
    return [_ordered(one) for one in value] if isinstance(value, list) else value


def _line(lines: Mapping[Path, int], path: Path) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)
