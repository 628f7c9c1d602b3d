"""Bringing together what two people wrote at the same time; pure.

The rule: a field is taken from the one who changed it. Where both changed it,
to different values, nothing is decided here: both values are handed back, and
the stored one stays until a person chooses. No field is ever dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.catalog.documents import changed_fields
from registry.catalog.schema import Field, FieldType
from registry.digest import canonical, sha256

LETTERS: Final = 16
EMPTY: Final = "-"
ENTRIES: Final = {FieldType.LIST, FieldType.LINK, FieldType.TABLE}


@dataclass(frozen=True)
class Clash:
    """A field that two people changed to different values; None is an empty field."""

    mine: Any
    theirs: Any


@dataclass(frozen=True)
class Merged:
    """What comes of a merge.

    Attributes:
        content: the stored content with my changes that clash with nobody's.
        changed: ids of the fields in which it differs from the stored content.
        clashes: fields for a person to decide, by id.
    """

    content: Mapping[str, Any]
    changed: tuple[str, ...]
    clashes: Mapping[str, Clash]


def fingerprint(value: Any) -> str:
    """Return a short name of a value, by which a page says what it has seen of a field."""
    return EMPTY if value is None else sha256(canonical(value))[:LETTERS]


def fingerprints(content: Mapping[str, Any], keys: Mapping[str, Any]) -> dict[str, str]:
    """Return the fingerprint of each field named by ``keys``."""
    return {key: fingerprint(content.get(key)) for key in keys}


def merge(stored: Mapping[str, Any], mine: Mapping[str, Any], seen: Mapping[str, str]) -> Merged:
    """Bring what somebody writes into what is stored by now.

    Args:
        stored: the content as it is now.
        mine: cleaned values by field id; None empties the field.
        seen: fingerprint of each field as the writer saw it; a field that is
            not named here was seen in an unknown state.
    """
    clashes: dict[str, Clash] = {}
    content = dict(stored)
    for key, value in mine.items():
        now = stored.get(key)
        if value == now or seen.get(key) == fingerprint(value):
            continue
        if seen.get(key) == fingerprint(now):
            content[key] = value
        else:
            clashes[key] = Clash(mine=value, theirs=now)
    content = {key: value for key, value in content.items() if value is not None}
    return Merged(content, changed_fields(stored, content), clashes)


def together(field: Field, mine: Any, theirs: Any) -> Any:
    """Return one value that holds both: their entries and then mine, or their text above mine.

    Returns:
        None when one of them is empty, or when the field holds one thing only.
    """
    if not mine or not theirs:
        return None
    if field.type in ENTRIES:
        return [*theirs, *(entry for entry in mine if entry not in theirs)]
    return f"{theirs}\n\n{mine}" if field.type is FieldType.TEXT and field.format != "line" else None
