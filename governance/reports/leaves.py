"""Any JSON as names and values: each leaf with the way that leads to it; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

# What a row of a list is called by, the first that it has.
NAMED: Final = ("id", "name", "item", "metric", "key", "slug", "role", "framework", "template")

# Words that are not written as they are stored.
WORDS: Final = {"nist": "NIST", "ai": "AI", "rmf": "RMF", "oecd": "OECD", "sha256": "SHA-256", "url": "address", "id": "number"}


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each leaf with its path; lists of rows by the name of the row, other lists whole."""
    if isinstance(value, Mapping) and value:
        for key, one in value.items():
            yield from leaves(one, (*path, str(key)))
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        names = [_name(one) for one in value]
        for number, one in enumerate(value):
            is_alone = names[number] and names.count(names[number]) == 1
            yield from leaves(one, (*path, names[number] if is_alone else f"{names[number] or 'entry'} {number + 1}"))
    elif value is not None:
        yield path, value


def way(path: tuple[str, ...]) -> str:
    """Return a path in words."""
    return " › ".join(human(step) for step in path)


def said(value: Any) -> str:
    """Return a leaf as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join(value)
    return str(value) if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)


def human(word: object) -> str:
    """Return a stored word as a person writes it."""
    text = " ".join(WORDS.get(one, one) for one in str(word).replace("_", " ").split(" "))
    return text[:1].upper() + text[1:]


def anchored(*steps: object) -> str:
    """Return the anchor of a part, to which comments on it belong."""
    return "/".join(_safe(str(step)) for step in steps)


def _safe(word: str) -> str:
    text = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._+:-") else "-" for letter in word)
    return text.strip("-._+:") or "part"


def _name(row: Mapping[str, Any]) -> str:
    return next((str(row[key]) for key in NAMED if isinstance(row.get(key), str | int) and row[key] != ""), "")
