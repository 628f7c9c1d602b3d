"""Changing a template: what may change, and how; pure.

The rule: a field is never taken out of a template and never changes its type,
so that whatever was written in any edition fits every later one. A field that
is no longer wanted is hidden. Functions work on the content of a template's
file (``dict``), hand back a new one, and never change what they were given.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from registry.catalog.schema import UnknownItemError

EXAMPLES: Final = ("good_example", "bad_example")
LISTS: Final = ("prompts", "reviewer_asks")
# What a field says to its writer.
WORDS: Final = ("title", "prompt", "legal_note", *LISTS, *EXAMPLES)
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a template.

    Attributes:
        path: where, such as ``sections[2].fields[0].type``.
    """

    path: Path
    sentence: str

    @property
    def place(self) -> str:
        """The path as a person reads it."""
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return text.lstrip(".") or "the file"


def with_field(content: Mapping[str, Any], section: str, field: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content with a field at the end of a section."""
    new = deepcopy(dict(content))
    for part in new["sections"]:
        if part["id"] == section:
            part["fields"].append(dict(field))
    return new


def with_section(content: Mapping[str, Any], section: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content with an empty section before the last one, which keeps what imports bring."""
    new = deepcopy(dict(content))
    new["sections"].insert(len(new["sections"]) - 1, {**section, "number": str(len(new["sections"]) - 1), "fields": []})
    new["sections"][-1]["number"] = str(len(new["sections"]) - 1)
    return new


def with_mark(content: Mapping[str, Any], field: str, key: str, *, value: bool) -> dict[str, Any]:
    """Return the content with a field made essential or not, hidden or not."""
    new = deepcopy(dict(content))
    for part in new["sections"]:
        for one in part["fields"]:
            if one["id"] == field:
                one[key] = value
    return new


def with_words(content: Mapping[str, Any], field: str, words: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content with other words of a field; what is blank goes."""
    new = deepcopy(dict(content))
    for part in new["sections"]:
        for one in part["fields"]:
            if one["id"] == field:
                one.update(words)
                for key in [key for key, value in words.items() if not value and key not in {"title", "prompt"}]:
                    del one[key]
    return new


def words_of(content: Mapping[str, Any], field: str) -> dict[str, Any]:
    """Return the words of a field: title, question, help and examples; empty where there are none.

    Raises:
        UnknownItemError: there is no such field.
    """
    for section in content["sections"]:
        for one in section["fields"]:
            if one["id"] == field:
                return {key: one.get(key, [] if key in LISTS else "") for key in WORDS}
    message = f"There is no field “{field}”."
    raise UnknownItemError(message)
